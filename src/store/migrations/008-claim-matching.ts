import { type Kysely, sql } from 'kysely'

/** For which claims the record was looked through, and what of that is still to be done. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of SCHEMA) await sql.raw(statement).execute(db)
}

const SCHEMA = [
  `create table match_jobs (id text primary key, owner text not null, begun_at text not null, finished_at text,
    at_sequence integer not null, until_sequence integer not null, looked integer not null, total integer not null,
    found integer not null)`,
  'create index match_jobs_open on match_jobs (finished_at, begun_at)',
  'create table matched_claims (claim_id text primary key, wording text not null, job_id text) without rowid',
  'create index matched_claims_job on matched_claims (job_id)',
]
