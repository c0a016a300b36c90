import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'
import { TURN_TABLES } from '../turns.ts'

/** Ids and times compare byte by byte, as SQLite compares them, whatever language the database speaks. */
const T = 'text collate "C"'

/** The record, in the shape that a file has after its migrations, and what several processes share besides. */
const THE_RECORD = [
  `create table sources (id ${T} primary key, kind ${T} not null, address ${T} not null, enabled integer not null,
    sample integer not null, configured integer not null, owner ${T} not null default 'operator', body ${T} not null)`,
  `create table source_states (source_id ${T} primary key references sources (id), next_poll_at ${T}, body ${T} not null)`,
  'create index source_states_due on source_states (next_poll_at)',

  `create table documents (id ${T} primary key, source_id ${T} not null, kind ${T} not null, url ${T}, published ${T},
    recorded_at ${T} not null, sample integer not null, backlog integer not null, analysed_version ${T}, body ${T} not null,
    rowid bigint generated always as identity unique)`,
  'create index documents_unanalysed on documents (analysed_version, recorded_at)',
  `create index documents_waiting on documents (recorded_at) where analysed_version is null or analysed_version = 'again'`,
  'create index documents_recorded on documents (recorded_at)',
  'create index documents_url on documents using hash (url)',
  `create table document_keys (key ${T} primary key, document_id ${T} not null references documents (id) on delete cascade)`,
  'create index document_keys_document on document_keys (document_id)',
  `create table document_owners (document_id ${T} not null references documents (id) on delete cascade,
    owner ${T} not null, primary key (document_id, owner))`,
  `create table entities (id ${T} primary key, owner ${T} not null, body ${T} not null)`,
  'create index entities_owner on entities (owner)',

  `create table mentions (document_id ${T} not null references documents (id) on delete cascade, entity_id ${T} not null,
    start integer not null, body ${T} not null)`,
  'create index mentions_document on mentions (document_id)',
  'create index mentions_entity on mentions (entity_id)',

  // Several processes write at once: a statement is numbered after it has come to stand, so that whoever has seen a number
  // has seen all below it.
  'create sequence statement_numbers',
  `create table statements (rowid bigint generated always as identity primary key, sequence bigint unique, id ${T} not null unique,
    document_id ${T} not null references documents (id) on delete cascade, turn_id ${T} not null, speaker_entity ${T},
    content ${T} not null, backlog integer not null, recorded_at ${T} not null, body ${T} not null,
    words tsvector not null generated always as (to_tsvector('english',
      coalesce(replace(body, '\\u0000', '')::jsonb #>> '{speaker,name}', '') || ' ' || content)) stored)`,
  'create index statements_document on statements (document_id)',
  'create index statements_speaker on statements (speaker_entity, sequence)',
  'create index statements_recorded on statements (recorded_at)',
  'create index statements_unnumbered on statements (rowid) where sequence is null',
  'create index statements_words on statements using gin (words)',
  `create function number_statements() returns void language plpgsql as $$ begin
     if not exists (select from statements where sequence is null) then return; end if;
     perform pg_advisory_xact_lock(7002);
     update statements set sequence = numbered.number
       from (select rowid, nextval('statement_numbers') as number
         from (select rowid from statements where sequence is null order by rowid) waiting) numbered
       where statements.rowid = numbered.rowid;
   end $$`,
  // SQLite keeps the words apart, and is told to add and delete them; here they stand in the table itself.
  'create view statement_words as select sequence as rowid, content, content as speaker from statements',
  'create rule none_added as on insert to statement_words do instead nothing',
  'create rule none_deleted as on delete to statement_words do instead nothing',
  `create table quote_keys (key ${T} not null, statement_id ${T} not null references statements (id) on delete cascade,
    primary key (key, statement_id))`,
  'create index quote_keys_statement on quote_keys (statement_id)',

  // A claim's words are searched in its JSON; Postgres takes no NUL there.
  `create table claims (id ${T} primary key, owner ${T} not null, status ${T} not null, configured integer not null,
    same_key ${T}, body ${T} not null,
    words tsvector not null generated always as (to_tsvector('english',
      coalesce(replace(body, '\\u0000', '')::jsonb ->> 'text', '') || ' ' ||
      coalesce(replace(body, '\\u0000', '')::jsonb ->> 'title', '') || ' ' ||
      coalesce(replace(body, '\\u0000', '')::jsonb ->> 'paraphrases', ''))) stored)`,
  'create index claims_same on claims (owner, same_key)',
  'create index claims_words on claims using gin (words)',
  `create table claim_history (sequence bigint generated always as identity primary key, claim_id ${T} not null,
    changed_at ${T} not null, changed_by ${T} not null, before ${T}, after ${T})`,
  'create index claim_history_claim on claim_history (claim_id)',
  `create table matches (statement_id ${T} not null references statements (id) on delete cascade, claim_id ${T} not null,
    rank integer not null, score double precision not null, decision ${T} not null, body ${T} not null,
    primary key (statement_id, claim_id))`,
  'create index matches_claim on matches (claim_id)',
  `create table match_jobs (id ${T} primary key, owner ${T} not null, begun_at ${T} not null, finished_at ${T},
    at_sequence bigint not null, until_sequence bigint not null, looked integer not null, total integer not null,
    found integer not null)`,
  'create index match_jobs_open on match_jobs (finished_at, begun_at)',
  `create table matched_claims (claim_id ${T} primary key, wording ${T} not null, job_id ${T})`,
  'create index matched_claims_job on matched_claims (job_id)',

  `create table subscriptions (id ${T} primary key, kind ${T} not null, guild_id ${T}, channel_id ${T},
    configured integer not null, paused_because ${T}, mends integer not null default 0, next_digest_at ${T},
    cursor bigint not null default 0, composed_at ${T}, body ${T} not null)`,
  "create unique index subscriptions_channel on subscriptions (guild_id, channel_id) where kind = 'discord'",
  'create index subscriptions_due on subscriptions (next_digest_at) where configured = 1 and paused_because is null',
  `create table watch_terms (id ${T} primary key, guild_id ${T} not null, value ${T} not null, body ${T} not null)`,
  'create unique index watch_terms_value on watch_terms (guild_id, value)',
  `create table guild_settings (guild_id ${T} primary key, body ${T} not null)`,
  `create table changes (id ${T} primary key, guild_id ${T} not null, at ${T} not null, undone_at ${T}, body ${T} not null)`,
  'create index changes_of_guild on changes (guild_id, at)',
  `create table left_guilds (guild_id ${T} primary key, left_at ${T} not null)`,

  `create table deliveries (id ${T} primary key, subscription_id ${T} not null, composed_at ${T} not null,
    status ${T} not null, due_at ${T} not null, attempts integer not null, attempted_at ${T}, delivered_at ${T},
    last_error ${T}, nonce ${T} not null unique, message_ids ${T} not null, target ${T} not null, digest ${T} not null,
    from_sequence bigint not null default 0)`,
  'create index deliveries_owed on deliveries (status, due_at)',
  'create index deliveries_composed on deliveries (composed_at)',
  'create index deliveries_subscription on deliveries (subscription_id, status)',
  `create table postings (id ${T} primary key, delivery_id ${T} not null references deliveries (id) on delete cascade,
    guild_id ${T} not null, channel_id ${T} not null, started_at ${T} not null, tried_at ${T} not null, open integer not null,
    message_ids ${T} not null, posted_at ${T}, drawn ${T} not null)`,
  'create index postings_delivery on postings (delivery_id)',
  `create table posted_entries (statement_id ${T} not null, posting_id ${T} not null references postings (id) on delete cascade,
    primary key (statement_id, posting_id))`,
  'create index posted_entries_posting on posted_entries (posting_id)',
  `create table edits (posting_id ${T} primary key references postings (id) on delete cascade, version integer not null,
    due_at ${T} not null, attempts integer not null, last_error ${T})`,
  'create index edits_due on edits (due_at)',
  `create table revisions (statement_id ${T} not null, document_id ${T} not null, kind ${T} not null,
    noticed_at ${T} not null, body ${T} not null, primary key (statement_id, document_id, kind))`,

  `create table heartbeats (process ${T} primary key, at ${T} not null, body ${T} not null)`,
  `create table alarms (id ${T} primary key, since ${T} not null, told_at ${T}, words ${T} not null)`,
  `create table readings (id ${T} primary key, asked_at ${T} not null, body ${T} not null)`,
  ...TURN_TABLES,

  // Names that SQLite has for what Postgres calls otherwise.
  `create function instr(text, text) returns integer immutable language sql as 'select strpos($1, $2)'`,
  `create function json_extract(text, text) returns text immutable language sql
     as $$select jsonb_path_query_first($1::jsonb, $2::jsonpath) #>> '{}'$$`,
]

