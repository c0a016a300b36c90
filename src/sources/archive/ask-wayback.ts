import { setTimeout as sleep } from 'node:timers/promises'
import { SourceError } from '../../errors.ts'
import { retryAfter } from '../feed.ts'
import { HostGate } from '../host-gate.ts'
import type { Net, NetResponse } from '../net.ts'

/** How politely the archive is asked. The defaults are a margin below what its staff ask of others. */
export type WaybackLimits = {
  /** Least time between two questions to the index, and between two replays. */
  cdxGapMs: number
  replayGapMs: number
  /** First wait after a 429 that names none; doubles to a quarter of an hour. */
  limitedMs: number
  /** First wait after a refused connection; doubles. */
  refusedMs: number
  /** Longest wait inside one reading; a longer one ends it, to be taken up again at its cursor. */
  patienceMs: number
  /** Rows of the index asked for at once. */
  pageRows: number
}
export const WAYBACK_LIMITS: WaybackLimits = {
  cdxGapMs: 2500,
  replayGapMs: 1000,
  limitedMs: 60_000,
  refusedMs: 300_000,
  patienceMs: 120_000,
  pageRows: 500,
}
const LONGEST_WAIT_MS = 900_000
const TRIES = 5

/** One question at a time, whatever it is about; waits as it is told; gives up where it is refused. */
export function createAsker(net: Net, limits: WaybackLimits) {
  const gates = {
    cdx: new HostGate({ gapMs: limits.cdxGapMs, perHost: 1, overall: 1 }),
    replay: new HostGate({ gapMs: limits.replayGapMs, perHost: 1, overall: 1 }),
  }
  const single = new HostGate({ gapMs: 0, perHost: 1, overall: 1 })
  let refusals = 0
  let openUntil = 0

  async function wait(ms: number, address: string, why: string, signal?: AbortSignal): Promise<void> {
    if (ms > limits.patienceMs)
      throw new SourceError(
        'rate-limited',
        address,
        `${why}; it goes on where it was in ${Math.ceil(ms / 60_000)} minutes`,
        { retryAfterSeconds: Math.ceil(ms / 1000) },
      )
    await sleep(ms, undefined, signal ? { signal } : {})
  }

  async function ask<T>(
    kind: 'cdx' | 'replay',
    address: string,
    signal: AbortSignal | undefined,
    read: (response: NetResponse, text: string, bytes: Buffer) => T | 'again',
  ): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      if (performance.now() < openUntil)
        throw new SourceError(
          'unreachable',
          address,
          'the Wayback Machine has refused connections three times; it is left alone for an hour',
          { retryAfterSeconds: 3600 },
        )
      const outcome = await gates[kind].through('archive', () => single.through('archive', () => once(address, read)))
      if ('value' in outcome) {
        refusals = 0
        return outcome.value
      }
      if (outcome.refused) {
        refusals += 1
        if (refusals >= 3) openUntil = performance.now() + 3_600_000
      }
      if (attempt >= TRIES || refusals >= 3)
        throw new SourceError(outcome.reason, address, outcome.why, {
          retryAfterSeconds: outcome.waitMs(attempt) / 1000,
          cause: outcome.cause,
        })
      await wait(Math.min(outcome.waitMs(attempt), LONGEST_WAIT_MS), address, outcome.why, signal)
    }
  }

  type Trouble = {
    reason: 'unreachable' | 'rate-limited' | 'unreadable'
    why: string
    refused: boolean
    waitMs(attempt: number): number
    cause?: unknown
  }
  const jittered = (attempt: number) =>
    Math.random() * Math.min(2000 * 2 ** (attempt - 1), 60_000) * Math.min(1, limits.limitedMs / 60_000)

  async function once<T>(
    address: string,
    read: (response: NetResponse, text: string, bytes: Buffer) => T | 'again',
  ): Promise<{ value: T } | Trouble> {
    let response: NetResponse
    try {
      response = await net.get(address, {}, { maxBytes: 20_000_000, timeoutMs: 60_000 })
    } catch (error) {
      if (!(error instanceof SourceError) || error.reason === 'refused' || error.reason === 'too-large') throw error
      const refused = (error.cause as { code?: string } | undefined)?.code === 'ECONNREFUSED'
      const waitMs = (attempt: number) => (refused ? limits.refusedMs * 2 ** (attempt - 1) : jittered(attempt))
      return {
        reason: 'unreachable',
        why: `the Wayback Machine could not be asked (${error.message.split(': ').at(-1)})`,
        refused,
        waitMs,
        cause: error,
      }
    }
    const bytes = await response.bytes()
    const archived = response.headers.has('memento-datetime')
    if (response.status === 429 && !archived) {
      const wish = retryAfter(response.headers)
      const waitMs = (attempt: number) =>
        wish !== null ? wish * 1000 : Math.min(limits.limitedMs * 2 ** (attempt - 1), LONGEST_WAIT_MS)
      return { reason: 'rate-limited', why: 'the Wayback Machine asks for fewer visits', refused: false, waitMs }
    }
    const value = response.status >= 500 && !archived ? 'again' : read(response, bytes.toString('utf8'), bytes)
    if (value !== 'again') return { value: value as T }
    return {
      reason: 'unreadable',
      why: `the Wayback Machine could not answer (${response.status})`,
      refused: false,
      waitMs: jittered,
    }
  }
  return { ask }
}
