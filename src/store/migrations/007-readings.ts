import { type Kysely, sql } from 'kysely'

/** How far long readings have come: collections that are read in by hand, an account's past that was asked for. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table readings (id text primary key, asked_at text not null, body text not null)`.execute(db)
}
