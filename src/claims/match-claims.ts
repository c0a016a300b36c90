import type { Claim, Decision, Match, Relation, Statement } from '../model.ts'
import { gramPrior, wordPrior } from './common-terms.ts'
import { type Candidate, createDescriber } from './features.ts'
import { type ClaimForm, type QueryForm, toClaimForm, toQueryForm } from './forms.ts'
import { createIndex } from './index.ts'
import type { KeptIndex } from './index-file.ts'
import { splitPassages } from './passages.ts'
import { FEW_CLAIMS, type Kind, probability, rankScore, THRESHOLDS } from './ranking.ts'
import { relateClosest } from './relation.ts'
import { fourGrams, tokenise } from './tokens.ts'

/** What is matched: a statement, a text with an id, or bare words (their id is then empty). */
export type Query = string | Pick<Statement, 'id' | 'content'> | { id: string; text: string }

/** `threshold`: from which probability the answer is a match; `owner`: sees the operator's claims and its own alone. */
export type MatchOptions = { top?: number; threshold?: number | undefined; owner?: string | undefined }

export type Matcher = {
  /** The claims a text bears on, best first. Any text is answered: empty where it shares nothing with any claim. */
  match(query: Query, options?: MatchOptions): Match[]
  /** The same, with what an encoder says of the meaning where the words alone leave doubt. */
  matchByMeaning(query: Query, options?: MatchOptions): Promise<Match[]>
  /** A claim that is known by this id is replaced. */
  add(claim: Claim): void
  remove(id: string): void
  get(id: string): Claim | undefined
  size(): number
  /** The indexes as they are, to be written and handed to `createMatcher` again with claims of the same fingerprint. */
  keep(fingerprint: string): KeptIndex
  /** The first step alone: ids of the claims that share the weightiest words, best first, with their BM25 score. */
  candidates(text: string, top: number): { claimId: string; score: number }[]
}

/** Turns texts into vectors of one length, so that texts of like meaning lie close. */
export type Encoder = { name: string; encode(texts: string[]): Promise<Float32Array[]> }

/** What each index hands over, and how many of these are looked at closely. */
const FETCHED = 30
const RANKED = 24
/** Past this many claims 4-grams cost more memory than they bring: words alone find the candidates. */
const MOST_GRAMMED = 200_000
/** Forms are kept for this many claims, and made again for others. */
const FORMS_KEPT = 50_000

/** A query's candidates, best first, as the ranking sees them. */
export type Ranked = { query: QueryForm; candidates: Candidate[]; rows: Float64Array[]; scores: number[] }

export function createMatcher(
  claims: Iterable<Claim> = [],
  options: { encoder?: Encoder; kept?: KeptIndex | null } = {},
): Matcher {
  const core = createCore(options.kept ?? null)
  for (const claim of claims) core.add(claim)
  const { add, remove, get, size, keep } = core
  const byWords = () => (core.size() < FEW_CLAIMS ? 'few' : 'words')
  return {
    add,
    remove,
    get,
    size,
    keep,
    candidates: (text, top) => core.fetch(text, top),
    match(query, asked = {}) {
      const { id, text } = read(query)
      return best(
        splitPassages(text).map((passage) => judge(core.rank(passage, asked.owner), passage, byWords(), asked)),
        id,
        asked,
      )
    },
    async matchByMeaning(query, asked = {}) {
      const { id, text } = read(query)
      const passages = splitPassages(text)
      const judged: Judged[][] = []
      for (const passage of passages) {
        const ranked = core.rank(passage, asked.owner)
        const told = judge(ranked, passage, byWords(), asked)
        const first = told[0]?.score ?? 0
        const isClear = first >= CLEAR || (passages.length > 1 && first < HOPELESS) || told.length === 0
        if (isClear || !options.encoder || core.size() < FEW_CLAIMS) judged.push(told)
        else {
          const { byMeaning } = await import('./meaning.ts')
          judged.push(judge(await byMeaning(ranked, passage, options.encoder), passage, 'encoded', asked))
        }
      }
      return best(judged, id, asked)
    },
  }
}

/** Where words alone are this sure of a claim, or for a passage of a longer text of none, the encoder is not asked. */
const CLEAR = 0.97
const HOPELESS = 0.3

export type Core = ReturnType<typeof createCore>

