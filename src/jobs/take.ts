import type { Job, PgBoss } from 'pg-boss'
import type { Log } from '../log.ts'

export type TakeManner = {
  /** Side by side in one process. */
  sideBySide: number
  /** Of one group, in all processes together. */
  ofGroup?: number | undefined
  /** Seconds between two looks for work where the last one found none. */
  every: number
}
type Handle = (key: string) => Promise<void>
type Letter = Job<{ key: string }>
type Settled = { job: Letter; error?: Error }

/** As often as that a process says of what it has in hand that it still does. */
const ALIVE_MS = 8_000
/** Places that come free are filled together: a question for each would cost more than many a piece of work. */
const REFILL_AT = 0.1
/** What is done is told together, too, this much later at most. */
const TOLD_MS = 100

/**
 * Takes orders of one queue and works at several side by side, until disposed: that waits for those in hand. Each is done,
 * or fails, on its own; one that takes long holds up no other.
 */
export function takeOrders(
  boss: Pick<PgBoss, 'fetch' | 'complete' | 'fail' | 'touch'>,
  queue: string,
  { sideBySide, ofGroup, every }: TakeManner,
  handle: Handle,
  log: Log,
): AsyncDisposable {
  const inHand = new Map<string, Letter>()
  let settled: Settled[] = []
  let telling: NodeJS.Timeout | null = null
  let isOver = false
  let wake = () => {}

  const warned = async (work: () => Promise<unknown>) => {
    try {
      await work()
    } catch (error) {
      // What was not told done comes again when this process gives no sign of it: each may be done twice.
      log.warn({ queue, reason: (error as Error).message }, 'the queues could not be asked; they are asked again')
    }
  }
  const tell = async () => {
    if (telling) clearTimeout(telling)
    telling = null
    const some = settled
    settled = []
    const done = some.flatMap(({ job, error }) => (error ? [] : [job]))
    if (done.length > 0) await warned(() => boss.complete(queue, done))
    for (const { job, error } of some) if (error) await warned(() => boss.fail(queue, job, error))
    for (const { job } of some) inHand.delete(job.id)
    wake()
  }
  const begin = async (job: Letter) => {
    const one: Settled = { job }
    try {
      await handle(job.data.key)
    } catch (error) {
      one.error = error as Error
    }
    settled.push(one)
    if (settled.length >= Math.ceil(sideBySide * REFILL_AT)) await tell()
    else telling ??= setTimeout(() => void tell(), TOLD_MS)
  }
  /** @returns true where the time ran out, false where something was done before */
  const pause = (ms: number) =>
    new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(true), ms)
      wake = () => {
        clearTimeout(timer)
        resolve(false)
      }
    })
  const alive = setInterval(() => {
    const jobs = [...inHand.values()]
    if (jobs.length > 0) void warned(() => boss.touch(queue, jobs))
  }, ALIVE_MS)

  const look = async () => {
    let found: Letter[] = []
    const options = { batchSize: sideBySide - inHand.size, ...(ofGroup ? { groupConcurrency: ofGroup } : {}) }
    await warned(async () => {
      found = await boss.fetch<{ key: string }>(queue, options)
    })
    for (const job of found) inHand.set(job.id, job)
    for (const job of found) void begin(job)
    return found.length
  }
  const run = async () => {
    let hasWaited = false
    while (!isOver) {
      const free = sideBySide - inHand.size
      const isWorthIt = free >= Math.ceil(sideBySide * REFILL_AT) || (hasWaited && free > 0)
      hasWaited = false
      if (isWorthIt && (await look()) > 0) continue
      hasWaited = await pause(every * 1000)
    }
  }
  const running = run()

  return {
    async [Symbol.asyncDispose]() {
      isOver = true
      wake()
      await running
      while (inHand.size > 0) await pause(TOLD_MS)
      clearInterval(alive)
    },
  }
}
