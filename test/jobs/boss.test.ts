import pino from 'pino'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { openQueues, type Queues } from '../../src/jobs/boss.ts'
import { KINDS, type Kind } from '../../src/jobs/work.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/store.ts'
import { aDatabase } from '../support/stores.ts'

const log = pino({ level: 'silent' })
let store: Store
let queues: Queues
let url: string
beforeEach(async () => {
  const place = await aDatabase()
  if (place.store?.kind !== 'postgres') throw new Error('this needs Postgres')
  url = place.store.url
  store = await openStore(place)
  queues = await openQueues({ url, places: 3, log })
})
afterEach(async () => {
  await queues[Symbol.asyncDispose]()
  await store[Symbol.asyncDispose]()
})

const waiting = async (kind: Kind) => (await queues.counts()).find((one) => one.kind === kind)?.waiting
/** Handlers that note what they were given, and do what a test wants of one kind. */
function handlers(done: string[], over: Partial<Record<Kind, (key: string) => Promise<void>>> = {}) {
  const noting = (kind: Kind) => async (key: string) => {
    done.push(`${kind} ${key}`)
    await over[kind]?.(key)
  }
  return Object.fromEntries(KINDS.map((kind) => [kind, noting(kind)])) as Record<Kind, (key: string) => Promise<void>>
}

describe('an order', () => {
  test('waits once, however many processes give it', async () => {
    await using other = await openQueues({ url, places: 1, log })
    await queues.work.owe([{ kind: 'poll', key: 'gazette' }])
    await other.work.owe([
      { kind: 'poll', key: 'gazette' },
      { kind: 'poll', key: 'courier' },
    ])
    expect(await waiting('poll')).toBe(2)
  })

  test('stands only if the transaction does that made it', async () => {
    const orders = [{ kind: 'analyse' as const, key: 'a' }]
    const failing = store.transaction(async (tx) => {
      await queues.work.owe(orders, tx)
      throw new Error('the disk is full')
    })
    await expect(failing).rejects.toThrow('full')
    expect(await waiting('analyse')).toBe(0)
    await store.transaction((tx) => queues.work.owe(orders, tx))
    expect(await waiting('analyse')).toBe(1)
  })

  test('that somebody waits for comes before those that came first', async () => {
    const done: string[] = []
    await queues.work.owe([{ kind: 'match', key: 'first' }])
    await queues.work.owe([{ kind: 'match', key: 'second' }])
    await queues.work.hurry([{ kind: 'match', key: 'second' }], 0)
    await using _working = await queues.begin(handlers(done))
    await vi.waitFor(() => expect(done).toEqual(['match second', 'match first']), { timeout: 15_000 })
  })

  test('is done when the one who waits for it goes on', async () => {
    const done: string[] = []
    await using _working = await queues.begin(handlers(done))
    await queues.work.hurry([{ kind: 'poll', key: 'gazette' }], 20_000)
    expect(done).toEqual(['poll gazette'])
  })
})

describe('a tick', () => {
  test('is worked once, however many processes ask', async () => {
    await using other = await openQueues({ url, places: 1, log })
    for (const one of [queues, other, queues]) await one.tick('polling', 3600)
    expect(await waiting('tick')).toBe(1)
  })
})

describe('an order that fails', () => {
  test('again and again is given up with its reason, and replayed when asked', async () => {
    const done: string[] = []
    let isBroken = true
    const compose = async () => {
      if (isBroken) throw new Error('no such cursor')
    }
    await queues[Symbol.asyncDispose]()
    queues = await openQueues({ url, places: 3, log, retries: 0 })
    await using _working = await queues.begin(handlers(done, { compose }))
    await queues.work.owe([{ kind: 'compose', key: 'discord:1' }])
    const letters = await vi.waitFor(
      async () => {
        const dead = await queues.dead()
        expect(dead).toHaveLength(1)
        return dead
      },
      { timeout: 15_000 },
    )
    expect(letters[0]).toMatchObject({ kind: 'compose', key: 'discord:1', reason: 'no such cursor' })
    isBroken = false
    expect(await queues.replay('compose')).toBe(1)
    await vi.waitFor(() => expect(done).toHaveLength(2), { timeout: 15_000 })
    expect(await queues.dead()).toEqual([])
  })
})
