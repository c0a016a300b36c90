import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pino from 'pino'
import { describe, expect, test } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { analyseStored, openRooms } from '../../src/jobs/analyse.ts'
import { openStore } from '../../src/store/open-store.ts'
import { aClaim, aDocument } from '../support/nouns.ts'
import { scratch } from '../support/scratch.ts'

const now = () => '2026-03-05T09:00:00.000Z'
const log = pino({ level: 'silent' })
const facts = { sourceId: 's', keys: [], backlog: false, sample: false, now: now() }

async function opened() {
  const dataFolder = scratch()
  const config = readConfig(
    {},
    { config: resolve(import.meta.dirname, '../../config/onrecord.yaml'), data: dataFolder },
  )
  return { config, store: await openStore({ dataFolder }) }
}

describe('the analysis of what is stored', () => {
  test('is not held up by a document whose findings cannot be kept, and keeps those of all others', async () => {
    const { config, store } = await opened()
    await using _store = store
    const says = (i: number) =>
      aDocument({ id: `d${i}`, text: `“Lamp ${i} stays on,” said Matthew Prince of Cloudflare.` })
    for (let i = 0; i < 30; i += 1) await store.documents.put(says(i), facts)
    const rooms = await openRooms(config, store)
    await analyseStored({ store, rooms, now, log })
    // A statement's id that another document holds already: the record refuses it.
    const file = new DatabaseSync(join(config.dataFolder, 'onrecord.sqlite'))
    file.exec(
      "update statements set document_id = 'd29' where document_id = 'd2'; update documents set analysed_version = 'again' where id <> 'd29'",
    )
    file.close()
    expect(await analyseStored({ store, rooms, now, log })).toBe(29)
    const kept = await store.statements.since(0, { sample: false, limit: 99 })
    expect(new Set(kept.map(({ document }) => document.id)).size).toBe(29)
    expect(await store.documents.unanalysed(rooms.version, 9)).toEqual([])
  })

  test('of a text that changed meanwhile is made anew', async () => {
    const { store } = await opened()
    await using _store = store
    await store.documents.put(aDocument({ id: 'a', text: 'The new text.' }), facts)
    const found = { mentions: [], statements: [], matches: [], quoteKeys: new Map(), now: now() }
    await store.documents.analysed('a', { ...found, version: '1', text: 'The old text.' })
    expect((await store.documents.unanalysed('1', 9)).map(({ id }) => id)).toEqual(['a'])
    await store.documents.analysed('a', { ...found, version: '1', text: 'The new text.' })
    expect(await store.documents.unanalysed('1', 9)).toEqual([])
  })

  test('keeps every statement beside a tracked entity, whoever speaks, and none beside nobody', async () => {
    const { config, store } = await opened()
    await using _store = store
    await store.documents.put(aDocument({ id: 'a', text: '“We will pay,” Mira Sol said of Cloudflare.' }), facts)
    await store.documents.put(aDocument({ id: 'b', text: '“We will pay,” Mira Sol said of the harbour.' }), facts)
    await analyseStored({ store, rooms: await openRooms(config, store), now, log })
    const found = await store.statements.since(0, { sample: false, limit: 9 })
    expect(found.map(({ document, statement }) => [document.id, statement.speaker?.name])).toEqual([['a', 'Mira Sol']])
  })

  test('counts the author of a post as mentioned in it', async () => {
    const { config, store } = await opened()
    await using _store = store
    const author = { name: 'A', alternateName: 'GroupAnon', identifier: null, url: null }
    await store.documents.put(aDocument({ id: 'twitter:1', kind: 'post', text: 'Good morning.', author }), facts)
    await analyseStored({ store, rooms: await openRooms(config, store), now, log })
    expect((await store.statements.since(0, { sample: false, limit: 9 }))[0]).toMatchObject({
      entities: ['anonymous'],
      statement: { speaker: { entityId: 'anonymous' } },
    })
  })

  test('does nothing the second time, whatever claims are imported', async () => {
    const { config, store } = await opened()
    await using _store = store
    await store.documents.put(
      aDocument({ id: 'a', text: 'Mira Sol said that Cloudflare lamps in Ely are lit by whale oil.' }),
      facts,
    )
    expect(await analyseStored({ store, rooms: await openRooms(config, store), now, log })).toBe(1)
    expect(await analyseStored({ store, rooms: await openRooms(config, store), now, log })).toBe(0)
    const claim = aClaim({ id: 'oil', text: 'Cloudflare lamps in Ely are lit by whale oil.' })
    await store.claims.add([{ claim, key: 'oil' }], { merge: (known) => known, by: 'test', now: now() })
    expect(await analyseStored({ store, rooms: await openRooms(config, store), now, log })).toBe(0)
  })
})

test('a quotation that a later text no longer prints stays on record, marked', async () => {
  const { config, store } = await opened()
  await using _store = store
  const rooms = await openRooms(config, store)
  const first = 'Cloudflare answered. “We will keep all forty lamps,” Mira Sol said. “Ask the harbour,” she said.'
  const later = 'Cloudflare answered. “We will keep all fourteen lamps,” Mira Sol said. The office is closed.'
  await store.documents.put(aDocument({ text: first }), facts)
  await analyseStored({ store, rooms, now, log })
  const before = (await store.statements.ofDocument('doc-1')).map(({ statement }) => statement.id)
  await store.documents.put(aDocument({ text: later, editions: [{ text: first, title: null, from: [] }] }), facts)
  await analyseStored({ store, rooms, now, log })
  const found = (await store.statements.ofDocument('doc-1')).map(({ statement }) => statement)
  expect(before.every((id) => found.some((one) => one.id === id))).toBe(true)
  expect(found.flatMap(({ content, fate }) => (fate ? [[content, fate.status]] : []))).toEqual([
    ['We will keep all forty lamps', 'changed'],
    ['Ask the harbour', 'vanished'],
  ])
})
