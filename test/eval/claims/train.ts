/**
 * Learns `src/claims/weights.json` and `common-terms.json` from the shared train split: `node test/eval/claims/train.ts words`, then
 * `… encoded`, in this order, for the second ranks what the first leaves. Prints cross-validated scores on train and
 * the scores on 2022 dev, which nothing is fitted to. Five minutes the first time, for the encoder.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { FEATURES } from '../../../src/claims/features.ts'
import { byMeaning } from '../../../src/claims/meaning.ts'
import { splitPassages } from '../../../src/claims/passages.ts'
import { createCore, deciding, type Ranked } from '../../../src/claims/rank-claims.ts'
import { DECIDING, ENCODED, type Kind } from '../../../src/claims/ranking.ts'
import { tokenise } from '../../../src/claims/tokens.ts'
import { localEncoder } from '../../../src/encoder/local.ts'
import { seeded } from '../../bench/claims/generate.ts'
import { type Asked, readClaimStore, readQueries } from './checkthat.ts'
import { keepVectors } from './kept-vectors.ts'
import { apply, type Learnt, type Lesson, learnProbability, learnRanking, sigmoid } from './learn.ts'
import { type Answer, bestF1, decisionAt, meanAveragePrecision, recallAtPrecision } from './measures.ts'
import { readFeedItems } from './unrelated.ts'

const DECAY = { words: 0.003, encoded: 0.01, decision: 0.003 }
const FOLDS = 5
const room = resolve(import.meta.dirname, '../../../src/claims')

type Taught = { query: Asked; fold: number; whole: Lesson; without: Lesson }

/** Each query against the whole store, and again with its own claim left out: ranks, gaps and all worked out anew. */
async function teach(year: string, split: 'train' | 'dev', kind: Kind): Promise<Taught[]> {
  const { claims, kept } = readClaimStore(year)
  const core = createCore()
  for (const claim of claims) core.add(claim)
  const encoder = keepVectors(localEncoder())
  const taught: Taught[] = []
  for (const query of readQueries(year, split)) {
    const gold = kept.get(query.gold) ?? query.gold
    const place = core.placeOf(gold) ?? -1
    const lesson = async (ranked: Ranked): Promise<Lesson> => {
      const seen = kind === 'encoded' ? await byMeaning(ranked, query.text, encoder) : ranked
      return { rows: seen.rows, right: seen.candidates.findIndex((one) => one.place === place) }
    }
    const whole = await lesson(core.rank(query.text))
    const without = await lesson(core.rank(query.text, undefined, place))
    taught.push({ query, fold: foldOf(gold), whole, without })
  }
  encoder.save()
  return taught
}

/** Queries about one claim stay in one fold. */
function foldOf(gold: string): number {
  let hash = 7
  for (const letter of gold) hash = (Math.imul(hash, 31) + letter.charCodeAt(0)) >>> 0
  return (hash >>> 7) % FOLDS
}

/** Passages of every second feed that is no news of claims: what nobody should be told about. */
async function teachUnrelated(kind: Kind): Promise<Lesson[]> {
  const core = createCore()
  for (const claim of readClaimStore('2022').claims) core.add(claim)
  const encoder = keepVectors(localEncoder())
  const passages = (await readFeedItems(0)).flatMap(({ text }) => splitPassages(text))
  const step = Math.max(1, Math.floor(passages.length / UNRELATED[kind]))
  const lessons: Lesson[] = []
  for (let i = 0; i < passages.length; i += step) {
    const ranked = core.rank(passages[i]!)
    if (ranked.rows.length === 0) continue
    lessons.push({
      rows: (kind === 'encoded' ? await byMeaning(ranked, passages[i]!, encoder) : ranked).rows,
      right: -1,
    })
  }
  encoder.save()
  return lessons
}

/** How many unrelated passages are learnt from, and what all of them together weigh beside the posts. */
const UNRELATED = { words: 3000, encoded: 350 }
const UNRELATED_WEIGHT = 3

type Model = { ranking: Learnt; decision: Learnt }

function learn(taught: Taught[], unrelated: Lesson[], kind: Kind): Model {
  const ranking = learnRanking(
    taught.map(({ whole }) => whole),
    DECAY[kind],
  )
  const examples = taught.flatMap(({ whole, without }) =>
    [whole, without].flatMap((lesson) =>
      decisionRows(lesson, ranking)
        .slice(0, 3)
        .map(({ row, isRight }, i) => ({ row, isTrue: isRight, weight: i === 0 ? 1 : 0.25 })),
    ),
  )
  const each = (UNRELATED_WEIGHT * taught.length * 2) / Math.max(1, unrelated.length)
  for (const lesson of unrelated)
    examples.push({ row: decisionRows(lesson, ranking)[0]!.row, isTrue: false, weight: each })
  return { ranking, decision: learnProbability(examples, DECAY.decision) }
}

function decisionRows({ rows, right }: Lesson, ranking: Learnt) {
  const scores = rows.map((row) => apply(ranking, row))
  const order = scores.map((_, i) => i).sort((a, b) => scores[b]! - scores[a]! || a - b)
  const sorted = order.map((i) => scores[i]!)
  return order.map((i, rank) => ({
    row: Float64Array.from([...rows[i]!, ...deciding(sorted, rank)]),
    isRight: i === right,
  }))
}

function rankOf({ rows, right }: Lesson, { ranking }: Model): number {
  if (right < 0) return -1
  const scores = rows.map((row) => apply(ranking, row))
  return scores.filter((score, i) => score > scores[right]! || (score === scores[right]! && i < right)).length
}

