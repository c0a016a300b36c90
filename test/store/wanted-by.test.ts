import { describe, expect, test } from 'vitest'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/store.ts'
import { aDocument, aStatement } from '../support/nouns.ts'
import { aDatabase, STORES } from '../support/stores.ts'

const now = '2026-03-02T12:00:00.000Z'
const facts = { sourceId: 'gazette', backlog: false, sample: false, now }

/** How many statements a document has, and under which quotation keys its first is found. */
type Has = { count?: number; keys?: string[] }

/** A document with its statements, as it was read by whoever tells who may want it. */
async function read(store: Store, id: string, wantedBy: string[] | null, { count = 1, keys = [] }: Has = {}) {
  const statements = Array.from({ length: count }, (_, i) =>
    aStatement({ id: `${id}-${i}`, documentId: id, turnId: `${id}-${i}`, content: `${id} ${i}` }),
  )
  const quoteKeys = new Map([[`${id}-0`, keys]])
  const found = { version: 'v', mentions: [], statements, matches: [], quoteKeys, now }
  await store.transaction((tx) => tx.documents.analysed(id, { ...found, ...(wantedBy ? { wantedBy } : {}) }), 'analyse')
}

async function record(store: Store, id: string, wantedBy: string[] | null, has: Has = {}): Promise<void> {
  await store.documents.put(aDocument({ id, url: `https://gazette.example/${id}` }), { ...facts, keys: [id] })
  await read(store, id, wantedBy, has)
}

const wanted = async (store: Store, wantedBy: string[], after = 0, limit = 99) =>
  (await store.statements.since(after, { sample: false, limit, wantedBy })).map(({ statement }) => statement.id)

describe.each(STORES)('what may be wanted, on %s', (_name, place) => {
  const open = async () => openStore(await place())

  test('is found by any of its keys, oldest first, after a number, and no more than asked for', async () => {
    await using store = await open()
    await record(store, 'a', ['lamps'], { count: 2 })
    await record(store, 'b', ['soup'])
    await record(store, 'c', ['lamps', 'quay'])
    expect(await wanted(store, ['lamps'])).toEqual(['a-0', 'a-1', 'c-0'])
    expect(await wanted(store, ['quay', 'soup'])).toEqual(['b-0', 'c-0'])
    expect(await wanted(store, ['lamps', 'quay'], 1)).toEqual(['a-1', 'c-0'])
    expect(await wanted(store, ['lamps'], 0, 2)).toEqual(['a-0', 'a-1'])
    expect(await wanted(store, ['fog'])).toEqual([])
  })

  test('is all of which nobody told who wants it', async () => {
    await using store = await open()
    await record(store, 'a', null)
    await record(store, 'b', [])
    expect(await wanted(store, ['lamps'])).toEqual(['a-0', 'b-0'])
  })

  test('is told apart from what one of the keys is known to catch', async () => {
    await using store = await open()
    await record(store, 'a', ['lamps'])
    await record(store, 'b', null)
    const found = await store.statements.since(0, { sample: false, limit: 9, wantedBy: ['lamps', 'soup'] })
    expect(found.map(({ statement, isCaught }) => [statement.id, isCaught])).toEqual([
      ['a-0', true],
      ['b-0', undefined],
    ])
  })

  test('holds for those of one quotation, where all was looked through for the keys', async () => {
    await using store = await open()
    for (const [id, wantedBy] of Object.entries({ a: ['lamps'], b: ['soup'], c: null, d: ['lamps'] }))
      await record(store, id, wantedBy, { keys: ['the lamps stay'] })
    await record(store, 'e', ['lamps'], { keys: ['the soup is hot'] })
    const alike = async (options: Parameters<Store['statements']['byQuoteKeys']>[1]) =>
      (await store.statements.byQuoteKeys(['the lamps stay'], options)).map(({ document }) => document.id)
    expect(await alike({})).toEqual(['a', 'b', 'c', 'd'])
    expect(await alike({ wantedBy: { keys: ['lamps'], knownFrom: null } })).toEqual(['a', 'c', 'd'])
    expect(await alike({ wantedBy: { keys: ['lamps'], knownFrom: now } })).toEqual(['a', 'c', 'd'])
    expect(await alike({ wantedBy: { keys: ['lamps'], knownFrom: '2026-03-02T12:00:00.001Z' } })).toEqual([
      'a',
      'b',
      'c',
      'd',
    ])
    expect(await alike({ wantedBy: { keys: ['lamps'], knownFrom: null }, except: new Set(['d-0']) })).toEqual([
      'a',
      'c',
    ])
    const thousands = Array.from({ length: 1200 }, (_, i) => `key-${i}`)
    expect(await alike({ wantedBy: { keys: [...thousands, 'lamps'], knownFrom: null } })).toEqual(['a', 'c', 'd'])
  })

  test('is what its last reading caught, with the numbers that its statements have', async () => {
    await using store = await open()
    await record(store, 'a', ['lamps'])
    await record(store, 'b', ['soup'])
    await read(store, 'a', ['fog'], { count: 2 })
    expect(await wanted(store, ['lamps'])).toEqual([])
    expect(await wanted(store, ['fog'])).toEqual(['a-0', 'a-1'])
    expect(await wanted(store, ['fog'], 2)).toEqual(['a-1'])
  })

  test('is found among thousands of keys', async () => {
    await using store = await open()
    await record(store, 'a', ['lamps'])
    const many = Array.from({ length: 1200 }, (_, i) => `term ${i}`)
    expect(await wanted(store, [...many, 'lamps'])).toEqual(['a-0'])
  })
})

test('what a process of an older version recorded may be wanted by all', async () => {
  const place = await aDatabase()
  await using store = await openStore(place)
  await record(store, 'a', ['lamps'])
  await store.documents.put(aDocument({ id: 'b', url: 'https://gazette.example/b' }), { ...facts, keys: ['b'] })
  const asItWas = `insert into statements (id, document_id, turn_id, content, backlog, recorded_at, body)
    values ('b-0', 'b', 'b-0', 'b', 0, '${now}', '${JSON.stringify(aStatement({ id: 'b-0', documentId: 'b' }))}')`
  await store.transaction(async (tx) => void (await tx.postgres?.execute(asItWas)))
  await store.statements.settle()
  expect(await wanted(store, ['soup'])).toEqual(['b-0'])
  expect(await wanted(store, ['lamps'])).toEqual(['a-0', 'b-0'])
})
