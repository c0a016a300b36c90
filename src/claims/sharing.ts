import type { Candidate } from './features.ts'
import type { QueryForm } from './forms.ts'
import type { Weigh } from './overlap.ts'

/** Upper bounds of rarity, as BM25's idf, of all steps but the last: words of headlines, then of one story, then of one claim. */
const STEPS = [4.5, 6, 7.5, 9]
const COUNTED = ['query shared', 'query missed', 'claim shared', 'claim missed'] as const

/**
 * What the decision looks at beyond the ranking. Claims of one story share its common words with any text about it, so
 * words are counted by rarity, met and missed, on both sides; "apart" weighs those that few of the other candidates hold.
 */
export const SHARING: string[] = [
  ...COUNTED.flatMap((name) => [...STEPS, 0].map((_, step) => `${name} ${step + 1}`)),
  'apart in query',
  'apart of query',
  'apart in claim',
  'apart of claim',
]

/** @returns for a candidate's place among `candidates`, a number for each of `SHARING` */
export function describeSharing(query: QueryForm, candidates: Candidate[], weigh: Weigh): (i: number) => Float64Array {
  const holders = new Map<number, number>()
  for (const { form } of candidates)
    for (const term of form.all.distinct) holders.set(term, (holders.get(term) ?? 0) + 1)
  const apart = (term: number) => Math.log((1 + candidates.length) / (1 + (holders.get(term) ?? 0))) * weigh(term)
  const asked = new Set(query.all.distinct)
  return (i) => {
    const { text, title, all } = candidates[i]!.form
    const values = new Float64Array(SHARING.length)
    const count = (name: number, term: number, times: number) => {
      const place = name * (STEPS.length + 1) + stepOf(weigh(term))
      values[place] = values[place]! + times
    }
    const held = new Set(all.distinct)
    let whole = 0
    let hit = 0
    for (const term of query.body) {
      count(held.has(term) ? 0 : 1, term, 1)
      whole += apart(term)
      if (held.has(term)) hit += apart(term)
    }
    values.set([hit, hit / (whole || 1)], COUNTED.length * (STEPS.length + 1))
    const inTitle = new Set(title.distinct)
    const inBoth = new Set(text.distinct.filter((term) => inTitle.has(term)))
    whole = 0
    hit = 0
    for (const term of new Set([...text.distinct, ...title.distinct])) {
      count(asked.has(term) ? 2 : 3, term, inBoth.has(term) ? 2 : 1)
      whole += apart(term)
      if (asked.has(term)) hit += apart(term)
    }
    values.set([hit, hit / (whole || 1)], SHARING.length - 2)
    return values
  }
}

function stepOf(rarity: number): number {
  const step = STEPS.findIndex((bound) => rarity < bound)
  return step < 0 ? STEPS.length : step
}
