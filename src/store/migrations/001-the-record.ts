import { type Kysely, sql } from 'kysely'

/** Sources, documents, what was found in them, claims, and what is owed to whom. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of SCHEMA.split(/;\s*\n/)) if (statement.trim()) await sql.raw(statement).execute(db)
}

const SCHEMA = `
create table sources (id text primary key, kind text not null, address text not null, enabled integer not null,
  sample integer not null, configured integer not null, body text not null);
create table source_states (source_id text primary key references sources (id), next_poll_at text, body text not null);
create index source_states_due on source_states (next_poll_at);

create table documents (id text primary key, source_id text not null, kind text not null, url text, published text,
  recorded_at text not null, sample integer not null, backlog integer not null, analysed_version text, body text not null);
create index documents_unanalysed on documents (analysed_version, recorded_at);
create index documents_url on documents (url);
create table document_keys (key text primary key, document_id text not null references documents (id) on delete cascade) without rowid;
create index document_keys_document on document_keys (document_id);

create table mentions (document_id text not null references documents (id) on delete cascade, entity_id text not null,
  start integer not null, body text not null);
create index mentions_document on mentions (document_id);
create index mentions_entity on mentions (entity_id);

create table statements (sequence integer primary key autoincrement, id text not null unique,
  document_id text not null references documents (id) on delete cascade, turn_id text not null, speaker_entity text,
  content text not null, backlog integer not null, recorded_at text not null, body text not null);
create index statements_document on statements (document_id);
create index statements_speaker on statements (speaker_entity, sequence);
create virtual table statement_words using fts5 (content, speaker, tokenize = 'porter unicode61');
create table quote_keys (key text not null, statement_id text not null references statements (id) on delete cascade,
  primary key (key, statement_id)) without rowid;
create index quote_keys_statement on quote_keys (statement_id);

create table claims (id text primary key, owner text not null, status text not null, configured integer not null, body text not null);
create table matches (statement_id text not null references statements (id) on delete cascade, claim_id text not null,
  rank integer not null, score real not null, decision text not null, body text not null,
  primary key (statement_id, claim_id)) without rowid;
create index matches_claim on matches (claim_id);

create table subscriptions (id text primary key, kind text not null, guild_id text, channel_id text,
  configured integer not null, paused_because text, next_digest_at text, cursor integer not null default 0,
  composed_at text, body text not null);
create unique index subscriptions_channel on subscriptions (guild_id, channel_id) where kind = 'discord';
create table watch_terms (id text primary key, guild_id text not null, value text not null, body text not null);
create unique index watch_terms_value on watch_terms (guild_id, value);
create table deliveries (id text primary key, subscription_id text not null, composed_at text not null,
  status text not null, due_at text not null, attempts integer not null, attempted_at text, delivered_at text,
  last_error text, nonce text not null unique, message_ids text not null, target text not null, digest text not null);
create index deliveries_owed on deliveries (status, due_at);
create index deliveries_composed on deliveries (composed_at);
`
