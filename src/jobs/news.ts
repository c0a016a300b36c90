import type { RawItem, SourceState } from '../model.ts'

const DAY_MS = 86_400_000
/** After so long without an answer a source is met as if for the first time. */
const STRANGER_MS = 7 * DAY_MS
/** An entry may appear so long after the time it gives and still be news. */
const LATE_MS = 2 * DAY_MS
/** Of a feed that publishes as it always does, so many new entries are news at once, whatever its habit. */
const USUAL = 20
/** A feed may publish so many times as much as it usually does before the rest is taken for old material. */
const BUSY = 3

/**
 * Which of the entries that a poll brings may be told as news, the newest first; the rest is on record only. A source
 * that is new, or was away for long, has its newest few told; so has what comes late. A known one that suddenly brings
 * far more than it ever publishes has had its times rewritten.
 *
 * @returns asked for each entry that was not known, in the order of `order`; true where it is news
 */
export function newsGate(
  state: Pick<SourceState, 'lastSucceededAt' | 'published'>,
  now: string,
  fewest: number,
): (item: RawItem) => boolean {
  const since = state.lastSucceededAt ? Date.parse(state.lastSucceededAt) : Number.NEGATIVE_INFINITY
  const stranger = Date.parse(now) - since > STRANGER_MS
  let left = stranger ? fewest : Math.max(USUAL, fewest, usualCount(state.published ?? [], Date.parse(now) - since))
  let late = fewest
  return ({ published }) => {
    if (left <= 0) return false
    if (!stranger && published && Date.parse(published) < since - LATE_MS) {
      if (late <= 0) return false
      late -= 1
    }
    left -= 1
    return true
  }
}

/** How many entries a feed of this habit may publish in a time when it is busy. */
function usualCount(published: string[], elapsedMs: number): number {
  const times = published.map((time) => Date.parse(time)).sort((a, b) => b - a)
  const [first, last] = [times[0], times.at(-1)]
  if (first === undefined || last === undefined || first === last) return 0
  return Math.ceil((BUSY * elapsedMs * (times.length - 1)) / (first - last))
}

/** The newest first; entries without a date keep the feed's own order, which is newest first. */
export function newestFirst(items: RawItem[]): RawItem[] {
  const order = new Map(items.map((item, i) => [item, i]))
  return items.toSorted((a, b) => {
    if (a.published && b.published && a.published !== b.published) return a.published < b.published ? 1 : -1
    return (order.get(a) ?? 0) - (order.get(b) ?? 0)
  })
}
