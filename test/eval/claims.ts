import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { createIndex } from '../../src/claims/index.ts'
import { createMatcher, type Matcher } from '../../src/claims/match-claims.ts'
import type { Encoder } from '../../src/claims/meaning.ts'
import { THRESHOLDS } from '../../src/claims/ranking.ts'
import { relate } from '../../src/claims/relation.ts'
import { terms } from '../../src/claims/tokens.ts'
import { localEncoder } from '../../src/encoder/local.ts'
import type { Claim, Match } from '../../src/model.ts'
import { sharedIsMissing } from '../support/shared.ts'
import { type Asked, readClaimStore, readQueries } from './claims/checkthat.ts'
import { keptLocalEncoder } from './claims/kept-vectors.ts'
import { learnKind } from './claims/learn-kind.ts'
import {
  type Answer,
  bestF1,
  bootstrap,
  decisionAt,
  meanAveragePrecision,
  recallAtPrecision,
} from './claims/measures.ts'
import { fitEncoder } from './claims/teach.ts'
import { readArticles, readFeedItems } from './claims/unrelated.ts'

const PARTS = ['relation', 'ranking', 'alarms', 'speed']

/**
 * `npm run eval -- claims [relation|ranking|alarms|speed|folds]…`: the first four, or those named. `folds` learns on
 * train anew, a fold left out at a time, and writes nothing; with the encoder that takes ten minutes the first time.
 */
export async function run(args: string[]): Promise<void> {
  const wants = (part: string) => (args.length === 0 ? PARTS : args).includes(part)
  if (wants('relation')) relations()
  if (sharedIsMissing) return
  const encoder = keptLocalEncoder()
  if (wants('ranking')) for (const year of ['2022', '2020']) await ranking(year, encoder)
  if (wants('alarms')) await alarms(encoder)
  encoder.save()
  if (wants('speed')) await speed()
  if (wants('folds')) {
    await learnKind('words', null)
    const { encoders, save } = await fitEncoder()
    await learnKind('encoded', encoders)
    save()
  }
}

type Find = (matcher: Matcher, text: string) => Promise<Match[]>
const FINDERS: { name: string; find: Find }[] = [
  { name: 'words alone', find: async (matcher, text) => matcher.match(text) },
  { name: 'with encoder', find: (matcher, text) => matcher.matchByMeaning(text) },
]

/** Right: it is the claim that was meant. Any: there is a claim behind the post, whichever was named. */
async function ranking(year: string, encoder: Encoder): Promise<void> {
  const { claims, kept, rows } = readClaimStore(year)
  const queries = readQueries(year, 'dev').map((query) => ({ ...query, gold: kept.get(query.gold) ?? query.gold }))
  console.log(`\n${year} dev: ${queries.length} posts, ${rows} claims, ${claims.length} once identical ones are merged`)
  console.log(`decision: every post with its claim and without; F1 at the threshold that ships, ${THRESHOLDS.match}`)
  line('', 'MAP@5 (95 %)', 'F1 right (95 %)', 'F1 any', 'best F1 right/any', 'recall at precision .95 right/any')
  const plain = plainBm25(claims, queries)
  line('plain BM25', interval(plain.ranks), '–', '–', bests(plain.told), recalls(plain.told))
  for (const { name, find } of FINDERS) {
    const matcher = createMatcher(claims, { encoder })
    const found: Match[][] = []
    for (const { text } of queries) found.push(await find(matcher, text))
    const ranks = queries.map(({ gold }, i) => found[i]!.findIndex(({ claimId }) => claimId === gold))
    const told = await decisions(matcher, queries, claims, find, found)
    const f1 = (answers: Answer[]) => decisionAt(answers, THRESHOLDS.match).f1
    const [low, high] = bootstrap(told, f1)
    line(
      name,
      interval(ranks),
      `${f1(told).toFixed(3)} (${low.toFixed(2)}–${high.toFixed(2)})`,
      f1(toAny(told)).toFixed(3),
      bests(told),
      recalls(told),
    )
  }
}

const toAny = (told: Answer[]) => told.map((one) => ({ ...one, isRight: one.hasClaim }))
const bests = (told: Answer[]) => `${bestF1(told).f1.toFixed(3)} / ${bestF1(toAny(told)).f1.toFixed(3)}`
const recalls = (told: Answer[]) =>
  `${recallAtPrecision(told, 0.95).toFixed(3)} / ${recallAtPrecision(toAny(told), 0.95).toFixed(3)}`

/** Each query with its claim, and again with its claim taken out of the store, and put back after. */
async function decisions(
  matcher: Matcher,
  queries: Asked[],
  claims: Claim[],
  find: Find,
  whole: Match[][],
): Promise<Answer[]> {
  const byId = new Map(claims.map((claim) => [claim.id, claim]))
  const told: Answer[] = []
  for (const [i, { text, gold }] of queries.entries()) {
    const first = whole[i]![0]
    told.push({ score: first?.score ?? 0, isRight: first?.claimId === gold, hasClaim: true })
    matcher.remove(gold)
    const other = (await find(matcher, text))[0]
    matcher.add(byId.get(gold)!)
    told.push({ score: other?.score ?? 0, isRight: false, hasClaim: false })
  }
  return told
}

