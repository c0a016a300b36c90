import type { Claim, Decision, Match, Relation, Statement } from '../model.ts'
import type { KeptIndex } from './index-file.ts'
import { byMeaning, type Encoder } from './meaning.ts'
import { splitPassages } from './passages.ts'
import { createCore, deciding, type Ranked } from './rank-claims.ts'
import { FEW_CLAIMS, type Kind, probability, THRESHOLDS } from './ranking.ts'
import { relateClosest } from './relation.ts'

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
  /** Where claims are read on demand: ids of those that are to be handed in before this query is matched. */
  missing(query: Query): string[]
  /** Hands in claims that `missing` named. They are forgotten again when they are many; their index stays. */
  supply(claims: Claim[]): void
  get(id: string): Claim | undefined
  size(): number
  /** The indexes as they are, to be written and handed to `createMatcher` again with claims of the same fingerprint. */
  keep(fingerprint: string): KeptIndex
  /** The first step alone: ids of the claims that share the weightiest words, best first, with their BM25 score. */
  candidates(text: string, top: number): { claimId: string; score: number }[]
}

/**
 * @param options.onDemand the claims of the kept indexes are not handed in beforehand, but when `missing` names them
 * @param options.drawn the claims are those that a larger store found for the one text that is to be matched
 */
export function createMatcher(
  claims: Iterable<Claim> = [],
  options: { encoder?: Encoder; kept?: KeptIndex | null; onDemand?: boolean; drawn?: boolean } = {},
): Matcher {
  const { onDemand = false, drawn = false } = options
  const core = createCore(options.kept ?? null, { onDemand, drawn })
  for (const claim of claims) core.add(claim)
  const { add, remove, supply, get, size, keep } = core
  const byWords = () => (core.size() < FEW_CLAIMS ? 'few' : 'words')
  return {
    add,
    remove,
    supply,
    missing: (query) => [...new Set(splitPassages(read(query).text).flatMap(core.missing))],
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
      // All at once: while the encoder is waited for, claims come and go.
      for (const { passage, ranked } of passages.map((one) => ({
        passage: one,
        ranked: core.rank(one, asked.owner),
      }))) {
        const told = judge(ranked, passage, byWords(), asked)
        const first = told[0]?.score ?? 0
        const isClear = first >= CLEAR || (passages.length > 1 && first < HOPELESS) || told.length === 0
        if (isClear || !options.encoder || core.size() < FEW_CLAIMS) judged.push(told)
        else judged.push(judge(await byMeaning(ranked, passage, options.encoder), passage, 'encoded', asked))
      }
      return best(judged, id, asked)
    },
  }
}

/** Where words alone are this sure of a claim, or for a passage of a longer text of none, the encoder is not asked. */
const CLEAR = 0.97
const HOPELESS = 0.3

/**
 * What a passage of a longer text loses, in log odds. The probability is learnt where every second text has a claim; of
 * the passages of ordinary news hardly one in a hundred does.
 */
const PASSAGE_ODDS = Math.log(150)

type Judged = { claim: Claim; passage: string; score: number }

function judge(ranked: Ranked, passage: string, kind: Kind | 'few', { top = 5 }: MatchOptions): Judged[] {
  const decisive = deciding(ranked)
  let most = 1
  return ranked.candidates.slice(0, top).map(({ form }, i) => {
    most = Math.min(most, probability(ranked.rows[i]!, decisive(i), kind))
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
