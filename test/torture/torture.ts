/**
 * `npm run torture [-- --minutes 10] [--kills 100] [--seed 1,2,3] [--postgres]`: the real program, killed again and again while
 * everything around it fails, and then the reckoning. Exits with 1 where a line does not hold.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { Trouble } from '../support/discord-faults.ts'
import { DiscordServer } from '../support/discord-server.ts'
import { startPostgres } from '../support/postgres.ts'
import { Archive } from './archive.ts'
import { Bot, prepare, READERS } from './bot.ts'
import { type Chance, createChance, createTally } from './chance.ts'
import { Crew, RESTARTS } from './crew.ts'
import { FEEDS, Press } from './press.ts'
import { type Line, reckon } from './reckoning.ts'
import { inFile, inPostgres } from './record.ts'

const NONCE_MS = 120_000
/** Of Discord's requests one in ten fails, of everybody else's one in eight. */
const DISCORD_ONCE_IN = 10
const FAULT_ONCE_IN = 8
/** News comes so often, as long as the asked minutes would last: a slow machine is not flooded. */
const NEWS_MS = 350
/** Once everything works again the program finishes what is owed; for so long it may seem to do nothing. */
const STALL_MS = 420_000
/** One life in so many may end while it begins; the others once they have reached Discord. */
const CUT_SHORT = 4
const LONGEST_START_MS = 60_000
const LONGEST_LIFE_MS = 30_000
/** How long a process may take to end what it has in hand. */
const STOP_MS = 30_000

process.setMaxListeners(0)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    kills: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    keep: { type: 'boolean', default: false },
    postgres: { type: 'boolean', default: false },
  },
})
const minutes = Number(values.minutes)
const kills = Number(values.kills)
const verdicts: boolean[] = []
for (const seed of values.seed.split(',').map(Number)) verdicts.push(await torture(seed))
process.exitCode = verdicts.every(Boolean) ? 0 : 1

async function torture(seed: number): Promise<boolean> {
  const began = performance.now()
  const folder = mkdtempSync(join(tmpdir(), `onrecord-torture-${seed}-`))
  const tally = createTally()
  const discordTally = createTally()
  const chance = (salt: number) => createChance(seed * 1000 + salt)
  await using press = await Press.start(chance(1), tally)
  await using archive = await Archive.start(chance(2), tally)
  await using discord = await DiscordServer.start()
  for (const { channelId, guildId } of READERS)
    discord.channels.set(channelId, {
      id: channelId,
      guild_id: guildId,
      type: 0,
      name: `channel-${channelId.slice(-2)}`,
    })
  discord.place.nonceMs = NONCE_MS
  let number = 0
  for (let feed = 0; feed < FEEDS; feed++) press.publish(number++, feed)
  for (let i = 0; i < 20; i++) archive.capture(number++)
  await using server = values.postgres ? await startPostgres({ durable: true }) : null
  const database = server && (await server.database())
  const record = database ? inPostgres(database) : inFile(folder)
  await prepare(folder, press, database)
  press.faultOnceIn = FAULT_ONCE_IN
  archive.faultOnceIn = FAULT_ONCE_IN
  const weather = chance(3)
  discord.troubles.weather = (method, path) => {
    if (!weather.once(DISCORD_ONCE_IN)) return undefined
    const [kind, trouble] = discordTrouble(weather, method, path)
    discordTally.add(kind)
    return trouble
  }
  const mostNews = number + (minutes * 60_000) / NEWS_MS
  const news = setInterval(() => {
    archive.cloud()
    if (number >= mostNews) return
    press.publish(number++)
    if (number % 40 === 0) archive.capture(number++)
  }, NEWS_MS)
  const addresses = { discord: discord.url, wayback: archive.url, database }
  const start = (args: string[] = []) => new Bot(folder, addresses, args)
  const crew = server && new Crew(start)
  const suffered = crew && (await crew.suffer({ minutes, kills, heard: () => discord.heard.length }, server, chance(4)))
  const { killed, fell } =
    suffered ??
    (await liveAndDie(
      () => start(),
      () => discord.heard.length,
      chance(4),
    ))
  clearInterval(news)
  press.faultOnceIn = 0
  archive.clear()
  discord.troubles.weather = undefined
  const published = () => ({ feeds: press.published, archive: archive.held })
  const drained = performance.now()
  const last = crew ?? start()
  let lines = await reckon(record, published(), discord)
  let looks = 0
  let least = { wrong: Number.POSITIVE_INFINITY, at: drained }
  for (;;) {
    const wrong = lines.reduce((sum, line) => sum + line.wrong.length, 0)
    if (wrong < least.wrong) least = { wrong, at: performance.now() }
    if (wrong === 0 || performance.now() - least.at > STALL_MS) break
    await sleep(2000)
    lines = await reckon(record, published(), discord)
    looks += 1
    if (looks % 10 === 0) console.error(`still open: ${openOf(lines)}`)
  }
  const drainSeconds = Math.round((performance.now() - drained) / 1000)
  const codes = [await last.stop(STOP_MS)].flat()
  lines = [
    ...(await reckon(record, published(), discord)),
    { what: 'killed as often as asked', count: killed, wrong: killed < kills ? [`${killed} of ${kills}`] : [] },
    { what: 'never ended by itself', count: killed + 1, wrong: fell },
    {
      what: 'ended when asked',
      count: codes.length,
      wrong: codes.flatMap((code) => (code === 0 ? [] : [`exit code ${code}`])),
    },
    ...(suffered
      ? [
          {
            what: 'database restarted',
            count: suffered.restarted,
            wrong: suffered.restarted < RESTARTS ? [`${suffered.restarted} of ${RESTARTS}`] : [],
          },
        ]
      : []),
  ]
  const seconds = Math.round((performance.now() - began) / 1000)
  print(lines, [
    `seed ${seed}: ${seconds} s, of which ${drainSeconds} s without faults at the end`,
    `faults of ${FEEDS} feeds and the archive: ${tally.total()} (${tally.words()})`,
    `faults of Discord: ${discordTally.total()} of ${discord.heard.length} requests (${discordTally.words()})`,
  ])
  const held = lines.every(({ wrong }) => wrong.length === 0)
  if (held && !values.keep) rmSync(folder, { recursive: true, force: true })
  else console.log(`kept: ${folder}`)
  return held
}

