import { setTimeout as sleep } from 'node:timers/promises'
import pino from 'pino'
import { describe, expect, test } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { openRooms } from '../../src/jobs/analyse.ts'
import { matchKnown, oweMatching, takeClaimsOver } from '../../src/jobs/known-claims.ts'
import { matchBackOne } from '../../src/jobs/match-back.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/store.ts'
import { aClaim, aDocument, aStatement } from '../support/nouns.ts'
import { aDatabase } from '../support/stores.ts'

const BEGUN = '2026-03-05T09:00:00.000Z'
const OIL = 'The lamps of Ellery are lit by whale oil.'
const add = (store: Store, id: string, text = `${id}: the quay is lit`) =>
  store.claims.add([{ claim: aClaim({ id, text }), key: text }], { merge: (one) => one, by: 'test', now: BEGUN })

describe('claims that several processes share', () => {
  test('are numbered in the order in which they come to stand: who follows misses none', async () => {
    const place = await aDatabase()
    await using one = await openStore(place)
    await using other = await openStore(place)
    await using follower = await openStore(place)
    const { promise: open, resolve: letGo } = Promise.withResolvers<void>()
    const drawn = Promise.withResolvers<void>()
    // In no lane that takes turns: the database itself sees to it.
    const slow = one.transaction(async (tx) => {
      await add(tx, 'slow')
      drawn.resolve()
      await open
    }, 'analyse')
    await drawn.promise
    const quick = other.transaction((tx) => add(tx, 'quick'), 'analyse')
    await Promise.race([quick, sleep(500)])
    const mark = await follower.claims.lastChange()
    letGo()
    await Promise.all([slow, quick])
    expect((await follower.claims.changedAfter(mark)).map(({ id }) => id).sort()).toEqual(['quick', 'slow'])
  })

  test('of a server that was forgotten are matched by no process any more', async () => {
    const place = await aDatabase()
    await using one = await openStore(place)
    await using other = await openStore(place)
    const own = aClaim({ id: 'own', text: OIL, owner: 'guild-1' })
    await one.transaction((tx) =>
      tx.claims.add([{ claim: own, key: OIL }], { merge: (a) => a, by: 'test', now: BEGUN }),
    )
    const config = {
      ...readConfig({}, { data: place.dataFolder }),
      entities: [],
      claims: [],
      sources: [],
      sample: null,
    }
    const worker = { store: other, rooms: await openRooms(config, other), now: () => BEGUN }
    const matched = async () =>
      (await matchKnown({ id: 's', content: OIL }, worker.rooms)).map(({ claimId }) => claimId)
    expect(await matched()).toEqual(['own'])
    await one.transaction((tx) => tx.guilds.forget('guild-1'))
    await takeClaimsOver(worker)
    expect(await matched()).toEqual([])
    expect(worker.rooms.own.size).toBe(0)
  })

  test('are looked for where nothing had a number yet when they came', async () => {
    const place = await aDatabase()
    await using store = await openStore(place)
    const facts = { sourceId: 's', keys: ['d1'], backlog: false, sample: false, now: BEGUN }
    await store.documents.put(aDocument({ id: 'd1', text: OIL }), facts)
    const statements = [aStatement({ id: 's-d1', documentId: 'd1', content: OIL, turnId: 'd1' })]
    const found = { mentions: [], statements, matches: [], quoteKeys: new Map() }
    // As a process leaves it that has recorded and not numbered yet.
    await store.transaction((tx) => tx.documents.analysed('d1', { version: 'v', ...found, now: BEGUN }), 'snapshot')
    const claims = [{ id: 'oil', wording: 'w' }]
    expect(await store.matching.begin({ id: 'job', owner: 'operator', claims, now: BEGUN })).toMatchObject({
      total: 0,
      finishedAt: null,
    })
    await store.statements.settle()
    await store.matching.extend('job')
    expect((await store.matching.stretch('job', 9)).map(({ id }) => id)).toEqual(['s-d1'])
    expect((await store.matching.get('job'))?.total).toBe(1)
  })

  test('are looked for in what another process records meanwhile without knowing them', async () => {
    const place = await aDatabase()
    await using store = await openStore(place)
    const config = {
      ...readConfig({}, { data: place.dataFolder }),
      entities: [],
      claims: [],
      sources: [],
      sample: null,
    }
    let now = BEGUN
    const kit = {
      store,
      config,
      rooms: await openRooms(config, store),
      now: () => now,
      log: pino({ level: 'silent' }),
      progress: () => {},
      stopping: new AbortController().signal,
    }
    const record = async (id: string, content: string) => {
      const facts = { sourceId: 's', keys: [id], backlog: false, sample: false, now: BEGUN }
      await store.transaction((tx) => tx.documents.put(aDocument({ id, text: content }), facts))
      const statements = [aStatement({ id: `s-${id}`, documentId: id, content, turnId: id })]
      const found = { mentions: [], statements, matches: [], quoteKeys: new Map() }
      await store.transaction((tx) => tx.documents.analysed(id, { version: 'v', ...found, now: BEGUN }), 'analyse')
    }
    await record('d1', 'The cooking club of the quay met for soup.')
    await store.transaction((tx) => add(tx, 'oil', OIL))
    const [job] = await oweMatching(kit)
    await takeClaimsOver(kit)
    await matchBackOne(job!.id, kit)
    expect((await store.matching.get(job!.id))?.finishedAt).toBe(null)
    await record('d2', OIL)
    now = '2026-03-05T09:00:40.000Z'
    await matchBackOne(job!.id, kit)
    expect((await store.matching.get(job!.id))?.finishedAt).toBe(now)
    expect((await store.statements.byClaim('oil', 9)).map(({ statement }) => statement.id)).toEqual(['s-d2'])
  })
})
