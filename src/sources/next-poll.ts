import type { NextReason } from '../model.ts'

/** What is known when a source was read, or could not be. Times are ISO 8601. */
export type PollFacts = {
  now: string
  /** The curator's own interval: the usual one, and the shortest where a source is busy. */
  pollSeconds: number
  /** The curator's longest interval for a source that publishes rarely. */
  slowestSeconds?: number | undefined
  /** When the entries that the feed showed were published. */
  published?: readonly (string | null)[]
  /** What the server and the feed ask for: Cache-Control, Expires, ttl. */
  freshSeconds?: number | null
  retryAfterSeconds?: number | null
  /** UTC hours (0 to 23) and lower-case English days in which the publisher wants no visit. */
  skipHours?: readonly number[]
  skipDays?: readonly string[]
  /** Consecutive failures, this one included; 0 after a success. */
  failures: number
  /** 0 to 1: where in the spread this source falls. */
  jitter: number
  /** True once, after the first success: what was added together is read apart from then on. */
  isFirst?: boolean
}

/** When to look next, and why then. */
export type NextPoll = { at: string; because: NextReason }

const DAY = 86_400
/** A feed is looked at this many times between two of its entries. */
const LOOKS_PER_ENTRY = 2
/** A quiet source is asked at most this many times less often than the operator wishes. */
const SLOWEST = 8
const SPREAD = 0.1
/** The second look comes after this part of the wait at the soonest. */
const SOONEST = 0.1
const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']

/**
 * Decides when a source is read next: as often as it really publishes, within the operator's bounds, never before the
 * server wishes, less and less often while it fails, outside the hours that its publisher keeps free, and a little
 * apart from all others.
 */
export function nextPoll(facts: PollFacts): NextPoll {
  const { seconds, because } = facts.failures > 0 ? afterFailure(facts) : afterSuccess(facts)
  // A server that wishes to be left alone is left alone.
  const isMoved = facts.isFirst === true && because.code !== 'asked' && facts.failures === 0
  const spread = isMoved ? Math.max(SOONEST, facts.jitter) : 1 + SPREAD * facts.jitter
  const due = Date.parse(facts.now) + seconds * spread * 1000
  const free = outsideSkipped(due, facts)
  const at = new Date(free).toISOString()
  return { at, because: free > due ? { ...because, moved: true } : because }
}

type Wait = { seconds: number; because: NextReason }

function afterFailure({ pollSeconds, failures, retryAfterSeconds }: PollFacts): Wait {
  const backoff = Math.min(pollSeconds * 2 ** Math.min(failures - 1, 12), DAY)
  if (retryAfterSeconds && retryAfterSeconds > backoff)
    return { seconds: retryAfterSeconds, because: { code: 'wait', seconds: retryAfterSeconds } }
  return { seconds: backoff, because: { code: 'failed', times: failures } }
}

function afterSuccess({
  now,
  pollSeconds,
  slowestSeconds,
  published = [],
  freshSeconds,
  retryAfterSeconds,
}: PollFacts): Wait {
  const rhythm = rhythmSeconds(published, now)
  const slowest = slowestSeconds ?? Math.max(Math.min(pollSeconds * SLOWEST, DAY), pollSeconds)
  const adapted = rhythm === null ? pollSeconds : Math.min(Math.max(rhythm / LOOKS_PER_ENTRY, pollSeconds), slowest)
  const asked = Math.min(Math.max(freshSeconds ?? 0, retryAfterSeconds ?? 0), DAY)
  if (asked > adapted) return { seconds: asked, because: { code: 'asked', seconds: asked } }
  if (rhythm !== null && adapted > pollSeconds)
    return {
      seconds: adapted,
      because:
        adapted === slowest
          ? { code: 'bound', seconds: Math.round(rhythm), slowestSeconds: slowest }
          : { code: 'rhythm', seconds: Math.round(rhythm) },
    }
  return { seconds: pollSeconds, because: { code: 'config', seconds: pollSeconds } }
}

/** Median time between its entries of late, the time since the last one counted in. Null where too few are dated. */
function rhythmSeconds(published: readonly (string | null)[], now: string): number | null {
  const end = Date.parse(now)
  const times = [...new Set(published.map((time) => Date.parse(time ?? '')).filter((ms) => ms <= end))]
    .sort((a, b) => b - a)
    .slice(0, 20)
  if (times.length < 3) return null
  const gaps = times
    .slice(1)
    .map((ms, i) => times[i]! - ms)
    .sort((a, b) => a - b)
  const median = gaps[Math.floor(gaps.length / 2)]!
  return Math.max(median, (end - times[0]!) / 2) / 1000
}

/** The first moment at or after a time that lies in no skipped hour or day; the time itself where all are skipped. */
function outsideSkipped(due: number, { skipHours = [], skipDays = [] }: PollFacts): number {
  if (skipHours.length === 0 && skipDays.length === 0) return due
  let moment = due
  for (let tries = 0; tries < 24 * 8; tries += 1) {
    const date = new Date(moment)
    if (!skipHours.includes(date.getUTCHours()) && !skipDays.includes(DAYS[date.getUTCDay()]!)) return moment
    moment = Math.floor(moment / 3_600_000 + 1) * 3_600_000
  }
  return due
}
