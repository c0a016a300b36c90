import { nextDue } from '../digests/schedule.ts'
import type { Kit } from './kit.ts'

/** Where the sample's digest stands: it is composed by hand. */
const NEVER = '9999'
/** No wait before another try is longer, whatever Discord asks for. */
const LONGEST_WAIT_MS = 86_400_000

/**
 * Brings forward what a clock that ran ahead has put off: sources that were “read” in the future, digests that are due
 * later than their schedule says, deliveries that wait longer than any wait is. With a true clock it changes nothing.
 *
 * @returns how many of them
 */
export async function mendClock({ store, now, log }: Pick<Kit, 'store' | 'now' | 'log'>): Promise<number> {
  const at = now()
  let mended = 0
  for (const { state } of await store.sources.list()) {
    if (!state.lastPolledAt || state.lastPolledAt <= at) continue
    await store.sources.remember({ ...state, lastPolledAt: at, nextPollAt: at, nextPollBecause: { code: 'clock' } })
    mended += 1
  }
  // Thousands of channels share few schedules, and to reckon one takes its time.
  const times = new Map<string, string | null>()
  for (const { id, schedule, timeZone, nextDigestAt } of await store.subscriptions.list()) {
    const due = times.getOrInsertComputed(`${schedule} ${timeZone}`, () => nextDue(schedule, timeZone, at))
    if (!due || !nextDigestAt || nextDigestAt <= due || nextDigestAt === NEVER) continue
    await store.subscriptions.reschedule(id, { schedule, timeZone, nextDigestAt: due })
    mended += 1
  }
  mended += await store.deliveries.hasten(new Date(Date.parse(at) + LONGEST_WAIT_MS).toISOString(), at)
  if (mended > 0) log.warn({ mended }, 'the clock was set back: what it had put off is brought forward')
  return mended
}
