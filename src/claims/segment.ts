/**
 * A run of indexed texts that no longer changes: for each term the texts that hold it, in typed arrays. Texts are
 * numbered from `base`; within a segment they are counted from 0.
 */
export type Segment = {
  base: number
  count: number
  /** Ascending. */
  terms: Uint32Array
  /** Where the postings of `terms[i]` begin; one longer than `terms`. */
  offsets: Uint32Array
  docs: Uint32Array
  /** How often the term stands in the text, at most 255. */
  frequencies: Uint8Array
  /** Terms in each text, at most 65,535. */
  lengths: Uint16Array
  /** Of each term: its highest frequency, and the length of the shortest text that holds it. Bounds its weight. */
  highest: Uint8Array
  shortest: Uint16Array
}

/** A text before it is in a segment: distinct term numbers, their frequencies, and its length in terms. */
export type Pending = { terms: Uint32Array; frequencies: Uint8Array; length: number }

/** @param dictionary one more than the highest term number */
export function buildSegment(base: number, texts: Pending[], dictionary: number): Segment {
  const few = texts.reduce((sum, { terms }) => sum + terms.length, 0)
  if (few * SPARSE < dictionary) return buildSparse(base, texts)
  const counts = new Uint32Array(dictionary)
  let postings = 0
  for (const { terms } of texts) {
    postings += terms.length
    for (const term of terms) counts[term] = counts[term]! + 1
  }
  let distinct = 0
  for (let term = 0; term < dictionary; term++) if (counts[term] !== 0) distinct += 1
  const segment = emptySegment(base, texts.length, distinct, postings)
  const place = new Uint32Array(dictionary)
  for (let term = 0, i = 0, at = 0; term < dictionary; term++) {
    if (counts[term] === 0) continue
    segment.terms[i] = term
    segment.offsets[i] = at
    place[term] = at
    at += counts[term]!
    i += 1
    segment.offsets[i] = at
  }
  for (const [doc, { terms, frequencies, length }] of texts.entries()) {
    segment.lengths[doc] = Math.min(length, 65_535)
    for (let j = 0; j < terms.length; j++) {
      const at = place[terms[j]!]!
      place[terms[j]!] = at + 1
      segment.docs[at] = doc
      segment.frequencies[at] = frequencies[j]!
    }
  }
  boundWeights(segment)
  return segment
}

/** Where so many times as few terms are used as there are, tables over all of them cost more than finding these. */
const SPARSE = 16

/** The same, over the terms that these texts use, numbered anew. */
function buildSparse(base: number, texts: Pending[]): Segment {
  const used = Uint32Array.from(new Set(texts.flatMap(({ terms }) => Array.from(terms)))).sort()
  const numbers = new Map(Array.from(used, (term, i) => [term, i]))
  const renumbered = texts.map((text) => ({ ...text, terms: text.terms.map((term) => numbers.get(term)!) }))
  return { ...buildSegment(base, renumbered, used.length), terms: used }
}

function emptySegment(base: number, count: number, distinct: number, postings: number): Segment {
  return {
    base,
    count,
    terms: new Uint32Array(distinct),
    offsets: new Uint32Array(distinct + 1),
    docs: new Uint32Array(postings),
    frequencies: new Uint8Array(postings),
    lengths: new Uint16Array(count),
    highest: new Uint8Array(distinct),
    shortest: new Uint16Array(distinct),
  }
}

function boundWeights({ terms, offsets, docs, frequencies, lengths, highest, shortest }: Segment): void {
  for (let i = 0; i < terms.length; i++) {
    let most = 0
    let least = 65_535
    for (let at = offsets[i]!; at < offsets[i + 1]!; at++) {
      most = Math.max(most, frequencies[at]!)
      least = Math.min(least, lengths[docs[at]!]!)
    }
    highest[i] = most
    shortest[i] = least
  }
}

/** Two neighbours as one. Texts for which `isGone` lose their postings and keep their number. */
export function mergeSegments(left: Segment, right: Segment, isGone: (doc: number) => boolean): Segment {
  const shift = right.base - left.base
  const merged = emptySegment(
    left.base,
    shift + right.count,
    countUnion(left.terms, right.terms),
    left.docs.length + right.docs.length,
  )
  merged.lengths.set(left.lengths)
  merged.lengths.set(right.lengths, shift)
  let at = 0
  let made = 0
  const copy = (from: Segment, term: number, by: number) => {
    for (let p = from.offsets[term]!; p < from.offsets[term + 1]!; p++) {
      const doc = from.docs[p]! + by
      if (isGone(left.base + doc)) continue
      merged.docs[at] = doc
      merged.frequencies[at] = from.frequencies[p]!
      at += 1
    }
  }
  for (let i = 0, j = 0; i < left.terms.length || j < right.terms.length; ) {
    const a = i < left.terms.length ? left.terms[i]! : Number.POSITIVE_INFINITY
    const b = j < right.terms.length ? right.terms[j]! : Number.POSITIVE_INFINITY
    const before = at
    if (a <= b) copy(left, i++, 0)
    if (b <= a) copy(right, j++, shift)
    if (at === before) continue
    merged.terms[made] = Math.min(a, b)
    merged.offsets[made] = before
    made += 1
    merged.offsets[made] = at
  }
  const trimmed: Segment = {
    ...merged,
    terms: merged.terms.slice(0, made),
    offsets: merged.offsets.slice(0, made + 1),
    docs: at === merged.docs.length ? merged.docs : merged.docs.slice(0, at),
    frequencies: at === merged.docs.length ? merged.frequencies : merged.frequencies.slice(0, at),
    highest: merged.highest.slice(0, made),
    shortest: merged.shortest.slice(0, made),
  }
  boundWeights(trimmed)
  return trimmed
}

function countUnion(left: Uint32Array, right: Uint32Array): number {
  let count = 0
  for (let i = 0, j = 0; i < left.length || j < right.length; count++) {
    const a = i < left.length ? left[i]! : Number.POSITIVE_INFINITY
    const b = j < right.length ? right[j]! : Number.POSITIVE_INFINITY
    if (a <= b) i += 1
    if (b <= a) j += 1
  }
  return count
}

/** The place of a term in a segment, -1 where no text holds it. */
export function findTerm({ terms }: Segment, term: number): number {
  let low = 0
  let high = terms.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const found = terms[middle]!
    if (found === term) return middle
    if (found < term) low = middle + 1
    else high = middle - 1
  }
  return -1
}
