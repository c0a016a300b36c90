import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import type { Delivery, Digest } from '../../src/model.ts'
import { openStore } from '../../src/store/open-store.ts'
import { lockFolder } from '../../src/store/sqlite.ts'
import type { Store } from '../../src/store/store.ts'
import { aClaim, aDocument, aSource, aStatement, aSubscription } from '../support/nouns.ts'
import { scratch } from '../support/scratch.ts'
import { STORES } from '../support/stores.ts'

const now = '2026-03-02T12:00:00.000Z'
const facts = { sourceId: 'gazette', keys: ['url:one'], backlog: false, sample: false, now }

async function analysed(store: Store, version: string, statements = [aStatement()]) {
  await store.documents.analysed('doc-1', {
    version,
    mentions: [
      { documentId: 'doc-1', entityId: 'mira-sol', text: 'Mira Sol', start: 21, end: 29, kind: 'name', confidence: 1 },
    ],
    statements,
    matches: [
      {
        statementId: 'st-1',
        claimId: 'lamps',
        rank: 1,
        score: 0.9,
        decision: 'match',
        relation: 'repeats',
        evidence: { words: ['lamps'], figures: [] },
      },
    ],
    quoteKeys: new Map([['st-1', ['the lamps stay']]]),
    now,
  })
}

describe.each(STORES)('%s', (_name, place) => {
  const open = async (at = place()) => openStore(await at)

  describe('a document', () => {
    test('is found under any of its keys, and again after a reopening', async () => {
      const at = place()
      {
        await using store = await open(at)
        await store.documents.put(aDocument(), facts)
      }
      await using store = await open(at)
      expect(await store.documents.findByKeys(['guid:none', 'url:one'])).toEqual(aDocument())
      expect(await store.documents.findByKeys(['guid:none'])).toBeNull()
    })

    test('put twice is stored once', async () => {
      await using store = await open()
      await store.documents.put(aDocument(), facts)
      await store.documents.put(aDocument(), facts)
      expect((await store.counts()).documents).toBe(1)
    })

    test('is analysed again when its text changes, and not when only its title does', async () => {
      await using store = await open()
      await store.documents.put(aDocument(), facts)
      await analysed(store, 'v1')
      await store.documents.put(aDocument({ title: 'Another title' }), facts)
      expect(await store.documents.unanalysed('v1', 9)).toEqual([])
      await store.documents.put(aDocument({ text: 'Other words.' }), facts)
      expect(await store.documents.unanalysed('v1', 9)).toHaveLength(1)
    })
  })

  describe('a statement', () => {
    test('keeps its sequence number through a second analysis', async () => {
      await using store = await open()
      await store.documents.put(aDocument(), facts)
      await analysed(store, 'v1')
      const before = await store.statements.get('st-1')
      await analysed(store, 'v2')
      expect((await store.statements.get('st-1'))?.sequence).toBe(before?.sequence)
    })

    test('found only by a second analysis is on record but no news', async () => {
      await using store = await open()
      await store.documents.put(aDocument(), facts)
      await analysed(store, 'v1')
      await analysed(store, 'v2', [aStatement(), aStatement({ id: 'st-2', content: 'and so does the bell' })])
      const found = await store.statements.since(0, { sample: false, limit: 9 })
      expect(found.map(({ statement, backlog }) => [statement.id, backlog])).toEqual([
        ['st-1', false],
        ['st-2', true],
      ])
    })

    test('comes with its document, its matches and who is mentioned beside it', async () => {
      await using store = await open()
      await store.documents.put(aDocument(), facts)
      await analysed(store, 'v1')
      const [found] = await store.statements.byQuoteKeys(['the lamps stay'])
      expect(found).toMatchObject({
        document: { id: 'doc-1' },
        matches: [{ claimId: 'lamps' }],
        entities: ['mira-sol'],
      })
    })

    test('is found by its words and its speaker, whatever is typed', async () => {
      await using store = await open()
      await store.documents.put(aDocument(), facts)
      await analysed(store, 'v1')
      for (const query of ['lamp', 'mira sol', 'LAMPS OR "', 'lamps*)('])
        expect(await store.statements.search(query, 5)).toHaveLength(1)
      expect(await store.statements.search('") OR 1=1 --', 5)).toEqual([])
      expect(await store.statements.search('🙂', 5)).toEqual([])
    })

    test('that a later analysis no longer finds is gone from the search too', async () => {
      await using store = await open()
      await store.documents.put(aDocument(), facts)
      await analysed(store, 'v1')
      await store.documents.analysed('doc-1', {
        version: 'v2',
        mentions: [],
        statements: [],
        matches: [],
        quoteKeys: new Map(),
        now,
      })
      expect(await store.statements.search('lamps', 5)).toEqual([])
      expect(await store.statements.get('st-1')).toBeNull()
    })
  })

  describe('sources', () => {
    test('that the config no longer names are not polled, and what they gave stays', async () => {
      await using store = await open()
      await store.sources.configure([aSource()])
      await store.documents.put(aDocument(), facts)
      await store.sources.configure([aSource({ id: 'other' })])
      expect((await store.sources.due(now)).map(({ source }) => source.id)).toEqual(['other'])
      expect(await store.documents.get('doc-1')).not.toBeNull()
    })

    test('are due when their time has come and not before', async () => {
      await using store = await open()
      await store.sources.configure([aSource()])
      const [due] = await store.sources.due(now)
      await store.sources.remember({ ...due!.state, nextPollAt: '2026-03-02T12:15:00.000Z' })
      expect(await store.sources.due('2026-03-02T12:14:59.999Z')).toEqual([])
      expect(await store.sources.due('2026-03-02T12:15:00.000Z')).toHaveLength(1)
    })
  })

  describe('a delivery', () => {
    const delivery = (id: string): Delivery => ({
      id,
      subscriptionId: 'discord:1',
      target: aSubscription().target,
      digest: { id, title: 'Who said what' } as Digest,
      nonce: id,
      status: 'owed',
      dueAt: now,
      attempts: 0,
      deliveredAt: null,
      messageIds: [],
      lastError: null,
    })
    const step = { sequence: 4, now, nextDigestAt: '2026-03-03T08:00:00.000Z' }

    test('is owed together with the moved cursor, or not at all', async () => {
      await using store = await open()
      await store.subscriptions.add(aSubscription())
      const failing = store.transaction(async (tx) => {
        await tx.digests.compose('discord:1', { ...step, delivery: delivery('a') })
        throw new RangeError('power cut')
      })
      await expect(failing).rejects.toThrow('power cut')
      expect(await store.digests.cursor('discord:1')).toEqual({ sequence: 0, composedAt: null })
      expect(await store.deliveries.owed(now)).toEqual([])
    })

    test('composed twice is owed once', async () => {
      await using store = await open()
      await store.subscriptions.add(aSubscription())
      await store.digests.compose('discord:1', { ...step, delivery: delivery('a') })
      await store.digests.compose('discord:1', { ...step, delivery: delivery('a') })
      expect(await store.deliveries.owed(now)).toHaveLength(1)
      await store.deliveries.delivered('a', ['m1'], now)
      expect(await store.deliveries.owed(now)).toEqual([])
    })

    test('that failed is owed again when its time has come', async () => {
      await using store = await open()
      await store.subscriptions.add(aSubscription())
      await store.digests.compose('discord:1', { ...step, delivery: delivery('a') })
      await store.deliveries.failed('a', 'busy', '2026-03-02T12:05:00.000Z')
      expect(await store.deliveries.owed(now)).toEqual([])
      expect((await store.deliveries.owed('2026-03-02T12:05:00.000Z'))[0]?.lastError).toBe('busy')
    })

    test('waits while its subscription is paused', async () => {
      await using store = await open()
      await store.subscriptions.add(aSubscription())
      await store.digests.compose('discord:1', { ...step, delivery: delivery('a') })
      await store.subscriptions.pause('discord:1', 'the channel is gone')
      expect(await store.deliveries.owed(now)).toEqual([])
      await store.subscriptions.pause('discord:1', null)
      expect(await store.deliveries.owed(now)).toHaveLength(1)
    })
  })

  describe('a server', () => {
    test('sees its own subscriptions and watch terms alone', async () => {
      await using store = await open()
      await store.subscriptions.add(aSubscription())
      const term = {
        id: 't1',
        guildId: '100000000000000001',
        kind: 'phrase' as const,
        value: 'lamps',
        createdBy: 'u',
        createdAt: now,
      }
      expect(await store.watchTerms.add(term)).toBe(true)
      expect(await store.watchTerms.add({ ...term, id: 't2' })).toBe(false)
      expect(await store.subscriptions.list('100000000000000002')).toEqual([])
      expect(await store.watchTerms.list('100000000000000002')).toEqual([])
      expect(await store.watchTerms.remove('100000000000000002', 'lamps')).toBe(false)
      expect(await store.watchTerms.remove('100000000000000001', 'lamps')).toBe(true)
    })
  })

  describe('claims of the config', () => {
    test('replace those of the config before', async () => {
      await using store = await open()
      await store.claims.configure([aClaim(), aClaim({ id: 'old' })])
      await store.claims.configure([aClaim({ text: 'Changed.' })])
      expect(await store.claims.list()).toEqual([aClaim({ text: 'Changed.' })])
    })
  })
})