/** Half the queries, by their order, lose their claim. */
function answers(taught: Taught[], model: Model, half: 0 | 1): Answer[] {
  return taught.map(({ whole, without }, i) => {
    const hasClaim = i % 2 === half
    const first = decisionRows(hasClaim ? whole : without, model.ranking)[0]
    return { score: first ? sigmoid(apply(model.decision, first.row)) : 0, isRight: first?.isRight ?? false, hasClaim }
  })
}

function report(name: string, ranks: number[], told: Answer[]): void {
  const { threshold, f1 } = bestF1(told)
  console.log(
    `${name}: MAP@5 ${meanAveragePrecision(ranks).toFixed(4)}, decision F1 at .5 ${decisionAt(told, 0.5).f1.toFixed(3)}, best ${f1.toFixed(3)} at ${threshold.toFixed(2)}, recall at precision .95 ${recallAtPrecision(told, 0.95).toFixed(3)}`,
  )
}

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
  const examples: (Answer & { row: Float64Array; fold: number; isUnrelated: boolean })[] = []
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
        const { rows, scores, candidates } = core.rank(text)
        if (!rows[0]) return
        const row = new Float64Array(FEATURES.length + DECIDING.length)
        row.set(rows[0])
        row.set(deciding(scores, 0), FEATURES.length)
        for (const [f, counts] of WITHOUT_CHANCE.entries()) if (!counts) row[f] = 0
        const hasClaim = gold !== null && core.placeOf(gold) !== undefined
        const isRight = hasClaim && candidates[0]!.form.claim.id === gold
        examples.push({ row, score: 0, isRight, hasClaim, fold, isUnrelated: gold === null })
      }
      for (const { text, gold } of asked) tell(text, gold, foldOf(gold))
      for (let i = 0; i < 10 && passages.length > 0; i++)
        tell(passages[Math.floor(random() * passages.length)]!, null, from % FOLDS)
    }
  return examples
}

async function learnFew(): Promise<void> {
  const train = await teachFew('train')
  const dev = await teachFew('dev')
  const learnOn = (examples: typeof train) =>
    learnProbability(
      examples.map(({ row, isRight, isUnrelated }) => ({
        row,
        isTrue: isRight,
        weight: isUnrelated ? UNRELATED_WEIGHT / 2 : 1,
      })),
      DECAY.decision,
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
    const posts = examples.filter(({ isUnrelated }) => !isUnrelated)
    const alarms = examples.filter(({ isUnrelated, score: given }) => isUnrelated && given >= 0.4).length
    const at = decisionAt(posts, 0.4)
    console.log(
      `small stores, ${name}: F1 at .4 ${at.f1.toFixed(3)}, precision ${at.precision.toFixed(3)}, best F1 ${bestF1(posts).f1.toFixed(3)}, ${alarms} alarms on ${examples.length - posts.length} unrelated passages`,
    )
  }
  const path = resolve(room, 'weights.json')
  const weights = JSON.parse(readFileSync(path, 'utf8'))
  weights.decision.few = named([...FEATURES, ...DECIDING], {
    ...model,
    weights: model.weights.map((weight, f) => (WITHOUT_CHANCE[f] ? weight : 0)),
  })
  writeFileSync(path, `${JSON.stringify(weights, null, 1)}\n`)
}

const kind = process.argv[2]
if (kind === 'terms') countCommonTerms()
else if (kind === 'few') await learnFew()
else if (kind === 'words' || kind === 'encoded') {
  const years = ['2022', '2020']
  const train: Taught[] = []
  for (const year of years) train.push(...(await teach(year, 'train', kind)))
  const dev = await teach('2022', 'dev', kind)
  const unrelated = await teachUnrelated(kind)
  const ranks: number[] = []
  const told: Answer[] = []
  // 2020 holds the same posts: a fold is left out of both, and scored on 2022 alone.
  const here = train.slice(0, readQueries('2022', 'train').length)
  const goldFold = new Map(here.map(({ query, fold }) => [query.id.replace(/\D/g, ''), fold]))
  const foldFor = ({ query }: Taught) => goldFold.get(query.id.replace(/\D/g, '')) ?? 0
  for (let fold = 0; fold < FOLDS; fold++) {
    const model = learn(
      train.filter((one) => foldFor(one) !== fold),
      unrelated,
      kind,
    )
    const rest = here.filter((one) => foldFor(one) === fold)
    ranks.push(...rest.map(({ whole }) => rankOf(whole, model)))
    told.push(...answers(rest, model, 0), ...answers(rest, model, 1))
  }
  report(`${kind}, cross-validated on train`, ranks, told)
  const model = learn(train, unrelated, kind)
  report(
    `${kind}, 2022 dev`,
    dev.map(({ whole }) => rankOf(whole, model)),
    [...answers(dev, model, 0), ...answers(dev, model, 1)],
  )
  const path = resolve(room, 'weights.json')
  const weights = JSON.parse(readFileSync(path, 'utf8'))
  const names = kind === 'words' ? [...FEATURES] : [...FEATURES, ...ENCODED]
  weights.ranking[kind] = named(names, model.ranking)
  weights.decision[kind] = named([...names, ...DECIDING], model.decision)
  weights.madeBy =
    'test/eval/claims/train.ts on CheckThat! 2020 and 2022 train (English, task 2), which are free for research use'
  writeFileSync(path, `${JSON.stringify(weights, null, 1)}\n`)
} else console.error('say what to learn: terms, words, encoded or few')
