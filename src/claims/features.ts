import type { ClaimForm, QueryForm } from './forms.ts'
import {
  countPairs,
  createSums,
  inOrder,
  longestRun,
  nearlyCovered,
  pairs,
  positionsOf,
  sum,
  type Weigh,
  weighPairs,
  windowed,
} from './overlap.ts'
import { SYMBOLS } from './tokens.ts'

/** A claim that the indexes found for a query, with their scores: 0 where an index did not have it among its best. */
export type Candidate = { place: number; words: number; grams: number; form: ClaimForm }

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

/** `forget`: what terms and 4-grams weigh has changed. */
export type Describer = { describe(query: QueryForm, candidates: Candidate[]): Float64Array[]; forget(): void }

const IN_QUERY = 1
const IN_BODY = 2
const IN_BYLINE = 4
const A_NAME = 8

/** Which 4-grams a query holds: a number from 1 on for each, and cleared after it. */
const gramSeen = new Uint16Array(SYMBOLS ** 4)
const MOST_GRAMS = 2 ** 13
/** What each of these weighs, by its number. */
const gramWeights = new Float64Array(MOST_GRAMS + 1)

/** One query against its candidates: what holds of the query alone is worked out once. Not to be used by two at once. */
export function createDescriber(weigh: Weigh, weighGram: Weigh): Describer {
  const sums = createSums(weigh)
  const squares = createSums((term) => weigh(term) ** 2)
  const gramSums = createSums(weighGram)
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
    let hit = 0
    for (const term of terms) if (has(term, bit)) hit += weigh(term)
    return hit / (sums.of(terms) || 1)
  }
  const gramsShared = (grams: Int32Array) => {
    let hit = 0
    for (const gram of grams) hit += gramWeights[gramSeen[gram]!]!
    return hit
  }
  const gramsCovered = (grams: Int32Array) => gramsShared(grams) / (gramSums.of(grams) || 1)

  const describe = (query: QueryForm, candidates: Candidate[]) => {
    mark(query.all.distinct, IN_QUERY)
    mark(query.body, IN_BODY)
    mark(query.byline, IN_BYLINE)
    mark(query.all.names, A_NAME)
    const queryGrams = query.all.grams.subarray(0, MOST_GRAMS)
    for (const [i, gram] of queryGrams.entries()) {
      gramSeen[gram] = i + 1
      gramWeights[i + 1] = weighGram(gram)
    }
    const gramWeight = gramsShared(queryGrams)
    const queryWeight = sum(query.all.distinct, weigh)
    const queryNames = sum(query.all.names, weigh)
    const queryNorm = Math.sqrt(squares.of(query.all.distinct))
    const near = pairs(query.all.terms, 1)
    const wide = pairs(query.all.terms, 4)
    const positions = positionsOf(query.all.terms)
    const nearly = nearlyCovered(query.all, (term) => has(term, IN_QUERY), weigh, sums)
    const byWords = standing(candidates, 'words')
    const byGrams = standing(candidates, 'grams')

    const rows = candidates.map((candidate, i) => {
      const { text, title, all } = candidate.form
      const shared: number[] = []
      let shared2 = 0
      let sharedNames = 0
      let byline = 0
      for (const term of all.distinct) {
        if (!has(term, IN_QUERY)) continue
        const weight = weigh(term)
        shared.push(weight)
        shared2 += weight * weight
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
        inOrder(text.terms, positions, weigh) / (sums.of(text.terms) || 1),
        gramsCovered(text.grams),
        gramsCovered(title.grams),
        gramsShared(all.grams) / (gramWeight || 1),
        covered(text.distinct, IN_BODY),
        byline,
        windowed(text, query.all.terms, weigh, sums.of(text.distinct)),
        windowed(title, query.all.terms, weigh, sums.of(title.distinct)),
        nearly(text),
        nearly(title),
        shared2 / (queryNorm * Math.sqrt(squares.of(all.distinct)) || 1),
        Math.log(1 + all.terms.length),
        Math.log(1 + query.all.terms.length),
        0,
        0,
        0,
      )
    })
    addGaps(rows)
    for (const gram of queryGrams) gramSeen[gram] = 0
    for (const term of query.all.distinct) if (term >= 0) marks[term] = 0
    return rows
  }
  const forget = () => {
    for (const one of [sums, squares, gramSums]) one.forget()
  }
  return { describe, forget }
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
