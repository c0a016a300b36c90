import { Kysely, sql } from 'kysely'
import pg from 'pg'
import { StoreError } from '../../errors.ts'
import type { Dialect, Lane } from '../dialect.ts'
import { migrateWith } from '../migrate.ts'
import type { Tables } from '../tables.ts'
import { ArrayDialect } from './compiler.ts'
import { POSTGRES_MIGRATIONS } from './migrations.ts'

/** Connections of one process for the record, where nothing is said; the queues hold a few of their own. */
const PLACES = 10
const CONNECT_MS = 20_000
/** A process that hangs within a transaction holds the others up no longer than this. */
const IDLE_SECONDS = 120

/** Opens the database behind an address, making the record or bringing it up to date first. @throws {StoreError} */
export async function openPostgres(
  url: string,
  places = PLACES,
): Promise<{ db: Kysely<Tables>; where: string; dialect: Dialect }> {
  const types = new pg.TypeOverrides()
  // Counts and sequence numbers stay far below 2^53.
  types.setTypeParser(pg.types.builtins.INT8, Number)
  const pool = new pg.Pool({
    connectionString: url,
    max: places,
    connectionTimeoutMillis: CONNECT_MS,
    application_name: 'onrecord',
    idle_in_transaction_session_timeout: IDLE_SECONDS * 1000,
    keepAlive: true,
    types,
  })
  const { hostname, port, pathname } = new URL(url)
  const where = `postgres ${hostname}${port ? `:${port}` : ''}${pathname}`
  // A connection that dies is replaced by the next one; whoever uses it just then is told by their question.
  pool.on('error', () => {})
  pool.on('connect', (client) => {
    client.on('error', () => {})
    tellPlainly(client, where)
  })
  const db = new Kysely<Tables>({
    dialect: new ArrayDialect({
      pool: { options: pool.options, connect: () => connect(pool, where), end: () => pool.end() },
    }),
  })
  try {
    await migrateWith(db, POSTGRES_MIGRATIONS, { where, otherwise: 'name another database in DATABASE_URL' })
  } catch (error) {
    await db.destroy()
    throw asPostgresError(error, where)
  }
  return { db, where, dialect: postgresDialect }
}

async function connect(pool: pg.Pool, where: string): Promise<pg.PoolClient> {
  try {
    return await pool.connect()
  } catch (error) {
    throw asPostgresError(error, where)
  }
}

/**
 * Lets every question on this connection fail in words for an operator. One by itself that a change of the tables was in
 * the way of is asked again; within a transaction all of that is done again.
 */
function tellPlainly(client: pg.ClientBase, where: string): void {
  const ask = client.query.bind(client) as (...args: unknown[]) => unknown
  const plainly = (...args: unknown[]) => {
    const isAlone = client.getTransactionStatus() === 'I'
    const answer = ask(...args)
    if (!(answer instanceof Promise)) return answer
    return answer
      .catch((error: unknown) => {
        if (isAlone && codeOf(error) === DEADLOCK) return ask(...args)
        throw error
      })
      .catch((error: unknown) => {
        throw asPostgresError(error, where)
      })
  }
  Object.assign(client, { query: plainly })
}

const postgresDialect: Dialect = {
  name: 'postgres',
  asError: asPostgresError,
  inTransaction,
  async searchStatements(db, words, limit) {
    const { rows } = await sql<{
      sequence: number
    }>`select sequence from statements, to_tsquery('english', ${anyOf(words)}) asked
      where words @@ asked and sequence is not null order by ts_rank(words, asked) desc limit ${limit}`.execute(db)
    return rows.map(({ sequence }) => sequence)
  },
  async searchClaims(db, words, limit) {
    const { rows } = await sql<{ body: string }>`select body from claims, to_tsquery('english', ${anyOf(words)}) asked
      where words @@ asked order by ts_rank(words, asked) desc limit ${limit}`.execute(db)
    return rows.map(({ body }) => body)
  },
  async check(db) {
    await sql`create temporary table probe (at text) on commit drop`.execute(db)
  },
  hold: (rows) => rows.forUpdate(),
  async putPairs(db, table, [first, second], pairs) {
    if (pairs.length === 0) return
    const [firsts, seconds] = [pairs.map(([one]) => one), pairs.map(([, other]) => other)]
    await sql`insert into ${sql.table(table)} (${sql.ref(first)}, ${sql.ref(second)})
      select * from unnest(${firsts}::text[], ${seconds}::text[]) on conflict do nothing`.execute(db)
  },
  settle,
}

const anyOf = (words: string[]): string => words.map((word) => `'${word.replace(/['\\]/g, ' ')}'`).join(' | ')

const DEADLOCK = '40P01'
const ALL = 7_001
const TRIES = 20
const PAUSE_MS = 20
const LONGEST_PAUSE_MS = 1000

/** Numbers the statements that have come to stand. */
async function settle(db: Kysely<Tables>): Promise<void> {
  await sql`select number_statements()`.execute(db)
}

/** Does the work in one transaction, and again where two were in each other's way. */
async function inTransaction<T>(db: Kysely<Tables>, lane: Lane, work: (tx: Kysely<Tables>) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const done = await db
        .transaction()
        .setIsolationLevel(lane === 'snapshot' ? 'repeatable read' : 'read committed')
        .execute(async (tx) => {
          if (lane === 'all') await sql`select pg_advisory_xact_lock(${sql.lit(ALL)})`.execute(tx)
          return work(tx)
        })
      if (lane === 'analyse') await settle(db)
      return done
    } catch (error) {
      if (!/^(40001|40P01|23505)$/.test(codeOf(error))) throw error
      if (attempt === TRIES)
        throw codeOf(error) === '23505'
          ? error
          : new StoreError('locked', 'too many write to the same part of the record at once; it is tried again', {
              cause: error,
            })
      await new Promise((resolve) =>
        setTimeout(resolve, Math.random() * Math.min(LONGEST_PAUSE_MS, PAUSE_MS * 2 ** attempt)),
      )
    }
  }
}

const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code ?? '')

/** Turns what Postgres or the line to it says into words for an operator. Other errors pass through. */
function asPostgresError(error: unknown, where: string): Error {
  if (error instanceof StoreError) return error
  const { message = String(error) } = error as { message?: string }
  const code = codeOf(error)
  const say = (reason: StoreError['reason'], words: string) =>
    new StoreError(reason, `${where}: ${words}`, { cause: error })
  if (code === '28P01' || code === '28000') return say('refused', 'refuses this user or password; check DATABASE_URL')
  if (code === '3D000') return say('refused', 'there is no such database; make it (createdb), or check DATABASE_URL')
  if (code === '42501') return say('read-only', 'this user may not do that; grant it all rights on the database')
  if (code === '25006') return say('read-only', 'is read-only, as a standby is; name the primary in DATABASE_URL')
  if (code === '53100') return say('full', 'its disk is full; free some space')
  if (code === '53300')
    return say('unreachable', 'has no connection left; raise max_connections, or start fewer processes')
  if (/^(08|57P)/.test(code)) return say('unreachable', 'is going down or coming up; it is tried again')
  if (/^E(CONN|HOST|NET|PIPE|TIMEDOUT|NOTFOUND|AI_AGAIN)/.test(code))
    return say('unreachable', `does not answer (${code}); is it running, and is DATABASE_URL right?`)
  if (
    /terminat|timeout exceeded when trying to connect|connection timeout|not queryable|Client was closed/i.test(message)
  )
    return say('unreachable', 'the connection was lost; it is tried again')
  return error instanceof Error ? error : new Error(message)
}
