import { describe, expect, test } from 'vitest'
import { keysOfDocument } from '../../src/digests/wanted.ts'
import { passOver } from '../../src/jobs/pass-over.ts'
import type { Subscription } from '../../src/model.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/store.ts'
import { aDocument, aStatement, aSubscription } from '../support/nouns.ts'
import { STORES } from '../support/stores.ts'

const BEFORE = '2026-03-05T08:00:00.000Z'
const at = '2026-03-05T09:00:00.000Z'
const guild = (i: number) => `2100000000000000${String(i).padStart(2, '0')}`
const MANY = 30

const term = (i: number, value: string, createdAt = BEFORE) => ({
  ...{ id: `t-${i}-${value}`, guildId: guild(i), kind: 'phrase' as const, value, createdBy: '1', createdAt },
})

/** Each server watches a word of its own; one of them changes nothing by looking. */
async function scene(store: Store) {
  const ids: string[] = []
  for (let i = 0; i < MANY; i += 1) {
    const subscription: Subscription = aSubscription({
      id: `discord:${i}`,
      target: { kind: 'discord', guildId: guild(i), channelId: `31${i}` },
      schedule: '* * * * *',
      nextDigestAt: at,
      ...(i === 9 ? { nothingNew: true } : {}),
    })
    await store.subscriptions.add(subscription)
    await store.transaction((tx) => tx.watchTerms.add(term(i, `word${i}`)))
    ids.push(subscription.id)
  }
  // Each has had its first digest.
  await record(store, 'first', ['word0'], '2026-03-05T08:30:00.000Z')
  for (const id of ids) await store.digests.compose(id, { sequence: 1, now: BEFORE, nextDigestAt: at, delivery: null })
  return ids
}

async function record(store: Store, id: string, words: string[] | null, now = at) {
  const facts = { sourceId: 's', keys: [id], backlog: false, sample: false, now }
  await store.documents.put(aDocument({ id, url: `https://gazette.example/${id}` }), facts)
  const statements = [aStatement({ id: `${id}-0`, documentId: id, turnId: id })]
  const wantedBy =
    words &&
    keysOfDocument(
      [],
      words.map((value) => ({ kind: 'phrase' as const, value })),
    )
  const found = { version: 'v', mentions: [], statements, matches: [], quoteKeys: new Map(), now }
  await store.transaction((tx) => tx.documents.analysed(id, { ...found, ...(wantedBy ? { wantedBy } : {}) }), 'analyse')
}

const left = async (store: Store, now = at) =>
  (await passOver({ store, now: () => now }, await store.subscriptions.due(now))).map(({ id }) => id).sort()

describe.each(STORES)('of many subscriptions that are due at once, %s', (_name, place) => {
  const open = async () => openStore(await place())

  test('those stay whose terms caught something, and who wants to hear of nothing; the others are moved on', async () => {
    await using store = await open()
    await scene(store)
    await record(store, 'a', ['word3', 'word7'])
    await record(store, 'b', ['word12'])
    expect(await left(store)).toEqual(['discord:12', 'discord:3', 'discord:7', 'discord:9'])
    expect((await store.digests.cursor('discord:4')).sequence).toBe(3)
    expect((await store.subscriptions.get('discord:4'))?.nextDigestAt).toBe('2026-03-05T09:01:00.000Z')
    expect((await store.digests.cursor('discord:3')).sequence).toBe(1)
    expect((await store.subscriptions.due(at)).length).toBe(4)
    // What comes later is found from where they stand now.
    await record(store, 'c', ['word4'])
    expect(await left(store, '2026-03-05T09:01:00.000Z')).toContain('discord:4')
  })

  test('all stay where nobody told who may want something', async () => {
    await using store = await open()
    const ids = await scene(store)
    await record(store, 'a', null)
    expect(await left(store)).toEqual(ids.toSorted())
  })

  test('whoever has a new term looks for itself', async () => {
    await using store = await open()
    await scene(store)
    await record(store, 'a', ['word1'])
    await left(store)
    await record(store, 'b', ['word1'])
    await store.transaction((tx) => tx.watchTerms.add(term(5, 'lamps', at)))
    expect(await left(store, '2026-03-05T09:01:00.000Z')).toEqual(['discord:1', 'discord:5', 'discord:9'])
  })

  test('one that never had a digest looks for itself', async () => {
    await using store = await open()
    await scene(store)
    await store.subscriptions.add(
      aSubscription({
        id: 'discord:new',
        target: { kind: 'discord', guildId: guild(5), channelId: '99' },
        nextDigestAt: at,
      }),
    )
    expect(await left(store)).toEqual(['discord:9', 'discord:new'])
  })

  test('one that somebody composed meanwhile is left as it is', async () => {
    await using store = await open()
    await scene(store)
    await record(store, 'a', ['word1'])
    const due = await store.subscriptions.due(at)
    const next = '2026-03-05T10:00:00.000Z'
    await store.digests.compose('discord:4', { sequence: 2, now: at, nextDigestAt: next, delivery: null })
    await passOver({ store, now: () => at }, due)
    expect((await store.subscriptions.get('discord:4'))?.nextDigestAt).toBe(next)
  })
})
