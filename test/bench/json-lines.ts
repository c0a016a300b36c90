import { execFileSync, spawnSync } from 'node:child_process'
import { createReadStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import { unpacked } from '../../src/sources/archive/unpack.ts'
import { readLocalFile } from '../../src/sources/file.ts'
import { createParsers } from '../../src/sources/parsers.ts'
import { makePosts } from './json-lines/make-posts.ts'

const LINES = 60_000
/** Each is timed so often, in turn: the machine's pace changes, so only what was timed in one round is compared. */
const ROUNDS = 9

/** Posts a second out of a packed collection, beside a readline loop and jq in the same run, and as a command; and most memory in use. */
export async function run(args: string[]): Promise<void> {
  const lines = Number(args[0]) || LINES
  const folder = mkdtempSync(join(tmpdir(), 'onrecord-bench-'))
  const path = join(folder, 'posts.jsonl.gz')
  try {
    const bytes = await makePosts(path, lines)
    console.log(`json-lines: ${lines} posts, ${Math.round(bytes / 1e6)} MB unpacked, medians of ${ROUNDS} rounds`)
    await read(path)
    const memory = execFileSync(process.execPath, [join(import.meta.dirname, 'json-lines/read-alone.ts'), path], {
      encoding: 'utf8',
    })
    const rounds: Round[] = []
    for (let round = 0; round < ROUNDS; round += 1)
      rounds.push({
        peer: await timed(lines, () => readlineLoop(path)),
        ours: await timed(lines, () => read(path)),
        followed: await timed(lines, () => read(path, 'reader_7')),
        unpacked: await timed(lines, () => unpackAlone(path)),
        jq: jqRate(path, lines),
      })
    const rate = (one: keyof Round) => median(rounds.flatMap((round) => round[one] ?? []))
    const times = (one: keyof Round, other: keyof Round) =>
      median(rounds.flatMap((round) => (round[one] && round[other] ? round[one] / round[other] : []))) ?? 0
    const row = (name: string, value: number | null, note = '') =>
      console.log(
        `  ${name.padEnd(30)} ${value === null ? 'not on this machine' : `${Math.round(value / 1000)} k/s`} ${note}`,
      )
    row('readline + JSON.parse', rate('peer'))
    row('jq -c .id_str', rate('jq'))
    const besideJq = rate('jq') ? `, ${times('ours', 'jq').toFixed(1)} × jq` : ''
    row('ours', rate('ours'), `${times('ours', 'peer').toFixed(2)} × readline${besideJq} (wanted: 1.8 and 4)`)
    row('ours, one author followed', rate('followed'), `${times('followed', 'ours').toFixed(2)} × ours (wanted: 3)`)
    row(
      '… only unpacked, not looked at',
      rate('unpacked'),
      `${times('unpacked', 'ours').toFixed(2)} × ours: no filter can be faster`,
    )
    const all = command(path, lines)
    const one = command(path, lines, '--follow', 'reader_7')
    row('the command ingest', all, 'documents made, checked and printed')
    row('… --follow one author', one, `${(one / all).toFixed(2)} × the whole (wanted: 3)`)
    console.log(`  most memory, ours alone        ${memory.trim()} MB (wanted: under 200)`)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Posts a second, each way; null without jq on this machine. */
type Round = { peer: number; ours: number; followed: number; unpacked: number; jq: number | null }

function median(values: number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? null
}

/** What somebody at a terminal waits for, the program's start included. */
function command(path: string, lines: number, ...args: string[]): number {
  const began = performance.now()
  execFileSync(process.execPath, [join(import.meta.dirname, '../../src/launch.js'), 'ingest', ...args, path], {
    stdio: 'ignore',
  })
  return (lines / (performance.now() - began)) * 1000
}

async function timed(lines: number, work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return (lines / (performance.now() - began)) * 1000
}

async function readlineLoop(path: string): Promise<number> {
  let count = 0
  for await (const line of createInterface({
    input: createReadStream(path).pipe(createGunzip()),
    crlfDelay: Number.POSITIVE_INFINITY,
  }))
    if ((JSON.parse(line) as { id_str: string }).id_str) count += 1
  return count
}

async function read(path: string, follow?: string): Promise<number> {
  const parsers = createParsers()
  let count = 0
  for await (const read of readLocalFile(path, parsers, follow ? { follow: [follow] } : {}))
    if ('item' in read) count += 1
  await parsers.close()
  return count
}

/** What zlib takes alone: whoever reads the file waits at least so long. */
async function unpackAlone(path: string): Promise<void> {
  for await (const _ of unpacked(path, 'gzip'));
}

function jqRate(path: string, lines: number): number | null {
  if (spawnSync('jq', ['--version']).status !== 0) return null
  const began = performance.now()
  execFileSync('sh', ['-c', `zcat "$0" | jq -c .id_str > /dev/null`, path])
  return (lines / (performance.now() - began)) * 1000
}
