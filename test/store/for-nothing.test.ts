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

describe.each(STORES)('many documents at once, %s', (_name, place) => {
  test('are put as each would be by itself, one that is known under its id included', async () => {
    await using store = await openStore(await place())
    await store.documents.put(named('known'), { ...facts, keys: ['old name'] })
    const better = { ...named('known'), text: 'A better text.' }
    const put = [named('one'), better, named('two')]
    await store.documents.putNew(
      put.map((document) => ({ document, facts: { ...facts, keys: [`name of ${document.id}`] } })),
    )
    expect((await store.counts()).documents).toBe(3)
    expect((await store.documents.get('known'))?.text).toBe('A better text.')
    const found = await store.documents.allByKeys(['name of one', 'old name', 'name of known', 'name of two'])
    expect(found.map(({ key, document }) => `${key}: ${document.id}`).sort()).toEqual([
      'name of known: known',
      'name of one: one',
      'name of two: two',
      'old name: known',
    ])
  })

  test('are analysed as each would be, and one whose text has changed is left to wait', async () => {
    await using store = await openStore(await place())
    const documents = ['first', 'moved', 'again'].map(named)
    for (const one of documents) await store.documents.put(one, { ...facts, keys: [one.id] })
    const found = { mentions: [], matches: [], version: 'v1', now }
    const said = (id: string, content: string) => {
      const statements = [aStatement({ id: `st-${id}`, documentId: id, content })]
      return { ...found, statements, quoteKeys: new Map([[`st-${id}`, [`key-${id}`]]]), wantedBy: [`by ${id}`] }
    }
    await store.transaction((tx) => tx.documents.analysed('again', said('again', 'Before.')), 'analyse')
    await store.transaction(
      (tx) =>
        tx.documents.allAnalysed([
          ['first', said('first', 'The lamps stay on.')],
          ['moved', { ...said('moved', 'Never said.'), text: 'What it was.' }],
          ['again', said('again', 'After.')],
        ]),
      'analyse',
    )
    const all = await store.statements.since(0, { sample: false, limit: 9 })
    expect(all.map(({ statement }) => statement.content).sort()).toEqual(['After.', 'The lamps stay on.'])
    expect((await store.statements.byQuoteKeys(['key-first', 'key-moved', 'key-again'])).length).toBe(2)
    expect((await store.documents.unanalysed(null, 9)).map(({ id }) => id)).toEqual(['moved'])
    const wanted = await store.statements.wantedAfter(0)
    const numbers = new Map(all.map(({ statement, sequence }) => [`by ${statement.documentId}`, sequence]))
    expect(wanted).toEqual(numbers)
  })
})
