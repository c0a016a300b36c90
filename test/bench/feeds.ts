import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseFeed as feedsmith } from 'feedsmith'
import RssParser from 'rss-parser'
import { decode, gunzip, isGzip } from '../../src/sources/decode.ts'
import { parseFeed } from '../../src/sources/parse-feed.ts'
import { createParsers } from '../../src/sources/parsers.ts'
import { shared } from '../support/shared.ts'

const ROUNDS = 5
const WARM_UP = 2

/** One polling round of many feeds on loopback; then the time of parsing the real feeds beside rss-parser and feedsmith. */
export async function run(args: string[]): Promise<void> {
  // A process of its own, started as src/launch.js starts the program: its memory is that of the round alone.
  const execArgv = ['--optimize-for-size', '--max-semi-space-size=4']
  const count = String(Number(args[0]) || 10_000)
  await once(fork(resolve(import.meta.dirname, 'feeds/poll-round.ts'), [count], { execArgv }), 'exit')
  const folder = shared('data', 'feeds')
  if (folder) await parsing(folder)
  else console.log('feeds: the real feeds are not on this machine; parsing is not measured')
}

async function parsing(folder: string): Promise<void> {
  const files = readdirSync(folder)
    .filter((name) => !/README|\.html$/.test(name))
    .map((name) => readFileSync(join(folder, name)))
    .map((bytes) => (isGzip(bytes) ? gunzip(bytes, 50_000_000) : bytes))
  const texts = files.map((bytes) => decode(bytes, null).text)
  const alone = new RssParser({ defaultRSS: 2 } as never)
  const each = async <T>(values: T[], work: (value: T) => unknown) => {
    for (const value of values)
      try {
        await work(value)
      } catch {
        // A peer that cannot read a file is done with it.
      }
  }
  for (let round = 0; round < WARM_UP; round += 1) {
    await each(texts, (text) => alone.parseString(text))
    await each(files, (bytes) => parseFeed(bytes, null, 'warm up'))
  }
  const peer = await measured(() => each(texts, (text) => alone.parseString(text)))
  const other = await measured(() => each(texts, (text) => feedsmith(text)))
  const ours = await measured(() => each(files, (bytes) => parseFeed(bytes, null, 'feed')))
  const parsers = createParsers({ size: 2 })
  // Each worker sees every file as often as the main thread did.
  for (let round = 0; round < WARM_UP * 2; round += 1)
    await Promise.all(files.map((bytes) => parsers.feed(bytes, null, 'warm up')))
  const pooled = await measured(
    () =>
      Promise.all(
        Array.from({ length: ROUNDS }, () => files)
          .flat()
          .map((bytes) => parsers.feed(bytes, null, 'feed')),
      ),
    1,
  )
  await parsers.close()
  const row = (name: string, { cpu, wall }: Cost, note = '') =>
    console.log(
      `  ${name.padEnd(24)} CPU ${cpu.toFixed(0).padStart(6)} ms   wall ${wall.toFixed(0).padStart(6)} ms   ${note}`,
    )
  console.log(
    `feeds: ${files.length} real feeds, ${(files.reduce((sum, { length }) => sum + length, 0) / 1e6).toFixed(1)} MB, mean of ${ROUNDS} rounds`,
  )
  row('rss-parser, decoded text', peer)
  row('feedsmith, decoded text', other)
  row('ours, bytes', ours, `${(ours.cpu / peer.cpu).toFixed(2)} × rss-parser’s CPU (wanted: at most 1.5)`)
  row('ours, two workers', pooled, `${(peer.wall / pooled.wall).toFixed(2)} × rss-parser’s speed (wanted: at least 1)`)
}

type Cost = { cpu: number; wall: number }

/** @param times how often the work is done here; it is counted as all rounds together either way */
async function measured(work: () => Promise<unknown>, times = ROUNDS): Promise<Cost> {
  const began = performance.now()
  const before = process.cpuUsage()
  for (let round = 0; round < times; round += 1) await work()
  const { user, system } = process.cpuUsage(before)
  return { cpu: (user + system) / 1000 / ROUNDS, wall: (performance.now() - began) / ROUNDS }
}