/** As `migrations/009-term-versions.ts`. */
const TERM_VERSIONS = [
  `create table term_versions (guild_id ${T} primary key, version bigint not null)`,
  "insert into term_versions select distinct guild_id, 1 from watch_terms union select '', 1 from watch_terms",
]

/**
 * Whoever follows the changes of claims by their number misses none: a number is drawn only once every lower one stands,
 * or never will. A statement's trigger comes before its numbers are drawn.
 */
const CHANGES_IN_TURN = [
  `create function change_claims_in_turn() returns trigger language plpgsql as $$ begin
     perform pg_advisory_xact_lock(7003);
     return null;
   end $$`,
  `create trigger in_turn before insert on claim_history for each statement execute function change_claims_in_turn()`,
]

/**
 * As `migrations/010-caught.ts`. A process of an older version writes no keys with its statements: they may be wanted by all.
 */
const CAUGHT = [
  `alter table term_versions add column changed_at ${T}`,
  `create table caught (document_id ${T} not null references documents (id) on delete cascade, key ${T} not null,
    sequence bigint not null, primary key (document_id, key))`,
  'create index caught_key on caught (key, sequence)',
  'create index caught_sequence on caught (sequence)',
  `insert into caught select document_id, '*', max(sequence) from statements where sequence is not null group by document_id`,
  `create or replace function number_statements() returns void language plpgsql as $$ begin
     if not exists (select from statements where sequence is null) then return; end if;
     perform pg_advisory_xact_lock(7002);
     with numbered as (
       update statements set sequence = waiting.number
         from (select rowid, nextval('statement_numbers') as number
           from (select rowid from statements where sequence is null order by rowid) unnumbered) waiting
         where statements.rowid = waiting.rowid
         returning statements.document_id, statements.sequence
     ), latest as (
       select document_id, max(sequence) as sequence from numbered group by document_id
     ), known as (
       update caught set sequence = latest.sequence from latest where caught.document_id = latest.document_id
         returning caught.document_id
     )
     insert into caught select document_id, '*', sequence from latest
       where document_id not in (select document_id from known) on conflict do nothing;
   end $$`,
]

