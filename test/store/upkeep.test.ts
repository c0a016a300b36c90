import { describe, expect, test } from 'vitest'
import type { Delivery, Digest, Heartbeat, LongReading, Match } from '../../src/model.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/store.ts'
import { aClaim, aDocument, aSource, aStatement, aSubscription } from '../support/nouns.ts'
import { STORES } from '../support/stores.ts'

const guild = '100000000000000001'
const channel = '200000000000000001'
const now = '2026-03-02T12:00:00.000Z'
const later = '2026-03-02T13:00:00.000Z'

async function said(store: Store, id: string, recordedAt = now): Promise<void> {
  const facts = { sourceId: 'gazette', keys: [`url:${id}`], backlog: false, sample: false, now: recordedAt }
  await store.documents.put(aDocument({ id, url: `https://gazette.example/${id}` }), facts)
  await store.documents.analysed(id, {
    version: 'v1',
    mentions: [],
    statements: [aStatement({ id: `st-${id}`, documentId: id })],
    matches: [],
    quoteKeys: new Map(),
    now: recordedAt,
  })
}
const match = (statementId: string, score = 0.9): Match => ({
  statementId,
  claimId: 'lamps',
  rank: 1,
  score,
  decision: 'match',
  relation: 'repeats',
  evidence: { words: ['lamps'], figures: [] },
})
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
const owe = async (store: Store, id: string, at = now) => {
  await store.subscriptions.add(aSubscription())
  await store.digests.compose('discord:1', { sequence: 1, now: at, nextDigestAt: null, delivery: delivery(id) })
}