const open = (dataFolder: string) => openStore({ dataFolder })

describe('a store that cannot be used', () => {
  test('of a newer version is refused with a clear line', async () => {
    const folder = scratch()
    await (await open(folder))[Symbol.asyncDispose]()
    const file = new DatabaseSync(join(folder, 'onrecord.sqlite'))
    file.exec("insert into kysely_migration values ('999-from-the-future', '2030-01-01')")
    file.close()
    await expect(open(folder)).rejects.toMatchObject({ name: 'StoreError', reason: 'newer' })
  })

  test('that is no database is called damaged', async () => {
    const folder = scratch()
    writeFileSync(join(folder, 'onrecord.sqlite'), 'this is a shopping list, and a long one at that\n'.repeat(200))
    await expect(open(folder)).rejects.toMatchObject({ name: 'StoreError', reason: 'damaged' })
  })

  test('in a folder that cannot be made says so', async () => {
    const folder = scratch()
    writeFileSync(join(folder, 'data'), '')
    await expect(open(join(folder, 'data'))).rejects.toThrow(/data/)
  })
})

describe('the lock of a data folder', () => {
  test('lets one process in and tells the second', () => {
    const folder = scratch()
    using _lock = lockFolder(folder)
    expect(() => lockFolder(folder)).toThrow(/another Onrecord is running/)
  })

  test('dies with its holder, even by SIGKILL', async () => {
    const folder = scratch()
    const script = `import { lockFolder } from '${join(import.meta.dirname, '../../src/store/sqlite.ts')}'; lockFolder(process.argv[1]); console.log('held'); setInterval(() => {}, 1000)`
    const holder = spawn(process.execPath, ['--input-type=module', '-e', script, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(holder.stdout, 'data')
    expect(() => lockFolder(folder)).toThrow(/another Onrecord is running/)
    holder.kill('SIGKILL')
    await once(holder, 'exit')
    using lock = lockFolder(folder)
    expect(lock).toBeDefined()
  })
})
