import type { Claim } from '../model.ts'
import { gramPrior, wordPrior } from './common-terms.ts'
import { type Candidate, createDescriber } from './features.ts'
import { type ClaimForm, type QueryForm, toClaimForm, toQueryForm } from './forms.ts'
import { createIndex } from './index.ts'
import type { KeptIndex } from './index-file.ts'
import type { Weigh } from './overlap.ts'
import { rankScore } from './ranking.ts'
import { describeSharing } from './sharing.ts'
import { fourGrams, tokenise } from './tokens.ts'

/** What each index hands over, and how many of these are looked at closely. */
const FETCHED = 30
const RANKED = 16
/** Past this many claims 4-grams cost more memory than they bring: words alone find the candidates. */
const MOST_GRAMMED = 200_000
/** Forms are kept for this many claims, and made again for others. */
const FORMS_KEPT = 50_000
/** Weights of 4-grams are kept by the page: there are two million, of which a small store sees few. */
const GRAM_PAGE = 37 ** 2

/** A query's candidates, best first, as the ranking sees them; `weigh` as it was then. */
export type Ranked = {
  query: QueryForm
  candidates: Candidate[]
  rows: Float64Array[]
  scores: number[]
  weigh: Weigh
}

export type Core = ReturnType<typeof createCore>

/**
 * The indexes and the ranking over them, before any decision. `without` leaves one claim out, for training.
 *
 * @param options.onDemand the kept claims are all known from the start, by their ids: what of them `missing` names is
 *   to be handed in with `supply` before a text is ranked
 * @param options.drawn the claims are those that a larger store found for the one text that is to be ranked
 */
export function createCore(kept: KeptIndex | null = null, { onDemand = false, drawn = false } = {}) {
  const names: string[] = kept?.terms.slice() ?? []
  const numbers = new Map(names.map((term, i) => [term, i]))
  const number = (term: string) => {
    const found = numbers.get(term)
    if (found !== undefined) return found
    numbers.set(term, names.length)
    return names.push(term) - 1
  }
  const words = createIndex({
    ...(kept && { from: kept.words }),
    prior: { ...wordPrior((term) => names[term]), drawn },
  })
  const grams = createIndex({ k1: 1.2, b: 0.5, ...(kept && { from: kept.grams }), prior: { ...gramPrior(), drawn } })
  const claims: (Claim | null)[] = []
  /** By place, '' for one that is gone. */
  const ids: string[] = []
  const places = new Map<string, number>()
  const forms = new Map<number, ClaimForm>()
  let grammed = 0
  let wordWeights = new Float64Array(1024).fill(-1)
  let gramWeights: Float64Array[] = []
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
    const at = gram % GRAM_PAGE
    const place = (gram - at) / GRAM_PAGE
    gramWeights[place] ??= new Float64Array(GRAM_PAGE).fill(-1)
    const page = gramWeights[place]
    if (page[at]! < 0) page[at] = grams.weight(gram)
    return page[at]!
  }
  const describer = createDescriber(weigh, weighGram)

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
    ids[place] = onDemand ? id : ''
    if (id !== '') (onDemand ? places : awaited).set(id, place)
    if (place < MOST_GRAMMED) grammed += 1
  }
  const add = (claim: Claim) => {
    const place = awaited.get(claim.id)
    if (place === undefined) return addNew(claim)
    awaited.delete(claim.id)
    claims[place] = claim
    ids[place] = claim.id
    places.set(claim.id, place)
  }
  /** Places whose claims were handed in on demand: let go of all at once, when they are many. */
  const supplied: number[] = []
  const supply = (some: Claim[]) => {
    if (supplied.length + some.length > FORMS_KEPT)
      for (const place of supplied.splice(0)) {
        claims[place] = null
        forms.delete(place)
      }
    for (const claim of some) {
      const place = places.get(claim.id)
      if (place === undefined || claims[place]) continue
      claims[place] = claim
      supplied.push(place)
    }
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
    ids[place] = claim.id
    places.set(claim.id, place)
    fresh = false
  }
  const remove = (id: string) => {
    const place = places.get(id)
    if (place === undefined) return
    words.remove(place)
    grams.remove(place)
    claims[place] = null
    ids[place] = ''
    forms.delete(place)
    places.delete(id)
    fresh = false
  }
  /** Weights are remembered until the claims change. */
  const refresh = () => {
    if (fresh) return
    wordWeights.fill(-1)
    gramWeights = []
    describer.forget()
    fresh = true
  }
  const find = (text: string, owner?: string, without = -1) => {
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
    const visible = [...found].filter(([place]) => ids[place] && sees(owner, claims[place]))
    const topWords = Math.max(1e-9, ...visible.map(([, one]) => one.words))
    const topGrams = Math.max(1e-9, ...visible.map(([, one]) => one.grams))
    const likeliest = visible
      .map(([place, one]) => ({ place, ...one, likely: one.words / topWords + one.grams / topGrams }))
      .sort((a, b) => b.likely - a.likely || a.place - b.place)
      .slice(0, RANKED)
    return { query, likeliest }
  }
  const rank = (text: string, owner?: string, without = -1): Ranked => {
    const { query, likeliest } = find(text, owner, without)
    const candidates = likeliest
      .filter(({ place }) => claims[place])
      .map(({ place, words, grams }): Candidate => ({ place, words, grams, form: formOf(place) }))
    const rows = describer.describe(query, candidates)
    return order({ query, candidates, rows, scores: rows.map((row) => rankScore(row, 'words')), weigh })
  }
  const fetch = (text: string, top: number) => {
    const terms = tokenise(text).flatMap(({ term }) => numbers.get(term) ?? [])
    return words.search([...new Set(terms)], top).map(({ doc, score }) => ({ claimId: ids[doc]!, score }))
  }
  const keep = (fingerprint: string): KeptIndex => ({
    fingerprint,
    terms: names,
    ids,
    words: words.snapshot(),
    grams: grams.snapshot(),
  })
  return {
    add,
    remove,
    supply,
    /** Ids of the claims that are to be handed in before this text is ranked. */
    missing: (text: string): string[] => {
      const { likeliest } = find(text)
      return likeliest.flatMap(({ place }) => (claims[place] ? [] : (ids[place] ?? [])))
    },
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
const sees = (owner: string | undefined, claim: Claim | null | undefined) =>
  owner === undefined || !claim || claim.owner === 'operator' || claim.owner === owner

/** Candidates by falling score; equal ones as they came. */
export function order(ranked: Ranked): Ranked {
  const places = ranked.scores.map((_, i) => i).sort((a, b) => ranked.scores[b]! - ranked.scores[a]! || a - b)
  return {
    query: ranked.query,
    weigh: ranked.weigh,
    candidates: places.map((i) => ranked.candidates[i]!),
    rows: places.map((i) => ranked.rows[i]!),
    scores: places.map((i) => ranked.scores[i]!),
  }
}

/** A candidate's place in the list: its lead over the best other, its score, its rank. */
export function standing(scores: number[], i: number): [lead: number, score: number, rank: number] {
  const other = i === 0 ? (scores[1] ?? scores[0]! - 5) : scores[0]!
  return [Math.max(-10, Math.min(10, scores[i]! - other)), scores[i]!, 1 / (1 + i)]
}

/** What the decision sees of each candidate beyond its row: a number for each of `DECIDING`. */
export function deciding({ query, candidates, scores, weigh }: Ranked): (i: number) => number[] {
  const sharing = describeSharing(query, candidates, weigh)
  return (i) => [...standing(scores, i), ...sharing(i)]
}