/** Claim and title as one text, every term of the post as often as it stands there; the score decides. */
function plainBm25(claims: Claim[], queries: Asked[]): { ranks: number[]; told: Answer[] } {
  const numbers = new Map<string, number>()
  const number = (term: string) => numbers.get(term) ?? numbers.set(term, numbers.size).size - 1
  const index = createIndex()
  for (const { text, title } of claims) index.add(terms(`${text}\n${title ?? ''}`).map(number))
  const told: Answer[] = []
  const ranks = queries.map(({ text, gold }) => {
    const asked = terms(text).flatMap((term) => numbers.get(term) ?? [])
    const found = index.search(asked, 6).map(({ doc, score }) => ({ score, isRight: claims[doc]!.id === gold }))
    const other = found.find(({ isRight }) => !isRight)
    told.push({ score: 0, isRight: false, ...found[0], hasClaim: true })
    told.push({ score: other?.score ?? 0, isRight: false, hasClaim: false })
    return found.slice(0, 5).findIndex(({ isRight }) => isRight)
  })
  return { ranks, told }
}

/** What the encoder costs: a store's first questions, when no vector is known, and the same again. */
async function speed(): Promise<void> {
  const { claims } = readClaimStore('2022')
  const texts = readQueries('2022', 'dev').map(({ text }) => text)
  const megabytes = () => {
    globalThis.gc?.()
    return process.memoryUsage().rss / 2 ** 20
  }
  const matcher = createMatcher(claims, { encoder: localEncoder() })
  matcher.match(texts[0]!)
  const each = async (count: number, ask: (text: string) => unknown) => {
    const started = performance.now()
    for (const text of texts.slice(0, count)) await ask(text)
    return (performance.now() - started) / count
  }
  console.log(`\nspeed and memory, ${claims.length} claims, one core`)
  await each(texts.length, (text) => matcher.match(text))
  const words = await each(texts.length, (text) => matcher.match(text))
  const before = megabytes()
  const first = await each(20, (text) => matcher.matchByMeaning(text))
  const again = await each(20, (text) => matcher.matchByMeaning(text))
  console.log(`words alone: ${words.toFixed(2)} ms a post, ${before.toFixed(0)} MB for the whole process`)
  console.log(
    `with encoder: ${first.toFixed(0)} ms a post whose candidates are new, loading included; ${again.toFixed(1)} ms once known; ${(megabytes() - before).toFixed(0)} MB more`,
  )
}

/** What a channel would be told about documents that have nothing to do with the claims. */
async function alarms(encoder: Encoder): Promise<void> {
  const { claims } = readClaimStore('2022')
  const byId = new Map(claims.map((claim) => [claim.id, claim]))
  const documents = [...(await readFeedItems()), ...readArticles()]
  console.log(
    `\nalarms on ${documents.length} documents, ${claims.length} claims; every alarm is listed, to be read by a person`,
  )
  for (const { name, find } of FINDERS) {
    const matcher = createMatcher(claims, { encoder })
    const counts = { feeds: [0, 0], articles: [0, 0] }
    for (const document of documents) {
      counts[document.from][1]! += 1
      const first = (await find(matcher, document.text))[0]
      if (first?.decision !== 'match') continue
      counts[document.from][0]! += 1
      console.log(
        `  ${name} ${first.score.toFixed(2)} ${document.id.slice(0, 70)} → ${byId.get(first.claimId)!.text.slice(0, 110)}`,
      )
    }
    for (const [from, [given, all]] of Object.entries(counts))
      console.log(`${name}, ${from}: ${given} alarms on ${all}, ${((1000 * given!) / all!).toFixed(1)} per 1,000`)
  }
}

function relations(): void {
  const path = resolve(import.meta.dirname, '../fixtures/claims/relations.tsv')
  const pairs = readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((row) => row.split('\t'))
  const right = pairs.filter(([relation, claim, statement]) => relate(claim!, statement!).relation === relation).length
  console.log(
    `relation: ${right} of ${pairs.length} of our own pairs, ${(right / pairs.length).toFixed(3)}, with weights fitted on them; cross-validated by test/eval/claims/train-relation.ts`,
  )
}

const interval = (ranks: number[]) => {
  const values = ranks.map((rank) => (rank >= 0 && rank < 5 ? 1 / (rank + 1) : 0))
  const [low, high] = bootstrap(values, (sample) => sample.reduce((sum, value) => sum + value, 0) / sample.length)
  return `${meanAveragePrecision(ranks).toFixed(3)} (${low.toFixed(2)}–${high.toFixed(2)})`
}

const line = (...cells: string[]) =>
  console.log(cells.map((cell, i) => cell.padEnd(i < 3 ? 20 : i < 4 ? 8 : 18)).join(' '))
