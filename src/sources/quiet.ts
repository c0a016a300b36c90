const DAY_MS = 86_400_000
/** A source is called silent after this many of its own longest usual pauses. */
const PAUSES = 3

/**
 * Whether a source has fallen silent against its own habit: nothing new for three times the longest of its usual
 * pauses, and for a day at least.
 *
 * @param published times of its latest entries, ISO 8601, in any order
 * @returns words for an operator, null where it is as lively as ever or too few entries are dated
 */
export function fallenSilent(published: readonly (string | null)[], now: string): string | null {
  const end = Date.parse(now)
  const times = [...new Set(published.map((time) => Date.parse(time ?? '')).filter((ms) => ms <= end))].sort(
    (a, b) => b - a,
  )
  if (times.length < 5) return null
  const pauses = times
    .slice(1)
    .map((ms, i) => times[i]! - ms)
    .sort((a, b) => a - b)
  // The ninth of ten: one holiday does not make a habit.
  const usual = pauses[Math.min(pauses.length - 1, Math.floor(pauses.length * 0.9))]!
  const silence = end - times[0]!
  if (silence < Math.max(usual * PAUSES, DAY_MS)) return null
  return `nothing new since ${new Date(times[0]!).toISOString().slice(0, 10)}, though it usually pauses no longer than ${inWords(usual)}`
}

const inWords = (ms: number): string =>
  ms < 2 * DAY_MS ? `${Math.max(1, Math.round(ms / 3_600_000))} hours` : `${Math.round(ms / DAY_MS)} days`
