import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createIndex, type Index } from '../../src/claims/index.ts'
import { indexFromBytes, indexToBytes } from '../../src/claims/index-file.ts'
import { createMatcher } from '../../src/claims/match-claims.ts'
import { terms } from '../../src/claims/tokens.ts'
import type { Claim } from '../../src/model.ts'
import { readClaimStore, readQueries } from '../eval/claims/checkthat.ts'
import { sharedIsMissing } from '../support/shared.ts'
import { generateClaims, generateQueries, RECIPE, wordOf } from './claims/generate.ts'
import { openFts5, openMiniSearch, type Peer } from './claims/peers.ts'

/** `npm run bench -- claims [--full]`: known claims at 14,231 and, with --full, at a million, beside two peers. */
export async function run(args: string[]): Promise<void> {
  atStoreSize()
  const sizes = args.includes('--full') ? [10_000, 100_000, 1_000_000] : [10_000, 100_000]
  console.log(`\ninvented claims (seed 7; queries seed 11): ${RECIPE}`)
  for (const size of sizes) atSize(size, size === 1_000_000)
}

/** Real claims where this machine has them, invented ones of the same number elsewhere. */
function atStoreSize(): void {
  const { claims, queries } = sharedIsMissing ? inventedStore() : realStore()
  console.log(`\n${claims.length} claims, ${queries.length} queries, one core`)
  let started = performance.now()
  const matcher = createMatcher(claims)
  matcher.match('warm')
  row('build, words and 4-grams', `${seconds(started)} s (under 2)`)
  for (const query of queries.slice(0, 200)) matcher.match(query)
  started = performance.now()
  for (const query of queries) matcher.match(query)
  row('ranked and decided', `${perSecond(queries.length, started)} queries/s (at least 500)`)
  started = performance.now()
  for (const query of queries) matcher.candidates(query, 30)
  row('candidates alone', `${perSecond(queries.length, started)} queries/s (at least 2,000)`)
  const texts = claims.map(({ text, title }) => terms(`${text}\n${title ?? ''}`).join(' '))
  const asked = queries.slice(0, 200).map((query) => [...new Set(terms(query))])
  for (const open of [openMiniSearch, openFts5]) {
    const peer = open(texts)
    row(peer.name, times(asked, (query) => peer.search(query)).said)
    peer.close()
  }
}

function realStore() {
  const { claims } = readClaimStore('2022')
  const queries = [...readQueries('2022', 'dev'), ...readQueries('2022', 'train')].map(({ text }) => text)
  return { claims, queries }
}

function inventedStore() {
  const { claims: ranks, vocabulary } = generateClaims(14_231)
  const spell = (words: Uint32Array) => Array.from(words, wordOf).join(' ')
  const claims = ranks.map(
    (words, i): Claim => ({
      id: `claim-${i}`,
      text: spell(words),
      title: null,
      claimant: null,
      date: null,
      paraphrases: [],
      figures: [],
      reviews: [],
      status: 'active',
      owner: 'operator',
    }),
  )
  return { claims, queries: generateQueries(ranks, vocabulary, 1000).map(spell) }
}

function atSize(size: number, withPeers: boolean): void {
  const { claims, vocabulary } = generateClaims(size)
  const queries = generateQueries(claims, vocabulary, size >= 1_000_000 ? 500 : 1000)
  globalThis.gc?.()
  const before = memory()
  const started = performance.now()
  const index = createIndex()
  for (const claim of claims) index.add(claim)
  index.search(queries[0]!, 5)
  console.log(`\n${size.toLocaleString('en')} invented claims, vocabulary ${vocabulary.toLocaleString('en')}`)
  row('build', `${seconds(started)} s`)
  for (const query of queries) index.search(query, 5)
  const pruned = times(queries, (query) => index.search(query, 5))
  row('pruned top 5', pruned.said)
  const sample = queries.slice(0, size >= 1_000_000 ? 200 : 1000)
  row('every posting read', times(sample, (query) => index.searchAll(query, 5)).said)
  row('same top 5, pruned and not', `${queries.filter((query) => same(index, query)).length} of ${queries.length}`)
  row('on disk', persist(index, vocabulary, size, queries))
  globalThis.gc?.()
  row('memory of index', `${(memory() - before).toFixed(0)} MB more than before it was built`)
  if (withPeers) besidePeers(claims, queries.slice(0, 50), pruned.median)
}

function persist(index: Index, vocabulary: number, size: number, queries: Uint32Array[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'onrecord-bench-'))
  const path = join(folder, 'claims.index')
  const names = Array.from({ length: vocabulary }, (_, rank) => wordOf(rank))
  const ids = Array.from({ length: size }, (_, i) => `claim-${i}`)
  const bytes = indexToBytes({
    fingerprint: 'bench',
    terms: names,
    ids,
    words: index.snapshot(),
    grams: createIndex().snapshot(),
  })
  writeFileSync(path, bytes)
  const started = performance.now()
  const kept = indexFromBytes(readFileSync(path))!
  const opened = createIndex({ from: kept.words })
  const numbers = new Map(kept.terms.map((term, i) => [term, i]))
  const first = JSON.stringify(opened.search(queries[0]!, 5))
  const said = `${(bytes.length / 2 ** 20).toFixed(0)} MB, opened and first answered in ${seconds(started)} s (under 3), ${numbers.size.toLocaleString('en')} terms, ${first === JSON.stringify(index.search(queries[0]!, 5)) ? 'same answer' : 'ANOTHER ANSWER'}`
  rmSync(folder, { recursive: true })
  return said
}

function besidePeers(claims: Uint32Array[], queries: Uint32Array[], ours: number): void {
  function* texts() {
    for (const claim of claims) yield Array.from(claim, wordOf).join(' ')
  }
  const asked = queries.map((query) => Array.from(query, wordOf))
  for (const open of [openFts5, openMiniSearch]) {
    const started = performance.now()
    const peer: Peer = open(texts())
    const built = seconds(started)
    const { said, median } = times(asked, (query) => peer.search(query))
    row(peer.name, `${said}, built in ${built} s; ours is ${(median / ours).toFixed(0)} times as fast (at least 30)`)
    peer.close()
  }
}

const same = (index: Index, query: Uint32Array) =>
  JSON.stringify(index.search(query, 5)) === JSON.stringify(index.searchAll(query, 5))

function times<T>(queries: T[], search: (query: T) => unknown): { median: number; said: string } {
  const taken = queries.map((query) => {
    const started = performance.now()
    search(query)
    return performance.now() - started
  })
  taken.sort((a, b) => a - b)
  const at = (share: number) => taken[Math.min(taken.length - 1, Math.floor(taken.length * share))]!
  return { median: at(0.5), said: `median ${at(0.5).toFixed(2)} ms, 95th percentile ${at(0.95).toFixed(2)} ms` }
}

const row = (name: string, value: string) => console.log(`  ${name.padEnd(28)} ${value}`)
const seconds = (started: number) => ((performance.now() - started) / 1000).toFixed(2)
const perSecond = (count: number, started: number) =>
  Math.round((1000 * count) / (performance.now() - started)).toLocaleString('en')
const memory = () => {
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return (heapUsed + arrayBuffers) / 2 ** 20
}
