import pino from 'pino'
import { describe, expect, test } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { analyseStored, openRooms } from '../../src/jobs/analyse.ts'
import { composeFor } from '../../src/jobs/digest.ts'
import type { Entity } from '../../src/model.ts'
import { openStore } from '../../src/store/open-store.ts'
import { aDocument, aStatement, aSubscription } from '../support/nouns.ts'
import { scratch } from '../support/scratch.ts'

const now = '2026-03-05T09:00:00.000Z'
const GUILD = '210000000000000001'
const OTHER = '210000000000000002'
const MIRA: Entity = {
  id: 'mira-sol',
  name: 'Mira Sol',
  kind: 'person',
  aliases: [],
  handles: [],
  roles: [],
  near: [],
  notNear: [],
  relations: [],
}

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

describe('what a server’s terms want', () => {
  /** A record of which every document says one sentence beside one phrase, with two servers’ terms. */
  async function scene() {
    const dataFolder = scratch()
    const store = await openStore({ dataFolder })
    const config = { ...readConfig({}, { data: dataFolder }), entities: [MIRA], claims: [], sources: [], sample: null }
    const clock = { at: '2026-03-05T08:00:00.000Z' }
    const kit = { store, rooms: await openRooms(config, store), now: () => clock.at, log: pino({ level: 'silent' }) }
    const watch = (kind: 'phrase' | 'query' | 'entity', value: string, guildId = GUILD) => {
      const term = { id: value, guildId, kind, value, createdBy: '1', createdAt: clock.at }
      return store.transaction((tx) => tx.watchTerms.add(term))
    }
    const publish = async (id: string, text: string) => {
      const facts = { sourceId: 's', keys: [id], backlog: false, sample: false, now: clock.at }
      await store.documents.put(aDocument({ id, title: null, text, url: `https://gazette.example/${id}` }), facts)
      await analyseStored(kit)
    }
    const told = async (guildId: string, composedAt: string) => {
      clock.at = composedAt
      const target = { kind: 'discord' as const, guildId, channelId: '31' }
      const subscription = aSubscription({ id: `sub ${guildId}`, target })
      await store.subscriptions.add(subscription)
      const id = await composeFor(kit, subscription)
      const digest = id ? (await store.deliveries.owedOne(id, clock.at))?.digest : null
      return [...new Set(JSON.stringify(digest).match(/(?<=gazette\.example\/)\w+/g))].sort()
    }
    return { store, clock, watch, publish, told }
  }

  test('is told whichever of phrase, query and entity caught it, and nothing else', async () => {
    const { store, clock, watch, publish, told } = await scene()
    await using _ = store
    await watch('phrase', 'fog lamps')
    await watch('query', 'quay AND soup')
    await watch('entity', 'mira-sol', OTHER)
    await watch('phrase', 'nobody says this', OTHER)
    clock.at = '2026-03-05T09:00:00.000Z'
    await publish('lamps', 'The fog lamps are lit. “We keep every lamp of the quay burning,” Tom Reed said.')
    await publish('soup', 'There was soup on the quay. “We cooked for the whole street today,” Ann Hall said.')
    await publish('mira', '“The harbour will not be sold this year,” Mira Sol said.')
    await publish('other', 'There was soup. “We cooked for the whole town yesterday,” Ann Hall said.')
    expect(await told(GUILD, '2026-03-05T09:30:00.000Z')).toEqual(['lamps', 'soup'])
    expect(await told(OTHER, '2026-03-05T09:30:00.000Z')).toEqual(['mira'])
    expect((await store.digests.cursor(`sub ${GUILD}`)).sequence).toBe(await store.statements.last())
  })

  test('is told, too, where the term was added after it was recorded', async () => {
    const { store, clock, watch, publish, told } = await scene()
    await using _ = store
    clock.at = '2026-03-05T09:00:00.000Z'
    await publish('mira', 'There was soup. “The harbour will not be sold this year,” Mira Sol said.')
    clock.at = '2026-03-05T09:05:00.000Z'
    await watch('phrase', 'there was soup')
    expect(await told(GUILD, '2026-03-05T09:30:00.000Z')).toEqual(['mira'])
  })

  test('moves on where nothing was wanted, and finds what comes then', async () => {
    const { store, clock, watch, publish, told } = await scene()
    await using _ = store
    await watch('phrase', 'fog lamps')
    clock.at = '2026-03-05T09:00:00.000Z'
    await publish('mira', '“The harbour will not be sold this year,” Mira Sol said.')
    expect(await told(GUILD, '2026-03-05T09:30:00.000Z')).toEqual([])
    expect((await store.digests.cursor(`sub ${GUILD}`)).sequence).toBe(await store.statements.last())
    await publish('lamps', 'The fog lamps are lit. “We keep every lamp of the quay burning,” Mira Sol said.')
    expect(await told(GUILD, '2026-03-05T09:40:00.000Z')).toEqual(['lamps'])
  })
})