/** The indexes and the ranking over them, before any decision. `without` leaves one claim out, for training. */
export function createCore(kept: KeptIndex | null = null) {
  const names: string[] = kept?.terms.slice() ?? []
  const numbers = new Map(names.map((term, i) => [term, i]))
  const number = (term: string) => {
    const found = numbers.get(term)
    if (found !== undefined) return found
    numbers.set(term, names.length)
    return names.push(term) - 1
  }
  const words = createIndex({ ...(kept && { from: kept.words }), prior: wordPrior((term) => names[term]) })
  const grams = createIndex({ k1: 1.2, b: 0.5, ...(kept && { from: kept.grams }), prior: gramPrior() })
  const claims: (Claim | null)[] = []
  const places = new Map<string, number>()
  const forms = new Map<number, ClaimForm>()
  let grammed = 0
  let wordWeights = new Float64Array(1024).fill(-1)
  const gramWeights = new Float64Array(37 ** 4).fill(-1)
  let fresh = true
  const weigh = (term: number) => {
    if (term < 0) return words.weight(-1)
    if (term >= wordWeights.length) {
      const larger = new Float64Array(Math.max(names.length, wordWeights.length * 2)).fill(-1)
      larger.set(wordWeights)
      wordWeights = larger
    }
    let weight = wordWeights[term]!
    if (weight < 0) {
      weight = words.weight(term)
      wordWeights[term] = weight
    }
    return weight
  }
  const weighGram = (gram: number) => {
    let weight = gramWeights[gram]!
    if (weight < 0) {
      weight = grams.weight(gram)
      gramWeights[gram] = weight
    }
    return weight
  }
  const describe = createDescriber(weigh, weighGram)

  const formOf = (place: number) => {
    const known = forms.get(place)
    if (known) return known
    if (forms.size >= FORMS_KEPT) forms.clear()
    const form = toClaimForm(claims[place]!, number)
    forms.set(place, form)
    return form
  }
  /** Claims that the kept indexes hold already: only their words are still to be handed in. */
  const awaited = new Map<string, number>()
  for (const [place, id] of (kept?.ids ?? []).entries()) {
    claims[place] = null
    if (id !== '') awaited.set(id, place)
    if (place < MOST_GRAMMED) grammed += 1
  }
  const add = (claim: Claim) => {
    const place = awaited.get(claim.id)
    if (place === undefined) return addNew(claim)
    awaited.delete(claim.id)
    claims[place] = claim
    places.set(claim.id, place)
  }
  const addNew = (claim: Claim) => {
    remove(claim.id)
    const text = [claim.text, claim.title ?? '', ...claim.paraphrases].join('\n')
    const tokens = tokenise(text)
    const place = words.add(tokens.map(({ term }) => number(term)))
    const grammable = claims.length < MOST_GRAMMED
    grams.add(grammable ? fourGrams(tokens) : [])
    if (grammable) grammed += 1
    claims[place] = claim
    places.set(claim.id, place)
    fresh = false
  }
  const remove = (id: string) => {
    const place = places.get(id)
    if (place === undefined) return
    words.remove(place)
    grams.remove(place)
    claims[place] = null
    forms.delete(place)
    places.delete(id)
    fresh = false
  }
  /** Weights are remembered until the claims change. */
  const refresh = () => {
    if (fresh) return
    wordWeights.fill(-1)
    gramWeights.fill(-1)
    fresh = true
  }
  const rank = (text: string, owner?: string, without = -1): Ranked => {
    refresh()
    const query = toQueryForm(text, (term) => numbers.get(term))
    const found = new Map<number, { words: number; grams: number }>()
    for (const { doc, score } of words.search(query.all.distinct, FETCHED, { without }))
      found.set(doc, { words: score, grams: 0 })
    if (grammed > 0)
      for (const { doc, score } of grams.search(query.all.grams, FETCHED, { without })) {
        const known = found.get(doc)
        if (known) known.grams = score
        else found.set(doc, { words: 0, grams: score })
      }
    const visible = [...found].filter(([place]) => claims[place] && sees(owner, claims[place]))
    const topWords = Math.max(1e-9, ...visible.map(([, one]) => one.words))
    const topGrams = Math.max(1e-9, ...visible.map(([, one]) => one.grams))
    const candidates = visible
      .map(([place, one]) => ({ place, ...one, likely: one.words / topWords + one.grams / topGrams }))
      .sort((a, b) => b.likely - a.likely || a.place - b.place)
      .slice(0, RANKED)
      .map(({ place, words, grams }): Candidate => ({ place, words, grams, form: formOf(place) }))
    const rows = describe(query, candidates)
    return order({ query, candidates, rows, scores: rows.map((row) => rankScore(row, 'words')) })
  }
  const fetch = (text: string, top: number) => {
    const terms = tokenise(text).flatMap(({ term }) => numbers.get(term) ?? [])
    return words.search([...new Set(terms)], top).map(({ doc, score }) => ({ claimId: claims[doc]!.id, score }))
  }
  const keep = (fingerprint: string): KeptIndex => ({
    fingerprint,
    terms: names,
    ids: claims.map((claim) => claim?.id ?? ''),
    words: words.snapshot(),
    grams: grams.snapshot(),
  })
  return {
    add,
    remove,
    rank,
    keep,
    fetch,
    get: (id: string) => {
      const place = places.get(id)
      return place === undefined ? undefined : (claims[place] ?? undefined)
    },
    placeOf: (id: string) => places.get(id),
    size: () => places.size,
  }
}

