import pino from 'pino'
import { expect, test } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { openRooms } from '../../src/jobs/analyse.ts'
import { composeFor } from '../../src/jobs/digest.ts'
import { openStore } from '../../src/store/open-store.ts'
import { aDocument, aStatement, aSubscription } from '../support/nouns.ts'
import { scratch } from '../support/scratch.ts'

const now = '2026-03-05T09:00:00.000Z'
const GUILD = '210000000000000001'

test('a digest finds what is wanted behind thousands of statements that are not', async () => {
  const dataFolder = scratch()
  await using store = await openStore({ dataFolder })
  const config = { ...readConfig({}, { data: dataFolder }), entities: [], claims: [], sources: [], sample: null }
  const kit = { store, rooms: await openRooms(config, store), now: () => now, log: pino({ level: 'silent' }) }
  const record = (id: string, text: string, count: number) =>
    store.transaction(async (tx) => {
      const facts = { sourceId: 's', keys: [id], backlog: false, sample: false, now }
      await tx.documents.put(aDocument({ id, text }), facts)
      const statements = Array.from({ length: count }, (_, i) =>
        aStatement({ id: `${id}-${i}`, documentId: id, turnId: `${id}-${i}`, content: `${text} ${i}` }),
      )
      await tx.documents.analysed(id, {
        version: 'v',
        mentions: [],
        statements,
        matches: [],
        quoteKeys: new Map(),
        now,
      })
    })
  await record('soup', 'The cooking club met for soup', 4100)
  await record('lamps', 'The lamps stay on', 1)
  const term = { id: 't', guildId: GUILD, kind: 'phrase', value: 'lamps stay', createdBy: '1', createdAt: now } as const
  await store.transaction((tx) => tx.watchTerms.add(term))
  const subscription = aSubscription({ id: 'sub', target: { kind: 'discord', guildId: GUILD, channelId: '31' } })
  await store.subscriptions.add(subscription)
  const id = await composeFor(kit, subscription)
  const delivery = id ? await store.deliveries.owedOne(id, now) : null
  expect(delivery?.digest.counts.statements).toBe(1)
})
