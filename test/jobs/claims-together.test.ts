import { setTimeout as sleep } from 'node:timers/promises'
import pino from 'pino'
import { describe, expect, test } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { openRooms } from '../../src/jobs/analyse.ts'
import { oweMatching, takeClaimsOver } from '../../src/jobs/known-claims.ts'
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
    const slow = one.transaction(async (tx) => {
      await add(tx, 'slow')
      drawn.resolve()
      await open
    })
    await drawn.promise
    const quick = other.transaction((tx) => add(tx, 'quick'))
    await Promise.race([quick, sleep(500)])
    const mark = await follower.claims.lastChange()
    letGo()
    await Promise.all([slow, quick])
    expect((await follower.claims.changedAfter(mark)).map(({ id }) => id).sort()).toEqual(['quick', 'slow'])
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
