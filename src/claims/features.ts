import type { ClaimForm, QueryForm } from './forms.ts'
import {
  countPairs,
  inOrder,
  longestRun,
  nearlyCovered,
  norm,
  pairs,
  positionsOf,
  sum,
  type Weigh,
  weighPairs,
  windowed,
} from './overlap.ts'

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

export type Describer = (query: QueryForm, candidates: Candidate[]) => Float64Array[]

const IN_QUERY = 1
const IN_BODY = 2
const IN_BYLINE = 4
const A_NAME = 8

/** Which 4-grams a query holds: marked for one query, and cleared after it. */
const gramSeen = new Uint8Array(37 ** 4)

/** One query against its candidates: what holds of the query alone is worked out once. Not to be used by two at once. */
export function createDescriber(weigh: Weigh, weighGram: Weigh): Describer {
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
