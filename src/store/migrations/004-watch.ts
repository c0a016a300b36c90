import { type Kysely, sql } from 'kysely'

/** Which processes are alive, what stays wrong, and which servers the bot has left. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table heartbeats (process text primary key, at text not null, body text not null)`.execute(db)
  await sql`create table alarms (id text primary key, since text not null, told_at text, words text not null)`.execute(
    db,
  )
  await sql`create table left_guilds (guild_id text primary key, left_at text not null)`.execute(db)
}
