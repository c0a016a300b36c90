import { standing } from '../../../src/claims/rank-claims.ts'
import { type Kind, THRESHOLDS } from '../../../src/claims/ranking.ts'
import { apply, type Learnt, type Lesson, learnProbability, learnRanking, sigmoid } from './learn.ts'
import { type Answer, bestF1, decisionAt, meanAveragePrecision, recallAtPrecision } from './measures.ts'
import { type Encoders, FOLDS, type Taught, teach, teachUnrelated } from './teach.ts'

const DECAY = { words: 0.003, encoded: 0.01, decision: 0.01 }
/** What all unrelated passages together weigh beside the posts. */
const UNRELATED_WEIGHT = 1

type Example = { row: Float64Array; isTrue: boolean; weight: number }

function examplesOf(taught: Taught[], ranking: Learnt): Example[] {
  return taught.flatMap(({ whole, without }) =>
    [whole, without].flatMap((lesson) =>
      decisionRows(lesson, ranking)
        .slice(0, 3)
        .map(({ row, isRight }, i) => ({ row, isTrue: isRight, weight: i === 0 ? 1 : 0.1 })),
    ),
  )
}

function decisionRows({ rows, sharing, right }: Lesson, ranking: Learnt) {
  const scores = rows.map((row) => apply(ranking, row))
  const order = scores.map((_, i) => i).sort((a, b) => scores[b]! - scores[a]! || a - b)
  const sorted = order.map((i) => scores[i]!)
  return order.map((i, rank) => ({
    row: Float64Array.from([...rows[i]!, ...standing(sorted, rank), ...sharing[i]!]),
    isRight: i === right,
  }))
}

/** Every post twice, with its claim and without. */
function answers(taught: Taught[], ranking: Learnt, decision: Learnt): Answer[] {
  return taught.flatMap(({ whole, without }) =>
    [whole, without].map((lesson) => {
      const first = decisionRows(lesson, ranking)[0]
      const score = first ? sigmoid(apply(decision, first.row)) : 0
      return { score, isRight: first?.isRight ?? false, hasClaim: lesson === whole }
    }),
  )
}

function plainAnswers(taught: Taught[]): Answer[] {
  return taught.flatMap(({ plain }) => [
    { ...plain.whole, hasClaim: true },
    { ...plain.without, isRight: false, hasClaim: false },
  ])
}

function ranksOf(taught: Taught[], ranking: Learnt): number[] {
  return taught.map(({ whole: { rows, right } }) => {
    if (right < 0) return -1
    const scores = rows.map((row) => apply(ranking, row))
    return scores.filter((score, i) => score > scores[right]! || (score === scores[right]! && i < right)).length
  })
}

function report(name: string, ranks: number[], told: Answer[]): void {
  const any = told.map((one) => ({ ...one, isRight: one.hasClaim }))
  const best = bestF1(told)
  const cells = [
    `MAP@5 ${meanAveragePrecision(ranks).toFixed(3)}`,
    `F1 right/any at ${THRESHOLDS.match} ${decisionAt(told, THRESHOLDS.match).f1.toFixed(3)}/${decisionAt(any, THRESHOLDS.match).f1.toFixed(3)}`,
    `best ${best.f1.toFixed(3)} at ${best.threshold.toFixed(2)}, any ${bestF1(any).f1.toFixed(3)}`,
    `recall at precision .95 right/any ${recallAtPrecision(told, 0.95).toFixed(3)}/${recallAtPrecision(any, 0.95).toFixed(3)}`,
  ]
  console.log(`${name}: ${cells.join('; ')}`)
}

/**
 * Learns on train. Prints how good that is: cross-validated on train, by year, beside plain BM25; and on dev. The
 * decision learns from posts as a ranking sees them that has not learnt from them: scores of what was learnt by heart
 * would look surer than any to come.
 */
export async function learnKind(kind: Kind, encoders: Encoders): Promise<{ ranking: Learnt; decision: Learnt }> {
  const train: Taught[] = []
  for (const year of ['2022', '2020']) train.push(...(await teach(year, 'train', encoders)))
  const rankingOf = (taught: Taught[]) =>
    learnRanking(
      taught.map(({ whole }) => whole),
      DECAY[kind],
    )
  const folds = Array.from({ length: FOLDS }, (_, fold) => {
    const ranking = rankingOf(train.filter((one) => one.fold !== fold))
    const taught = train.filter((one) => one.fold === fold)
    return { ranking, taught, examples: examplesOf(taught, ranking) }
  })
  const ranking = rankingOf(train)
  const unrelated = await teachUnrelated(encoders)
  const weight = (UNRELATED_WEIGHT * train.length * 2) / Math.max(1, unrelated.length)
  const quiet = unrelated.map((lesson) => ({ row: decisionRows(lesson, ranking)[0]!.row, isTrue: false, weight }))
  const decisionOf = (some: typeof folds) =>
    learnProbability([...some.flatMap(({ examples }) => examples), ...quiet], DECAY.decision)
  const decision = decisionOf(folds)
  const told = new Map<Taught, { rank: number; answers: Answer[] }>()
  for (const fold of folds) {
    const without = decisionOf(folds.filter((one) => one !== fold))
    const ranks = ranksOf(fold.taught, fold.ranking)
    for (const [i, one] of fold.taught.entries())
      told.set(one, { rank: ranks[i]!, answers: answers([one], fold.ranking, without) })
  }
  const half = train.length / 2
  for (const [year, taught] of [
    ['2022', train.slice(0, half)],
    ['2020', train.slice(half)],
  ] as const) {
    const plain = taught.map(({ plain }) => plain.rank)
    report(`${year} train, plain BM25`, plain, plainAnswers(taught))
    const known = taught.map((one) => told.get(one)!)
    report(
      `${year} train, ${kind}, cross-validated`,
      known.map(({ rank }) => rank),
      known.flatMap((one) => one.answers),
    )
    const dev = await teach(year, 'dev', encoders)
    report(`${year} dev, ${kind}`, ranksOf(dev, ranking), answers(dev, ranking, decision))
  }
  return { ranking, decision }
}
