import type { ServerResponse } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWayback, waybackTarget } from '../../../src/sources/archive/wayback.ts'
import { createNet, type Net } from '../../../src/sources/net.ts'
import { createParsers, type Parsers } from '../../../src/sources/parsers.ts'
import { openStore } from '../../../src/store/open-store.ts'
import { openTurns } from '../../../src/store/turns.ts'
import { aDatabase } from '../../support/stores.ts'
import { startWayback, type WaybackServer } from '../../support/wayback-server.ts'

let parsers: Parsers
let nets: Net[]
beforeAll(() => {
  parsers = createParsers({ size: 1 })
  nets = [0, 1].map(() => createNet({ allowAddresses: ['127.0.0.0/8'], hostGapMs: 0 }))
})
afterAll(() => Promise.all([parsers.close(), ...nets.map((net) => net.close())]))

/** Two processes on one database that read the same archive. */
async function twoReaders(server: WaybackServer, stack: AsyncDisposableStack) {
  const place = await aDatabase()
  const stores = [stack.use(await openStore(place)), stack.use(await openStore(place))]
  return stores.map((store, i) => {
    const turns = openTurns(store.postgres!, `desk:${i}`)
    const limits = { cdxGapMs: 0, replayGapMs: 0, limitedMs: 5, refusedMs: 5 }
    const wayback = createWayback({ net: nets[i]!, parsers, base: server.url, limits, sharedTurns: turns })
    const read = async (name: string) => {
      for await (const _ of wayback.steps(waybackTarget(`wayback:twitter.com/${name}`)!, null));
    }
    return { read, turns }
  })
}

describe('an archive that two processes read', () => {
  test('is asked one question at a time by both together', async () => {
    await using stack = new AsyncDisposableStack()
    await using server = await startWayback()
    let active = 0
    let most = 0
    const slowly = (_request: unknown, response: ServerResponse) => {
      active += 1
      most = Math.max(most, active)
      setTimeout(() => {
        active -= 1
        response.end('[]')
      }, 30)
    }
    server.troubles.cdx = Array.from({ length: 6 }, () => slowly as never)
    const readers = await twoReaders(server, stack)
    await Promise.all(readers.map(({ read }, i) => read(`desk_${i}`)))
    expect([server.arrivals.length, most]).toEqual([6, 1])
  })

  test('is left in peace by both where it asked either of them for a pause', async () => {
    await using stack = new AsyncDisposableStack()
    await using server = await startWayback()
    server.troubles.cdx = [{ status: 429, headers: { 'retry-after': '600' } }]
    const [one, other] = await twoReaders(server, stack)
    await expect(one!.read('desk_0')).rejects.toMatchObject({ reason: 'rate-limited', retryAfterSeconds: 600 })
    await expect.poll(() => other!.turns.heldSeconds('wayback asked for a pause')).toBeGreaterThan(120)
    await expect(other!.read('desk_1')).rejects.toMatchObject({ reason: 'rate-limited' })
    expect(server.arrivals).toHaveLength(1)
  })
})
