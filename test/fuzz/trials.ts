import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { readYaml } from '../../src/config/read-yaml.ts'
import { ClaimsFile, ConfigFile } from '../../src/config/schema.ts'
import { isMistake, matchesQuery, parseQuery, toWords } from '../../src/digests/query.ts'
import { toDocuments } from '../../src/documents/to-document.ts'
import { analyse, openRooms } from '../../src/jobs/analyse.ts'
import { readLocalFile } from '../../src/sources/file.ts'
import { parseFeed } from '../../src/sources/parse-feed.ts'
import { parsePage } from '../../src/sources/parse-page.ts'
import type { Parsers } from '../../src/sources/parsers.ts'
import { openStore } from '../../src/store/open-store.ts'
import { aClaim, aDocument } from '../support/nouns.ts'
import { anEntity } from '../support/reading.ts'
import type { Piece } from './pieces.ts'

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
const folder = mkdtempSync(join(tmpdir(), 'onrecord-fuzz-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const claims = [aClaim({ text: 'The president said that 31 cameras are watched.' })]
const rooms = await openRooms(
  { entities, claims, sample: null, matchThreshold: 0.4 },
  await openStore({ dataFolder: folder }),
)

/** What reads what comes from outside. Each must end without throwing, whatever it is given; some tell how many documents they found. */
export const TRIALS: Record<string, (piece: Pick<Piece, 'name' | 'bytes' | 'text' | 'query'>) => unknown> = {
  feed: async ({ bytes }) => documentsOf((await parseFeed(bytes, null, ADDRESS)).items),
  page: ({ bytes }) => documentsOf(parsePage(bytes, 'text/html', ADDRESS).items),
  file: async ({ bytes, name }) => {
    const path = join(folder, `piece${extname(name)}`)
    writeFileSync(path, bytes)
    const items = []
    for await (const read of readLocalFile(path, parsers)) if ('item' in read) items.push(read.item)
    return documentsOf(items)
  },
  text: async ({ text }) => void (await analyse(aDocument({ text }), rooms)),
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

/** @returns how many documents they gave */
async function documentsOf(items: Items): Promise<number> {
  const documents = items.flatMap((item) => toDocuments(item, 'fuzz'))
  for (const document of documents) await analyse(document, rooms)
  return documents.length
}
