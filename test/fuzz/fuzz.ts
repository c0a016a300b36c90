/**
 * `npm run fuzz [-- --pieces 20000 --seed 1 --minutes 15]`: mutated pieces of real files through every parser and the
 * rooms behind them. Exits with 1 where something throws, takes longer than two seconds, or memory grows.
 */
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { shared } from '../support/shared.ts'
import type { FuzzAnswer } from './fuzz.worker.ts'
import { pieceOf, readCorpus } from './pieces.ts'

const HANDS = 2
/** Processor time: a busy machine is no hang. A piece that only waits is given up after a minute. */
const HANG_MS = 2000
const WAIT_MS = 60_000

const { values } = parseArgs({
  options: {
    pieces: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '15' },
  },
})
const folder = shared('data')
if (!folder) throw new Error('there are no real files to begin with: see CONTRIBUTING.md')
const [pieces, seed] = [Number(values.pieces), Number(values.seed)]
const corpus = readCorpus(folder)
const began = performance.now()
const end = began + Number(values.minutes) * 60_000
const found = { thrown: new Map<string, number[]>(), hung: [] as string[], documents: 0, done: 0, slowestMs: 0 }
const heaps: number[] = []
let next = 0

await Promise.all(Array.from({ length: HANDS }, work))
report()

/** One thread after another, each until it hangs or nothing is left. */
async function work(): Promise<void> {
  while (next < pieces && performance.now() < end) {
    const worker = new Worker(new URL('./fuzz.worker.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: 700 },
    })
    await once(worker, 'message')
    let well = true
    while (well && next < pieces && performance.now() < end) well = await feed(worker, next++)
    await worker.terminate()
  }
}

/** @returns false where the thread must be replaced */
async function feed(worker: Worker, number: number): Promise<boolean> {
  const piece = pieceOf(number, seed, corpus)
  const before = await busyMs(worker)
  const started = performance.now()
  const over = new AbortController()
  const answer = once(worker, 'message', { signal: over.signal }).then(
    ([said]) => said as FuzzAnswer,
    (error: Error) => (over.signal.aborted ? null : { kind: 'fell' as const, error }),
  )
  const watch = setInterval(async () => {
    const busy = (await busyMs(worker)) - before
    if (busy > HANG_MS || performance.now() - started > WAIT_MS) over.abort()
  }, 250)
  worker.postMessage(piece)
  const said = await answer
  clearInterval(watch)
  if (said === null) found.hung.push(`${number} (${piece.name})`)
  else if (said.kind === 'fell') note(`the thread fell: ${said.error.message}`, number)
  else if (said.kind === 'done') {
    found.done += 1
    found.documents += said.documents
    found.slowestMs = Math.max(found.slowestMs, (await busyMs(worker)) - before)
    if (said.heapBytes !== null) heaps.push(said.heapBytes)
    for (const words of said.thrown) note(words, number)
    return true
  }
  return false
}

async function busyMs(worker: Worker): Promise<number> {
  const { user, system } = await worker.cpuUsage().catch(() => ({ user: 0, system: 0 }))
  return (user + system) / 1000
}

function note(words: string, number: number): void {
  found.thrown.set(words, [...(found.thrown.get(words) ?? []), number])
}

function report(): void {
  const tenth = Math.max(1, Math.floor(heaps.length / 10))
  const mean = (some: number[]) => some.reduce((sum, n) => sum + n, 0) / Math.max(1, some.length) / 1e6
  // The first tenth loads what is loaded once.
  const [early, late] = [mean(heaps.slice(tenth, tenth * 4)), mean(heaps.slice(-tenth * 3))]
  const grew = late > early * 1.25 + 5
  const seconds = Math.round((performance.now() - began) / 1000)
  console.log(
    `seed ${seed}: ${found.done} of ${pieces} pieces of ${corpus.length} files in ${seconds} s; ${found.documents} documents in them`,
  )
  console.log(
    `threw: ${found.thrown.size} kinds; hung: ${found.hung.length}; slowest piece: ${Math.round(found.slowestMs)} ms of processor time`,
  )
  console.log(`memory after collection: ${early.toFixed(1)} MB early, ${late.toFixed(1)} MB late`)
  for (const [words, numbers] of found.thrown)
    console.log(`  ${words} (${numbers.length} times, first in piece ${numbers[0]})`)
  for (const words of found.hung) console.log(`  hung: piece ${words}`)
  process.exitCode = found.thrown.size === 0 && found.hung.length === 0 && !grew && found.done === pieces ? 0 : 1
}
