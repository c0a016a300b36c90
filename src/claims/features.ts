import type { ClaimForm, Form, QueryForm } from './forms.ts'

/** A claim that the indexes found for a query, with their scores: 0 where an index did not have it among its best. */
export type Candidate = { place: number; words: number; grams: number; form: ClaimForm }

/** How rare a term or 4-gram is: BM25's idf. */
export type Weigh = (term: number) => number

/** What the ranking knows of a query and a candidate. "Covered": the share, by rarity, of one that stands in the other. */
export const FEATURES = [
  'words',
  'words share',
  'words rank',
  'words gap',
  'grams',
  'grams share',
  'grams rank',
  'grams gap',
  'query covered',
  'text covered',
  'title covered',
  'best covered',
  'all covered',
  'shared',
  'rarest',
  'second rarest',
  'third rarest',
  'shared count',
  'names covered',
  'query names covered',
  'rarest name missed',
  'rarest missed',
  'figures shared',
  'figures missed',
  'pairs',
  'pairs covered',
  'pairs shared',
  'longest run',
  'in order',
  'grams of text covered',
  'grams of title covered',
  'grams of query covered',
  'body covers text',
  'byline',
  'window of text',
  'window of title',
  'nearly covered',
  'title nearly covered',
  'cosine',
  'claim length',
  'query length',
  'nearly covered gap',
  'grams covered gap',
  'in order gap',
] as const

export type Describer = (query: QueryForm, candidates: Candidate[]) => Float64Array[]

const IN_QUERY = 1
const IN_BODY = 2
const IN_BYLINE = 4
const A_NAME = 8

