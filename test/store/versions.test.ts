import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { describe, expect, onTestFinished, test } from 'vitest'
import { migrateWith } from '../../src/store/migrate.ts'
import { openStore } from '../../src/store/open-store.ts'
import { POSTGRES_MIGRATIONS } from '../../src/store/postgres/migrations.ts'
import type { Store } from '../../src/store/store.ts'
import type { Tables } from '../../src/store/tables.ts'
import { aClaim, aDocument, aStatement, aSubscription } from '../support/nouns.ts'
import { run } from '../support/onrecord.ts'
import { scratch } from '../support/scratch.ts'
import { aDatabase } from '../support/stores.ts'

const now = '2026-03-02T12:00:00.000Z'

/** What a later version might add; it takes its time in the middle, with its tables held. */
const LATER = {
  '900-more': {
    async up(db: Kysely<unknown>) {
      for (const table of ['documents', 'statements', 'deliveries', 'claim_history', 'subscriptions', 'sources'])
        await sql.raw(`alter table ${table} add column later text default 'unset'`).execute(db)
      await sql`create table laters (id text primary key)`.execute(db)
      await sql`create index documents_later on documents (later)`.execute(db)
      await sql`select pg_sleep(0.3)`.execute(db)
    },
  },
}

async function bringToLater(url: string): Promise<void> {
  const db = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: url, max: 2 }) }),
  })
  try {
    await migrateWith(db, { ...POSTGRES_MIGRATIONS, ...LATER }, { where: 'there', otherwise: 'go' })
  } finally {
    await db.destroy()
  }
}

/** One of everything that a worker writes, and reads again. */
async function work(store: Store, n: number): Promise<string[]> {
  const id = `d${n}`
  const facts = { sourceId: 'gazette', keys: [id], backlog: false, sample: false, now }
  await store.transaction(
    (tx) => tx.documents.put(aDocument({ id, url: `https://gazette.example/${n}` }), facts),
    'snapshot',
  )
  const statements = [aStatement({ id: `st-${id}`, documentId: id })]
  const found = { mentions: [], statements, matches: [], quoteKeys: new Map() }
  await store.transaction((tx) => tx.documents.analysed(id, { version: 'v', ...found, now }), 'analyse')
  const claim = { claim: aClaim({ id: `c${n}`, text: `claim ${n}` }), key: `claim ${n}` }
  await store.transaction((tx) => tx.claims.add([claim], { merge: (one) => one, by: 'test', now }))
  await store.subscriptions.due(now)
  return (await store.statements.since(0, { sample: false, limit: 999 })).map(({ statement }) => statement.id)
}

async function aRecord() {
  const place = await aDatabase()
  const url = place.store?.kind === 'postgres' ? place.store.url : ''
  const store = await openStore(place)
  onTestFinished(() => store[Symbol.asyncDispose]())
  await store.subscriptions.add(aSubscription())
  return { place, url, store }
}

describe('a process of this version', () => {
  test('goes on with its work while a later version changes the database, and after it', async () => {
    const { url, store } = await aRecord()
    await work(store, 0)
    let isOver = false
    const changing = bringToLater(url).finally(() => {
      isOver = true
    })
    let n = 1
    for (; !isOver; n++) await work(store, n)
    await changing
    const read = await work(store, n)
    expect(read).toHaveLength(n + 1)
    expect(await store.claims.lastChange()).toBe(n + 1)
    expect(await store.subscriptions.list()).toHaveLength(1)
  })

  test('that is started on a later version’s database is told so plainly, and changes nothing', async () => {
    const { url, place } = await aRecord()
    await bringToLater(url)
    await expect(openStore(place)).rejects.toMatchObject({ name: 'StoreError', reason: 'newer' })
    const { code, err } = await run(['run', '--role', 'worker', '--data', scratch()], { env: { DATABASE_URL: url } })
    expect(code).toBe(1)
    expect(err).toMatch(/was written by a newer Onrecord; start that version, or name another database in DATABASE_URL/)
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    onTestFinished(() => client.end())
    const { rows } = await client.query('select name from kysely_migration order by name')
    expect(rows.at(-1)).toEqual({ name: '900-more' })
    expect((await client.query("select to_regnamespace('pgboss') as queues")).rows[0]).toEqual({ queues: null })
  })
})
