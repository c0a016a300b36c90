import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Statement } from '../../src/model.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/store.ts'
import { ownedId } from '../../src/store/viewer.ts'
import { aDocument, aSource, aStatement } from '../support/nouns.ts'
import { STORES } from '../support/stores.ts'

const ours = '100000000000000001'
const theirs = '100000000000000002'
const now = '2026-03-02T11:00:00.000Z'
const ourEntity = ownedId(ours, 'Mira Sol')
const theirEntity = ownedId(theirs, 'Mira Sol')

describe.each(STORES)('%s', (_name, place) => {
  let store: Store
  beforeEach(async () => {
    store = await openStore(await place())
    await store.sources.configure([aSource({ id: 'shared' })])
    await store.sources.put({ ...aSource({ id: 'ours', address: 'https://ours.example/f' }), owner: ours })
    await store.sources.put({ ...aSource({ id: 'theirs', address: 'https://theirs.example/f' }), owner: theirs })
  })
  afterEach(() => store[Symbol.asyncDispose]())

  const put = (sourceId: string) =>
    store.documents.put(aDocument(), {
      sourceId,
      keys: ['url:https://gazette.example/one'],
      backlog: false,
      sample: false,
      now,
    })

  async function analysed(over: Partial<Statement> = {}, entityIds: string[] = []): Promise<void> {
    const mention = { documentId: 'doc-1', text: 'Mira Sol', start: 21, end: 29, kind: 'name' as const, confidence: 1 }
    await store.documents.analysed('doc-1', {
      version: 'v1',
      mentions: entityIds.map((entityId) => ({ ...mention, entityId })),
      statements: [aStatement(over)],
      matches: [],
      quoteKeys: new Map([['st-1', ['lamps stay on']]]),
      now,
    })
  }
  const told = async (guild: string | null) =>
    (await store.seenBy(guild).statements.since(0, { sample: false, limit: 9 })).map(({ statement }) => statement.id)

  describe('what one server alone reads', () => {
    test('is seen by that server, and by nobody else in any way', async () => {
      await put('ours')
      await analysed()
      expect(await told(ours)).toEqual(['st-1'])
      for (const stranger of [theirs, null]) {
        const seen = store.seenBy(stranger)
        expect(await told(stranger)).toEqual([])
        expect(await seen.statements.get('st-1')).toBeNull()
        expect(await seen.statements.search('lamps', 9)).toEqual([])
        expect(await seen.statements.byQuoteKeys(['lamps stay on'])).toEqual([])
        expect(await seen.statements.ofDocument('doc-1')).toEqual([])
        expect(await seen.documents.get('doc-1')).toBeNull()
        expect(await seen.documents.findByUrl('https://gazette.example/one')).toBeNull()
        expect(await seen.documents.findByKeys(['url:https://gazette.example/one'])).toBeNull()
        expect(await seen.documents.silentSince('2026', { from: 0, limit: 9 })).toEqual([])
      }
    })

    test('is seen by all once the operator’s source gives it too, as news', async () => {
      await put('ours')
      await analysed()
      const before = await store.statements.last()
      await put('shared')
      expect((await store.documents.unanalysed('v1', 9)).map(({ id }) => id)).toEqual(['doc-1'])
      await analysed()
      expect(await told(theirs)).toEqual(['st-1'])
      const [found] = await store.seenBy(theirs).statements.since(before, { sample: false, limit: 9 })
      expect(found).toMatchObject({ backlog: false })
    })

    test('is seen by a second server that reads it as well, not by a third', async () => {
      await put('ours')
      await put('theirs')
      await analysed()
      expect([await told(ours), await told(theirs), await told(null)]).toEqual([['st-1'], ['st-1'], []])
    })

    test('stays everybody’s where the operator’s source gave it first', async () => {
      await put('shared')
      await analysed()
      await put('ours')
      expect(await told(null)).toEqual(['st-1'])
      expect(await store.documents.unanalysed('v1', 9)).toEqual([])
    })

    test('is gone with that server', async () => {
      await put('ours')
      await analysed()
      await store.guilds.forget(ours)
      expect(await told(ours)).toEqual([])
      expect(await store.documents.get('doc-1')).toBeNull()
      expect((await store.sources.list()).map(({ source }) => source.id)).toEqual(['shared', 'theirs'])
    })
  })

  describe('an entity of one server', () => {
    const speaker = {
      name: 'Mira Sol (our harbour)',
      entityId: ourEntity,
      mention: { text: 'Mira Sol', start: 21, end: 29 },
    }

    test('speaks under the words of the text for others, and is not among whom they track', async () => {
      await put('shared')
      await analysed({ speaker }, [ourEntity])
      const [seen] = await store.seenBy(theirs).statements.since(0, { sample: false, limit: 9 })
      expect(seen).toMatchObject({ entities: [], statement: { speaker: { name: 'Mira Sol', entityId: null } } })
      const [own] = await store.seenBy(ours).statements.since(0, { sample: false, limit: 9 })
      expect(own).toMatchObject({ entities: [ourEntity], statement: { speaker: { entityId: ourEntity } } })
    })

    test('is the other server’s own entity of that name where both track one', async () => {
      await put('shared')
      await analysed({ speaker }, [ourEntity, theirEntity])
      const [seen] = await store.seenBy(theirs).statements.since(0, { sample: false, limit: 9 })
      expect(seen).toMatchObject({ entities: [theirEntity], statement: { speaker: { entityId: theirEntity } } })
    })

    test('is not listed for another server', async () => {
      const blank = {
        kind: 'person' as const,
        aliases: [],
        handles: [],
        roles: [],
        near: [],
        notNear: [],
        relations: [],
      }
      await store.entities.put({ ...blank, id: ourEntity, name: 'Mira Sol', owner: ours })
      expect([await store.seenBy(theirs).entities.list(), await store.seenBy(null).entities.list()]).toEqual([[], []])
      expect(await store.seenBy(ours).entities.list()).toHaveLength(1)
      expect(await store.entities.remove(theirs, ourEntity)).toBe(false)
    })
  })

  describe('documents', () => {
    test('that hold a new name are marked, others and unread ones are not', async () => {
      await put('shared')
      await analysed()
      expect(await store.documents.analyseAgain({ words: ['Ferry Guild'], from: 0 })).not.toBeNull()
      expect(await store.documents.unanalysed('v1', 9)).toEqual([])
      const next = await store.documents.analyseAgain({ words: ['MIRA sol'], from: 0 })
      expect(await store.documents.unanalysed('v1', 9)).toHaveLength(1)
      expect(await store.documents.analyseAgain({ words: ['x'], from: next ?? 0 })).toBeNull()
    })

    test('that mention an entity are marked when it changes', async () => {
      await put('shared')
      await analysed({}, [ourEntity])
      await store.documents.analyseAgain({ entityId: theirEntity })
      expect(await store.documents.unanalysed('v1', 9)).toEqual([])
      await store.documents.analyseAgain({ entityId: ourEntity })
      expect(await store.documents.unanalysed('v1', 9)).toHaveLength(1)
    })
  })
})
