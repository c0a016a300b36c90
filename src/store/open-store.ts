import { CompiledQuery, type Kysely, sql } from 'kysely'
import { StoreError } from '../errors.ts'
import { backUpBeforeMigration } from './backups.ts'
import { claimsTable } from './claims.ts'
import type { Dialect } from './dialect.ts'
import { deliveriesTable, digestsTable } from './digests.ts'
import { documentsTable } from './documents.ts'
import { entitiesTable } from './entities.ts'
import { guildsTable } from './guilds.ts'
import { importsTable } from './imports.ts'
import { matchingTable } from './matching.ts'
import { migrate } from './migrate.ts'
import { postingsTable, revisionsTable } from './postings.ts'
import { readingsTable } from './readings.ts'
import { retentionTable } from './retention.ts'
import { sourcesTable } from './sources.ts'
import { asStoreError, openSqlite, sqliteDialect } from './sqlite.ts'
import { statementsTable } from './statements.ts'
import type { Store } from './store.ts'
import { subscriptionsTable, watchTermsTable } from './subscriptions.ts'
import type { Tables } from './tables.ts'
import type { Viewer } from './viewer.ts'
import { watchTable } from './watch.ts'

/** Where the record is: a database, or without one a file in the data folder. */
export type Place = {
  dataFolder: string
  store?: { kind: 'sqlite' } | { kind: 'postgres'; url: string }
  /** Connections to a database at most. */
  places?: number
}

/**
 * Opens the record, making or bringing it up to date first.
 *
 * @param place.dataFolder absolute path of the folder that holds the embedded store
 * @throws {StoreError} with what to do
 */
export async function openStore({ dataFolder, store, places }: Place): Promise<Store> {
  if (store?.kind === 'postgres') {
    // Its driver is loaded only where it is used.
    const { openPostgres } = await import('./postgres/open-postgres.ts')
    const opened = await openPostgres(store.url, places)
    try {
      await refuseHalfMoved(opened.db, opened.where)
    } catch (error) {
      await opened.db.destroy()
      throw error
    }
    return bind(opened)
  }
  const { db, path } = openSqlite(dataFolder)
  try {
    await migrate(db, path, (next) => backUpBeforeMigration(path, next, new Date().toISOString()))
  } catch (error) {
    await db.destroy()
    throw asStoreError(error, path)
  }
  return bind({ db, where: path, dialect: sqliteDialect })
}

/** A database into which a file is still being moved is no record yet. */
async function refuseHalfMoved(db: Kysely<Tables>, where: string): Promise<void> {
  const has = await sql<{ has: boolean }>`select to_regclass('moved') is not null as has`.execute(db)
  if (!has.rows[0]?.has) return
  const done = await sql`select from moved where name = ''`.execute(db)
  if (done.rows.length === 0)
    throw new StoreError(
      'locked',
      `${where}: a file is on its way into it; run migrate-store again until it says “moved”`,
    )
}

type Bound = { db: Kysely<Tables>; where: string; dialect: Dialect }

/** All nouns over one connection or one transaction, as one viewer sees them. */
function bind({ db, where, dialect }: Bound, viewer: Viewer = 'all'): Store {
  const again = (other: Kysely<Tables>, who = viewer) => bind({ db: other, where, dialect }, who)
  return {
    where,
    postgres: dialect.name === 'postgres' ? { execute: (text, values) => executeIn(db, text, values) } : null,
    async transaction(work, lane = 'all') {
      try {
        return db.isTransaction ? await work(again(db)) : await dialect.inTransaction(db, lane, (tx) => work(again(tx)))
      } catch (error) {
        throw dialect.asError(error, where)
      }
    },
    seenBy: (guildId) => again(db, guildId),
    async counts() {
      const count = async (table: 'sources' | 'documents' | 'statements' | 'claims') =>
        Number(
          (
            await db
              .selectFrom(table)
              .select(({ fn }) => fn.countAll().as('n'))
              .executeTakeFirstOrThrow()
          ).n,
        )
      const owed = db
        .selectFrom('deliveries')
        .select(({ fn }) => fn.countAll().as('n'))
        .where('status', '=', 'owed')
      return {
        sources: await count('sources'),
        documents: await count('documents'),
        statements: await count('statements'),
        claims: await count('claims'),
        owed: Number((await owed.executeTakeFirstOrThrow()).n),
      }
    },
    async check() {
      try {
        await dialect.check(db, where)
      } catch (error) {
        throw dialect.asError(error, where)
      }
    },
    sources: sourcesTable(db, viewer),
    documents: documentsTable(db, viewer, dialect),
    statements: statementsTable(db, viewer, dialect),
    entities: entitiesTable(db, viewer),
    claims: claimsTable(db, dialect),
    matching: matchingTable(db, dialect),
    subscriptions: subscriptionsTable(db),
    watchTerms: watchTermsTable(db),
    guilds: guildsTable(db),
    digests: digestsTable(db),
    deliveries: deliveriesTable(db),
    retention: retentionTable(db),
    imports: importsTable(db),
    readings: readingsTable(db),
    watch: watchTable(db),
    postings: postingsTable(db),
    revisions: revisionsTable(db),
    async [Symbol.asyncDispose]() {
      await db.destroy()
    },
  }
}

async function executeIn(db: Kysely<Tables>, text: string, values: unknown[] = []) {
  const { rows } = await db.executeQuery<Record<string, unknown>>(CompiledQuery.raw(text, values))
  return { rows }
}
