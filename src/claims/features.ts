import type { ClaimForm, Form, QueryForm } from './forms.ts'

/** A claim that the indexes found for a query: its scores, 0 where an index did not have it among its best. */
export type Candidate = { place: number; words: number; grams: number; form: ClaimForm }

/** Rarity of a term or 4-gram, BM25's idf. */
export type Weigh = (term: number) => number

export const FEATURES = [
  'words', 'words share', 'words rank', 'words gap',
  'grams', 'grams share', 'grams rank', 'grams gap',
  'query covered', 'text covered', 'title covered', 'all covered', 'best covered',
  'shared', 'rarest', 'second rarest', 'third rarest', 'shared count',
  'names of claim covered', 'names of query covered', 'rarest name missed',
  'figures shared', 'figures missed',
  'pairs', 'pairs of claim covered', 'longest run', 'in order', 
  'grams of text covered', 'grams of title covered', 'grams of query covered',
  'body covers text', 'byline', 'window', 'window title',
  'cosine', 'claim length', 'query length', 'soft covered', 'soft title covered',
  'text covered share','cosine share','gram cover share','order share','soft share','dice','pair idf','skip pairs', 'missed rarest',
] as const

/** Counts of 4-grams below 37⁴ are looked up here. */
const GRAMS = 37 ** 4

