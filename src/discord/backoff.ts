import { setTimeout as sleep } from 'node:timers/promises'

export type Backoff = {
  /** Tries in all. */
  tries: number
  /** Upper bound of the first pause, milliseconds; each further one doubles it. */
  firstMs: number
  mostMs: number
  /** 0 to 1: where in the pause we wake, so that many callers do not come back at once. */
  chance?: () => number
  wait?: (ms: number) => Promise<unknown>
}

/**
 * Tries again while `mayMend` says so, after a pause that doubles and is drawn by chance ("full jitter").
 *
 * @see Brooker 2015, Exponential Backoff And Jitter
 */
export async function withBackoff<T>(
  work: () => Promise<T>,
  mayMend: (error: unknown) => boolean,
  { tries, firstMs, mostMs, chance = Math.random, wait = (ms) => sleep(ms) }: Backoff,
): Promise<T> {
  for (let made = 1; ; made++) {
    try {
      return await work()
    } catch (error) {
      if (made >= tries || !mayMend(error)) throw error
      await wait(chance() * Math.min(mostMs, firstMs * 2 ** (made - 1)))
    }
  }
}
