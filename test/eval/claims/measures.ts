/** Mean of 1/rank over queries, 0 where the right one is not among the first five. `ranks` from 0, -1 for absent. */
export function meanAveragePrecision(ranks: number[]): number {
  return ranks.reduce((sum, rank) => sum + (rank >= 0 && rank < 5 ? 1 / (rank + 1) : 0), 0) / ranks.length
}

/** The first answer to each query: its probability, and whether it is the claim that was meant. */
export type Answer = { score: number; isRight: boolean; hasClaim: boolean }

/** Of the queries that have a claim, how many are found; of the matches given, how many are right. */
export function decisionAt(answers: Answer[], threshold: number) {
  const given = answers.filter(({ score }) => score >= threshold)
  const right = given.filter(({ isRight }) => isRight).length
  const precision = given.length === 0 ? 1 : right / given.length
  const recall = right / Math.max(1, answers.filter(({ hasClaim }) => hasClaim).length)
  return { precision, recall, f1: precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall) }
}

/** The highest recall at which at least `precision` of the matches given are right. */
export function recallAtPrecision(answers: Answer[], precision: number): number {
  return Math.max(
    0,
    ...answers
      .map(({ score }) => decisionAt(answers, score))
      .flatMap((one) => (one.precision >= precision ? one.recall : [])),
  )
}

export function bestF1(answers: Answer[]): { threshold: number; f1: number } {
  let best = { threshold: 1, f1: 0 }
  for (const { score } of answers) {
    const { f1 } = decisionAt(answers, score)
    if (f1 > best.f1) best = { threshold: score, f1 }
  }
  return best
}

/** 95 % interval of a measure by resampling what was measured, seeded. */
export function bootstrap<T>(values: T[], measure: (sample: T[]) => number, draws = 1000): [low: number, high: number] {
  let seed = 20221
  const random = () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
    return seed / 2 ** 32
  }
  const drawn = Array.from({ length: draws }, () =>
    measure(values.map(() => values[Math.floor(random() * values.length)]!)),
  ).sort((a, b) => a - b)
  return [drawn[Math.floor(draws * 0.025)]!, drawn[Math.floor(draws * 0.975)]!]
}
