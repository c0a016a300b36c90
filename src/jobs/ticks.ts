import cron, { type ScheduledTask } from 'node-cron'
import type { Log } from '../log.ts'

/** Work that is done again and again until `end`, which waits for what is under way. */
export type Ticks = {
  /** @param when five or six fields of cron, in UTC */
  every(name: string, work: () => Promise<unknown>, when?: string): void
  end(): Promise<void>
}

/** A tick that fails, or would begin before the last one has ended, costs delay and never work: what is due lives in the store. */
export function startTicks(log: Log, stop: AbortSignal): Ticks {
  // A round that takes longer than the ticks are apart is no news: the next tick finds what is due.
  const quiet = (message: string | Error) => log.debug(String(message))
  const error = (message: string | Error) => log.error(String(message))
  const options = { timezone: 'UTC', noOverlap: true, logger: { info: quiet, warn: quiet, debug: quiet, error } }
  const running = new Set<Promise<void>>()
  const tasks: ScheduledTask[] = []
  const guarded = async (name: string, work: () => Promise<unknown>) => {
    try {
      if (!stop.aborted) await work()
    } catch (failure) {
      log.error({ err: failure }, `${name} failed; it is tried again at the next tick`)
    }
  }
  return {
    every(name, work, when = '*/5 * * * * *') {
      const run = () => {
        const done = guarded(name, work).finally(() => running.delete(done))
        running.add(done)
        return done
      }
      tasks.push(cron.schedule(when, run, options))
    },
    async end() {
      for (const task of tasks) await task.destroy()
      await Promise.all(running)
    },
  }
}

/** Resolves when the signal comes; at once where it came already. */
export const untilAborted = (stop: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (stop.aborted) resolve()
    else stop.addEventListener('abort', () => resolve(), { once: true })
  })
