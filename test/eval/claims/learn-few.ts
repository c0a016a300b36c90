import { FEATURES } from '../../../src/claims/features.ts'
import { splitPassages } from '../../../src/claims/passages.ts'
import { createCore, deciding } from '../../../src/claims/rank-claims.ts'
import { DECIDING } from '../../../src/claims/ranking.ts'
import { SHARING } from '../../../src/claims/sharing.ts'
import { seeded } from '../../bench/claims/generate.ts'
import { readClaimStore, readQueries } from './checkthat.ts'
import { apply, type Learnt, learnProbability, sigmoid } from './learn.ts'
import { type Answer, bestF1, decisionAt } from './measures.ts'
import { FOLDS, foldOf } from './teach.ts'
import { readFeedItems } from './unrelated.ts'

const DECAY = 0.003
/** What an unrelated passage weighs beside a post. */
const UNRELATED_WEIGHT = 1.5
/** What a candidate that is not the first weighs beside the first. */
const OTHERS_WEIGHT = 0.3

/** A text may bear on several claims: so many of the likeliest are told, each by itself. */
const TOLD = 5

/** So many random claims stand beside those that are asked for, by turns. */
const NEIGHBOURS = 2
const FEW = [2, 8, 20, 60, 200, 600]
/** What a text that comes first among few gets for nothing. */
const BY_CHANCE = new Set<string>([
  'words share',
  'words rank',
  'words gap',
  'grams share',
  'grams rank',
  'grams gap',
  'lead',
  'rank',
  ...SHARING,
])
const WITHOUT_CHANCE = [...FEATURES, ...DECIDING].map((name) => !BY_CHANCE.has(name))

/**
 * Small stores, as a config has them: random claims, and the claims of every second of ten posts; then unrelated
 * passages against the same stores. Every post is asked twice, once with its claim and once without.
 */
async function teachFew(split: 'train' | 'dev') {
  const { claims, kept } = readClaimStore('2022')
  const byId = new Map(claims.map((claim) => [claim.id, claim]))
  const queries = readQueries('2022', split)
  const passages = split === 'train' ? (await readFeedItems(0)).flatMap(({ text }) => splitPassages(text)) : []
  const random = seeded(5)
  const whole = createCore()
  for (const claim of claims) whole.add(claim)
  const examples: (Answer & { row: Float64Array; fold: number; isFirst: boolean; isUnrelated: boolean })[] = []
  for (const half of [0, 1])
    for (let from = 0; from < queries.length; from += 10) {
      const asked = queries
        .slice(from, from + 10)
        .map((query) => ({ ...query, gold: kept.get(query.gold) ?? query.gold }))
      const without = new Set(asked.filter((_, i) => i % 2 !== half).map(({ gold }) => gold))
      const core = createCore()
      for (const [i, { gold }] of asked.entries()) if (i % 2 === half && !without.has(gold)) core.add(byId.get(gold)!)
      // The claims of one store are about one story: the nearest wrong claims stand beside the right one.
      for (const { text } of asked)
        for (const { form } of whole.rank(text).candidates.slice(0, NEIGHBOURS))
          if (!without.has(form.claim.id)) core.add(form.claim)
      for (let i = 0; i < FEW[(from / 10) % FEW.length]!; i++) {
        const claim = claims[Math.floor(random() * claims.length)]!
        if (!without.has(claim.id)) core.add(claim)
      }
      const tell = (text: string, gold: string | null, fold: number) => {
        const ranked = core.rank(text)
        const decisive = deciding(ranked)
        for (const [i, { form }] of ranked.candidates.slice(0, TOLD).entries()) {
          const row = Float64Array.from([...ranked.rows[i]!, ...decisive(i)])
          for (const [f, counts] of WITHOUT_CHANCE.entries()) if (!counts) row[f] = 0
          const hasClaim = gold !== null && core.placeOf(gold) !== undefined
          const isRight = hasClaim && form.claim.id === gold
          examples.push({ row, score: 0, isRight, hasClaim, fold, isFirst: i === 0, isUnrelated: gold === null })
        }
      }
      for (const { text, gold } of asked) tell(text, gold, foldOf(gold))
      for (let i = 0; i < 10 && passages.length > 0; i++)
        tell(passages[Math.floor(random() * passages.length)]!, null, from % FOLDS)
    }
  return examples
}

/** The decision of small stores. Prints how good it is, cross-validated and on 2022 dev. */
export async function learnFew(): Promise<Learnt> {
  const train = await teachFew('train')
  const dev = await teachFew('dev')
  const learnOn = (examples: typeof train) =>
    learnProbability(
      examples.map(({ row, isRight, isUnrelated, isFirst }) => ({
        row,
        isTrue: isRight,
        weight: (isUnrelated ? UNRELATED_WEIGHT : 1) * (isFirst ? 1 : OTHERS_WEIGHT),
      })),
      DECAY,
    )
  const score = (model: Learnt, examples: typeof train) =>
    examples.map((one) => ({ ...one, score: sigmoid(apply(model, one.row)) }))
  const told: typeof train = []
  for (let fold = 0; fold < FOLDS; fold++)
    told.push(
      ...score(
        learnOn(train.filter((one) => one.fold !== fold)),
        train.filter((one) => one.fold === fold),
      ),
    )
  const model = learnOn(train)
  for (const [name, examples] of [
    ['cross-validated on train', told],
    ['2022 dev', score(model, dev)],
  ] as const) {
    const posts = examples.filter(({ isUnrelated, isFirst }) => isFirst && !isUnrelated)
    const others = examples.filter(({ isFirst, isUnrelated }) => !isFirst && !isUnrelated)
    const wrong = others.filter(({ isRight, score: given }) => !isRight && given >= 0.4).length
    const unrelated = examples.filter(({ isUnrelated, isFirst }) => isFirst && isUnrelated)
    const alarms = unrelated.filter(({ score: given }) => given >= 0.4).length
    const at = decisionAt(posts, 0.4)
    console.log(
      `small stores, ${name}: F1 at .4 ${at.f1.toFixed(3)}, precision ${at.precision.toFixed(3)}, best F1 ${bestF1(posts).f1.toFixed(3)}, ${alarms} alarms on ${unrelated.length} unrelated passages, ${wrong} wrong of ${others.length} that are not first`,
    )
  }
  return { ...model, weights: model.weights.map((weight, f) => (WITHOUT_CHANCE[f] ? weight : 0)) }
}
