import { describe, expect, test } from 'vitest'
import type { Delivery, Digest } from '../../src/model.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/store.ts'
import { aClaim, aDocument, anImport, aSource, aStatement, aSubscription } from '../support/nouns.ts'
import { STORES } from '../support/stores.ts'

const guild = '100000000000000001'
const channel = (n: number) => `20000000000000000${n}`
const at = (hour: number) => `2026-03-02T${String(hour).padStart(2, '0')}:00:00.000Z`
const now = at(12)

const subscribed = (n: number, guildId = guild, nextDigestAt: string | null = at(n)) =>
  aSubscription({ id: `discord:${n}`, target: { kind: 'discord', guildId, channelId: channel(n) }, nextDigestAt })
const delivery = (id: string, n = 1): Delivery => ({
  id,
  subscriptionId: `discord:${n}`,
  target: subscribed(n).target,
  digest: { id, title: id, since: at(1) } as Digest,
  nonce: id,
  status: 'owed',
  dueAt: now,
  attempts: 0,
  deliveredAt: null,
  messageIds: [],
  lastError: null,
})
const owe = (store: Store, id: string, { n = 1, hour = 9, sequence = 1 } = {}) =>
  store.digests.compose(`discord:${n}`, { sequence, now: at(hour), nextDigestAt: null, delivery: delivery(id, n) })
const facts = { sourceId: 'gazette', backlog: false, sample: false, now }
const posting = (deliveryId: string, guildId = guild) => ({
  id: `p-${deliveryId}`,
  deliveryId,
  guildId,
  channelId: channel(1),
  startedAt: now,
  triedAt: now,
  drawn: { digest: delivery(deliveryId).digest, language: null, form: 'components' as const, roleId: null },
})
const term = (id: string, value: string, guildId = guild) => ({
  id,
  guildId,
  kind: 'phrase' as const,
  value,
  createdBy: 'u',
  createdAt: now,
})
const keyed = (id: string, owner = 'operator') => ({ claim: aClaim({ id, owner, text: id }), key: `${owner} ${id}` })
const options = { merge: <C>(known: C) => known, by: 'test', now }

