import { type Kysely, sql } from 'kysely'

/** Files of claims that are being imported: how far each is, and its claims until they are all written. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table imports (id text primary key, guild_id text not null, asked_at text not null, finished_at text,
    body text not null, claims text)`.execute(db)
}
