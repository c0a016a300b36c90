import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pino from 'pino'
import { describe, expect, test } from 'vitest'
import { openRooms } from '../../src/jobs/analyse.ts'
import { retainRound } from '../../src/jobs/retain.ts'
import type { Delivery, Digest } from '../../src/model.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/store.ts'
import { IDS } from '../support/discord-channels.ts'
import { aDocument, aStatement, aSubscription } from '../support/nouns.ts'
import { openPosting } from '../support/outlet.ts'
import { scratch } from '../support/scratch.ts'

const log = pino({ level: 'silent' })
const now = '2026-03-28T12:00:00.000Z'
const days = (n: number) => new Date(Date.parse(now) + n * 86_400_000).toISOString()
const forEver = { documents: null, digests: null, changes: null, leftServers: 30 * 86_400 }
const round = async (store: Store, keep: Partial<typeof forEver | Record<string, number>> = {}) => {
  const rooms = await openRooms({ entities: [], claims: [], sample: null, matchThreshold: null }, store)
  const kit = { store, rooms, log, now: () => now, stopping: new AbortController().signal }
  return retainRound(kit, { ...forEver, ...keep })
}

async function withDocument(store: Store, id: string, recordedAt: string): Promise<void> {
  const facts = { sourceId: 'gazette', keys: [`url:${id}`], backlog: false, sample: false, now: recordedAt }
  await store.documents.put(aDocument({ id }), facts)
  await store.documents.analysed(id, {
    version: '1',
    mentions: [],
    statements: [aStatement({ id: `st-${id}`, documentId: id, content: `The ${id} lamps stay on` })],
    matches: [],
    quoteKeys: new Map([[`st-${id}`, [`key-${id}`]]]),
    now: recordedAt,
  })
}
const aDelivery = (id: string, status: Delivery['status'], guildId: string): Delivery => ({
  id,
  subscriptionId: `gone-${guildId}`,
  target: { kind: 'discord', guildId, channelId: '200000000000000001' },
  digest: { id } as Digest,
  nonce: id,
  status,
  dueAt: now,
  attempts: 0,
  deliveredAt: null,
  messageIds: [],
  lastError: null,
})

describe('what is kept', () => {
  test('is kept for ever where the config says nothing', async () => {
    await using store = await openStore({ dataFolder: scratch() })
    await withDocument(store, 'old', days(-4000))
    expect(await round(store)).toEqual({ servers: 0, digests: 0, changes: 0, documents: 0 })
    expect((await store.counts()).documents).toBe(1)
  })

  test('for so long goes afterwards with all that was found in it, however much it is', async () => {
    await using store = await openStore({ dataFolder: scratch() })
    await store.transaction(async (tx) => {
      for (let i = 0; i < 450; i += 1) await withDocument(tx, `old-${i}`, days(-60))
    })
    await withDocument(store, 'young', days(-10))
    expect((await round(store, { documents: 30 * 86_400 })).documents).toBe(450)
    expect(await store.counts()).toMatchObject({ documents: 1, statements: 1 })
    expect((await store.statements.search('lamps', 10)).map(({ document }) => document.id)).toEqual(['young'])
    expect(await store.statements.byQuoteKeys(['key-old-3'])).toEqual([])
  })

  test('never loses a digest that is still owed', async () => {
    await using store = await openStore({ dataFolder: scratch() })
    for (const status of ['owed', 'delivered'] as const)
      await store.digests.compose('x', {
        sequence: 0,
        now: days(-500),
        nextDigestAt: null,
        delivery: aDelivery(status, status, '1'),
      })
    expect((await round(store, { digests: 400 * 86_400 })).digests).toBe(1)
    expect(await store.digests.get('owed')).not.toBeNull()
    expect(await store.digests.get('delivered')).toBeNull()
  })
})

describe('a server', () => {
  test('that the bot was taken out of is forgotten after the grace time, and not where it comes back', async () => {
    await using posting = await openPosting()
    const { kit, server } = posting
    const { store } = kit
    server.gateway.dispatch('GUILD_DELETE', { id: IDS.guild })
    await expect.poll(() => store.retention.leftBefore('9999')).toEqual([IDS.guild])
    posting.clock.now = '2026-03-20T12:00:00.000Z'
    await retainRound(kit, forEver)
    expect(await store.watchTerms.list(IDS.guild)).toHaveLength(1)
    posting.clock.now = '2026-04-02T12:00:00.000Z'
    expect((await retainRound(kit, forEver)).servers).toBe(1)
    expect(await store.watchTerms.list(IDS.guild)).toEqual([])
    expect(await store.subscriptions.list(IDS.guild)).toEqual([])
    expect(await store.retention.leftBefore('9999')).toEqual([])
  })

  test('that it is in again is not left', async () => {
    await using store = await openStore({ dataFolder: scratch() })
    await store.subscriptions.add(aSubscription())
    const guild = '100000000000000001'
    await store.retention.compare([], now)
    expect(await store.retention.leftBefore('9999')).toEqual([guild])
    await store.retention.compare([], days(3))
    expect(await store.retention.leftBefore(days(1))).toEqual([guild])
    await store.retention.compare([guild], days(4))
    expect(await store.retention.leftBefore('9999')).toEqual([])
  })

  test('that is forgotten leaves nothing in any table', async () => {
    const dataFolder = scratch()
    const guild = '100000000000000077'
    await using store = await openStore({ dataFolder })
    const file = new DatabaseSync(join(dataFolder, 'onrecord.sqlite'))
    const tables = file
      .prepare("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'")
      .all()
      .map(({ name }) => String(name))
    const theirs = tables.flatMap((table) => {
      const columns = file.prepare(`pragma table_info(${table})`).all() as {
        name: string
        notnull: number
        pk: number
        type: string
      }[]
      const whose = columns.find(({ name }) => name === 'guild_id' || name === 'owner')
      return whose && table !== 'left_guilds' ? [{ table, columns, whose: whose.name }] : []
    })
    expect(theirs.length).toBeGreaterThan(4)
    file.exec('pragma foreign_keys = off')
    for (const { table, columns, whose } of theirs) {
      const filled = columns.filter(({ name, notnull, pk }) => name === whose || notnull || pk)
      const values = filled.map(({ name, type }) =>
        name === whose ? guild : /int|real/i.test(type) ? 0 : name === 'body' ? '{}' : 'x',
      )
      file
        .prepare(`insert into ${table} (${filled.map(({ name }) => name)}) values (${filled.map(() => '?')})`)
        .run(...values)
    }
    await store.digests.compose('x', {
      sequence: 0,
      now,
      nextDigestAt: null,
      delivery: aDelivery('d', 'delivered', guild),
    })
    const askedBy = { guildId: guild, channelId: '2', userId: '3', locale: 'de' }
    const reading = { address: 'wayback:twitter.com/tidewatch', askedAt: now, cursor: null, documents: 0 }
    await store.readings.put({ ...reading, id: 'theirs', askedBy })
    await store.readings.put({ ...reading, id: 'an operator’s', askedBy: null })
    await store.transaction((tx) => tx.guilds.forget(guild))
    expect((await store.readings.list()).map(({ id }) => id)).toEqual(['an operator’s'])
    const left = tables.flatMap((table) =>
      file
        .prepare(`select * from ${table}`)
        .all()
        .filter((row) => JSON.stringify(row).includes(guild))
        .map(() => table),
    )
    file.close()
    expect(left).toEqual([])
  })
})
