/** Puts one piece at a time through everything that reads what comes from outside. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { parentPort } from 'node:worker_threads'
import { createMatcher } from '../../src/claims/match-claims.ts'
import { readYaml } from '../../src/config/read-yaml.ts'
import { ClaimsFile, ConfigFile } from '../../src/config/schema.ts'
import { isMistake, matchesQuery, parseQuery, toWords } from '../../src/digests/query.ts'
import { toDocuments } from '../../src/documents/to-document.ts'
import { analyse, type Rooms } from '../../src/jobs/analyse.ts'
import { createFinder } from '../../src/mentions/find-mentions.ts'
import { readLocalFile } from '../../src/sources/file.ts'
import { parseFeed } from '../../src/sources/parse-feed.ts'
import { parsePage } from '../../src/sources/parse-page.ts'
import type { Parsers } from '../../src/sources/parsers.ts'
import { aClaim, aDocument } from '../support/nouns.ts'
import { anEntity } from '../support/reading.ts'
import type { Piece } from './pieces.ts'

export type FuzzAnswer =
  | { kind: 'ready' }
  | { kind: 'done'; number: number; thrown: string[]; documents: number; heapBytes: number | null }

const ADDRESS = 'https://gazette.example/feed'
/** The same parsers without threads of their own: this is one. */
const parsers: Parsers = {
  feed: (bytes, contentType, address) => parseFeed(bytes, contentType, address),
  page: async (bytes, contentType, address) => parsePage(bytes, contentType, address),
  close: async () => {},
}
const entities = [
  anEntity({ id: 'anonymous', name: 'Anonymous', kind: 'group', roles: ['group', 'collective'] }),
  anEntity({ id: 'trump', name: 'Trump', kind: 'person', roles: ['president'], near: ['Donald'] }),
]
const rooms: Rooms = {
  entities,
  claims: [],
  finder: createFinder(entities),
  matcher: createMatcher([aClaim({ text: 'The president said that 31 cameras are watched.' })]),
  version: 'fuzz',
}
const folder = mkdtempSync(join(tmpdir(), 'onrecord-fuzz-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

/** Each must end without throwing, whatever it is given. */
const TRIALS: Record<string, (piece: Piece) => unknown> = {
  feed: async ({ bytes }) => documentsOf((await parseFeed(bytes, null, ADDRESS)).items),
  page: ({ bytes }) => documentsOf(parsePage(bytes, 'text/html', ADDRESS).items),
  file: async ({ bytes, name }) => {
    const path = join(folder, `piece${extname(name)}`)
    writeFileSync(path, bytes)
    const items = []
    for await (const read of readLocalFile(path, parsers)) if ('item' in read) items.push(read.item)
    return documentsOf(items)
  },
  text: ({ text }) => analyse(aDocument({ text }), rooms),
  config: ({ bytes }) => {
    const path = join(folder, 'piece.yaml')
    writeFileSync(path, bytes)
    readYaml(path, ConfigFile, [])
    readYaml(path, ClaimsFile, [])
  },
  query: ({ query, text }) => {
    const parsed = parseQuery(query)
    if (!isMistake(parsed)) matchesQuery(parsed, toWords(text))
  },
}

type Items = Parameters<typeof toDocuments>[0][]
let documents = 0

function documentsOf(items: Items): void {
  for (const document of items.flatMap((item) => toDocuments(item, 'fuzz'))) {
    documents += 1
    analyse(document, rooms)
  }
}

parentPort?.on('message', async (piece: Piece) => {
  const thrown: string[] = []
  documents = 0
  for (const [trial, run] of Object.entries(TRIALS))
    try {
      await run(piece)
    } catch (error) {
      thrown.push(`${trial}: ${(error as Error).stack?.split('\n').slice(0, 4).join(' | ')}`)
    }
  if (piece.number % 200 < 2) globalThis.gc?.()
  const heapBytes = piece.number % 200 < 2 ? process.memoryUsage().heapUsed : null
  parentPort?.postMessage({ kind: 'done', number: piece.number, thrown, documents, heapBytes } satisfies FuzzAnswer)
})
parentPort?.postMessage({ kind: 'ready' } satisfies FuzzAnswer)
