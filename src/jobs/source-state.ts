import { createHash } from 'node:crypto'
import { SourceError } from '../errors.ts'
import type { Source, SourceState } from '../model.ts'
import { nextPoll } from '../sources/next-poll.ts'
import type { SourceReading } from '../sources/read-source.ts'

/** So many answers in a row must agree before a new address is taken over: one may be a slip of its server. */
export const AGREEING = 3
/** After so many failures at the new address the old one is asked again. */
const FAILURES_BEFORE_RETURN = 3
/** Entries by which a source's habit is told. */
const HABIT = 20
/** No poll is ever due at this time. */
const NEVER = '9999-12-31T00:00:00.000Z'

/** Where a source falls in the spread of all others: always the same place. 0 to 1. */
const spread = (sourceId: string) => createHash('sha256').update(sourceId).digest().readUInt16BE(0) / 65_535

/** What is remembered after a source was read: its habit and wishes, where it has moved to, when it is read next. */
export function afterSuccess(source: Source, state: SourceState, reading: SourceReading, now: string): SourceState {
  const { feed } = reading
  const published = feed?.notModified ? (state.published ?? []) : habitOf(reading)
  const wishes = feed?.head
    ? { ttlSeconds: feed.head.ttlSeconds, skipHours: feed.head.skipHours, skipDays: feed.head.skipDays }
    : state.wishes
  const next = nextPoll({
    now,
    pollSeconds: source.pollSeconds,
    slowestSeconds: source.slowestSeconds,
    published,
    freshSeconds: Math.max(feed?.freshSeconds ?? 0, wishes?.ttlSeconds ?? 0) || null,
    skipHours: wishes?.skipHours ?? [],
    skipDays: wishes?.skipDays ?? [],
    failures: 0,
    jitter: spread(source.id),
    isFirst: state.lastSucceededAt === null,
  })
  return {
    ...state,
    ...reading.state,
    ...movingOn(state, feed?.movedTo ?? null),
    ...(published.length > 0 ? { published } : {}),
    ...(wishes ? { wishes } : {}),
    lastPolledAt: now,
    lastSucceededAt: now,
    nextPollAt: reading.more ? now : next.at,
    nextPollBecause: reading.more ? { code: 'parts' } : next.because,
    failures: 0,
    trouble: null,
    troubleSince: null,
    troubleReason: null,
  }
}

function habitOf({ items }: SourceReading): string[] {
  const times = items.flatMap(({ published }) => published ?? [])
  return [...new Set(times)].sort().reverse().slice(0, HABIT)
}

/** Counts permanent redirects to one address; enough of them in a row make it the address that is read. */
function movingOn(state: SourceState, to: string | null): Pick<SourceState, 'movedTo' | 'moving'> {
  if (to === null) return state.moving ? { moving: null } : {}
  const times = state.moving?.to === to ? state.moving.times + 1 : 1
  return times < AGREEING ? { moving: { to, times } } : { movedTo: to, moving: null }
}

/** What is remembered after a source could not be read: why, since when, and when it is tried again, if ever. */
export function afterFailure(source: Source, state: SourceState, error: Error, now: string): SourceState {
  const { reason, retryAfterSeconds } = error instanceof SourceError ? error : { reason: null, retryAfterSeconds: null }
  if (reason === 'held-off') {
    const at = new Date(Date.parse(now) + (retryAfterSeconds ?? source.pollSeconds) * 1000).toISOString()
    return { ...state, nextPollAt: at, nextPollBecause: { code: 'held' } }
  }
  const trouble = {
    trouble: error.message,
    troubleSince: state.troubleSince ?? now,
    troubleReason: reason ?? 'fault',
  }
  if (reason === 'gone') {
    const ended = { endedAt: now, nextPollAt: NEVER, nextPollBecause: { code: 'ended' as const } }
    return { ...state, ...trouble, ...ended, lastPolledAt: now, failures: state.failures + 1 }
  }
  const failures = state.failures + 1
  const next = nextPoll({
    now,
    pollSeconds: source.pollSeconds,
    retryAfterSeconds,
    failures,
    skipHours: state.wishes?.skipHours ?? [],
    skipDays: state.wishes?.skipDays ?? [],
    jitter: spread(source.id),
  })
  return {
    ...state,
    ...trouble,
    ...(state.movedTo && failures >= FAILURES_BEFORE_RETURN ? { movedTo: null, moving: null } : {}),
    lastPolledAt: now,
    nextPollAt: next.at,
    nextPollBecause: next.because,
    failures,
  }
}