/** The operator's claims are for all; a guild's own for itself alone. */
const sees = (owner: string | undefined, claim: Claim) =>
  owner === undefined || claim.owner === 'operator' || claim.owner === owner

/** Candidates by falling score; equal ones as they came. */
export function order(ranked: Ranked): Ranked {
  const places = ranked.scores.map((_, i) => i).sort((a, b) => ranked.scores[b]! - ranked.scores[a]! || a - b)
  return {
    query: ranked.query,
    candidates: places.map((i) => ranked.candidates[i]!),
    rows: places.map((i) => ranked.rows[i]!),
    scores: places.map((i) => ranked.scores[i]!),
  }
}

/** What the decision sees of a candidate's place in the list: its lead over the best other, its score, its rank. */
export function deciding(scores: number[], i: number): [lead: number, score: number, rank: number] {
  const other = i === 0 ? (scores[1] ?? scores[0]! - 5) : scores[0]!
  return [Math.max(-10, Math.min(10, scores[i]! - other)), scores[i]!, 1 / (1 + i)]
}

/**
 * What a passage of a longer text loses, in log odds. The probability is learnt where every second text has a claim; of
 * the passages of ordinary news hardly one in a hundred does.
 */
const PASSAGE_ODDS = Math.log(150)

type Judged = { claim: Claim; passage: string; score: number }

function judge(
  { candidates, rows, scores }: Ranked,
  passage: string,
  kind: Kind | 'few',
  { top = 5 }: MatchOptions,
): Judged[] {
  let most = 1
  return candidates.slice(0, top).map(({ form }, i) => {
    most = Math.min(most, probability(rows[i]!, deciding(scores, i), kind))
    return { claim: form.claim, passage, score: most }
  })
}

/** The best passage for each claim, and the best claims of these. */
function best(judged: Judged[][], id: string, { top = 5, threshold = THRESHOLDS.match }: MatchOptions): Match[] {
  const byClaim = new Map<string, Judged>()
  for (const one of judged.flat()) {
    const known = byClaim.get(one.claim.id)
    const score = judged.length === 1 ? one.score : shift(one.score, -PASSAGE_ODDS)
    if (!known || score > known.score) byClaim.set(one.claim.id, { ...one, score })
  }
  const unsure = Math.min(threshold, THRESHOLDS.unsure)
  return [...byClaim.values()]
    .sort((a, b) => b.score - a.score)
    .slice(0, top)
    .map(({ claim, passage, score }, i) => {
      const decision: Decision = score >= threshold ? 'match' : score >= unsure ? 'unsure' : 'none'
      const isShown = decision === 'match' || (decision === 'unsure' && i === 0)
      const found = isShown ? relateClosest([claim.text, ...claim.paraphrases], passage) : null
      return {
        statementId: id,
        claimId: claim.id,
        rank: i + 1,
        score,
        decision,
        relation: found ? cautious(found.relation, decision) : decision === 'unsure' ? 'related' : null,
        evidence: { words: found?.because ?? [], figures: found?.figures ?? [] },
      }
    })
}

/** A probability with its odds changed by a factor, given as logarithm. */
function shift(probability: number, logOdds: number): number {
  return 1 / (1 + ((1 - probability) / Math.max(probability, 1e-300)) * Math.exp(-logOdds))
}

/** Where it is unsure that claim and statement meet at all, how they do is not claimed either. */
const cautious = (relation: Relation, decision: Decision): Relation => (decision === 'match' ? relation : 'related')

function read(query: Query): { id: string; text: string } {
  if (typeof query === 'string') return { id: '', text: query }
  return { id: query.id, text: 'content' in query ? query.content : query.text }
}
