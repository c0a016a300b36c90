import type { Form } from './forms.ts'

/** How rare a term or 4-gram is: BM25's idf. */
export type Weigh = (term: number) => number

export function sum(terms: Int32Array, weigh: Weigh): number {
  let total = 0
  for (const term of terms) total += weigh(term)
  return total
}

/** Sums over the same terms again and again, as long as nothing changes what they weigh. */
export type Sums = { of(terms: Int32Array): number; forget(): void }

export function createSums(weigh: Weigh): Sums {
  let known = new WeakMap<Int32Array, number>()
  return {
    of(terms) {
      let total = known.get(terms)
      if (total === undefined) {
        total = sum(terms, weigh)
        known.set(terms, total)
      }
      return total
    },
    forget() {
      known = new WeakMap()
    },
  }
}

/** Two term numbers as one. Term numbers stay below 2²⁶. */
const joined = (a: number, b: number) => a * 67_108_864 + b

export function pairs(terms: Int32Array, reach: number): Set<number> {
  const found = new Set<number>()
  for (let i = 0; i < terms.length; i++) {
    if (terms[i]! < 0) continue
    for (let j = i + 1; j <= i + reach && j < terms.length; j++)
      if (terms[j]! >= 0) found.add(joined(terms[i]!, terms[j]!))
  }
  return found
}

export function countPairs(terms: Int32Array, known: Set<number>): number {
  let count = 0
  for (let i = 0; i + 1 < terms.length; i++) if (known.has(joined(terms[i]!, terms[i + 1]!))) count += 1
  return count
}

export function weighPairs(terms: Int32Array, known: Set<number>, weigh: Weigh): number {
  let total = 0
  for (let i = 0; i + 1 < terms.length; i++)
    if (known.has(joined(terms[i]!, terms[i + 1]!))) total += weigh(terms[i]!) + weigh(terms[i + 1]!)
  return total
}

/** Where each term stands, at most 8 places of one: a text of one word repeated is no reason to wait. */
export function positionsOf(terms: Int32Array): Map<number, number[]> {
  const positions = new Map<number, number[]>()
  for (let i = 0; i < terms.length; i++) {
    const known = positions.get(terms[i]!)
    if (!known) positions.set(terms[i]!, [i])
    else if (known.length < 8) known.push(i)
  }
  return positions
}

/** Weight of the heaviest sequence of the claim's terms that the query holds in the same order, with or without gaps. */
export function inOrder(terms: Int32Array, positions: Map<number, number[]>, weigh: Weigh): number {
  const ends: number[] = []
  const sums: number[] = []
  let best = 0
  for (let i = 0; i < terms.length && ends.length < 200; i++) {
    const places = positions.get(terms[i]!)
    if (!places) continue
    const weight = weigh(terms[i]!)
    const known = ends.length
    for (const place of places) {
      let before = 0
      for (let k = 0; k < known; k++) if (ends[k]! < place && sums[k]! > before) before = sums[k]!
      ends.push(place)
      sums.push(before + weight)
      if (before + weight > best) best = before + weight
    }
  }
  return best
}

/** Weight of the heaviest unbroken run of terms that both hold. */
export function longestRun(
  terms: Int32Array,
  query: Int32Array,
  positions: Map<number, number[]>,
  weigh: Weigh,
): number {
  let best = 0
  for (let i = 0; i < terms.length && i < 200; i++)
    for (const place of positions.get(terms[i]!) ?? []) {
      let total = 0
      for (let n = 0; i + n < terms.length && place + n < query.length && terms[i + n] === query[place + n]; n++)
        total += weigh(terms[i + n]!)
      if (total > best) best = total
    }
  return best
}

/** The largest share of a claim, which weighs `whole`, that stands within a stretch of the query half again as long as the claim. */
export function windowed(claim: Form, query: Int32Array, weigh: Weigh, whole: number): number {
  if (whole === 0) return 0
  const reach = Math.max(8, Math.ceil(claim.terms.length * 1.5))
  const inClaim = new Map<number, number>()
  for (const term of claim.distinct) inClaim.set(term, 0)
  let have = 0
  let best = 0
  for (let i = 0; i < query.length; i++) {
    const entering = inClaim.get(query[i]!)
    if (entering !== undefined) {
      if (entering === 0) have += weigh(query[i]!)
      inClaim.set(query[i]!, entering + 1)
    }
    if (i >= reach) {
      const leaving = inClaim.get(query[i - reach]!)
      if (leaving !== undefined) {
        if (leaving === 1) have -= weigh(query[i - reach]!)
        inClaim.set(query[i - reach]!, leaving - 1)
      }
    }
    if (have > best) best = have
  }
  return best / whole
}

/** As covered, but a term also counts in part where the query has a word that begins alike. */
export function nearlyCovered(
  query: Form,
  isShared: (term: number) => boolean,
  weigh: Weigh,
  sums: Sums,
): (form: Form) => number {
  const byStart = new Map<number, string[]>()
  for (const word of query.words) {
    if (word.length < 4) continue
    const known = byStart.getOrInsert(startOf(word), [])
    if (known.length < 32) known.push(word)
  }
  const seen = new Map<number, number>()
  const likeness = (term: number, word: string) => {
    const known = seen.get(term)
    if (known !== undefined) return known
    let best = 0
    for (const other of byStart.get(startOf(word)) ?? []) {
      let n = 3
      while (n < word.length && n < other.length && word[n] === other[n]) n += 1
      best = Math.max(best, n / Math.max(word.length, other.length))
    }
    const found = best >= 0.6 ? best : 0
    seen.set(term, found)
    return found
  }
  return (form) => {
    let hit = 0
    for (let i = 0; i < form.terms.length; i++) {
      const term = form.terms[i]!
      const share = isShared(term) ? 1 : likeness(term, form.words[i]!)
      if (share > 0) hit += weigh(term) * share
    }
    return hit / (sums.of(form.terms) || 1)
  }
}

/** The first three characters of a word as one number; NaN for a shorter word. */
const startOf = (word: string) => (word.charCodeAt(0) * 65_536 + word.charCodeAt(1)) * 65_536 + word.charCodeAt(2)
