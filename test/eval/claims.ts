import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { createIndex } from '../../src/claims/index.ts'
import { createMatcher, type Matcher } from '../../src/claims/match-claims.ts'
import { relate } from '../../src/claims/relation.ts'
import { terms } from '../../src/claims/tokens.ts'
import { localEncoder } from '../../src/encoder/local.ts'
import type { Claim, Match } from '../../src/model.ts'
import { sharedIsMissing } from '../support/shared.ts'
import { type Asked, readClaimStore, readQueries } from './claims/checkthat.ts'
import { keepVectors } from './claims/kept-vectors.ts'
import {
  type Answer,
  bestF1,
  bootstrap,
  decisionAt,
  meanAveragePrecision,
  recallAtPrecision,
} from './claims/measures.ts'
import { readArticles, readFeedItems } from './claims/unrelated.ts'

/** `npm run eval -- claims [relation|ranking|alarms]…`: all three, or those named. */
export async function run(args: string[]): Promise<void> {
  const wants = (part: string) => args.length === 0 || args.includes(part)
  if (wants('relation')) relations()
  if (sharedIsMissing) return
  const encoder = keepVectors(localEncoder())
  if (wants('ranking')) for (const year of ['2022', '2020']) await ranking(year, encoder)
  if (wants('alarms')) await alarms(encoder)
  encoder.save()
}

type Find = (matcher: Matcher, text: string) => Promise<Match[]>
const FINDERS: { name: string; find: Find }[] = [
  { name: 'words alone', find: async (matcher, text) => matcher.match(text) },
  { name: 'with encoder', find: (matcher, text) => matcher.matchByMeaning(text) },
]

async function ranking(year: string, encoder: ReturnType<typeof keepVectors>): Promise<void> {
  const { claims, kept, rows } = readClaimStore(year)
  const queries = readQueries(year, 'dev').map((query) => ({ ...query, gold: kept.get(query.gold) ?? query.gold }))
  console.log(`\n${year} dev: ${queries.length} posts, ${rows} claims, ${claims.length} once identical ones are merged`)
  line('', 'MAP@5 (95 %)', 'F1 right', 'F1 any', 'best F1', 'recall at precision .95')
  const plain = plainBm25(claims, queries)
  line('plain BM25', interval(plain), '', '', '', '')
  for (const { name, find } of FINDERS) {
    const matcher = createMatcher(claims, { encoder })
    const found: Match[][] = []
    for (const { text } of queries) found.push(await find(matcher, text))
    const ranks = queries.map(({ gold }, i) => found[i]!.findIndex(({ claimId }) => claimId === gold))
    const told = await decisions(matcher, queries, claims, find, found)
    const at = decisionAt(told, matchThreshold(matcher))
    const any = decisionAt(
      told.map((one) => ({ ...one, isRight: one.hasClaim })),
      matchThreshold(matcher),
    )
    line(
      name,
      interval(ranks),
      at.f1.toFixed(3),
      any.f1.toFixed(3),
      bestF1(told).f1.toFixed(3),
      recallAtPrecision(told, 0.95).toFixed(3),
    )
  }
}

/** Every second query loses its claim: it is taken out of the store, asked for, and put back. Then the other half. */
async function decisions(
  matcher: Matcher,
  queries: Asked[],
  claims: Claim[],
  find: Find,
  whole: Match[][],
): Promise<Answer[]> {
  const byId = new Map(claims.map((claim) => [claim.id, claim]))
  const told: Answer[] = []
  for (const half of [0, 1])
    for (const [i, { text, gold }] of queries.entries()) {
      const hasClaim = i % 2 === half
      if (!hasClaim) matcher.remove(gold)
      const first = (hasClaim ? whole[i]! : await find(matcher, text))[0]
      if (!hasClaim) matcher.add(byId.get(gold)!)
      told.push({ score: first?.score ?? 0, isRight: hasClaim && first?.claimId === gold, hasClaim })
    }
  return told
}

/** The lowest score that was called a match: what the matcher itself holds its threshold to be. */
const matchThreshold = (_: Matcher): number => THRESHOLD
const { thresholds } = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../src/claims/weights.json'), 'utf8'))
const THRESHOLD = (thresholds as { match: number }).match

/** Claim and title as one text, every term of the post as often as it stands there. */
function plainBm25(claims: Claim[], queries: Asked[]): number[] {
  const numbers = new Map<string, number>()
  const number = (term: string) => numbers.get(term) ?? numbers.set(term, numbers.size).size - 1
  const index = createIndex()
  for (const { text, title } of claims) index.add(terms(`${text}\n${title ?? ''}`).map(number))
  return queries.map(({ text, gold }) => {
    const asked = terms(text).flatMap((term) => numbers.get(term) ?? [])
    return index.search(asked, 5).findIndex(({ doc }) => claims[doc]!.id === gold)
  })
}

/** What a channel would be told about documents that have nothing to do with the claims. */
async function alarms(encoder: ReturnType<typeof keepVectors>): Promise<void> {
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
  const [low, high] = bootstrap(values)
  return `${meanAveragePrecision(ranks).toFixed(3)} (${low.toFixed(2)}–${high.toFixed(2)})`
}

const line = (...cells: string[]) => console.log(cells.map((cell, i) => cell.padEnd(i < 2 ? 20 : 10)).join(' '))