export function createDescriber(weigh: Weigh, weighGram: Weigh) {
  const gramSeen = new Uint8Array(GRAMS)
  return function describe(query: QueryForm, candidates: Candidate[]): Float64Array[] {
    const inQuery = new Set(query.all.distinct)
    const inBody = new Set(query.body.distinct)
    const inByline = new Set(query.byline.distinct)
    const namesOfQuery = new Set(query.all.names)
    const queryWeight = sum(query.all.distinct, weigh)
    const queryNorm = norm(query.all.distinct, weigh)
    const queryNames = sum(query.all.names, weigh)
    let gramWeight = 0
    for (const gram of query.all.grams) {
      gramSeen[gram] = 1
      gramWeight += weighGram(gram)
    }
    const pairs = pairsOf(query.all.terms, 1)
    const skips = pairsOf(query.all.terms, 4)
    const positions = new Map<number, number[]>()
    for (const [i, term] of query.all.terms.entries()) {
      const known = positions.get(term)
      if (known) known.push(i)
      else positions.set(term, [i])
    }
    const softCache = new Map<number, number>()
    const byTermGrams = query.all.tokens.map(({ raw, term }, i) => ({ term: query.all.terms[i]!, grams: wordGrams(raw.toLowerCase(), term) }))
    const soft = (form: Form) => {
      let covered = 0, whole = 0
      for (let i = 0; i < form.terms.length; i++) {
        const term = form.terms[i]!
        const w = weigh(term)
        whole += w
        if (inQuery.has(term)) { covered += w; continue }
        let best = softCache.get(term)
        if (best === undefined) {
          best = 0
          const mine = wordGrams(form.tokens[i]!.raw.toLowerCase(), form.tokens[i]!.term)
          for (const { grams } of byTermGrams) {
            let both = 0
            for (const g of mine) if (grams.has(g)) both++
            const d = 2 * both / (mine.size + grams.size || 1)
            if (d > best) best = d
          }
          best = best >= 0.5 ? best : 0
          softCache.set(term, best)
        }
        covered += w * best
      }
      return covered / (whole || 1)
    }
    const byWords = ranks(candidates, 'words')
    const byGrams = ranks(candidates, 'grams')
    const topWords = best2(candidates, 'words')
    const topGrams = best2(candidates, 'grams')
    const rows = candidates.map((candidate, i) => {
      const { text, title, all } = candidate.form
      const shared = [...all.distinct].filter((term) => inQuery.has(term)).map(weigh).sort((a, b) => b - a)
      const sharedWeight = shared.reduce((a, b) => a + b, 0)
      const missed = [...text.distinct].filter((term) => !inQuery.has(term)).map(weigh).sort((a, b) => b - a)
      const textCovered = covered(text.distinct, inQuery, weigh)
      const titleCovered = covered(title.distinct, inQuery, weigh)
      const namesMissed = [...text.names].filter((term) => !inQuery.has(term)).map(weigh)
      let gramShared = 0
      for (const gram of all.grams) if (gramSeen[gram]) gramShared += weighGram(gram)
      const pairCount = shares(text.terms, pairs)
      const titlePairs = shares(title.terms, pairs)
      const order = inOrder(text.terms, positions, weigh)
      let cos = 0
      for (const term of all.distinct) if (inQuery.has(term)) cos += weigh(term) ** 2
      cos /= (queryNorm * norm(all.distinct, weigh)) || 1
      let pairIdf = 0
      for (let j = 0; j + 1 < text.terms.length; j++) { const a = text.terms[j]!, b = text.terms[j + 1]!; if (pairs.has(a * 1e6 + b)) pairIdf += Math.min(weigh(a), weigh(b)) + 0.5*Math.max(weigh(a),weigh(b)) }
      const tw = sum(text.distinct, weigh)
      return Float64Array.from([
        candidate.words, candidate.words / (topWords[0] || 1), 1 / (1 + byWords[i]!), (candidate.words - (byWords[i] === 0 ? topWords[1] : topWords[0])) / (topWords[0] || 1),
        candidate.grams, candidate.grams / (topGrams[0] || 1), 1 / (1 + byGrams[i]!), (candidate.grams - (byGrams[i] === 0 ? topGrams[1] : topGrams[0])) / (topGrams[0] || 1),
        sharedWeight / (queryWeight || 1), textCovered, titleCovered, covered(all.distinct, inQuery, weigh), Math.max(textCovered, titleCovered),
        sharedWeight, shared[0] ?? 0, shared[1] ?? 0, shared[2] ?? 0, shared.length,
        covered(all.names, inQuery, weigh), sum(all.names.filter((term) => namesOfQuery.has(term)), weigh) / (queryNames || 1), Math.max(0, ...namesMissed),
        text.figures.filter((term) => inQuery.has(term)).length, text.figures.filter((term) => !inQuery.has(term)).length,
        pairCount, (pairCount + titlePairs) / (text.terms.length + title.terms.length || 1), longestRun(text.terms, query.all.terms, positions, weigh), order / (sum(text.terms, weigh) || 1),
        coveredGrams(text.grams, gramSeen, weighGram), coveredGrams(title.grams, gramSeen, weighGram), gramShared / (gramWeight || 1),
        covered(text.distinct, inBody, weigh), sum(all.distinct.filter((term) => inByline.has(term)), weigh), window(text, query.all, weigh), window(title, query.all, weigh),
        cos, Math.log(1 + all.terms.length), Math.log(1 + query.all.terms.length), soft(text), soft(title),
        0, 0, 0, 0, 0, 2*sharedWeight/((queryWeight+tw)||1), pairIdf, shares(text.terms, skips) / (text.terms.length||1), missed[0] ?? 0,
      ])
    })
    const at = (name: (typeof FEATURES)[number]) => FEATURES.indexOf(name)
    for (const [from, to] of [['text covered', 'text covered share'], ['cosine', 'cosine share'], ['grams of text covered', 'gram cover share'], ['in order', 'order share'], ['soft covered', 'soft share']] as const) {
      const most = Math.max(...rows.map((row) => row[at(from)]!)) || 1
      for (const row of rows) row[at(to)] = row[at(from)]! / most
    }
    for (const gram of query.all.grams) gramSeen[gram] = 0
    return rows
  }
}

function wordGrams(word: string, term: string): Set<string> {
  const t = ` ${word.length > term.length ? word : term} `
  const set = new Set<string>()
  for (let i = 0; i + 3 <= t.length; i++) set.add(t.slice(i, i + 3))
  return set
}

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

