import type { Kysely, SelectQueryBuilder } from 'kysely'
import type { Tables } from './tables.ts'

/**
 * How a transaction keeps out of the way of others, where several processes write. SQLite lets one at a time write, whatever
 * its lane; in Postgres `all` takes turns with its like. `snapshot` sees one moment from its beginning to its end, and is done
 * again where another changed what it changes. `analyse` writes what was found in documents, each held while it does.
 */
export type Lane = 'all' | 'snapshot' | 'analyse'

/** The few things that SQLite and Postgres say differently. */
export type Dialect = {
  name: 'sqlite' | 'postgres'
  /** What went wrong, in words for an operator; other errors pass through. */
  asError(error: unknown, where: string): Error
  inTransaction<T>(db: Kysely<Tables>, lane: Lane, work: (tx: Kysely<Tables>) => Promise<T>): Promise<T>
  /** Sequence numbers of the statements that hold one of these words, best first. */
  searchStatements(db: Kysely<Tables>, words: string[], limit: number): Promise<number[]>
  /** Bodies of the claims that hold one of these words, best first. */
  searchClaims(db: Kysely<Tables>, words: string[], limit: number): Promise<string[]>
  /** Throws where the record is not sound. */
  check(db: Kysely<Tables>, where: string): Promise<void>
  /** Lets nobody else change these rows until the transaction ends. */
  hold<T>(rows: SelectQueryBuilder<Tables, 'documents', T>): SelectQueryBuilder<Tables, 'documents', T>
  /** Writes many rows of two columns; one that is there stays as it is. */
  putPairs(
    db: Kysely<Tables>,
    table: 'document_keys' | 'quote_keys',
    columns: [string, string],
    pairs: [string, string][],
  ): Promise<void>
  /** Numbers what a process recorded that ended before it could. */
  settle(db: Kysely<Tables>): Promise<void>
}
