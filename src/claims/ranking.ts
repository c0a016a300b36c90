import { FEATURES } from './features.ts'
import { SHARING } from './sharing.ts'
import model from './weights.json' with { type: 'json' }

/** Weights by feature name, and what was learnt with them. A feature that is not named weighs nothing. */
export type Linear = { bias: number; weights: Record<string, number> }

/** Features that an encoder adds to those of the words. */
export const ENCODED = [
  'whole as text',
  'sentence as text',
  'whole as title',
  'sentence as title',
  'best meaning',
  'meaning gap',
  'meaning rank',
] as const
/** What the decision sees of a candidate beyond its row: its place in the list, and the words that are shared and missed. */
export const DECIDING: string[] = ['lead', 'score', 'rank', ...SHARING]

const NAMES: string[] = [...FEATURES, ...ENCODED, ...DECIDING]
const dense = ({ weights }: Linear) => Float64Array.from(NAMES, (name) => weights[name] ?? 0)

const LISTS = { words: dense(model.ranking.words as Linear), encoded: dense(model.ranking.encoded as Linear) }
const DECISIONS = {
  words: dense(model.decision.words as Linear),
  encoded: dense(model.decision.encoded as Linear),
  few: dense(model.decision.few as Linear),
}

export type Kind = 'words' | 'encoded'

/** How much likelier than other candidates of the same query: only differences mean something. */
export function rankScore(row: ArrayLike<number>, kind: Kind): number {
  return dot(row, LISTS[kind])
}

/** 0 to 1, calibrated: that this candidate is the claim behind the query. */
export function probability(row: ArrayLike<number>, deciding: ArrayLike<number>, kind: Kind | 'few'): number {
  const weights = DECISIONS[kind]
  const from = FEATURES.length + ENCODED.length
  let sum = model.decision[kind].bias + dot(row, weights)
  for (let i = 0; i < deciding.length; i++) sum += deciding[i]! * weights[from + i]!
  return 1 / (1 + Math.exp(-sum))
}

function dot(row: ArrayLike<number>, weights: Float64Array): number {
  let sum = 0
  for (let i = 0; i < row.length; i++) sum += row[i]! * weights[i]!
  return sum
}

/** In a smaller store the first candidate leads by chance: how far it leads says less, and the decision is learnt apart. */
export const FEW_CLAIMS = 1000

/** From which probability an answer is a match, and from which it is at least unsure. */
export const THRESHOLDS: { match: number; unsure: number } = model.thresholds
