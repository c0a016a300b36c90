import { type Kysely, sql } from 'kysely'

/** How often a server's watch terms have changed; under '' how often any did. Whoever keeps them in memory looks here. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of SCHEMA) await sql.raw(statement).execute(db)
}

const SCHEMA = [
  'create table term_versions (guild_id text primary key, version integer not null) without rowid',
  "insert into term_versions select distinct guild_id, 1 from watch_terms union select '', 1 from watch_terms",
]
