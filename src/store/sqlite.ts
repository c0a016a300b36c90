import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { type DialectAdapter, Kysely, SqliteAdapter, type SqliteDatabase, SqliteDialect, sql } from 'kysely'
import { StoreError } from '../errors.ts'
import { batches } from './batches.ts'
import type { Dialect } from './dialect.ts'
import type { Tables } from './tables.ts'

/** The record's file in its data folder. */
export const DATABASE = 'onrecord.sqlite'

/** SQLite changes its tables inside a transaction as well: a migration that is killed leaves the old shape. */
class Adapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}
class FileDialect extends SqliteDialect {
  override createAdapter(): DialectAdapter {
    return new Adapter()
  }
}

/** Opens (or makes) the one file of the embedded store: WAL, every commit synced to disk. @throws {StoreError} */
export function openSqlite(folder: string): { db: Kysely<Tables>; path: string } {
  const path = join(folder, DATABASE)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const fresh = !existsSync(path)
    const file = new DatabaseSync(path, { timeout: 5000, enableForeignKeyConstraints: true })
    if (fresh) chmodSync(path, 0o600)
    file.exec('pragma journal_mode = wal; pragma synchronous = full; pragma temp_store = memory')
    return { db: new Kysely<Tables>({ dialect: new FileDialect({ database: adapt(file) }) }), path }
  } catch (error) {
    throw asStoreError(error, folder)
  }
}

const NOTHING = {
  reader: false,
  all: () => [],
  run: () => ({ changes: 0, lastInsertRowid: 0 }),
  iterate: () => [].values(),
}

/** The four calls that Kysely makes of better-sqlite3, answered by node:sqlite; statements are kept prepared. */
function adapt(file: DatabaseSync): SqliteDatabase {
  const prepared = new Map<string, StatementSync>()
  const prepare = (sql: string) => {
    const known = prepared.get(sql)
    if (known) return known
    const statement = file.prepare(sql)
    if (prepared.size > 500) prepared.clear()
    prepared.set(sql, statement)
    return statement
  }
  return {
    close: () => {
      prepared.clear()
      file.close()
    },
    prepare: (sql) => {
      // A full disk makes SQLite roll back by itself: what went wrong is told, not that nothing is left to undo.
      if (sql === 'rollback' && !file.isTransaction) return NOTHING
      // A transaction that reads before it writes would fail at once where another process wrote in between.
      const statement = prepare(sql === 'begin' ? 'begin immediate' : sql)
      type Values = Parameters<typeof statement.all>
      return {
        reader: statement.columns().length > 0,
        all: (values) => statement.all(...(values as Values)),
        run: (values) => statement.run(...(values as Values)),
        iterate: (values) => statement.iterate(...(values as Values)) as IterableIterator<unknown>,
      }
    },
  }
}

export const sqliteDialect: Dialect = {
  name: 'sqlite',
  asError: asStoreError,
  inTransaction: (db, _lane, work) => db.transaction().execute(work),
  async searchStatements(db, words, limit) {
    const { rows } = await sql<{ rowid: number }>`select rowid from statement_words
      where statement_words match ${anyOf(words)} order by bm25(statement_words) limit ${limit}`.execute(db)
    return rows.map(({ rowid }) => rowid)
  },
  async searchClaims(db, words, limit) {
    const { rows } = await sql<{ body: string }>`select claims.body from claim_words
      join claims on claims.rowid = claim_words.rowid
      where claim_words match ${anyOf(words)} order by bm25(claim_words) limit ${limit}`.execute(db)
    return rows.map(({ body }) => body)
  },
  async check(db, where) {
    const { rows } = await sql<{ quick_check: string }>`pragma quick_check(1)`.execute(db)
    const verdict = rows[0]?.quick_check
    if (verdict !== 'ok')
      throw new StoreError(
        'damaged',
        `${where}: the database is damaged (${verdict}); move it away and restore a backup`,
      )
    await db.transaction().execute((tx) => sql`create table if not exists probe (at text)`.execute(tx))
    await sql`drop table if exists probe`.execute(db)
  },
  // Whoever writes holds all.
  hold: (rows) => rows,
  async putPairs(db, table, [first, second], pairs) {
    for (const batch of batches(pairs))
      await db
        .insertInto(table)
        .values(batch.map(([one, other]) => ({ [first]: one, [second]: other })) as never)
        .onConflict((conflict) => conflict.doNothing())
        .execute()
  },
  settle: async () => {},
}

const anyOf = (words: string[]): string => words.map((word) => `"${word}"`).join(' OR ')

/** Turns what SQLite or the file system says into words for an operator. Other errors pass through. */
export function asStoreError(error: unknown, where: string): Error {
  const { message = String(error), code = '' } = error as { message?: string; code?: string }
  const is = (pattern: RegExp) => pattern.test(`${code} ${message}`)
  const say = (reason: StoreError['reason'], words: string) =>
    new StoreError(reason, `${where}: ${words}`, { cause: error })
  if (error instanceof StoreError) return error
  if (is(/ENOSPC|EDQUOT|disk is full|database or disk/i))
    return say('full', 'the disk is full; free some space and start again')
  if (is(/EEXIST|ENOTDIR/))
    return say('read-only', 'is a file and cannot hold the record; name a folder with --data or ONRECORD_DATA')
  if (is(/EROFS|EACCES|EPERM|readonly|read-only|unable to open/i))
    return say(
      'read-only',
      'cannot be written; make the folder writable or choose another with --data or ONRECORD_DATA',
    )
  if (is(/malformed|not a database|corrupt/i))
    return say(
      'damaged',
      'the database is damaged; move it away and restore a backup (npm run -s onrecord -- backup --help)',
    )
  if (is(/database is locked|SQLITE_BUSY/i))
    return say('locked', 'another process holds the database; try again when it has finished')
  return error instanceof Error ? error : new Error(message)
}

/**
 * Makes sure that one process alone does the main job on this folder. The lock is SQLite's own and dies with its
 * holder, even by SIGKILL.
 *
 * @throws {StoreError} `locked` where another process runs
 */
export function lockFolder(folder: string): Disposable {
  const path = join(folder, 'run.lock')
  let file: DatabaseSync
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    file = new DatabaseSync(path, { timeout: 0 })
    file.exec('pragma locking_mode = exclusive; begin exclusive')
    writeFileSync(`${path}.pid`, `${process.pid}\n`)
  } catch (error) {
    if (/locked|BUSY/i.test((error as Error).message))
      throw new StoreError(
        'locked',
        `${folder}: another Onrecord is running on this data folder; stop it first, or give this one another folder with --data`,
        { cause: error },
      )
    throw asStoreError(error, folder)
  }
  return { [Symbol.dispose]: () => file.close() }
}