/**
 * Lives one after another, each of a length that nothing foretells, until both the time and the kills are spent. Most
 * are counted from their first request to Discord: a slow machine would else do nothing but begin.
 */
async function liveAndDie(
  start: () => Bot,
  heard: () => number,
  chance: Chance,
): Promise<{ killed: number; fell: string[] }> {
  const end = performance.now() + minutes * 60_000
  const fell: string[] = []
  let killed = 0
  while (performance.now() < end || killed < kills) {
    const before = heard()
    const begun = performance.now()
    const bot = start()
    const cutShort = chance.once(CUT_SHORT)
    const isUp = () => heard() > before || performance.now() - begun > LONGEST_START_MS
    while (!cutShort && !isUp()) await sleep(20)
    // On a busy machine all takes longer: the lives too.
    const startMs = performance.now() - begun
    const mean = Math.max(3000, startMs, (end - performance.now()) / Math.max(1, kills - killed) - startMs)
    await sleep(Math.min(-Math.log(1 - chance.next()) * mean, LONGEST_LIFE_MS))
    if (await bot.kill()) killed += 1
    else fell.push(`life ${killed + fell.length + 1} ended with ${await bot.ended}`)
  }
  return { killed, fell }
}

function discordTrouble(chance: Chance, method: string, path: string): [string, Trouble] {
  const kind = chance.pick(['429', '500', 'reset', 'slow'] as const)
  const post = method === 'POST' && /\/messages$/.test(path)
  if (kind === '429') return [kind, { status: 429, retryAfter: 0.2 + chance.next() * 2 }]
  if (kind === '500') return [kind, { status: chance.pick([500, 502, 503]) }]
  if (kind === 'slow') return [kind, { delayMs: 200 + chance.below(4000) }]
  const taken = chance.once(1.5)
  return [post && taken ? 'reset after accepting' : 'reset', { reset: true, taken }]
}

function openOf(lines: Line[]): string {
  const open = lines.filter(({ wrong }) => wrong.length > 0)
  return open.map(({ what, wrong }) => `${what}: ${wrong.length}, as ${wrong[0]}`).join('; ')
}

function print(lines: Line[], head: string[]): void {
  console.log(['', ...head].join('\n'))
  console.log('| what must hold | counted | wrong |')
  console.log('|---|---|---|')
  for (const { what, count, wrong } of lines)
    console.log(
      `| ${what} | ${count} | ${wrong.length === 0 ? '0' : `${wrong.length}: ${wrong.slice(0, 5).join('; ')}`} |`,
    )
}
