import { Cron } from 'croner'

/** The schedule of who wants to be told at once: often enough for that, and never message by message. */
export const IMMEDIATE = '*/5 * * * *'

/**
 * When a schedule next falls due, strictly after a moment. An hour that daylight saving skips is made up for at its
 * end; one that it repeats counts once.
 *
 * @param schedule cron expression of five fields
 * @param timeZone IANA name
 * @param after ISO 8601
 * @returns ISO 8601 in UTC, null where it never falls due again
 */
export function nextDue(schedule: string, timeZone: string, after: string): string | null {
  return new Cron(schedule, { timezone: timeZone }).nextRun(new Date(after))?.toISOString() ?? null
}
