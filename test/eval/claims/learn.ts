/** One query's candidates as rows of numbers, what the decision sees besides, and which of them is right: -1 for none. */
export type Lesson = { rows: Float64Array[]; sharing: Float64Array[]; right: number }

/** Weights for raw values, learnt on standardised ones. */
export type Learnt = { bias: number; weights: Float64Array }

type Scale = { mean: Float64Array; deviation: Float64Array }

function scaleOf(rows: Float64Array[]): Scale {
  const width = rows[0]!.length
  const mean = new Float64Array(width)
  const deviation = new Float64Array(width)
  for (const row of rows) for (let f = 0; f < width; f++) mean[f] = mean[f]! + row[f]! / rows.length
  for (const row of rows)
    for (let f = 0; f < width; f++) deviation[f] = deviation[f]! + (row[f]! - mean[f]!) ** 2 / rows.length
  return { mean, deviation: deviation.map((value) => (value < 1e-12 ? 1 : Math.sqrt(value))) }
}

/** Adam on the whole batch. `gradient` adds to its second argument. @see Kingma and Ba 2015 */
function descend(width: number, rounds: number, gradient: (weights: Float64Array, into: Float64Array) => void) {
  const weights = new Float64Array(width)
  const first = new Float64Array(width)
  const second = new Float64Array(width)
  const slope = new Float64Array(width)
  for (let round = 1; round <= rounds; round++) {
    slope.fill(0)
    gradient(weights, slope)
    const rate = 0.1 * 0.985 ** round
    for (let f = 0; f < width; f++) {
      first[f] = 0.9 * first[f]! + 0.1 * slope[f]!
      second[f] = 0.99 * second[f]! + 0.01 * slope[f]! ** 2
      const step = first[f]! / (1 - 0.9 ** round) / (Math.sqrt(second[f]! / (1 - 0.99 ** round)) + 1e-8)
      weights[f] = weights[f]! - rate * step
    }
  }
  return weights
}

function unscale(weights: Float64Array, bias: number, { mean, deviation }: Scale): Learnt {
  const raw = mean.map((_, f) => weights[f]! / deviation[f]!)
  return { bias: raw.reduce((sum, weight, f) => sum - weight * mean[f]!, bias), weights: raw }
}

/**
 * Weights by which the right candidate of each query comes first: softmax cross-entropy over each list.
 *
 * @see Cao et al. 2007, Learning to rank: from pairwise approach to listwise approach
 */
export function learnRanking(lessons: Lesson[], decay: number, rounds = 100): Learnt {
  const useful = lessons.filter(({ right }) => right >= 0)
  const scale = scaleOf(useful.flatMap(({ rows }) => rows))
  const lists = useful.map(({ rows, right }) => ({ rows: rows.map((row) => standardise(row, scale)), right }))
  const weights = descend(scale.mean.length, rounds, (current, slope) => {
    for (const { rows, right } of lists) {
      const shares = softmax(rows.map((row) => dot(row, current)))
      for (const [i, row] of rows.entries()) {
        const error = (shares[i]! - (i === right ? 1 : 0)) / lists.length
        for (let f = 0; f < row.length; f++) slope[f] = slope[f]! + error * row[f]!
      }
    }
    for (let f = 0; f < current.length; f++) slope[f] = slope[f]! + decay * current[f]!
  })
  return unscale(weights, 0, scale)
}

/** Logistic regression: the probability that a row is of the true kind. Each row weighs `weight`. */
export function learnProbability(
  examples: { row: Float64Array; isTrue: boolean; weight: number }[],
  decay: number,
  rounds = 250,
): Learnt {
  const scale = scaleOf(examples.map(({ row }) => row))
  const width = scale.mean.length
  const total = examples.reduce((sum, { weight }) => sum + weight, 0)
  const rows = examples.map(({ row, isTrue, weight }) => ({ row: standardise(row, scale), isTrue, weight }))
  const weights = descend(width + 1, rounds, (current, slope) => {
    for (const { row, isTrue, weight } of rows) {
      const error = ((sigmoid(current[width]! + dot(row, current)) - (isTrue ? 1 : 0)) * weight) / total
      for (let f = 0; f < width; f++) slope[f] = slope[f]! + error * row[f]!
      slope[width] = slope[width]! + error
    }
    for (let f = 0; f < width; f++) slope[f] = slope[f]! + decay * current[f]!
  })
  return unscale(weights.subarray(0, width), weights[width]!, scale)
}

export const apply = ({ bias, weights }: Learnt, row: Float64Array) => bias + dot(row, weights)
export const sigmoid = (value: number) => 1 / (1 + Math.exp(-value))

function standardise(row: Float64Array, { mean, deviation }: Scale): Float64Array {
  return row.map((value, f) => (value - mean[f]!) / deviation[f]!)
}

function dot(row: Float64Array, weights: Float64Array): number {
  let sum = 0
  for (let f = 0; f < row.length; f++) sum += row[f]! * weights[f]!
  return sum
}

function softmax(values: number[]): number[] {
  const most = Math.max(...values)
  const shares = values.map((value) => Math.exp(value - most))
  const total = shares.reduce((a, b) => a + b, 0)
  return shares.map((share) => share / total)
}
