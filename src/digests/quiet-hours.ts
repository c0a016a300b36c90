import type { Subscription } from '../model.ts'

/**
 * Whether a moment falls into the quiet hours of a subscription, by the clock on the wall in its zone: from the first
 * minute until before the last, over midnight where they begin later than they end. An hour that daylight saving skips
 * is never reached, one that it repeats is quiet twice. Equal ends are no quiet hours.
 *
 * @param at ISO 8601
 */
export function isQuiet(
  { quietFrom: from, quietTo: to, timeZone }: Pick<Subscription, 'quietFrom' | 'quietTo' | 'timeZone'>,
  at: string,
): boolean {
  if (from == null || to == null || from === to) return false
  const now = minuteOfDay(timeZone, at)
  return from < to ? now >= from && now < to : now >= from || now < to
}

/** Minutes since midnight. */
function minuteOfDay(timeZone: string, at: string): number {
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  const [hours = 0, minutes = 0] = clock.format(new Date(at)).split(':').map(Number)
  return hours * 60 + minutes
}