/** One query against its candidates: what holds of the query alone is worked out once. Not to be used by two at once. */
export function createDescriber(weigh: Weigh, weighGram: Weigh): Describer {
  const gramSeen = new Uint8Array(37 ** 4)
  let marks = new Uint8Array(1024)
  const mark = (terms: Int32Array, bit: number) => {
    for (const term of terms) {
      if (term < 0) continue
      if (term >= marks.length) {
        const larger = new Uint8Array(Math.max(marks.length * 2, term + 1))
        larger.set(marks)
        marks = larger
      }
      marks[term] = marks[term]! | bit
    }
  }
  const has = (term: number, bit: number) => term >= 0 && term < marks.length && (marks[term]! & bit) !== 0
  const covered = (terms: Int32Array, bit: number) => {
    let all = 0
    let hit = 0
    for (const term of terms) {
      const weight = weigh(term)
      all += weight
      if (has(term, bit)) hit += weight
    }
    return all === 0 ? 0 : hit / all
  }
  const gramsCovered = (grams: Int32Array) => {
    let all = 0
    let hit = 0
    for (const gram of grams) {
      const weight = weighGram(gram)
      all += weight
      if (gramSeen[gram] === 1) hit += weight
    }
    return all === 0 ? 0 : hit / all
  }

  return (query, candidates) => {
    mark(query.all.distinct, IN_QUERY)
    mark(query.body, IN_BODY)
    mark(query.byline, IN_BYLINE)
    mark(query.all.names, A_NAME)
    let gramWeight = 0
    for (const gram of query.all.grams) {
      gramSeen[gram] = 1
      gramWeight += weighGram(gram)
    }
    const queryWeight = sum(query.all.distinct, weigh)
    const queryNames = sum(query.all.names, weigh)
    const queryNorm = norm(query.all.distinct, weigh)
    const near = pairs(query.all.terms, 1)
    const wide = pairs(query.all.terms, 4)
    const positions = positionsOf(query.all.terms)
    const nearly = nearlyCovered(query.all, (term) => has(term, IN_QUERY), weigh)
    const byWords = standing(candidates, 'words')
    const byGrams = standing(candidates, 'grams')

    const rows = candidates.map((candidate, i) => {
      const { text, title, all } = candidate.form
      const shared: number[] = []
      let squares = 0
      let sharedNames = 0
      let byline = 0
      for (const term of all.distinct) {
        if (!has(term, IN_QUERY)) continue
        const weight = weigh(term)
        shared.push(weight)
        squares += weight * weight
        if (has(term, IN_BYLINE)) byline += weight
      }
      for (const term of all.names) if (has(term, A_NAME)) sharedNames += weigh(term)
      shared.sort((a, b) => b - a)
      let rarestMissed = 0
      for (const term of text.distinct) if (!has(term, IN_QUERY)) rarestMissed = Math.max(rarestMissed, weigh(term))
      let nameMissed = 0
      for (const term of text.names) if (!has(term, IN_QUERY)) nameMissed = Math.max(nameMissed, weigh(term))
      let figuresShared = 0
      for (const term of text.figures) if (has(term, IN_QUERY)) figuresShared += 1
      let gramShared = 0
      for (const gram of all.grams) if (gramSeen[gram] === 1) gramShared += weighGram(gram)
      const together = shared.reduce((a, b) => a + b, 0)
      const textCovered = covered(text.distinct, IN_QUERY)
      const titleCovered = covered(title.distinct, IN_QUERY)
      const pairWeight = weighPairs(text.terms, near, weigh)
      const pairCount = countPairs(text.terms, near)
      return Float64Array.of(
        candidate.words,
        byWords.share[i]!,
        byWords.rank[i]!,
        byWords.gap[i]!,
        candidate.grams,
        byGrams.share[i]!,
        byGrams.rank[i]!,
        byGrams.gap[i]!,
        together / (queryWeight || 1),
        textCovered,
        titleCovered,
        Math.max(textCovered, titleCovered),
        covered(all.distinct, IN_QUERY),
        together,
        shared[0] ?? 0,
        shared[1] ?? 0,
        shared[2] ?? 0,
        shared.length,
        covered(all.names, IN_QUERY),
        sharedNames / (queryNames || 1),
        nameMissed,
        rarestMissed,
        figuresShared,
        text.figures.length - figuresShared,
        pairCount,
        (pairCount + countPairs(title.terms, near)) / (text.terms.length + title.terms.length || 1),
        countPairs(text.terms, wide) / (text.terms.length || 1) + pairWeight / 100,
        longestRun(text.terms, query.all.terms, positions, weigh),
        inOrder(text.terms, positions, weigh) / (sum(text.terms, weigh) || 1),
        gramsCovered(text.grams),
        gramsCovered(title.grams),
        gramShared / (gramWeight || 1),
        covered(text.distinct, IN_BODY),
        byline,
        windowed(text, query.all.terms, weigh),
        windowed(title, query.all.terms, weigh),
        nearly(text),
        nearly(title),
        squares / (queryNorm * norm(all.distinct, weigh) || 1),
        Math.log(1 + all.terms.length),
        Math.log(1 + query.all.terms.length),
        0,
        0,
        0,
      )
    })
    addGaps(rows)
    for (const gram of query.all.grams) gramSeen[gram] = 0
    for (const term of query.all.distinct) if (term >= 0) marks[term] = 0
    return rows
  }
}

/** How far a candidate lies behind the best of its list. */
function addGaps(rows: Float64Array[]): void {
  for (const [from, to] of GAPS) {
    let most = 0
    for (const row of rows) most = Math.max(most, row[from]!)
    for (const row of rows) row[to] = row[from]! - most
  }
}

const at = (name: (typeof FEATURES)[number]) => FEATURES.indexOf(name)
const GAPS = [
  [at('nearly covered'), at('nearly covered gap')],
  [at('grams of text covered'), at('grams covered gap')],
  [at('in order'), at('in order gap')],
] as const

function sum(terms: Int32Array, weigh: Weigh): number {
  let total = 0
  for (const term of terms) total += weigh(term)
  return total
}

function norm(terms: Int32Array, weigh: Weigh): number {
  let total = 0
  for (const term of terms) total += weigh(term) ** 2
  return Math.sqrt(total)
}

/** Two term numbers as one. Term numbers stay below 2²⁶. */
const joined = (a: number, b: number) => a * 67_108_864 + b

