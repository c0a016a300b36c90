import { Worker } from 'node:worker_threads'
import { SourceError } from '../errors.ts'
import type { ParsedFeed } from './parse-feed.ts'
import type { ParsedPage } from './parse-page.ts'

export type ParseTask = { kind: 'feed' | 'page'; bytes: Uint8Array; contentType: string | null; address: string }
/** A result crosses as JSON: one text is handed over faster than the thousands of fields of a feed. */
export type ParseAnswer = { kind: 'ready' } | { kind: 'feed' | 'page'; result: string }

/** Reads bytes in worker threads under a hard limit of time and memory. */
export type Parsers = {
  /** @throws {SourceError} timeout or unreadable, where the limit was reached */
  feed(bytes: Uint8Array, contentType: string | null, address: string): Promise<ParsedFeed>
  /** @throws {SourceError} as `feed` */
  page(bytes: Uint8Array, contentType: string | null, address: string): Promise<ParsedPage>
  close(): Promise<void>
}

export type ParserOptions = {
  /** Worker threads at most. They start when they are needed and end when they are idle. */
  size?: number
  /** For one feed or page, from when a worker begins with it. */
  limitMs?: number
  /** Memory of one worker. */
  limitMb?: number
  idleMs?: number
}

type Job = { task: ParseTask; done: (result: never) => void; failed: (error: Error) => void }
type Hand = { worker: Worker; ready: boolean; job: Job | null; timer: NodeJS.Timeout | null }

/** A busy machine may be slow to start a thread: that is no fault of what is read. */
const START_MS = 30_000

/** A hung or crashed worker is replaced; its task fails with a reason, all others go on. */
export function createParsers(options: ParserOptions = {}): Parsers {
  const { size = 2, limitMs = 10_000, limitMb = 256, idleMs = 20_000 } = options
  const hands = new Set<Hand>()
  const waiting: Job[] = []
  let closed = false

  function hire(): Hand {
    const worker = new Worker(new URL('./parse-feed.worker.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: limitMb, maxYoungGenerationSizeMb: 16 },
    })
    const hand: Hand = { worker, ready: false, job: null, timer: null }
    hands.add(hand)
    worker.unref()
    worker.on('message', (answer: ParseAnswer) => {
      const { job } = hand
      if (answer.kind === 'ready') {
        hand.ready = true
        if (job) limit(hand)
        return
      }
      rest(hand)
      job?.done(JSON.parse(answer.result) as never)
      next(hand)
    })
    worker.on('error', (error: Error) => {
      const outOfMemory = (error as { code?: string }).code === 'ERR_WORKER_OUT_OF_MEMORY'
      dismiss(
        hand,
        outOfMemory
          ? 'reading it takes more memory than is allowed'
          : `it could not be read (${error.message.slice(0, 100)})`,
        error,
      )
    })
    worker.on('exit', () => dismiss(hand, 'its reader ended without an answer'))
    return hand
  }

  function rest(hand: Hand): void {
    if (hand.timer) clearTimeout(hand.timer)
    hand.job = null
    hand.worker.unref()
    hand.timer = setTimeout(() => dismiss(hand, ''), idleMs).unref()
  }

  function next(hand: Hand): void {
    const job = waiting.shift()
    if (!job || closed) return
    hand.job = job
    hand.worker.ref()
    hand.worker.postMessage(job.task)
    limit(hand)
  }

  /** Starts the clock for the task in hand. */
  function limit(hand: Hand): void {
    if (hand.timer) clearTimeout(hand.timer)
    const late = hand.ready
      ? `reading it takes longer than ${limitMs / 1000} s; it may be built to harm`
      : 'its reader took longer than it may to start'
    hand.timer = setTimeout(() => dismiss(hand, late), hand.ready ? limitMs : START_MS)
  }

  /** Ends a worker, tells who waited for it, and lets another take its place where there is work. */
  function dismiss(hand: Hand, why: string, cause?: Error): void {
    if (!hands.delete(hand)) return
    if (hand.timer) clearTimeout(hand.timer)
    void hand.worker.terminate()
    const { job } = hand
    hand.job = null
    const reason = why.includes('longer than') ? 'timeout' : 'unreadable'
    job?.failed(new SourceError(reason, job.task.address, why, { cause }))
    if (waiting.length > 0 && !closed) next(hire())
  }

  function ask(task: ParseTask): Promise<never> {
    if (closed) return Promise.reject(new SourceError('unreadable', task.address, 'the readers are closed'))
    return new Promise((done, failed) => {
      waiting.push({ task, done, failed })
      const idle = [...hands].find(({ job }) => job === null)
      if (idle) next(idle)
      else if (hands.size < size) next(hire())
    })
  }

  return {
    feed: (bytes, contentType, address) => ask({ kind: 'feed', bytes, contentType, address }),
    page: (bytes, contentType, address) => ask({ kind: 'page', bytes, contentType, address }),
    async close() {
      closed = true
      for (const job of waiting.splice(0))
        job.failed(new SourceError('unreadable', job.task.address, 'the readers were closed'))
      await Promise.all(
        [...hands].map((hand) => {
          const ended = hand.worker.terminate()
          dismiss(hand, 'the readers were closed')
          return ended
        }),
      )
    },
  }
}