describe.each(STORES)('%s', (_name, place) => {
  const open = async () => openStore(await place())

  describe('looking back for new claims', () => {
    const job = { id: 'job', owner: 'operator', claims: [{ id: 'lamps', wording: 'w1' }], now }

    test('is finished at once where nothing is on record and nobody else writes', async () => {
      await using store = await open()
      const begun = await store.matching.begin(job)
      expect(begun).toMatchObject({ total: 0, finishedAt: store.postgres ? null : now })
      expect(await store.matching.open()).toEqual(store.postgres ? [begun] : [])
    })

    test('goes on behind the last stretch, and what was found stands', async () => {
      await using store = await open()
      await store.claims.configure([aClaim()])
      for (const id of ['a', 'b', 'c']) await said(store, id)
      expect(await store.matching.begin(job)).toMatchObject({ total: 3, finishedAt: null })
      const first = await store.matching.stretch('job', 2)
      expect(first.map(({ id }) => id)).toEqual(['st-a', 'st-b'])
      const matches = [match('st-a'), match('st-gone')]
      await store.matching.advance('job', { looked: 2, sequence: first[1]!.sequence, matches })
      expect((await store.matching.stretch('job', 2)).map(({ id }) => id)).toEqual(['st-c'])
      expect(await store.matching.get('job')).toMatchObject({ looked: 2, total: 3 })
      expect((await store.statements.byClaim('lamps', 9)).map(({ statement }) => statement.id)).toEqual(['st-a'])
      expect(await store.claims.mostSaid(9)).toEqual([{ id: 'lamps', said: 1 }])
      expect(await store.matching.claimIds('job')).toEqual(['lamps'])
      await store.matching.finish('job', later)
      expect(await store.matching.open()).toEqual([])
      expect(await store.matching.wordings()).toEqual(new Map([['lamps', 'w1']]))
    })

    test('drops the matches of a claim that is no more', async () => {
      await using store = await open()
      await store.claims.configure([aClaim()])
      await said(store, 'a')
      await store.matching.begin(job)
      await store.matching.advance('job', { looked: 1, sequence: 99, matches: [match('st-a')] })
      await store.claims.configure([])
      await store.matching.forget(['lamps'])
      expect(await store.statements.byClaim('lamps', 9)).toEqual([])
      expect(await store.matching.wordings()).toEqual(new Map())
    })
  })

  describe('a posting', () => {
    const posting = {
      id: 'p1',
      deliveryId: 'a',
      guildId: guild,
      channelId: channel,
      startedAt: now,
      triedAt: now,
      drawn: { digest: delivery('a').digest, language: null, form: 'components' as const, roleId: null },
    }

    test('tried again tells that the first try may have gone through, until it surely did not', async () => {
      await using store = await open()
      await owe(store, 'a')
      expect(await store.postings.begin(posting)).toMatchObject({ open: false })
      expect(await store.postings.begin({ ...posting, triedAt: later })).toMatchObject({ open: true, triedAt: now })
      await store.postings.refused('p1')
      expect(await store.postings.begin(posting)).toMatchObject({ open: false, triedAt: later })
    })

    test('is drawn again where what it shows changed, and owes what came while it was drawn', async () => {
      await using store = await open()
      await owe(store, 'a')
      await store.postings.begin(posting)
      await store.postings.done('p1', { messageIds: ['m1'], statementIds: ['st-a', 'st-a'], now })
      expect(await store.postings.oweEdits(['st-a'], { guildId: 'another', now })).toBe(0)
      expect(await store.postings.oweEdits(['st-a'], { now })).toBe(1)
      const [owed] = await store.postings.owedEdits(now)
      expect(owed).toMatchObject({ version: 1, attempts: 0, posting: { id: 'p1', messageIds: ['m1'], open: false } })
      await store.postings.oweEdits(['st-a'], { now })
      await store.postings.edited('p1', 1)
      expect(await store.postings.owedEdit('p1', now)).toMatchObject({ version: 2 })
      await store.postings.editFailed('p1', 'busy', later)
      expect(await store.postings.owedEdits(now)).toEqual([])
      expect(await store.postings.owedEdit('p1', later)).toMatchObject({ attempts: 1 })
      await store.postings.edited('p1', 2)
      expect(await store.postings.owedEdits(later)).toEqual([])
    })
  })

  describe('a revision', () => {
    test('noted twice stands once, and goes when it is taken back', async () => {
      await using store = await open()
      await said(store, 'a')
      const revision = { statementId: 'st-a', documentId: 'a', publisher: null, words: null }
      const gone = { ...revision, kind: 'gone' as const, noticedAt: later }
      const changed = { ...revision, kind: 'changed' as const, noticedAt: now }
      await store.revisions.note([gone, changed, gone])
      expect(await store.revisions.of(['st-a', 'st-b'])).toEqual([changed, gone])
      await store.revisions.drop([gone])
      expect(await store.revisions.of(['st-a'])).toEqual([changed])
    })
  })

  describe('what is let go', () => {
    test('takes what was found in it along, and leaves what is younger', async () => {
      await using store = await open()
      await said(store, 'old', '2026-01-01T00:00:00.000Z')
      await said(store, 'young')
      expect(await store.retention.dropDocuments('2026-02-01T00:00:00.000Z')).toBe(1)
      expect(await store.retention.dropDocuments('2026-02-01T00:00:00.000Z')).toBe(0)
      expect((await store.statements.search('lamps', 9)).map(({ statement }) => statement.id)).toEqual(['st-young'])
      expect(await store.documents.findByKeys(['url:old'])).toBeNull()
      // Its name is free again.
      const facts = { sourceId: 'gazette', keys: ['url:old'], backlog: false, sample: false, now }
      await store.documents.put(aDocument({ id: 'new' }), facts)
      expect((await store.documents.findByKeys(['url:old']))?.id).toBe('new')
    })

    test('is no digest that is still owed', async () => {
      await using store = await open()
      await owe(store, 'a')
      expect(await store.retention.dropDigests(later)).toBe(0)
      await store.deliveries.delivered('a', ['m1'], now)
      expect(await store.retention.dropDigests(later)).toBe(1)
      expect(await store.digests.get('a')).toBeNull()
    })

    test('is all of a server that was left, of no other', async () => {
      await using store = await open()
      await store.subscriptions.add(aSubscription())
      await store.guilds.configure('other', { ...(await store.guilds.settings('other')), threshold: 0.5 })
      await store.retention.compare(['other'], now)
      expect(await store.retention.leftBefore(now)).toEqual([])
      expect(await store.retention.leftBefore(later)).toEqual([guild])
      await owe(store, 'a')
      await store.guilds.forget(guild)
      expect(await store.subscriptions.list(guild)).toEqual([])
      expect(await store.digests.get('a')).toBeNull()
      expect(await store.guilds.settings('other')).toMatchObject({ threshold: 0.5 })
      await store.retention.compare([guild, 'other'], later)
      expect(await store.retention.leftBefore('2027')).toEqual([])
    })
  })

  describe('a change of a server', () => {
    test('is noted once, undone once, and told newest first', async () => {
      await using store = await open()
      const change = { guildId: guild, userId: 'u', what: 'watch.add', object: 'lamps', undo: null, undoneAt: null }
      for (const [id, at] of [
        ['c1', now],
        ['c2', later],
        ['c1', now],
      ] as const)
        await store.guilds.note({ ...change, id, at })
      expect((await store.guilds.changes(guild, 9)).map(({ id }) => id)).toEqual(['c2', 'c1'])
      expect(await store.guilds.undone('other', 'c1', later)).toBe(false)
      expect(await store.guilds.undone(guild, 'c1', later)).toBe(true)
      expect(await store.guilds.undone(guild, 'c1', later)).toBe(false)
      expect((await store.guilds.changes(guild, 9)).map(({ undoneAt }) => undoneAt)).toEqual([null, later])
    })
  })

  describe('a long reading', () => {
    test('is kept as it was last put, in the order of asking, until it is removed', async () => {
      await using store = await open()
      const reading: LongReading = {
        id: 'second',
        address: 'x',
        askedAt: later,
        cursor: null,
        documents: 0,
        askedBy: null,
      }
      await store.readings.put(reading)
      await store.readings.put({ ...reading, id: 'first', askedAt: now })
      await store.readings.put({ ...reading, cursor: '7', documents: 3 })
      expect((await store.readings.list()).map(({ id, cursor }) => [id, cursor])).toEqual([
        ['first', null],
        ['second', '7'],
      ])
      expect(await store.readings.remove('first')).toBe(true)
      expect(await store.readings.remove('first')).toBe(false)
      expect(await store.readings.get('first')).toBeNull()
    })
  })

  describe('the watch', () => {
    const beat = (process: string, at: string): Heartbeat => ({
      process,
      at,
      startedAt: now,
      polledAt: null,
      toldAt: null,
      memoryBytes: 5_000_000_000,
    })

    test('knows each process by its last sign of life, and forgets one that was silent for a day', async () => {
      await using store = await open()
      for (const sign of [beat('one', now), beat('two', now), beat('one', later)]) await store.watch.beat(sign)
      expect(await store.watch.heartbeats(now)).toEqual([beat('one', later), beat('two', now)])
      await store.watch.beat(beat('one', '2026-03-03T12:30:00.000Z'))
      expect((await store.watch.heartbeats('2026')).map(({ process }) => process)).toEqual(['one'])
    })

    test('keeps when an alarm began, and lets one alone tell it', async () => {
      await using store = await open()
      await store.watch.raise({ id: 'slow', words: 'first' }, now)
      await store.watch.raise({ id: 'slow', words: 'second' }, later)
      expect([await store.watch.told('slow', later), await store.watch.told('slow', later)]).toEqual([true, false])
      expect(await store.watch.alarms()).toEqual([{ id: 'slow', since: now, toldAt: later, words: 'second' }])
      await store.watch.lower('slow')
      expect(await store.watch.alarms()).toEqual([])
    })

    test('counts what is due, owed and waiting', async () => {
      await using store = await open()
      await store.sources.configure([aSource()])
      await said(store, 'a')
      await store.documents.put(aDocument({ id: 'b' }), {
        sourceId: 'gazette',
        keys: ['url:b'],
        backlog: false,
        sample: false,
        now: later,
      })
      await owe(store, 'd1')
      await store.digests.compose('discord:1', { sequence: 2, now: later, nextDigestAt: now, delivery: delivery('d2') })
      await store.deliveries.unknown('d1', 'the line broke')
      expect(await store.watch.standing(later)).toMatchObject({
        sources: { enabled: 1, due: 1 },
        documents: { waiting: 1, oldestWaitingAt: later },
        deliveries: { owed: 1, oldestOwedAt: later, unknown: 1 },
        subscriptions: { paused: 0, due: 1, oldestDueAt: now },
      })
    })
  })
})