function pairs(terms: Int32Array, reach: number): Set<number> {
  const found = new Set<number>()
  for (let i = 0; i < terms.length; i++) {
    if (terms[i]! < 0) continue
    for (let j = i + 1; j <= i + reach && j < terms.length; j++)
      if (terms[j]! >= 0) found.add(joined(terms[i]!, terms[j]!))
  }
  return found
}

function countPairs(terms: Int32Array, known: Set<number>): number {
  let count = 0
  for (let i = 0; i + 1 < terms.length; i++) if (known.has(joined(terms[i]!, terms[i + 1]!))) count += 1
  return count
}

function weighPairs(terms: Int32Array, known: Set<number>, weigh: Weigh): number {
  let total = 0
  for (let i = 0; i + 1 < terms.length; i++)
    if (known.has(joined(terms[i]!, terms[i + 1]!))) total += weigh(terms[i]!) + weigh(terms[i + 1]!)
  return total
}

/** Where each term stands, at most 8 places of one: a text of one word repeated is no reason to wait. */
function positionsOf(terms: Int32Array): Map<number, number[]> {
  const positions = new Map<number, number[]>()
  for (let i = 0; i < terms.length; i++) {
    const known = positions.get(terms[i]!)
    if (!known) positions.set(terms[i]!, [i])
    else if (known.length < 8) known.push(i)
  }
  return positions
}

/** Weight of the heaviest sequence of the claim's terms that the query holds in the same order, with or without gaps. */
function inOrder(terms: Int32Array, positions: Map<number, number[]>, weigh: Weigh): number {
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
function longestRun(terms: Int32Array, query: Int32Array, positions: Map<number, number[]>, weigh: Weigh): number {
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

/** The largest share of a claim that stands within a stretch of the query half again as long as the claim. */
function windowed(claim: Form, query: Int32Array, weigh: Weigh): number {
  const whole = sum(claim.distinct, weigh)
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
function nearlyCovered(query: Form, isShared: (term: number) => boolean, weigh: Weigh): (form: Form) => number {
  const byStart = new Map<string, string[]>()
  for (const word of query.words) {
    if (word.length < 4) continue
    const known = byStart.get(word.slice(0, 3))
    if (!known) byStart.set(word.slice(0, 3), [word])
    else if (known.length < 32) known.push(word)
  }
  const seen = new Map<number, number>()
  const likeness = (term: number, word: string) => {
    const known = seen.get(term)
    if (known !== undefined) return known
    let best = 0
    for (const other of byStart.get(word.slice(0, 3)) ?? []) {
      let n = 3
      while (n < word.length && n < other.length && word[n] === other[n]) n += 1
      best = Math.max(best, n / Math.max(word.length, other.length))
    }
    const found = best >= 0.6 ? best : 0
    seen.set(term, found)
    return found
  }
  return (form) => {
    let all = 0
    let hit = 0
    for (let i = 0; i < form.terms.length; i++) {
      const term = form.terms[i]!
      const weight = weigh(term)
      all += weight
      hit += weight * (isShared(term) ? 1 : likeness(term, form.words[i]!))
    }
    return all === 0 ? 0 : hit / all
  }
}

/** A candidate's place in one index's list: its score by the best, 1 by its rank, and the gap to the best other one. */
function standing(candidates: Candidate[], by: 'words' | 'grams') {
  const order = candidates.map((_, i) => i).sort((a, b) => candidates[b]![by] - candidates[a]![by] || a - b)
  const first = order.length > 0 ? candidates[order[0]!]![by] : 0
  const second = order.length > 1 ? candidates[order[1]!]![by] : 0
  const rank: number[] = []
  for (const [place, i] of order.entries()) rank[i] = candidates[i]![by] === 0 ? 0 : 1 / (1 + place)
  return {
    rank,
    share: candidates.map((candidate) => candidate[by] / (first || 1)),
    gap: candidates.map((candidate, i) => (candidate[by] - (i === order[0] ? second : first)) / (first || 1)),
  }
}
