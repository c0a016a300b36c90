import { type Kysely, sql } from 'kysely'

/** What was posted where, entry by entry; what its sources changed since; and which posts are owed a redrawing. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of SCHEMA) await sql.raw(statement).execute(db)
}

const SCHEMA = [
  'alter table subscriptions add column mends integer not null default 0',
  'alter table deliveries add column from_sequence integer not null default 0',
  `create table postings (id text primary key, delivery_id text not null references deliveries (id) on delete cascade,
    guild_id text not null, channel_id text not null, started_at text not null, tried_at text not null, open integer not null,
    message_ids text not null, posted_at text, drawn text not null)`,
  'create index postings_delivery on postings (delivery_id)',
  `create table posted_entries (statement_id text not null, posting_id text not null references postings (id) on delete cascade,
    primary key (statement_id, posting_id)) without rowid`,
  'create index posted_entries_posting on posted_entries (posting_id)',
  `create table edits (posting_id text primary key references postings (id) on delete cascade, version integer not null,
    due_at text not null, attempts integer not null, last_error text)`,
  'create index edits_due on edits (due_at)',
  `create table revisions (statement_id text not null, document_id text not null, kind text not null, noticed_at text not null,
    body text not null, primary key (statement_id, document_id, kind)) without rowid`,
]
