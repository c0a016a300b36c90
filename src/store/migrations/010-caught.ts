import { type Kysely, sql } from 'kysely'

/**
 * By what a document with statements may be wanted: the keys of `digests/wanted.ts`, each with the number of its last
 * statement, so that a digest finds what is new for it without reading what is not. Of what is on record nobody has looked
 * yet: it may be wanted by all.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of SCHEMA) await sql.raw(statement).execute(db)
}

const SCHEMA = [
  // When a server's terms last changed so that more is wanted: what was recorded before was not looked through for them.
  'alter table term_versions add column changed_at text',
  `create table caught (document_id text not null references documents (id) on delete cascade, key text not null,
    sequence integer not null, primary key (document_id, key)) without rowid`,
  'create index caught_key on caught (key, sequence)',
  'create index caught_sequence on caught (sequence)',
  "insert into caught select document_id, '*', max(sequence) from statements group by document_id",
]
