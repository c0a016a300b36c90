import { buildSegment, findTerm, mergeSegments, type Pending, type Segment } from './segment.ts'

/** A text that shares terms with a query. `doc` is the number that `add` gave it; score: BM25, 0 and more. */
export type Hit = { doc: number; score: number }

/**
 * An inverted index over typed arrays, ranked by BM25. Texts are added and removed at any time; they gather in
 * segments that grow by merging, so that adding stays cheap and searching sees few of them.
 *
 * @see Robertson and Zaragoza 2009, The Probabilistic Relevance Framework: BM25 and Beyond
 */
export type Index = {
  /** @param terms term numbers, repeated as often as they stand in the text. @returns the text's number. */
  add(terms: ArrayLike<number>): number
  remove(doc: number): void
  /** How many texts are in it. */
  size(): number
  /** The best `top` texts, best first, equal ones in the order of their numbers. Exact: the same as `searchAll`. */
  search(terms: ArrayLike<number>, top: number, options?: SearchOptions): Hit[]
  /** The same answer without pruning: every posting of every term is read. */
  searchAll(terms: ArrayLike<number>, top: number, options?: SearchOptions): Hit[]
  /** BM25's weight of a term: high for a rare one. Of a term that no text holds: that of one text's. */
  weight(term: number): number
  snapshot(): Snapshot
}

/** `without` leaves one text out, as if it had been removed. */
export type SearchOptions = { without?: number }
/** Everything an index is made of, to be kept and opened again. */
export type Snapshot = { k1: number; b: number; gone: Uint8Array; segments: Segment[] }

/** Texts that wait before they become a segment, and how much larger a left neighbour may be and still be merged. */
const PENDING = 20_000
const GROWTH = 3

/** What is known of terms before any text is added: in how many of `size` other texts each stands. */
export type Prior = { size: number; holders(term: number): number }

export function createIndex(options: { k1?: number; b?: number; from?: Snapshot; prior?: Prior } = {}): Index {
  const prior = options.prior ?? { size: 0, holders: () => 0 }
  const k1 = options.from?.k1 ?? options.k1 ?? 1.5
  const b = options.from?.b ?? options.b ?? 0.6
  const segments: Segment[] = options.from?.segments.slice() ?? []
  let gone = options.from?.gone ?? new Uint8Array(0)
  let pending: Pending[] = []
  let next = segments.reduce((sum, { count }) => sum + count, 0)
  let removed = 0
  let totalLength = 0
  let highestTerm = 0
  for (const { lengths, terms, base } of segments) {
    for (let i = 0; i < lengths.length; i++)
      if (gone[base + i]) removed += 1
      else totalLength += lengths[i]!
    highestTerm = Math.max(highestTerm, terms.at(-1) ?? 0)
  }
  let sums = new Float64Array(0)
  let met = new Uint32Array(0)
  let norms = new Float64Array(0)

  const flush = () => {
    if (pending.length === 0) return
    segments.push(buildSegment(next - pending.length, pending, highestTerm + 1))
    pending = []
    while (segments.length > 1 && segments.at(-2)!.count < GROWTH * segments.at(-1)!.count) {
      const right = segments.pop()!
      const left = segments.pop()!
      segments.push(mergeSegments(left, right, (doc) => gone[doc] === 1))
    }
  }
  const holders = (term: number) => {
    let count = prior.holders(term)
    for (const segment of segments) {
      const i = findTerm(segment, term)
      if (i >= 0) count += segment.offsets[i + 1]! - segment.offsets[i]!
    }
    return count
  }
  const idf = (count: number) => {
    const size = next - removed + prior.size
    return Math.log(1 + (Math.max(size - count, 0) + 0.5) / (Math.max(count, 1) + 0.5))
  }
  /** What a text's length adds below the fraction, for every length there is. */
  const lengthNorms = () => {
    const average = totalLength / Math.max(next - removed, 1) || 1
    if (norms.length === 0) norms = new Float64Array(65_536)
    if (norms[65_535] !== k1 * (1 - b + (b * 65_535) / average))
      for (let i = 0; i < norms.length; i++) norms[i] = k1 * (1 - b + (b * i) / average)
    return norms
  }

  function find(query: ArrayLike<number>, top: number, prune: boolean, without: number): Hit[] {
    flush()
    if (top <= 0 || query.length === 0 || next === 0) return []
    const asked = new Map<number, number>()
    for (let i = 0; i < query.length; i++) asked.set(query[i]!, (asked.get(query[i]!) ?? 0) + 1)
    const weights = [...asked].map(([term, times]) => ({ term, weight: times * idf(holders(term)) * (k1 + 1) }))
    const norm = lengthNorms()
    const best = new Best(top)
    for (const segment of segments) {
      if (sums.length < segment.count) {
        sums = new Float64Array(segment.count)
        met = new Uint32Array(segment.count)
      }
      const lists: List[] = []
      for (const { term, weight } of weights) {
        const i = findTerm(segment, term)
        if (i < 0) continue
        const most = segment.highest[i]!
        const bound = (weight * most) / (most + norm[segment.shortest[i]!]!)
        lists.push({ weight, bound, from: segment.offsets[i]!, to: segment.offsets[i + 1]! })
      }
      searchSegment(segment, lists, { norm, sums, met, gone, best, prune, without })
    }
    return best.sorted()
  }

  return {
    add(terms) {
      const counted = countTerms(terms)
      for (const term of counted.terms) if (term > highestTerm) highestTerm = term
      pending.push(counted)
      totalLength += Math.min(counted.length, 65_535)
      if (next >= gone.length) {
        const larger = new Uint8Array(Math.max(1024, gone.length * 2))
        larger.set(gone)
        gone = larger
      }
      next += 1
      if (pending.length >= PENDING) flush()
      return next - 1
    },
    remove(doc) {
      if (doc < 0 || doc >= next || gone[doc]) return
      flush()
      const segment = segments.findLast(({ base }) => base <= doc)!
      totalLength -= segment.lengths[doc - segment.base]!
      gone[doc] = 1
      removed += 1
    },
    size: () => next - removed,
    search: (terms, top, { without = -1 } = {}) => find(terms, top, true, without),
    searchAll: (terms, top, { without = -1 } = {}) => find(terms, top, false, without),
    weight: (term) => {
      flush()
      return idf(holders(term))
    },
    snapshot() {
      flush()
      return { k1, b, gone: gone.slice(0, next), segments: segments.slice() }
    },
  }
}

