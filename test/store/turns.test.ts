import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/store.ts'
import { openTurns, type Turns } from '../../src/store/turns.ts'
import { aDatabase } from '../support/stores.ts'

let stores: Store[]
let one: Turns
let other: Turns
beforeEach(async () => {
  const place = await aDatabase()
  stores = [await openStore(place), await openStore(place)]
  ;[one, other] = stores.map(({ postgres }, i) => openTurns(postgres!, `desk:${i}`)) as [Turns, Turns]
})
afterEach(async () => {
  for (const store of stores) await store[Symbol.asyncDispose]()
})

describe('turns of two processes', () => {
  test('lie at least the gap apart, whoever asks', async () => {
    const asked = await Promise.all([one, other, one, other, one].map((turns) => turns.reserve('gazette.example', 700)))
    const starts = asked.map(({ startsAt }) => startsAt).sort((a, b) => a - b)
    const gaps = starts.slice(1).map((start, i) => Math.round(start - starts[i]!))
    expect(gaps.every((gap) => gap >= 700)).toBe(true)
  })

  test('of two hosts do not wait for each other', async () => {
    await one.reserve('slow.example', 60_000)
    expect((await other.reserve('quick.example', 60_000)).waitMs).toBe(0)
  })

  test('at one host are never more at once than it has places', async () => {
    let active = 0
    let most = 0
    const visit = async (turns: Turns) => {
      const giveBack = await turns.take('narrow.example', { gapMs: 0, places: 2 })
      active += 1
      most = Math.max(most, active)
      // Long enough for a slow machine to let another one in.
      await new Promise((resolve) => setTimeout(resolve, 300))
      active -= 1
      expect(typeof giveBack).toBe('function')
      if (typeof giveBack === 'function') await giveBack()
    }
    await Promise.all([one, other, one, other, one, other].map(visit))
    expect(most).toBe(2)
  })

  test('at many hosts are taken at once, and two at one host lie the gap apart', async () => {
    const hosts = ['a.example', 'b.example', 'a.example', 'c.example']
    const starts = await Promise.all(
      hosts.map(async (host) => {
        await one.take(host, { gapMs: 700, places: 2 })
        return { host, at: performance.now() }
      }),
    )
    const [first = 0, second = 0] = starts.filter(({ host }) => host === 'a.example').map(({ at }) => at)
    expect(Math.abs(second - first)).toBeGreaterThan(500)
  })

  test('come later where the one before began late, in another process too', async () => {
    const limits = { gapMs: 200, places: 1 }
    const visit = async (turns: Turns, restMs?: number) => {
      const giveBack = await turns.take('late.example', limits)
      if (typeof giveBack === 'function') await giveBack(restMs)
    }
    await visit(one, 900)
    const { waitMs } = await other.reserve('late.example', 200)
    expect(waitMs).toBeGreaterThan(400)
    // Who was in time moves nothing.
    await visit(other, 1)
    expect((await one.reserve('late.example', 200)).waitMs).toBeLessThan(waitMs)
  })

  test('wait where the host asked either of them for a pause', async () => {
    await one.hold('tired.example', 30)
    expect(await other.heldSeconds('tired.example')).toBeGreaterThan(0)
    expect((await other.reserve('tired.example', 1)).waitMs).toBeGreaterThan(0)
    expect(await other.heldSeconds('fresh.example')).toBe(0)
  })

  test('are not waited for by whoever would wait too long, and take no place', async () => {
    await one.hold('weary.example', 60)
    const limits = { gapMs: 0, places: 1 }
    expect(await other.take('weary.example', { ...limits, longestSeconds: 5 })).toBeGreaterThan(5)
    expect(await other.take('weary.example', { ...limits, longestSeconds: 5 })).toBeGreaterThan(5)
    expect(typeof (await other.take('awake.example', { ...limits, longestSeconds: 5 }))).toBe('function')
  })
})

describe('a lease', () => {
  test('is held by one process, until that gives it back', async () => {
    expect(await one.lease('shard 0', 'desk:0', 60)).toBe(true)
    expect(await one.lease('shard 0', 'desk:0', 60)).toBe(true)
    expect(await other.lease('shard 0', 'desk:1', 60)).toBe(false)
    await other.giveBack('shard 0', 'desk:1')
    expect(await other.lease('shard 0', 'desk:1', 60)).toBe(false)
    await one.giveBack('shard 0', 'desk:0')
    expect(await other.lease('shard 0', 'desk:1', 60)).toBe(true)
  })

  test('of a process that died goes to the next', async () => {
    await one.lease('shard 1', 'desk:0', 0)
    expect(await other.lease('shard 1', 'desk:1', 60)).toBe(true)
  })
})