function covered(terms: Int32Array, by: Set<number>, weigh: Weigh): number {
  let all = 0
  let hit = 0
  for (const term of terms) {
    const weight = weigh(term)
    all += weight
    if (by.has(term)) hit += weight
  }
  return all === 0 ? 0 : hit / all
}

function coveredGrams(grams: Int32Array, seen: Uint8Array, weigh: Weigh): number {
  let all = 0
  let hit = 0
  for (const gram of grams) {
    const weight = weigh(gram)
    all += weight
    if (seen[gram]) hit += weight
  }
  return all === 0 ? 0 : hit / all
}

function pairsOf(terms: Int32Array, reach: number): Set<number> {
  const pairs = new Set<number>()
  for (let i = 0; i < terms.length; i++)
    for (let j = i + 1; j <= i + reach && j < terms.length; j++) pairs.add(terms[i]! * 1e6 + terms[j]!)
  return pairs
}

function shares(terms: Int32Array, pairs: Set<number>): number {
  let count = 0
  for (let i = 0; i + 1 < terms.length; i++) if (pairs.has(terms[i]! * 1e6 + terms[i + 1]!)) count += 1
  return count
}

/** Weight of the heaviest subsequence of the claim that stands in the query in the same order. */
function inOrder(terms: Int32Array, positions: Map<number, number[]>, weigh: Weigh): number {
  const ends: number[] = []
  const sums: number[] = []
  let best = 0
  for (const term of terms) {
    const at = positions.get(term)
    if (!at) continue
    const weight = weigh(term)
    for (const p of at.toReversed()) {
      let before = 0
      for (let k = 0; k < ends.length; k++) if (ends[k]! < p && sums[k]! > before) before = sums[k]!
      ends.push(p)
      sums.push(before + weight)
      if (before + weight > best) best = before + weight
    }
    if (ends.length > 400) break
  }
  return best
}

function longestRun(terms: Int32Array, query: Int32Array, positions: Map<number, number[]>, weigh: Weigh): number {
  let best = 0
  for (let i = 0; i < terms.length; i++) {
    for (const p of (positions.get(terms[i]!) ?? []).slice(0, 8)) {
      let total = 0
      for (let n = 0; i + n < terms.length && p + n < query.length && terms[i + n] === query[p + n]; n++) total += weigh(terms[i + n]!)
      if (total > best) best = total
    }
  }
  return best
}

/** The largest share of the claim that stands within a stretch of the query about as long as the claim. */
function window(claim: Form, query: Form, weigh: Weigh): number {
  const whole = sum(claim.distinct, weigh)
  if (whole === 0) return 0
  const inClaim = new Set(claim.distinct)
  const reach = Math.max(8, Math.ceil(claim.terms.length * 1.5))
  const counts = new Map<number, number>()
  let have = 0
  let best = 0
  for (let i = 0; i < query.terms.length; i++) {
    const term = query.terms[i]!
    if (inClaim.has(term)) {
      const n = counts.get(term) ?? 0
      if (n === 0) have += weigh(term)
      counts.set(term, n + 1)
    }
    if (i >= reach) {
      const old = query.terms[i - reach]!
      if (inClaim.has(old)) {
        const n = counts.get(old)! - 1
        counts.set(old, n)
        if (n === 0) have -= weigh(old)
      }
    }
    if (have > best) best = have
  }
  return best / whole
}

function ranks(candidates: Candidate[], by: 'words' | 'grams'): number[] {
  const order = candidates.map((_, i) => i).sort((a, b) => candidates[b]![by] - candidates[a]![by] || a - b)
  const ranks: number[] = []
  for (const [rank, i] of order.entries()) ranks[i] = candidates[i]![by] === 0 ? 999 : rank
  return ranks
}

function best2(candidates: Candidate[], by: 'words' | 'grams'): [number, number] {
  let first = 0
  let second = 0
  for (const { [by]: score } of candidates)
    if (score > first) { second = first; first = score } else if (score > second) second = score
  return [first, second]
}