/** As `migrations/011-imports.ts`. */
const IMPORTS = [
  `create table imports (id ${T} primary key, guild_id ${T} not null, asked_at ${T} not null, finished_at ${T},
    body ${T} not null, claims ${T})`,
]

/**
 * Whoever writes these rows holds the document that they belong to, or has just written it: to look for it again, for each of
 * some thirty rows, cost Postgres more than the rows. What belongs to a document or statement that goes still goes with it.
 */
const UNCHECKED = [
  ...['document_keys', 'mentions', 'caught', 'statements'].map(
    (table) => `alter table ${table} drop constraint if exists ${table}_document_id_fkey`,
  ),
  ...['quote_keys', 'matches'].map(
    (table) => `alter table ${table} drop constraint if exists ${table}_statement_id_fkey`,
  ),
  `create function drop_with_documents() returns trigger language plpgsql as $$ begin
     delete from document_keys where document_id in (select id from gone);
     delete from mentions where document_id in (select id from gone);
     delete from caught where document_id in (select id from gone);
     delete from statements where document_id in (select id from gone);
     return null;
   end $$`,
  `create trigger drop_with after delete on documents referencing old table as gone
     for each statement execute function drop_with_documents()`,
  `create function drop_with_statements() returns trigger language plpgsql as $$ begin
     delete from quote_keys where statement_id in (select id from gone);
     delete from matches where statement_id in (select id from gone);
     return null;
   end $$`,
  `create trigger drop_with after delete on statements referencing old table as gone
     for each statement execute function drop_with_statements()`,
  // A plan that was made while the tables were small is not kept for ever.
  ...['number_statements', 'drop_with_documents', 'drop_with_statements'].map(
    (name) => `alter function ${name}() set plan_cache_mode = force_custom_plan`,
  ),
]

/** In order. A released migration is never edited: a change is a new one, and adds only, for older processes go on beside it. */
export const POSTGRES_MIGRATIONS: Record<string, Migration> = {
  '001-the-record': inSql(THE_RECORD),
  '002-term-versions': inSql(TERM_VERSIONS),
  '003-claim-changes-in-turn': inSql(CHANGES_IN_TURN),
  '004-caught': inSql(CAUGHT),
  '005-imports': inSql(IMPORTS),
  '006-unchecked': inSql(UNCHECKED),
}

function inSql(statements: string[]): Migration {
  return {
    async up(db: Kysely<unknown>) {
      for (const statement of statements) await sql.raw(statement).execute(db)
    },
  }
}
