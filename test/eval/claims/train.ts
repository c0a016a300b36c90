/**
 * Learns the claims' weights from the shared train split: `node test/eval/claims/train.ts terms`, then `words`,
 * `encoded` (with the encoder's projection) and `few`, in this order, for each ranks what the one before leaves. Prints
 * cross-validated scores on train, and the scores on dev, which nothing is fitted to. The encoder takes some ten
 * minutes the first time.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { FEATURES } from '../../../src/claims/features.ts'
import { DECIDING, ENCODED } from '../../../src/claims/ranking.ts'
import { tokenise } from '../../../src/claims/tokens.ts'
import { keepProjection } from '../../../src/encoder/projection.ts'
import { readClaimStore } from './checkthat.ts'
import type { Learnt } from './learn.ts'
import { learnFew } from './learn-few.ts'
import { learnKind } from './learn-kind.ts'
import { fitEncoder } from './teach.ts'

const MADE_BY = 'on CheckThat! 2020 and 2022 train (English, task 2), which are free for research use'
const room = resolve(import.meta.dirname, '../../../src/claims')

function named(names: readonly string[], { bias, weights }: Learnt) {
  return {
    bias: Number(bias.toPrecision(5)),
    weights: Object.fromEntries(names.map((name, f) => [name, Number(weights[f]!.toPrecision(4))])),
  }
}

function countCommonTerms(): void {
  const { claims } = readClaimStore('2022')
  const holders = new Map<string, number>()
  for (const { text, title } of claims)
    for (const term of new Set(tokenise(`${text}\n${title ?? ''}`).map(({ term }) => term)))
      holders.set(term, (holders.get(term) ?? 0) + 1)
  const common = [...holders]
    .filter(([term, count]) => count >= 8 && /^[a-z0-9]+$/.test(term))
    .sort((a, b) => b[1] - a[1])
  writeFileSync(
    resolve(room, 'common-terms.json'),
    `${JSON.stringify({ claims: claims.length, holders: Object.fromEntries(common) })}\n`,
  )
}

type Named = ReturnType<typeof named>
type Weights = { ranking: Record<string, Named>; decision: Record<string, Named>; madeBy: string }
function change(edit: (weights: Weights) => void): void {
  const path = resolve(room, 'weights.json')
  const weights = JSON.parse(readFileSync(path, 'utf8')) as Weights
  edit(weights)
  writeFileSync(path, `${JSON.stringify(weights, null, 1)}\n`)
}

const kind = process.argv[2]
if (kind === 'terms') countCommonTerms()
else if (kind === 'few') {
  const few = named([...FEATURES, ...DECIDING], await learnFew())
  change((weights) => {
    weights.decision.few = few
  })
} else if (kind === 'words' || kind === 'encoded') {
  const fitted = kind === 'encoded' ? await fitEncoder() : null
  const model = await learnKind(kind, fitted?.encoders ?? null)
  if (fitted) {
    fitted.save()
    const kept = keepProjection(fitted.projection, `test/eval/claims/train.ts encoded ${MADE_BY}`)
    writeFileSync(resolve(room, '../encoder/projection.json'), `${JSON.stringify(kept, null, 2)}\n`)
  }
  const names = kind === 'words' ? [...FEATURES] : [...FEATURES, ...ENCODED]
  change((weights) => {
    weights.ranking[kind] = named(names, model.ranking)
    weights.decision[kind] = named([...names, ...DECIDING], model.decision)
    weights.madeBy = `test/eval/claims/train.ts ${MADE_BY}`
  })
} else console.error('say what to learn: terms, words, encoded or few')
