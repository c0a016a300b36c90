import { type Kysely, sql } from 'kysely'

/** What servers set for themselves, and who changed what there. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table guild_settings (guild_id text primary key, body text not null)`.execute(db)
  await sql`create table changes (id text primary key, guild_id text not null, at text not null, undone_at text,
    body text not null)`.execute(db)
  await sql`create index changes_of_guild on changes (guild_id, at)`.execute(db)
}
