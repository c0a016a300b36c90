import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pino from 'pino'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { readConfig } from '../src/config.ts'
import { analyseStored, openRooms } from '../src/jobs/analyse.ts'
import type { Place } from '../src/store/open-store.ts'
import { openStore } from '../src/store/open-store.ts'
import { IDS } from './support/discord-channels.ts'
import { DiscordServer } from './support/discord-server.ts'
import { type Arrival, startServer } from './support/http-server.ts'
import { aDocument, aSubscription } from './support/nouns.ts'
import { start } from './support/onrecord.ts'
import { scratch } from './support/scratch.ts'
import { aDatabase } from './support/stores.ts'

const LONG = 120_000
const GAP_MS = 1000
const AT_ONCE = 2
const FEED =
  '<rss version="2.0"><channel><title>Quay</title><item><title>Ferry report</title><guid>q</guid><description>The ferry sails.</description></item></channel></rss>'

/** A folder with a config that names these sources. */
function aConfig(addresses: string[]): string {
  const folder = scratch()
  const sources = addresses.map(
    (address, i) => `  - { id: f${String(i).padStart(2, '0')}, kind: feed, address: "${address}" }`,
  )
  const entities = 'entities: [{ id: mira-sol, name: Mira Sol, kind: person }]'
  writeFileSync(
    join(folder, 'onrecord.yaml'),
    [sources.length > 0 ? 'sources:' : 'sources: []', ...sources, entities, ''].join('\n'),
  )
  return folder
}

/** Real workers on one database, all with this config; resolves when each is at work. */
async function startWorkers(count: number, place: Place, folder: string, env: Record<string, string> = {}) {
  const url = place.store?.kind === 'postgres' ? place.store.url : ''
  const workers = Array.from({ length: count }, (_, i) =>
    start(['run', '--role', 'worker', '--config', join(folder, 'onrecord.yaml'), '--data', join(folder, `data-${i}`)], {
      env: { DATABASE_URL: url, ALLOW_ADDRESSES: '127.0.0.0/8', ...env },
    }),
  )
  await Promise.all(workers.map((worker) => worker.says('is at work')))
}

async function aHost(address: string) {
  const server = await startServer(address)
  onTestFinished(() => server.close())
  return server
}

describe('a host', () => {
  test.each([1, 4])(
    'is visited no more often by %i workers than its gap and places allow',
    async (workers) => {
      const host = await aHost(`127.0.0.${40 + workers}`)
      const feeds = Array.from({ length: 12 }, (_, i) => `/feed${i}`)
      let active = 0
      let most = 0
      for (const path of feeds)
        host.on(path, (_request, response) => {
          active += 1
          most = Math.max(most, active)
          // Longer than the gap, so that visits would pile up.
          setTimeout(() => {
            active -= 1
            response.end(FEED)
          }, 1.5 * GAP_MS)
        })
      await startWorkers(workers, await aDatabase(), aConfig(feeds.map((path) => host.url + path)))
      await vi.waitFor(() => expect(host.arrivals.length).toBeGreaterThanOrEqual(feeds.length), { timeout: LONG })
      expect(most).toBeLessThanOrEqual(AT_ONCE)
      expect(crowded(host.arrivals)).toEqual([])
      expect(new Set(host.arrivals.map(({ path }) => path)).size).toBe(feeds.length)
    },
    2 * LONG,
  )

  test(
    'that does not answer holds no other up, however many of its feeds came first',
    async () => {
      const slow = await aHost('127.0.0.51')
      const quick = await aHost('127.0.0.52')
      const held: (() => void)[] = []
      slow.on('*', (_request, response) => void held.push(() => response.end(FEED)))
      quick.on('*', { body: FEED })
      const many = Array.from({ length: 20 }, (_, i) => `${slow.url}/slow${i}`)
      await startWorkers(1, await aDatabase(), aConfig([...many, `${quick.url}/quick`]))
      await vi.waitFor(() => expect(quick.arrivals.length).toBe(1), { timeout: LONG })
      expect(slow.arrivals.length).toBeLessThanOrEqual(AT_ONCE)
      for (const answer of held) answer()
    },
    2 * LONG,
  )
})

/**
 * Stretches of a log of visits that hold more than the gap allows. A visit may arrive a little later than it was begun, and
 * the next one not: a stretch may be shorter by that.
 */
function crowded(arrivals: Arrival[]): string[] {
  const times = arrivals.map(({ at }) => at)
  return times.flatMap((from, i) =>
    times.slice(i + 4).flatMap((to, j) => {
      const gaps = j + 4
      return to - from < (gaps - 2) * GAP_MS ? [`${gaps + 1} visits in ${Math.round(to - from)} ms`] : []
    }),
  )
}

describe('a server with ten thousand terms and many channels', () => {
  test(
    'has its digests composed one at a time, and others theirs beside it',
    async () => {
      const place = await aDatabase()
      const discord = await DiscordServer.start()
      onTestFinished(() => discord[Symbol.asyncDispose]())
      const big = {
        guildId: '220000000000000001',
        channels: Array.from({ length: 10 }, (_, i) => `33000000000000000${i}`),
      }
      const small = { guildId: '220000000000000002', channels: ['340000000000000000'] }
      const due = (minute: number) => `2026-03-02T08:0${minute}:00.000Z`
      await using store = await openStore(place)
      await store.transaction(async (tx) => {
        for (const [i, { guildId, channels }] of [big, small].entries())
          for (const channelId of channels) {
            discord.channels.set(channelId, { id: channelId, guild_id: guildId, type: 0, name: channelId })
            const target = { kind: 'discord' as const, guildId, channelId }
            // Those of the large one were due first.
            await tx.subscriptions.add(aSubscription({ id: `discord:${channelId}`, target, nextDigestAt: due(i) }))
          }
        const term = { createdBy: IDS.user, createdAt: due(0), guildId: big.guildId }
        for (let i = 0; i < 10_000; i += 1)
          await tx.watchTerms.add({ ...term, id: `t${i}`, kind: 'phrase', value: `reservoir ${i}` })
        await tx.watchTerms.add({ ...term, id: 'lamps', kind: 'phrase', value: 'lamps' })
        await tx.documents.put(aDocument(), {
          sourceId: 'gazette',
          keys: ['k'],
          backlog: false,
          sample: false,
          now: due(0),
        })
      })
      const folder = aConfig([])
      const config = readConfig({}, { config: join(folder, 'onrecord.yaml'), data: folder })
      const log = pino({ level: 'silent' })
      await analyseStored({ store, rooms: await openRooms(config, store), now: () => due(0), log })
      await startWorkers(1, place, folder, { DISCORD_TOKEN: IDS.token, DISCORD_API_URL: discord.url })
      const told = () => [...discord.messages.values()].map(({ channel_id }) => channel_id)
      await vi.waitFor(() => expect(new Set(told()).size).toBe(big.channels.length + 1), { timeout: LONG })
      const composed: { guild: string; at: string }[] = []
      for (const { guildId } of [big, small])
        for (const { composedAt } of await store.digests.of(guildId, null, 20))
          composed.push({ guild: guildId, at: composedAt })
      const order = composed.toSorted((a, b) => (a.at < b.at ? -1 : 1)).map(({ guild }) => guild)
      expect(order.indexOf(small.guildId)).toBeLessThanOrEqual(2)
    },
    2 * LONG,
  )
})
