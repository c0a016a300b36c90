import { type Kysely, sql } from 'kysely'
import { StoreError } from '../errors.ts'
import { backUpBeforeMigration } from './backups.ts'
import { claimsTable } from './claims.ts'
import { deliveriesTable, digestsTable } from './digests.ts'
import { documentsTable } from './documents.ts'
import { entitiesTable } from './entities.ts'
import { guildsTable } from './guilds.ts'
import { matchingTable } from './matching.ts'
import { migrate } from './migrate.ts'
import { postingsTable, revisionsTable } from './postings.ts'
import { readingsTable } from './readings.ts'
import { retentionTable } from './retention.ts'
import { sourcesTable } from './sources.ts'
import { asStoreError, openSqlite } from './sqlite.ts'
import { statementsTable } from './statements.ts'
import type { Store } from './store.ts'
import { subscriptionsTable, watchTermsTable } from './subscriptions.ts'
import type { Tables } from './tables.ts'
import type { Viewer } from './viewer.ts'
import { watchTable } from './watch.ts'

/**
 * Opens the record, making or bringing it up to date first.
 *
 * @param options.dataFolder absolute path of the folder that holds the embedded store
 * @throws {StoreError} with what to do
 */
export async function openStore(options: { dataFolder: string }): Promise<Store> {
  const { db, path } = openSqlite(options.dataFolder)
  try {
    await migrate(db, path, (next) => backUpBeforeMigration(path, next, new Date().toISOString()))
  } catch (error) {
    await db.destroy()
    throw asStoreError(error, path)
  }
  return bind(db, path)
}

/** All nouns over one connection or one transaction, as one viewer sees them. */
function bind(db: Kysely<Tables>, where: string, viewer: Viewer = 'all'): Store {
  return {
    where,
    async transaction(work) {
      try {
        return db.isTransaction
          ? await work(bind(db, where, viewer))
          : await db.transaction().execute((tx) => work(bind(tx, where, viewer)))
      } catch (error) {
        throw asStoreError(error, where)
      }
    },
    seenBy: (guildId) => bind(db, where, guildId),
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
        const { rows } = await sql<{ quick_check: string }>`pragma quick_check(1)`.execute(db)
        const verdict = rows[0]?.quick_check
        if (verdict !== 'ok')
          throw new StoreError(
            'damaged',
            `${where}: the database is damaged (${verdict}); move it away and restore a backup`,
          )
        await db.transaction().execute((tx) => sql`create table if not exists probe (at text)`.execute(tx))
        await sql`drop table if exists probe`.execute(db)
      } catch (error) {
        throw asStoreError(error, where)
      }
    },
    sources: sourcesTable(db, viewer),
    documents: documentsTable(db, viewer),
    statements: statementsTable(db, viewer),
    entities: entitiesTable(db, viewer),
    claims: claimsTable(db),
    matching: matchingTable(db),
    subscriptions: subscriptionsTable(db),
    watchTerms: watchTermsTable(db),
    guilds: guildsTable(db),
    digests: digestsTable(db),
    deliveries: deliveriesTable(db),
    retention: retentionTable(db),
    readings: readingsTable(db),
    watch: watchTable(db),
    postings: postingsTable(db),
    revisions: revisionsTable(db),
    async [Symbol.asyncDispose]() {
      await db.destroy()
    },
  }
}