function countTerms(terms: ArrayLike<number>): Pending {
  const sorted = Uint32Array.from(terms).sort()
  let distinct = 0
  for (let i = 0; i < sorted.length; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) distinct += 1
  const pending = { terms: new Uint32Array(distinct), frequencies: new Uint8Array(distinct), length: terms.length }
  let at = -1
  for (let i = 0; i < sorted.length; i++) {
    if (i === 0 || sorted[i] !== sorted[i - 1]) pending.terms[++at] = sorted[i]!
    pending.frequencies[at] = Math.min(pending.frequencies[at]! + 1, 255)
  }
  return pending
}

/** One term's postings in one segment, and the most that any of them can add to a score. */
type List = { weight: number; bound: number; from: number; to: number }
type Search = {
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
function searchSegment(segment: Segment, lists: List[], search: Search): void {
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

/** The best few of a stream of scores: a heap whose root is the worst kept. */
class Best {
  readonly #docs: number[] = []
  readonly #scores: number[] = []
  readonly #top: number
  constructor(top: number) {
    this.#top = top
  }

  offer(doc: number, score: number): void {
    const size = this.#docs.length
    if (size < this.#top) {
      this.#docs.push(doc)
      this.#scores.push(score)
      this.#rise(size)
    } else if (score > this.#scores[0]! || (score === this.#scores[0]! && doc < this.#docs[0]!)) {
      this.#docs[0] = doc
      this.#scores[0] = score
      this.#sink()
    }
  }

  /** A score that a text must reach to be among the best, by the first `count` texts. 0 while there are too few. */
  leastOf(sums: Float64Array, docs: ArrayLike<number>, count: number): number {
    const kept = this.#scores.length === this.#top ? this.#scores[0]! : 0
    if (count < this.#top) return kept
    const heap = new Float64Array(this.#top)
    for (let i = 0; i < docs.length && i < count; i++) {
      const sum = sums[docs[i]!]!
      if (sum > heap[0]!) {
        heap[0] = sum
        sinkLeast(heap)
      }
    }
    return Math.max(kept, heap[0]!)
  }

  sorted(): Hit[] {
    return this.#docs
      .map((doc, i) => ({ doc, score: this.#scores[i]! }))
      .sort((a, b) => b.score - a.score || a.doc - b.doc)
  }

  #worse(i: number, j: number): boolean {
    const difference = this.#scores[i]! - this.#scores[j]!
    return difference < 0 || (difference === 0 && this.#docs[i]! > this.#docs[j]!)
  }
  #swap(i: number, j: number): void {
    ;[this.#docs[i], this.#docs[j]] = [this.#docs[j]!, this.#docs[i]!]
    ;[this.#scores[i], this.#scores[j]] = [this.#scores[j]!, this.#scores[i]!]
  }
  #rise(from: number): void {
    for (let i = from; i > 0; ) {
      const parent = (i - 1) >> 1
      if (!this.#worse(i, parent)) return
      this.#swap(i, parent)
      i = parent
    }
  }
  #sink(): void {
    for (let i = 0; ; ) {
      let least = i
      for (const child of [2 * i + 1, 2 * i + 2])
        if (child < this.#docs.length && this.#worse(child, least)) least = child
      if (least === i) return
      this.#swap(i, least)
      i = least
    }
  }
}

function sinkLeast(heap: Float64Array): void {
  const value = heap[0]!
  let i = 0
  for (;;) {
    let child = 2 * i + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child += 1
    if (heap[child]! >= value) break
    heap[i] = heap[child]!
    i = child
  }
  heap[i] = value
}
