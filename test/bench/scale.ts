/**
 * `npm run bench -- scale`: thousands of servers on one Postgres. Real workers read feeds on a thousand addresses, analyse
 * what is published there, compose digests and post them to a Discord of our own; once with each number of workers. Prints
 * how long a document takes from its publication to the row of its delivery, and which part is the limit.
 */
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { IDS } from '../support/discord-channels.ts'
import { DiscordServer } from '../support/discord-server.ts'
import { type PostgresServer, startPostgres } from '../support/postgres.ts'
import type { Seen } from './scale/newsstand.ts'
import { machineSeconds, mostMemory, processorSeconds } from './scale/processor.ts'
import { type Delays, fillRecord, readDelays, type Standing, serverProcess, standing } from './scale/record.ts'
import { channelId, channelOf, feedAddress, guildId, PERSONS, personId, personName, type Size } from './scale/world.ts'

const root = resolve(import.meta.dirname, '../..')
const WANTED_SECONDS = 60
const LOOK_MS = 1000
const STOP_MS = 60_000

export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      servers: { type: 'string', default: '2000' },
      subscriptions: { type: 'string', default: '20000' },
      /** How many of them are told every minute; the others every hour. */
      minutely: { type: 'string', default: '200' },
      terms: { type: 'string', default: '50000' },
      feeds: { type: 'string', default: '5000' },
      hosts: { type: 'string', default: '1000' },
      rate: { type: 'string', default: '100' },
      seconds: { type: 'string', default: '300' },
      /** How often each feed is read, in seconds. */
      every: { type: 'string', default: '40' },
      workers: { type: 'string', default: '1,2,4' },
      /** How long a first reading of all feeds, and what is left at the end, may take, in seconds. */
      patience: { type: 'string', default: '300' },
    },
  })
  const { workers, patience, every, ...numbers } = values
  const counts = Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, Number(value)]))
  const size = { ...counts, everySeconds: Number(every) } as Size
  console.log(
    `scale: ${size.servers} servers, ${size.subscriptions} subscriptions (${size.minutely} told every minute, the others every hour), ${size.terms} watch terms, ${size.feeds} feeds on ` +
      `${size.hosts} addresses, each read every ${every} s; ${size.rate} documents a second for ${size.seconds} s; ${availableParallelism()} cores`,
  )
  // Whoever ends it half way leaves no program behind.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
  await using server = await startPostgres({ durable: true })
  for (const count of workers.split(',').map(Number)) await load(count, size, Number(patience), server)
}

type Cost = { name: string; seconds: number }

