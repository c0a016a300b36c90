import { describe, expect, test } from 'vitest'
import { openStore } from '../../src/store/open-store.ts'
import { aDocument, aStatement } from '../support/nouns.ts'
import { STORES } from '../support/stores.ts'

const now = '2026-03-02T12:00:00.000Z'
const facts = { sourceId: 'gazette', backlog: false, sample: false, now }
const named = (id: string) => aDocument({ id, url: `https://gazette.example/${id}` })

describe.each(STORES)('documents in which nothing was found, %s', (_name, place) => {
  test('are marked together; one that changed meanwhile, or of which something is on record, is not', async () => {
    await using store = await openStore(await place())
    const documents = ['plain', 'odd', 'changed', 'said'].map(named)
    documents[1]!.text = 'A lone half: \ud83d, and “quotes”.'
    for (const one of documents) await store.documents.put(one, { ...facts, keys: [one.id] })
    const found = { mentions: [], matches: [], quoteKeys: new Map(), now }
    const statements = [aStatement({ id: 'st', documentId: 'said' })]
    await store.documents.analysed('said', { ...found, statements, version: 'v1' })
    await store.documents.put({ ...named('changed'), text: 'Another text.' }, { ...facts, keys: [] })
    const read = await store.documents.unanalysed('v2', 9)
    const asRead = read.map((one) => (one.id === 'changed' ? documents[2]! : one))
    expect((await store.documents.analysedForNothing(asRead, 'v2')).sort()).toEqual(['odd', 'plain'])
    expect((await store.documents.unanalysed('v2', 9)).map(({ id }) => id).sort()).toEqual(['changed', 'said'])
  })
})
