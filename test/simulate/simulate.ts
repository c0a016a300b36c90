/**
 * `npm run simulate [-- --feeds 300 --seed 1]`: nine days of spring 2026, with both changes of daylight saving, over a
 * real record, real HTTP and a Discord on loopback; only the clock is handed in. Exits with 1 where a digest is missing,
 * comes twice, at another time or with other statements than the calendar says, or where memory grows.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import pino from 'pino'
import { readConfig } from '../../src/config.ts'
import { nextDue } from '../../src/digests/schedule.ts'
import { openRooms } from '../../src/jobs/analyse.ts'
import type { Kit } from '../../src/jobs/kit.ts'
import { applyConfig, pollRound, tellRound } from '../../src/jobs/queue.ts'
import { openReader } from '../../src/jobs/reader.ts'
import { openOutlets } from '../../src/outlets.ts'
import { openStore } from '../../src/store/open-store.ts'
import { IDS } from '../support/discord-channels.ts'
import { DiscordServer } from '../support/discord-server.ts'
import { aSource, aSubscription } from '../support/nouns.ts'
import { anEntity } from '../support/reading.ts'
import { createChance } from '../torture/chance.ts'
import { markersIn, SPEAKERS } from '../torture/sayings.ts'
import { dueTimes } from './due-times.ts'
import { Papers } from './papers.ts'

const FROM = Date.parse('2026-03-28T00:00:00Z')
const DAY = 86_400_000
const TICK = 5 * 60_000
const ZONES = ['Europe/Berlin', 'Australia/Sydney', 'America/New_York', 'Asia/Kolkata', 'Asia/Tokyo', 'UTC']
/** Immediate, half-hourly, hourly, daily, weekdays, weekly, and cron expressions of other kinds. */
const SCHEDULES = [
  '*/5 * * * *',
  '*/30 * * * *',
  '0 * * * *',
  '0 8 * * *',
  '30 2 * * *',
  '15 7 * * 1-5',
  '0 9 * * 1',
  '0 6,18 * * *',
  '0 12 1 * *',
  '45 23 * * 0,6',
]
const GUILDS = 8
const SUBSCRIPTIONS = 40

