import { type Kysely, sql } from 'kysely'

/** What servers track and read for themselves, and which documents are therefore theirs alone. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of SCHEMA) await sql.raw(statement).execute(db)
}

const SCHEMA = [
  "alter table sources add column owner text not null default 'operator'",
  'create table entities (id text primary key, owner text not null, body text not null)',
  'create index entities_owner on entities (owner)',
  `create table document_owners (document_id text not null references documents (id) on delete cascade,
    owner text not null, primary key (document_id, owner)) without rowid`,
]
