/**
 * Learns `src/claims/relation-weights.json` from our own pairs: `node test/eval/claims/train-relation.ts`. Prints the
 * accuracy in tenfold cross-validation, in which pairs about one subject stay together.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describeRelation, RELATION_FEATURES } from '../../../src/claims/relation.ts'

const RELATIONS = ['repeats', 'differs-in-figure', 'opposes', 'narrower', 'wider', 'related']
const FOLDS = 10
const DECAY = 0.003
const ROUNDS = 400

type Pair = { relation: number; subject: string; row: number[]; words: string }

const pairs = readFileSync(resolve(import.meta.dirname, '../../fixtures/claims/relations.tsv'), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line): Pair => {
    const [relation = '', claim = '', statement = ''] = line.split('\t')
    const subject = claim.split(' ').slice(0, 2).join(' ')
    return {
      relation: RELATIONS.indexOf(relation),
      subject,
      row: describeRelation(claim, statement).row,
      words: `${claim} | ${statement}`,
    }
  })
const width = RELATION_FEATURES.length

/** Multinomial logistic regression by Adam; the last weight of each relation is its bias. */
function learn(examples: Pair[]): Float64Array[] {
  const weights = RELATIONS.map(() => new Float64Array(width + 1))
  const first = RELATIONS.map(() => new Float64Array(width + 1))
  const second = RELATIONS.map(() => new Float64Array(width + 1))
  for (let round = 1; round <= ROUNDS; round++) {
    const slope = RELATIONS.map(() => new Float64Array(width + 1))
    for (const { row, relation } of examples) {
      const shares = softmax(weights.map((one) => score(one, row)))
      for (const [k, share] of shares.entries()) {
        const error = (share - (k === relation ? 1 : 0)) / examples.length
        for (let f = 0; f < width; f++) slope[k]![f]! += error * row[f]!
        slope[k]![width]! += error
      }
    }
    for (let k = 0; k < RELATIONS.length; k++)
      for (let f = 0; f <= width; f++) {
        const step = slope[k]![f]! + (f < width ? DECAY * weights[k]![f]! : 0)
        first[k]![f] = 0.9 * first[k]![f]! + 0.1 * step
        second[k]![f] = 0.99 * second[k]![f]! + 0.01 * step * step
        weights[k]![f]! -=
          (0.1 * (first[k]![f]! / (1 - 0.9 ** round))) / (Math.sqrt(second[k]![f]! / (1 - 0.99 ** round)) + 1e-8)
      }
  }
  return weights
}

const score = (weights: Float64Array, row: number[]) =>
  row.reduce((sum, value, f) => sum + value * weights[f]!, weights[width]!)

function softmax(values: number[]): number[] {
  const most = Math.max(...values)
  const shares = values.map((value) => Math.exp(value - most))
  const total = shares.reduce((a, b) => a + b, 0)
  return shares.map((share) => share / total)
}

function told(weights: Float64Array[], row: number[]): number {
  const scores = weights.map((one) => score(one, row))
  return scores.indexOf(Math.max(...scores))
}

const subjects = [...new Set(pairs.map(({ subject }) => subject))]
let right = 0
for (let fold = 0; fold < FOLDS; fold++) {
  const isHere = ({ subject }: Pair) => subjects.indexOf(subject) % FOLDS === fold
  const weights = learn(pairs.filter((pair) => !isHere(pair)))
  for (const pair of pairs.filter(isHere)) {
    const found = told(weights, pair.row)
    if (found === pair.relation) right += 1
    else if (process.argv.includes('--errors'))
      console.log(`${RELATIONS[pair.relation]} taken for ${RELATIONS[found]}: ${pair.words}`)
  }
}
console.log(`cross-validated: ${right} of ${pairs.length}, ${(right / pairs.length).toFixed(3)}`)
const weights = learn(pairs)
const rounded = (value: number) => Number(value.toFixed(3))
writeFileSync(
  resolve(import.meta.dirname, '../../../src/claims/relation-weights.json'),
  `${JSON.stringify(
    {
      madeBy: 'test/eval/claims/train-relation.ts on test/fixtures/claims/relations.tsv, 300 pairs in our own words',
      relations: RELATIONS,
      features: RELATION_FEATURES,
      bias: weights.map((one) => rounded(one[width]!)),
      weights: weights.map((one) => Array.from(one.subarray(0, width), rounded)),
    },
    null,
    1,
  )}\n`,
)
