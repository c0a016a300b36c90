/** Ids below this were given before ids held the time (4 November 2010). */
const FIRST_SNOWFLAKE = 29_700_859_247n
const TWITTER_EPOCH_MS = 1_288_834_974_657n
/** A stated time that an id contradicts by more than this is kept as a conflict: pages show whole seconds. */
const TOLERANCE_MS = 2000
const DAY_MS = 86_400_000

/**
 * The exact time in the bits of a Twitter id.
 *
 * @returns ISO 8601 with milliseconds, null for ids from before they held a time
 */
export function snowflakeTime(id: string): string | null {
  if (!/^\d{1,19}$/.test(id)) return null
  const number = BigInt(id)
  if (number < FIRST_SNOWFLAKE) return null
  return new Date(Number((number >> 22n) + TWITTER_EPOCH_MS)).toISOString()
}

/**
 * A post's time: what its id holds, else what its source states. Where both are there and do not agree, the stated one
 * is kept as a conflict.
 *
 * @param key `twitter:ID`, or the key of another platform, whose ids hold no time
 * @param stated ISO 8601; a bare day is held against the day
 */
export function postTime(key: string, stated: string | null): { exact: string | null; conflict: string | null } {
  const exact = key.startsWith('twitter:') ? snowflakeTime(key.slice('twitter:'.length)) : null
  if (!exact || !stated) return { exact, conflict: null }
  const apart = Math.abs(Date.parse(exact) - Date.parse(stated))
  const allowed = stated.length === 10 ? 2 * DAY_MS : TOLERANCE_MS
  return { exact, conflict: apart > allowed ? stated : null }
}