describe.each(STORES)('%s', (_name, place) => {
  const open = async () => openStore(await place())

  describe('subscriptions', () => {
    test('are due in the order of waiting, those without a time first, paused and later ones not', async () => {
      await using store = await open()
      for (const one of [subscribed(4), subscribed(2), subscribed(9, guild, null), subscribed(3)])
        await store.subscriptions.add(one)
      await store.subscriptions.pause('discord:3', 'the channel is gone')
      expect((await store.subscriptions.due(at(4))).map(({ id }) => id)).toEqual([
        'discord:9',
        'discord:2',
        'discord:4',
      ])
      expect((await store.subscriptions.due(at(3))).map(({ id }) => id)).toEqual(['discord:9', 'discord:2'])
    })

    test('change their wishes and their times apart from each other', async () => {
      await using store = await open()
      await store.subscriptions.add(subscribed(1))
      await store.subscriptions.pause('discord:1', 'its channel refuses us', { mends: true })
      await store.subscriptions.wish('discord:1', { roleId: 'r1', quietFrom: 1320, quietTo: 360 })
      await store.subscriptions.reschedule('discord:1', { schedule: '0 7 * * *', timeZone: 'UTC', nextDigestAt: at(7) })
      await store.subscriptions.wish('nobody', { roleId: 'r2' })
      expect(await store.subscriptions.get('discord:1')).toMatchObject({
        roleId: 'r1',
        quietFrom: 1320,
        schedule: '0 7 * * *',
        nextDigestAt: at(7),
        pausedBecause: 'its channel refuses us',
        mends: true,
      })
      expect(await store.subscriptions.get('nobody')).toBeNull()
    })
  })

  test('sources never read are due before those that wait', async () => {
    await using store = await open()
    await store.sources.configure([aSource({ id: 'a' }), aSource({ id: 'b' }), aSource({ id: 'c' })])
    const state = { etag: null, lastModified: null, lastPolledAt: at(1), lastSucceededAt: null, failures: 0 }
    const well = { ...state, trouble: null, troubleSince: null }
    await store.sources.remember({ ...well, sourceId: 'a', nextPollAt: at(9) })
    await store.sources.remember({ ...well, sourceId: 'b', nextPollAt: at(8) })
    expect((await store.sources.due(now)).map(({ source }) => source.id)).toEqual(['c', 'b', 'a'])
  })

  test('a watch term is replaced under its id, unless that is watched already', async () => {
    await using store = await open()
    await store.watchTerms.add(term('t1', 'lamps'))
    await store.watchTerms.add(term('t2', 'quay'))
    const before = await store.watchTerms.version()
    expect(await store.watchTerms.edit(term('t1', 'quay'), at(2))).toBe(false)
    expect(await store.watchTerms.edit(term('t1', 'ferry'), at(2))).toBe(true)
    expect((await store.watchTerms.list(guild)).map(({ id, value }) => [id, value])).toEqual([
      ['t1', 'ferry'],
      ['t2', 'quay'],
    ])
    expect(await store.watchTerms.version()).toBeGreaterThan(before)
    expect((await store.watchTerms.all(['another'])).length).toBe(0)
  })

  describe('deliveries', () => {
    test('are owed by id with their server, one by one, and not before their time', async () => {
      await using store = await open()
      for (const n of [1, 2]) await store.subscriptions.add(subscribed(n, n === 1 ? guild : 'g2'))
      await owe(store, 'late', { n: 2, hour: 10 })
      await owe(store, 'early', { n: 1, hour: 8 })
      expect(await store.deliveries.owedIds(now)).toEqual([
        { id: 'early', guildId: guild },
        { id: 'late', guildId: 'g2' },
      ])
      await store.deliveries.failed('late', 'busy', at(14))
      expect(await store.deliveries.owedOne('late', at(13))).toBeNull()
      expect(await store.deliveries.owedOne('late', at(14))).toMatchObject({
        id: 'late',
        attempts: 1,
        lastError: 'busy',
      })
      expect(await store.deliveries.hasten(at(14), now)).toBe(0)
      expect(await store.deliveries.hasten(at(13), now)).toBe(1)
      expect(await store.deliveries.owedOne('late', now)).toMatchObject({ id: 'late' })
      await store.deliveries.delivered('early', ['m1'], now)
      expect(await store.deliveries.owedOne('early', now)).toBeNull()
    })

    test('that surely nobody has seen are told with what they begin after, and give way when folded', async () => {
      await using store = await open()
      await store.subscriptions.add(subscribed(1))
      await owe(store, 'seen', { hour: 7, sequence: 4 })
      await owe(store, 'refused', { hour: 8, sequence: 6 })
      await owe(store, 'untried', { hour: 9, sequence: 9 })
      await store.postings.begin(posting('seen'))
      await store.postings.part('p-seen', ['m1'])
      await store.postings.refused('p-seen')
      await store.postings.begin(posting('refused'))
      expect((await store.deliveries.unseen('discord:1')).map(({ id }) => id)).toEqual(['untried'])
      await store.postings.refused('p-refused')
      expect(await store.deliveries.unseen('discord:1')).toEqual([
        { id: 'refused', fromSequence: 4, since: at(1) },
        { id: 'untried', fromSequence: 6, since: at(1) },
      ])
      expect(await store.postings.get('p-seen')).toMatchObject({ messageIds: ['m1'], open: false, postedAt: null })
      const folded = ['refused', 'untried']
      const step = { sequence: 12, now: at(10), nextDigestAt: null, delivery: delivery('all'), fromSequence: 4, folded }
      await store.digests.compose('discord:1', step)
      expect((await store.deliveries.unseen('discord:1')).map(({ id }) => id)).toEqual(['all'])
    })
  })

  test('digests are told newest first, of a server, of one of its channels, and of all', async () => {
    await using store = await open()
    await store.subscriptions.add(subscribed(1))
    await store.subscriptions.add(subscribed(2))
    await store.subscriptions.add(subscribed(3, 'g2'))
    await owe(store, 'first', { n: 1, hour: 7 })
    await owe(store, 'second', { n: 2, hour: 8 })
    await owe(store, 'theirs', { n: 3, hour: 9 })
    const ids = (digests: Digest[]) => digests.map(({ id }) => id)
    expect(ids(await store.digests.latest(2))).toEqual(['theirs', 'second'])
    expect(ids(await store.digests.of(guild, null, 9))).toEqual(['second', 'first'])
    expect(ids(await store.digests.of(guild, channel(1), 9))).toEqual(['first'])
    expect(ids(await store.digests.of('g2', channel(1), 9))).toEqual([])
  })

  describe('documents', () => {
    test('are found by all their keys, the oldest first', async () => {
      await using store = await open()
      expect(await store.documents.noneReal()).toBe(true)
      await store.documents.put(aDocument({ id: 'sample' }), { ...facts, keys: ['s'], sample: true })
      expect(await store.documents.noneReal()).toBe(true)
      await store.documents.put(aDocument({ id: 'young' }), { ...facts, keys: ['y'], now: at(13) })
      await store.documents.put(aDocument({ id: 'old' }), { ...facts, keys: ['o1', 'o2'] })
      expect(await store.documents.noneReal()).toBe(false)
      const found = await store.documents.allByKeys(['y', 'o2', 'o1', 'nobody'])
      expect(found.map(({ document }) => document.id)).toEqual(['old', 'old', 'young'])
      expect(found.map(({ key }) => key).sort()).toEqual(['o1', 'o2', 'y'])
      expect(await store.documents.allByKeys([])).toEqual([])
    })

    test('that wait for an analysis are told by the endings of their ids, and taken by share', async () => {
      await using store = await open()
      for (const id of ['d-a', 'e-a', 'd-b', 'd-z'])
        await store.documents.put(aDocument({ id }), { ...facts, keys: [id] })
      const nothing = { mentions: [], statements: [], matches: [], quoteKeys: new Map(), now }
      await store.documents.analysed('d-b', { version: 'v1', ...nothing })
      expect((await store.documents.endingsUnanalysed('v1')).sort()).toEqual(['a', 'z'])
      expect((await store.documents.endingsUnanalysed('v2')).sort()).toEqual(['a', 'b', 'z'])
      expect((await store.documents.endingsUnanalysed(null)).sort()).toEqual(['a', 'z'])
      const share = async (ending: string, others: string[]) =>
        (await store.documents.unanalysed('v1', 9, { ending, others })).map(({ id }) => id).sort()
      expect(await share('a', [])).toEqual(['d-a', 'e-a'])
      expect(await share('0', ['a', 'b'])).toEqual(['d-z'])
    })
  })

  test('claims are paged, counted and read by owner and id', async () => {
    await using store = await open()
    await store.claims.configure([aClaim({ id: 'named' })])
    await store.claims.add([keyed('c'), keyed('a'), keyed('b'), keyed('theirs', guild)], options)
    const page = async (after: string, limit: number) =>
      (await store.claims.imported({ after, limit })).map(({ id }) => id)
    expect([await page('', 2), await page('b', 2), await page('c', 2)]).toEqual([['a', 'b'], ['c'], []])
    expect(await store.claims.ofOperator()).toBe(4)
    expect((await store.claims.owned()).map(({ id }) => id)).toEqual(['theirs'])
    expect((await store.claims.byIds(['theirs', 'a', 'nobody'])).map(({ id }) => id).sort()).toEqual(['a', 'theirs'])
    expect(await store.claims.ownersAmong([guild, 'another'])).toEqual([guild])
    const change = await store.claims.lastChange()
    await store.guilds.forget(guild)
    expect(await store.claims.lastChange()).toBeGreaterThan(change)
    expect(await store.claims.changedAfter(change)).toEqual([])
    expect(await store.claims.ownersAmong([guild])).toEqual([])
  })

  test('the last number before a moment is that of what was recorded before it', async () => {
    await using store = await open()
    for (const [id, hour] of [
      ['a', 8],
      ['b', 10],
    ] as const) {
      await store.documents.put(aDocument({ id }), { ...facts, keys: [id], now: at(hour) })
      const statements = [aStatement({ id: `st-${id}`, documentId: id })]
      const found = { mentions: [], statements, matches: [], quoteKeys: new Map() }
      await store.transaction((tx) => tx.documents.analysed(id, { version: 'v', ...found, now: at(hour) }), 'analyse')
    }
    const numbers = [at(8), at(9), at(11)].map((time) => store.statements.before(time))
    expect(await Promise.all(numbers)).toEqual([0, 1, 2])
    expect(await store.statements.last()).toBe(2)
  })

  describe('a server that has left', () => {
    test('is known by anything that is on record of it', async () => {
      await using store = await open()
      await store.guilds.configure('g-set', await store.guilds.settings('g-set'))
      await store.watchTerms.add(term('t1', 'lamps', 'g-term'))
      await store.subscriptions.add(subscribed(1, 'g-subscribed'))
      const change = { userId: 'u', what: 'watch.add', object: 'x', undo: null, undoneAt: null }
      await store.guilds.note({ ...change, id: 'c1', guildId: 'g-changed', at: now })
      await store.sources.put(aSource({ id: 's1', owner: 'g-source' }) as Parameters<Store['sources']['put']>[0])
      await store.entities.put({
        ...{ id: 'e1', name: 'Ann', kind: 'person', aliases: [], handles: [], owner: 'g-entity' },
      } as unknown as Parameters<Store['entities']['put']>[0])
      await store.claims.add([keyed('own', 'g-claim')], options)
      await store.documents.put(aDocument(), { ...facts, keys: ['k'], owner: 'g-document' })
      const askedBy = { guildId: 'g-reading', channelId: channel(1), userId: 'u', locale: 'en' }
      await store.readings.put({ id: 'r', address: 'x', askedAt: now, cursor: null, documents: 0, askedBy })
      await store.imports.begin(anImport({ guildId: 'g-import' }), [])
      await owe(store, 'd1')
      await store.postings.begin(posting('d1', 'g-posting'))
      await store.retention.compare(['g-here'], now)
      expect((await store.retention.leftBefore(at(13))).sort()).toEqual(
        [
          ...['g-set', 'g-term', 'g-subscribed', 'g-changed', 'g-source', 'g-entity', 'g-claim', 'g-document'],
          ...['g-reading', 'g-import', 'g-posting', guild],
        ].sort(),
      )
    })

    test('is told only by a process that would know, and comes back with its next sign', async () => {
      await using store = await open()
      await store.watchTerms.add(term('t1', 'lamps'))
      await store.retention.compare([], now, () => false)
      expect(await store.retention.leftBefore(at(13))).toEqual([])
      await store.retention.compare([], now)
      expect(await store.retention.leftBefore(at(13))).toEqual([guild])
      await store.retention.compare([guild], at(13))
      expect(await store.retention.leftBefore(at(14))).toEqual([])
    })
  })

  test('old changes are let go, a few hundred at once', async () => {
    await using store = await open()
    const change = { guildId: guild, userId: 'u', what: 'watch.add', object: 'x', undo: null, undoneAt: null }
    await store.transaction(async (tx) => {
      for (let n = 0; n < 250; n++) await tx.guilds.note({ ...change, id: `c${n}`, at: at(n < 210 ? 1 : 12) })
    })
    const steps = [await store.retention.dropChanges(at(6)), await store.retention.dropChanges(at(6))]
    expect(steps.reduce((sum, n) => sum + n, 0)).toBe(210)
    expect(steps[0]).toBeLessThan(210)
    expect(await store.retention.dropChanges(at(6))).toBe(0)
    expect(await store.guilds.changes(guild, 999)).toHaveLength(40)
  })
})
