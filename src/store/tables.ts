import type { Generated } from 'kysely'

/**
 * The tables as the query builder sees them. Times are ISO 8601 text in UTC, truth values are 0 and 1, `body` columns
 * hold a noun of model.ts as JSON; the columns beside it are what is searched by.
 */
export type Tables = {
  sources: {
    id: string
    kind: string
    address: string
    enabled: number
    sample: number
    /** 0 for a source that the config no longer names: its documents stay. */
    configured: number
    /** `operator`, or the id of the server that alone sees it. */
    owner: Generated<string>
    body: string
  }
  source_states: { source_id: string; next_poll_at: string | null; body: string }
  documents: {
    id: string
    source_id: string
    kind: string
    url: string | null
    published: string | null
    recorded_at: string
    sample: number
    /** 1 for what a first poll found beyond its newest few: on record, never posted. */
    backlog: number
    analysed_version: string | null
    body: string
  }
  /** Servers whose own sources alone gave a document. Without a row everybody may see it. */
  document_owners: { document_id: string; owner: string }
  entities: { id: string; owner: string; body: string }
  document_keys: { key: string; document_id: string }
  mentions: { document_id: string; entity_id: string; start: number; body: string }
  statements: {
    sequence: Generated<number>
    id: string
    document_id: string
    turn_id: string
    speaker_entity: string | null
    content: string
    backlog: number
    recorded_at: string
    body: string
  }
  statement_words: { content: string; speaker: string }
  /** By what a document with statements may be wanted; `sequence`: of its last statement, 0 while that has no number. */
  caught: { document_id: string; key: string; sequence: number }
  quote_keys: { key: string; statement_id: string }
  matches: { statement_id: string; claim_id: string; rank: number; score: number; decision: string; body: string }
  claims: {
    id: string
    owner: string
    status: string
    configured: number
    /** The claim's words and claimant without case and punctuation: the same for identical claims. */
    same_key: string | null
    body: string
  }
  claim_history: {
    sequence: Generated<number>
    claim_id: string
    changed_at: string
    changed_by: string
    before: string | null
    after: string | null
  }
  match_jobs: {
    id: string
    owner: string
    begun_at: string
    finished_at: string | null
    /** The last statement that was looked at, and the last that is to be. */
    at_sequence: number
    until_sequence: number
    looked: number
    total: number
    found: number
  }
  /** Claims that the record was looked through for; `job_id` while it still is. */
  matched_claims: { claim_id: string; wording: string; job_id: string | null }
  subscriptions: {
    id: string
    kind: string
    guild_id: string | null
    channel_id: string | null
    configured: number
    paused_because: Generated<string | null>
    /** 1 where what paused it may mend by itself: it then resumes. */
    mends: Generated<number>
    next_digest_at: string | null
    /** The last statement that this subscription's digests covered. */
    cursor: Generated<number>
    composed_at: Generated<string | null>
    body: string
  }
  guild_settings: { guild_id: string; body: string }
  changes: { id: string; guild_id: string; at: string; undone_at: string | null; body: string }
  heartbeats: { process: string; at: string; body: string }
  alarms: { id: string; since: string; told_at: string | null; words: string }
  imports: {
    id: string
    guild_id: string
    asked_at: string
    finished_at: string | null
    body: string
    claims: string | null
  }
  readings: { id: string; asked_at: string; body: string }
  left_guilds: { guild_id: string; left_at: string }
  watch_terms: { id: string; guild_id: string; value: string; body: string }
  term_versions: { guild_id: string; version: number; changed_at: string | null }
  deliveries: {
    id: string
    subscription_id: string
    composed_at: string
    status: string
    due_at: string
    attempts: number
    attempted_at: string | null
    delivered_at: string | null
    last_error: string | null
    nonce: string
    message_ids: string
    target: string
    digest: string
    /** The last sequence number before what it tells: a digest that was never posted is folded into the next one. */
    from_sequence: Generated<number>
  }
  postings: {
    id: string
    delivery_id: string
    guild_id: string
    channel_id: string
    started_at: string
    tried_at: string
    /** 1 while a try may have gone through without our knowing. */
    open: number
    message_ids: string
    posted_at: string | null
    drawn: string
  }
  posted_entries: { statement_id: string; posting_id: string }
  edits: { posting_id: string; version: number; due_at: string; attempts: number; last_error: string | null }
  revisions: { statement_id: string; document_id: string; kind: string; noticed_at: string; body: string }
}
