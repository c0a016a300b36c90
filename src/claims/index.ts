import { Best } from './best.ts'
import { type List, searchSegment, sumSegment } from './search-segment.ts'
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

/** Below so many texts a term that many of them hold weighs less. */
const FEW = 1000

/**
 * What is known of terms before any text is added: in how many of `size` other texts each stands. `drawn`: the texts
 * are picked from many for the query's words, so that it says nothing when all hold one.
 */
export type Prior = { size: number; holders(term: number): number; drawn?: boolean }

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
  /** Where a term stands in each segment, -1 where it does not. */
  const placesOf = (term: number) => segments.map((segment) => findTerm(segment, term))
  const idf = (term: number, places: number[]) => {
    let here = 0
    for (const [s, i] of places.entries()) if (i >= 0) here += segments[s]!.offsets[i + 1]! - segments[s]!.offsets[i]!
    const count = here + prior.holders(term)
    const size = next - removed + prior.size
    const rarity = Math.log(1 + (Math.max(size - count, 0) + 0.5) / (Math.max(count, 1) + 0.5))
    // Few texts are often about one thing: however rare its name is elsewhere, here it tells none from another.
    const isFew = prior.size > 0 && !prior.drawn && next - removed < FEW
    return isFew && here > 1 ? rarity * (1 - (here - 1) / Math.max(here, next - removed)) : rarity
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
    const weights = [...asked].map(([term, times]) => {
      const places = placesOf(term)
      return { places, weight: times * idf(term, places) * (k1 + 1) }
    })
    const norm = lengthNorms()
    const best = new Best(top)
    for (const [s, segment] of segments.entries()) {
      if (sums.length < segment.count) {
        sums = new Float64Array(segment.count)
        met = new Uint32Array(segment.count)
      }
      const lists: List[] = []
      for (const { places, weight } of weights) {
        const i = places[s]!
        if (i < 0) continue
        const most = segment.highest[i]!
        const bound = (weight * most) / (most + norm[segment.shortest[i]!]!)
        lists.push({ weight, bound, from: segment.offsets[i]!, to: segment.offsets[i + 1]! })
      }
      const postings = lists.reduce((sum, { from, to }) => sum + to - from, 0)
      const search = postings > 2 * segment.count ? sumSegment : searchSegment
      search(segment, lists, { norm, sums, met, gone, best, prune, without })
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
      return idf(term, placesOf(term))
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