const { values } = parseArgs({
  options: {
    feeds: { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
    days: { type: 'string', default: '9' },
  },
})
const TO = FROM + Number(values.days) * DAY
if (!globalThis.gc) throw new Error('start it with --expose-gc, as “npm run simulate” does')

/** Who wants what, and when it falls due by the calendar. */
const wishes = Array.from({ length: SUBSCRIPTIONS }, (_, i) => {
  const [timeZone = '', schedule = ''] = [ZONES[i % ZONES.length], SCHEDULES[i % SCHEDULES.length]]
  const channelId = `3300000000000000${String(i).padStart(2, '0')}`
  const guildId = `2300000000000000${String(i % GUILDS).padStart(2, '0')}`
  return {
    channelId,
    guildId,
    schedule,
    timeZone,
    entityId: SPEAKERS[i % GUILDS]!.id,
    due: dueTimes(schedule, timeZone, FROM, TO),
  }
})

const began = performance.now()
const clock = { at: FROM }
const now = () => new Date(clock.at).toISOString()
const folder = mkdtempSync(join(tmpdir(), 'onrecord-simulate-'))
await using papers = await new Papers(
  Number(values.feeds),
  { from: FROM, to: TO },
  createChance(Number(values.seed)),
  () => clock.at,
).listen()
await using discord = await DiscordServer.start()
for (const { channelId, guildId } of wishes)
  discord.channels.set(channelId, { id: channelId, guild_id: guildId, type: 0, name: `channel-${channelId.slice(-2)}` })

/** Channel → what was posted there, when, and about what. */
const posted = new Map<string, { at: number; markers: Set<string>; nonce: string }[]>(
  wishes.map(({ channelId }) => [channelId, []]),
)
const memory = await live()
const lines = compare()
const seconds = Math.round((performance.now() - began) / 1000)
const grown = (memory.end / memory.firstDay - 1) * 100
const digests = [...posted.values()].flat().length
console.log(
  `28 March to 5 April 2026 in ${seconds} s: ${values.feeds} feeds, ${papers.feeds.flat().length} articles, ${SUBSCRIPTIONS} subscriptions in ${ZONES.length} time zones`,
)
console.log(`${digests} digests posted; other than the calendar says: ${lines.length}`)
console.log(
  `memory after collection: ${mb(memory.firstDay)} after the first day, ${mb(memory.end)} after the last (${grown.toFixed(1)} %)`,
)
for (const line of lines.slice(0, 10)) console.log(`  ${line}`)
for (const fault of discord.faults.slice(0, 5)) console.log(`  ${fault}`)
rmSync(folder, { recursive: true, force: true })
process.exitCode = lines.length === 0 && discord.faults.length === 0 && grown < 10 && digests > 0 ? 0 : 1

/** The belts, tick by tick. @returns bytes in use after the first day and at the end */
async function live(): Promise<{ firstDay: number; end: number }> {
  const env = { DISCORD_TOKEN: IDS.token, DISCORD_API_URL: discord.url }
  const config = {
    ...readConfig(env, { config: resolve(import.meta.dirname, '../../config/onrecord.yaml'), data: folder }),
    allowAddresses: ['127.0.0.0/8'],
    firstPollItems: 1000,
    sources: papers.feeds.map((_, i) =>
      aSource({ id: `feed-${i}`, publisher: `Paper ${i}`, address: papers.addressOf(i), pollSeconds: 28_800 }),
    ),
    entities: SPEAKERS.map(({ id, name }) => anEntity({ id, name, kind: 'person' })),
    claims: [],
    subscriptions: [],
    sample: null,
  }
  await using store = await openStore({ dataFolder: folder })
  await using reader = openReader(config, { hostGapMs: 0 })
  const kit: Kit = {
    store,
    config,
    rooms: await openRooms(config, store),
    reader,
    now,
    log: pino({ level: 'error' }),
    deliver: async () => 'later',
    redraw: async () => 'later',
    progress: () => {},
    stopping: new AbortController().signal,
  }
  await applyConfig(kit)
  for (const { channelId, guildId, schedule, timeZone, entityId } of wishes) {
    const target = { kind: 'discord', guildId, channelId } as const
    const nextDigestAt = nextDue(schedule, timeZone, now())
    await store.subscriptions.add(
      aSubscription({ id: `discord:${channelId}`, target, schedule, timeZone, createdAt: now(), nextDigestAt }),
    )
    const term = { id: `${guildId}-${entityId}`, guildId, kind: 'entity', value: entityId } as const
    await store.watchTerms.add({ ...term, createdBy: IDS.user, createdAt: now() })
  }
  const pulse = { process: 'simulated', startedAt: now(), polledAt: null, toldAt: null }
  await using outlets = await openOutlets(kit, { once: true, pulse })
  kit.deliver = outlets.deliver
  kit.redraw = outlets.redraw
  let firstDay = 0
  for (clock.at = FROM; clock.at <= TO; clock.at += TICK) {
    await pollRound(kit)
    await tellRound(kit)
    collect()
    if ((clock.at - FROM) % DAY === 0)
      console.error(`${now()} after ${Math.round((performance.now() - began) / 1000)} s`)
    if (clock.at === FROM + DAY) firstDay = await inUse()
  }
  return { firstDay, end: await inUse() }
}

/** Takes what stands in the channels, so that the Discord beside us holds no more memory than at first. */
function collect(): void {
  for (const message of discord.messages.values()) {
    const markers = new Set(
      markersIn(JSON.stringify(message.components) + message.files.map(({ text }) => text).join(' ')),
    )
    const digest = String(message.nonce).slice(0, 20)
    const known = posted.get(message.channel_id)?.find(({ nonce }) => nonce === digest)
    if (known) for (const marker of markers) known.markers.add(marker)
    else posted.get(message.channel_id)?.push({ at: clock.at, markers, nonce: digest })
  }
  discord.messages.clear()
  discord.heard.length = 0
}

/** What the calendar and the papers' own notes say should have been posted, against what was. */
function compare(): string[] {
  const articles = papers.feeds.flat()
  return wishes.flatMap(({ channelId, entityId, due, schedule, timeZone }) => {
    const mine = articles.filter(({ speaker }) => speaker.id === entityId)
    let last = Number.NEGATIVE_INFINITY
    const expected = due.flatMap((at) => {
      const fresh = mine.filter(({ readAt }) => readAt !== null && readAt > last && readAt <= at)
      last = at
      return fresh.length > 0
        ? [
            entryOf(
              at,
              fresh.map(({ marker }) => marker),
            ),
          ]
        : []
    })
    const found = (posted.get(channelId) ?? []).map(({ at, markers }) => entryOf(at, [...markers]))
    const where = `${schedule} in ${timeZone}`
    return [
      ...expected.filter((one) => !found.includes(one)).map((one) => `${where}: missing ${one}`),
      ...found.filter((one) => !expected.includes(one)).map((one) => `${where}: not expected ${one}`),
      ...(found.length === new Set(found).size ? [] : [`${where}: something twice`]),
    ]
  })
}

function entryOf(at: number, markers: string[]): string {
  return `${new Date(at).toISOString()} ${markers.toSorted().join(' ')}`
}

/** Bytes that are still held after a collection. */
async function inUse(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.()
    await new Promise(setImmediate)
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

function mb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
