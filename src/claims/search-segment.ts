import type { Best } from './best.ts'
import type { Segment } from './segment.ts'

/** One term's postings in one segment, and the most that any of them can add to a score. */
export type List = { weight: number; bound: number; from: number; to: number }
export type Search = {
  norm: Float64Array
  /** Scratch, as long as the longest segment, all 0 before and after. */
  sums: Float64Array
  /** Scratch of the same length: the texts met. */
  met: Uint32Array
  gone: Uint8Array
  best: Best
  prune: boolean
  without: number
}

/**
 * Term by term, the weightiest first. As soon as what the terms ahead could add together is less than the score of
 * the last of the best, a text not yet met cannot win: the long lists of common words are then only looked up for the
 * texts that still can.
 *
 * @see Turtle and Flood 1995, Query evaluation: strategies and optimizations (MaxScore)
 */
export function searchSegment(segment: Segment, lists: List[], search: Search): void {
  const { docs, frequencies, lengths, base } = segment
  const { norm, sums, gone, best, without } = search
  lists.sort((a, b) => b.bound - a.bound || a.from - b.from)
  let ahead = 0
  for (const { bound } of lists) ahead += bound
  const { met } = search
  let count = 0
  let least = 0
  let i = 0
  for (; i < lists.length; i++) {
    const list = lists[i]!
    if (search.prune && list.to - list.from > 2 * LOOKED_AT) {
      least = best.leastOf(sums, met, Math.min(count, LOOKED_AT))
      if (ahead * FEW_CAN_WIN < least) break
    }
    const { weight, to } = list
    for (let at = list.from; at < to; at++) {
      const doc = docs[at]!
      const frequency = frequencies[at]!
      const sum = sums[doc]!
      if (sum === 0) {
        if (gone[base + doc] === 1 || base + doc === without) continue
        met[count++] = doc
      }
      sums[doc] = sum + (weight * frequency) / (frequency + norm[lengths[doc]!]!)
    }
    ahead -= list.bound
  }
  let candidates: Uint32Array = new Uint32Array(0)
  if (i < lists.length) {
    const room = ahead * SLACK
    candidates = met
      .subarray(0, count)
      .filter((doc) => sums[doc]! + room >= least)
      .sort()
  }
  for (; i < lists.length; i++) {
    const { weight, bound, from, to } = lists[i]!
    if (candidates.length > 100) {
      const room = ahead * SLACK
      least = Math.max(least, best.leastOf(sums, candidates, candidates.length))
      candidates = candidates.filter((doc) => sums[doc]! + room >= least)
    }
    let low = from
    for (const doc of candidates) {
      low = lowerBound(docs, doc, low, to)
      if (low === to) break
      if (docs[low] !== doc) continue
      const frequency = frequencies[low]!
      sums[doc] = sums[doc]! + (weight * frequency) / (frequency + norm[lengths[doc]!]!)
    }
    ahead -= bound
  }
  for (let n = 0; n < count; n++) {
    const doc = met[n]!
    const score = sums[doc]!
    sums[doc] = 0
    best.offer(base + doc, score)
  }
}

/**
 * For terms that together stand in most texts, as 4-grams do: every posting is added up without asking whether its text
 * was met, stretch by stretch of texts, so that the sums stay in the nearest cache.
 */
export function sumSegment(segment: Segment, lists: List[], { norm, sums, gone, best, without }: Search): void {
  const { docs, frequencies, lengths, base, count } = segment
  lists.sort((a, b) => b.bound - a.bound || a.from - b.from)
  const places = Uint32Array.from(lists, ({ from }) => from)
  for (let start = 0; start < count; start += STRETCH) {
    const end = Math.min(start + STRETCH, count)
    for (let i = 0; i < lists.length; i++) {
      const { weight, to } = lists[i]!
      let at = places[i]!
      for (; at < to; at++) {
        const doc = docs[at]!
        if (doc >= end) break
        const frequency = frequencies[at]!
        sums[doc] = sums[doc]! + (weight * frequency) / (frequency + norm[lengths[doc]!]!)
      }
      places[i] = at
    }
    for (let doc = start; doc < end; doc++) {
      const score = sums[doc]!
      if (score === 0 || score < best.least || gone[base + doc] === 1 || base + doc === without) continue
      best.offer(base + doc, score)
    }
    sums.fill(0, start, end)
  }
}

const STRETCH = 16_384

/** Texts that hold the rarest terms are likeliest the best: looking at so many gives a bound that is nearly the best one. */
const LOOKED_AT = 1000
/** Sums of bounds and sums of scores are rounded differently: a hair of room keeps the pruning exact. */
const SLACK = 1 + 1e-9
/** So much less must be ahead than is needed that few of the texts met can still win: looking up is then cheaper than reading on. */
const FEW_CAN_WIN = 5

/** The first place at or after `low` whose value is not below `wanted`, by steps that double and then halve. */
function lowerBound(values: Uint32Array, wanted: number, low: number, end: number): number {
  let step = 1
  let from = low
  let to = low
  while (to < end && values[to]! < wanted) {
    from = to + 1
    to += step
    step *= 2
  }
  to = Math.min(to, end)
  while (from < to) {
    const middle = (from + to) >> 1
    if (values[middle]! < wanted) from = middle + 1
    else to = middle
  }
  return from
}
