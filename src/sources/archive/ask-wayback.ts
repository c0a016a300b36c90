import { setTimeout as sleep } from 'node:timers/promises'
import { SourceError } from '../../errors.ts'
import { retryAfter } from '../feed.ts'
import { HostGate, type SharedTurns } from '../host-gate.ts'
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

/** What turns and pauses are kept under, no name of a host. */
const TURNS = { cdx: 'wayback index', replay: 'wayback captures', any: 'wayback' }
const PAUSES = { asked: 'wayback asked for a pause', leftAlone: 'wayback is left alone' }
const LEFT_ALONE_SECONDS = 3600

/**
 * One question at a time, whatever it is about; waits as it is told; gives up where it is refused.
 *
 * @param shared with them gaps, places and pauses are those of all processes together
 */
export function createAsker(net: Net, limits: WaybackLimits, shared?: SharedTurns) {
  const gate = (gapMs: number) => new HostGate({ gapMs, perHost: 1, overall: 1, shared })
  const gates = { cdx: gate(limits.cdxGapMs), replay: gate(limits.replayGapMs) }
  const single = gate(0)
  let refusals = 0

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

  const isHeld = async () =>
    (await single.heldSeconds(PAUSES.leftAlone)) > 0 || (await single.heldSeconds(PAUSES.asked)) > 0

  /** Waits for what an earlier answer asked for, whoever got it. */
  async function standBack(address: string, signal?: AbortSignal): Promise<void> {
    const alone = await single.heldSeconds(PAUSES.leftAlone)
    if (alone > 0)
      throw new SourceError(
        'unreachable',
        address,
        'the Wayback Machine has refused connections three times; it is left alone for an hour',
        { retryAfterSeconds: Math.ceil(alone) },
      )
    const held = await single.heldSeconds(PAUSES.asked)
    if (held > 0) await wait(held * 1000, address, 'the Wayback Machine asks for fewer visits', signal)
  }

  async function ask<T>(
    kind: 'cdx' | 'replay',
    address: string,
    signal: AbortSignal | undefined,
    read: (response: NetResponse, text: string, bytes: Buffer) => T | 'again',
  ): Promise<T> {
    for (let attempt = 1; ; ) {
      await standBack(address, signal)
      const outcome = await gates[kind].through(TURNS[kind], () =>
        single.through(TURNS.any, async () => ((await isHeld()) ? null : once(address, read))),
      )
      if (outcome === null) continue
      if ('value' in outcome) {
        refusals = 0
        return outcome.value
      }
      if (outcome.refused) {
        refusals += 1
        if (refusals >= 3) single.holdOff(PAUSES.leftAlone, LEFT_ALONE_SECONDS)
      }
      if (attempt >= TRIES || refusals >= 3)
        throw new SourceError(outcome.reason, address, outcome.why, {
          retryAfterSeconds: outcome.waitMs(attempt) / 1000,
          cause: outcome.cause,
        })
      const waitMs = Math.min(outcome.waitMs(attempt), LONGEST_WAIT_MS)
      // Whoever asks next waits as well, here and in other processes.
      if (outcome.reason === 'rate-limited') single.holdOff(PAUSES.asked, waitMs / 1000)
      await wait(waitMs, address, outcome.why, signal)
      attempt += 1
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
