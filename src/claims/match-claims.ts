import type { Claim, Decision, Match, Statement } from '../model.ts'
import { createIndex, type Index } from './index.ts'
import { fourGrams, type Token, tokenise } from './tokens.ts'

/** What is matched: a statement, a text with an id, or bare words (their id is then empty). */
export type Query =
  | string
  | (Pick<Statement, 'id' | 'content'> & { figures?: Statement['figures'] })
  | { id: string; text: string }

export type Matcher = {
  /** The claims a text bears on, best first. Any text is answered: empty where it shares nothing with any claim. */
  match(query: Query, options?: { top?: number }): Match[]
  add(claim: Claim): void
  remove(id: string): void
  size(): number
}

/** How many candidates each index hands to the ranking. */
const CANDIDATES = 30

export function createMatcher(claims: Iterable<Claim>): Matcher {
  const words = createIndex()
  const grams = createIndex({ k1: 1.2, b: 0.5 })
  const numbers = new Map<string, number>()
  const known: ({ claim: Claim; tokens: Token[] } | null)[] = []
  const places = new Map<string, number>()
  const number = (term: string) => {
    const found = numbers.get(term)
    if (found !== undefined) return found
    numbers.set(term, numbers.size)
    return numbers.size - 1
  }
  const matcher: Matcher = {
    add(claim) {
      matcher.remove(claim.id)
      const tokens = tokenise([claim.text, claim.title ?? '', ...claim.paraphrases].join('\n'))
      const place = words.add(tokens.map(({ term }) => number(term)))
      grams.add(fourGrams(tokens))
      known[place] = { claim, tokens }
      places.set(claim.id, place)
    },
    remove(id) {
      const place = places.get(id)
      if (place === undefined) return
      words.remove(place)
      grams.remove(place)
      known[place] = null
      places.delete(id)
    },
    size: () => words.size(),
    match(query, { top = 5 } = {}) {
      const { id, text } = read(query)
      const tokens = tokenise(text)
      const asked = tokens.flatMap(({ term }) => numbers.get(term) ?? [])
      const total = weigh(words, new Set(tokens.map(({ term }) => numbers.get(term) ?? -1)))
      const found = new Map<number, number>()
      for (const { doc, score } of words.search(asked, CANDIDATES)) found.set(doc, score)
      for (const { doc, score } of grams.search(fourGrams(tokens), CANDIDATES))
        found.set(doc, (found.get(doc) ?? 0) + 0.2 * score)
      return [...found]
        .sort(([a, x], [b, y]) => y - x || a - b)
        .slice(0, top)
        .map(([place], i) => {
          const { claim, tokens: theirs } = known[place]!
          const terms = new Set(theirs.map(({ term }) => term))
          const shared = [
            ...new Map(tokens.filter(({ term }) => terms.has(term)).map((token) => [token.term, token])).values(),
          ]
          const covered = weigh(words, new Set(shared.map(({ term }) => numbers.get(term) ?? -1)))
          const whole = weigh(words, new Set(theirs.map(({ term }) => numbers.get(term) ?? -1)))
          const score = probability(covered / (total || 1), covered / (whole || 1), covered)
          const mine = tokens.filter((token) => token.number && !terms.has(token.term))
          const unmet = theirs.filter((token) => token.number && !tokens.some(({ term }) => term === token.term))
          return {
            statementId: id,
            claimId: claim.id,
            rank: i + 1,
            score,
            decision: decide(score),
            relation: mine.length > 0 && unmet.length > 0 && score > 0.5 ? 'differs-in-figure' : 'related',
            evidence: {
              words: shared.map(({ raw }) => raw),
              figures: mine
                .slice(0, 1)
                .flatMap((a) => unmet.slice(0, 1).map((b) => ({ claim: b.raw, statement: a.raw }))),
            },
          } satisfies Match
        })
    },
  }
  for (const claim of claims) matcher.add(claim)
  return matcher
}

function read(query: Query): { id: string; text: string } {
  if (typeof query === 'string') return { id: '', text: query }
  return { id: query.id, text: 'content' in query ? query.content : query.text }
}

function weigh(words: Index, terms: Set<number>): number {
  let sum = 0
  for (const term of terms) sum += words.weight(term)
  return sum
}

function probability(ofQuery: number, ofClaim: number, weight: number): number {
  return 1 / (1 + Math.exp(-(5 * ofQuery + 5 * ofClaim + 0.05 * weight - 5.5)))
}

function decide(score: number): Decision {
  return score >= 0.6 ? 'match' : score >= 0.35 ? 'unsure' : 'none'
}