/** One load with so many workers. */
async function load(workers: number, size: Size, patience: number, server: PostgresServer): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'onrecord-scale-'))
  const url = await server.database()
  await fillRecord(url, size)
  const newsstand = fork(resolve(import.meta.dirname, 'scale/newsstand.ts'), [JSON.stringify(size)])
  const [{ port }] = (await once(newsstand, 'message')) as [{ port: number }]
  writeConfig(folder, size, port)
  await using discord = await DiscordServer.start()
  for (let i = 0; i < size.subscriptions; i += 1) {
    const id = channelId(i)
    discord.channels.set(id, { id, guild_id: guildId(channelOf(size, i).guild), type: 0, name: `channel-${i}` })
  }
  const crew = Array.from({ length: workers }, (_, i) => startWorker(folder, i, { url, discord: discord.url }))
  const parts = {
    Postgres: [await serverProcess(url)],
    workers: crew.map(({ pid }) => pid ?? 0),
    'feed server': [newsstand.pid ?? 0],
  }
  try {
    const begun = performance.now()
    let last = await until(url, patience, ({ feedsRead }) => feedsRead >= size.feeds)
    console.log(
      `\n${workers} worker${workers > 1 ? 's' : ''}: ${last.feedsRead} of ${size.feeds} feeds read for the first time in ${inSeconds(begun)} s`,
    )
    await tell(newsstand, 'forget')
    const visitsBefore = (await tell(newsstand, 'tell')).visits
    const before = costs(parts)
    const machineBefore = machineSeconds()
    const published = performance.now()
    newsstand.send('publish')
    await once(newsstand, 'message')
    const window = (performance.now() - published) / 1000
    last = await standing(url)
    const seen = await tell(newsstand, 'tell')
    const spent = costs(parts).map(({ name, seconds }, i) => ({ name, seconds: seconds - (before[i]?.seconds ?? 0) }))
    const machine = machineSeconds() - machineBefore
    tellLoad({ window, last, seen, visits: seen.visits - visitsBefore, spent, machine })
    const drained = performance.now()
    last = await until(url, patience, (now) => now.documents >= seen.published && now.waiting === 0 && now.owed === 0)
    // What was analysed last is told when its channels are due next.
    const told = await until(url, patience, afterItsMinute())
    console.log(
      `  afterwards: ${last.documents} of ${seen.published} documents on record and ${last.waiting} not yet analysed after ${inSeconds(drained)} s; ${told.rows} delivery rows, ${told.owed} not posted`,
    )
    tellDelays(await readDelays(url, size))
    console.log(
      `  most memory of a worker ${Math.max(...crew.map(({ pid }) => mostMemory(pid ?? 0)))} MB; requests that Discord refused: ${discord.faults.length}; ${complaints(folder)}`,
    )
  } finally {
    await Promise.all(crew.map(stopWorker))
    newsstand.kill()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** True once the next minute has begun, and every channel that was due has been told. */
function afterItsMinute(): (now: Standing) => boolean {
  const minute = Math.floor(Date.now() / 60_000)
  return ({ digestsDue, owed }) => Math.floor(Date.now() / 60_000) > minute && digestsDue === 0 && owed === 0
}

function writeConfig(folder: string, size: Size, port: number): void {
  const sources = Array.from(
    { length: size.feeds },
    (_, i) =>
      `  - { id: feed-${i}, kind: feed, publisher: Paper ${i}, address: "${feedAddress(size, i, port)}", every: ${size.everySeconds}s }`,
  )
  const people = PERSONS.map((i) => `  - { id: ${personId(i)}, name: ${personName(i)}, kind: person }`)
  writeFileSync(
    join(folder, 'onrecord.yaml'),
    ['firstPollItems: 1000', 'sources:', ...sources, 'entities:', ...people, ''].join('\n'),
  )
}

/** The real program, with a data folder of its own. What it says goes into the folder. */
function startWorker(folder: string, i: number, { url, discord }: { url: string; discord: string }): ChildProcess {
  const log = openSync(join(folder, `worker-${i}.log`), 'a')
  const args = ['src/launch.js', 'run', '--role', 'worker', '--config', join(folder, 'onrecord.yaml')]
  const child = spawn(process.execPath, [...args, '--data', join(folder, `data-${i}`)], {
    cwd: root,
    stdio: ['ignore', log, log],
    env: {
      PATH: process.env.PATH ?? '',
      HOME: '/nonexistent',
      DATABASE_URL: url,
      DISCORD_TOKEN: IDS.token,
      DISCORD_API_URL: discord,
      ALLOW_ADDRESSES: '127.0.0.0/8',
      PREVIEW_PORT: '0',
      METRICS_PORT: '0',
      LOG_LEVEL: 'warn',
    },
  })
  closeSync(log)
  process.once('exit', () => child.kill('SIGKILL'))
  return child
}

async function stopWorker(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
  await ended
  clearTimeout(late)
}

/** Looks again and again until something holds, for so many seconds at most. */
async function until(url: string, patience: number, holds: (now: Standing) => boolean): Promise<Standing> {
  const end = performance.now() + patience * 1000
  for (;;) {
    const now = await standing(url)
    if (holds(now) || performance.now() > end) return now
    await sleep(LOOK_MS)
  }
}

async function tell(newsstand: ChildProcess, what: 'forget' | 'tell'): Promise<Seen> {
  newsstand.send(what)
  const [seen] = (await once(newsstand, 'message')) as [Seen]
  return seen
}

function costs(parts: Record<string, number[]>): Cost[] {
  const { user, system } = process.cpuUsage()
  return [
    ...Object.entries(parts).map(([name, ids]) => ({ name, seconds: processorSeconds(ids) })),
    { name: 'Discord of our own', seconds: (user + system) / 1e6 },
  ]
}

const inSeconds = (begun: number) => ((performance.now() - begun) / 1000).toFixed(0)

function tellLoad({
  window,
  last,
  seen,
  visits,
  spent,
  machine,
}: {
  window: number
  last: Standing
  seen: Seen
  visits: number
  spent: Cost[]
  machine: number
}): void {
  const each = (n: number) => (n / window).toFixed(1)
  console.log(
    `  while they were published, each second: ${each(seen.published)} documents published, ${each(last.documents)} recorded, ` +
      `${each(last.documents - last.waiting)} analysed; ${each(visits)} feeds read; ${each(last.rows)} delivery rows`,
  )
  console.log(
    `  at its end: ${seen.published - last.documents} documents not yet read, ${last.waiting} not yet analysed, ${last.sourcesDue} feeds due, ` +
      `${last.digestsDue} digests due, ${last.owed} owed`,
  )
  console.log(
    `  hosts: at most ${seen.most} visits at once and ${seen.mostInWindow} within 3 s, at least ${seen.leastGap.toFixed(0)} ms apart, over all workers`,
  )
  const own = spent.reduce((sum, { seconds }) => sum + seconds, 0)
  const cores = (seconds: number) => (seconds / window).toFixed(2)
  console.log(
    `  cores busy: ${spent.map(({ name, seconds }) => `${name} ${cores(seconds)}`).join(', ')}; others on this machine ${cores(Math.max(0, machine - own))} (of ${availableParallelism()})`,
  )
}

function tellDelays({ documents, recorded, analysed, own, whole, late }: Delays): void {
  const row = (name: string, values: number[], note = '') =>
    console.log(
      `  ${name.padEnd(58)} ${at(values, 0.5)} s  ${at(values, 0.95)} s  ${at(values, 1)} s  ${String(values.length).padStart(7)}  ${note}`,
    )
  console.log(`  ${documents} documents ${' '.repeat(44)}    median       95th    longest        of`)
  row('publication to the record', recorded)
  row('record to analysed, where statements were found', analysed)
  row('a channel is due to its delivery row, told every minute', late)
  row('publication to delivery row, with the wait for the minute', whole)
  row('publication to delivery row, without that wait', own, `wanted: 95th under ${WANTED_SECONDS}`)
}

function at(values: number[], part: number): string {
  const sorted = values.toSorted((a, b) => a - b)
  return (sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? Number.NaN).toFixed(1).padStart(9)
}

/** What the workers complained of. */
function complaints(folder: string): string {
  const lines = Array.from({ length: 16 }, (_, i) => join(folder, `worker-${i}.log`)).flatMap((path) => {
    try {
      return readFileSync(path, 'utf8').split('\n')
    } catch {
      return []
    }
  })
  const told = lines.filter((line) => /"level":(40|50|60)|WARN|ERROR/.test(line))
  if (process.env.BENCH_LOG) console.log(told.slice(0, 10).join('\n'))
  return told.length === 0
    ? 'no complaint in the log'
    : `${told.length} complaints in the log, such as: ${told[0]?.slice(0, 300)}`
}
