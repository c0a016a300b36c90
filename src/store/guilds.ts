import { randomUUID } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import type { Change, GuildSettings, LongReading } from '../model.ts'
import type { Store } from './store.ts'
import { termsChanged } from './subscriptions.ts'
import type { Tables } from './tables.ts'

const UNSET: GuildSettings = {
  curatorRoleId: null,
  statusChannelId: null,
  language: null,
  form: 'components',
  muted: [],
  corrections: [],
  threshold: null,
  dismissed: [],
}

export function guildsTable(db: Kysely<Tables>): Store['guilds'] {
  return {
    async settings(guildId) {
      const row = await db
        .selectFrom('guild_settings')
        .select('body')
        .where('guild_id', '=', guildId)
        .executeTakeFirst()
      return { ...UNSET, ...(row ? (JSON.parse(row.body) as Partial<GuildSettings>) : {}) }
    },
    async configure(guildId, settings) {
      const body = JSON.stringify(settings)
      await db
        .insertInto('guild_settings')
        .values({ guild_id: guildId, body })
        .onConflict((conflict) => conflict.column('guild_id').doUpdateSet({ body }))
        .execute()
    },
    async note(change) {
      const { id, guildId, at, undoneAt } = change
      await db
        .insertInto('changes')
        .values({ id, guild_id: guildId, at, undone_at: undoneAt, body: JSON.stringify(change) })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    },
    async changes(guildId, limit) {
      const rows = await db
        .selectFrom('changes')
        .select(['body', 'undone_at'])
        .where('guild_id', '=', guildId)
        .orderBy('at', 'desc')
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map(({ body, undone_at }) => ({ ...(JSON.parse(body) as Change), undoneAt: undone_at }))
    },
    async undone(guildId, changeId, now) {
      const { numUpdatedRows } = await db
        .updateTable('changes')
        .set({ undone_at: now })
        .where('guild_id', '=', guildId)
        .where('id', '=', changeId)
        .where('undone_at', 'is', null)
        .executeTakeFirst()
      return Number(numUpdatedRows) > 0
    },
    forget: (guildId) => forget(db, guildId),
  }
}

async function forget(db: Kysely<Tables>, guildId: string): Promise<void> {
  // Also those of subscriptions that were taken away before.
  await db.deleteFrom('deliveries').where(sql`json_extract(target, '$.guildId')`, '=', guildId).execute()
  for (const table of ['postings', 'subscriptions', 'watch_terms', 'guild_settings', 'changes', 'imports'] as const)
    await db.deleteFrom(table).where('guild_id', '=', guildId).execute()
  await termsChanged(db, guildId)
  await db.deleteFrom('term_versions').where('guild_id', '=', guildId).execute()
  await forgetClaims(db, guildId)
  await db.deleteFrom('match_jobs').where('owner', '=', guildId).execute()
  await forgetEntities(db, guildId)
  const sources = db.selectFrom('sources').select('id').where('owner', '=', guildId)
  await db.deleteFrom('source_states').where('source_id', 'in', sources).execute()
  await db.deleteFrom('sources').where('owner', '=', guildId).execute()
  await forgetReadings(db, guildId)
  await forgetDocuments(db, guildId)
}

/** A change of no claim stays in their stead, which does not tell whose they were: other processes follow the changes. */
async function forgetClaims(db: Kysely<Tables>, guildId: string): Promise<void> {
  const claims = db.selectFrom('claims').select('id').where('owner', '=', guildId)
  for (const table of ['matches', 'matched_claims', 'claim_history'] as const)
    await db.deleteFrom(table).where('claim_id', 'in', claims).execute()
  const { numDeletedRows } = await db.deleteFrom('claims').where('owner', '=', guildId).executeTakeFirstOrThrow()
  if (numDeletedRows > 0n)
    await db
      .insertInto('claim_history')
      .values({ claim_id: `none:${randomUUID()}`, changed_at: '', changed_by: '', before: null, after: null })
      .execute()
}

/** What it asked to be read of the past, finished or not. */
async function forgetReadings(db: Kysely<Tables>, guildId: string): Promise<void> {
  const all = await db.selectFrom('readings').select(['id', 'body']).execute()
  const theirs = all.filter(({ body }) => (JSON.parse(body) as LongReading).askedBy?.guildId === guildId)
  for (const { id } of theirs) await db.deleteFrom('readings').where('id', '=', id).execute()
}

/** What its entities were found in is read anew without them. */
async function forgetEntities(db: Kysely<Tables>, guildId: string): Promise<void> {
  await db.deleteFrom('entities').where('owner', '=', guildId).execute()
  const found = db.selectFrom('mentions').select('document_id').where('entity_id', 'like', `g${guildId}-%`)
  await db.updateTable('documents').set({ analysed_version: 'again' }).where('id', 'in', found).execute()
}

/** What its own sources alone gave. */
async function forgetDocuments(db: Kysely<Tables>, guildId: string): Promise<void> {
  const alone = db.selectFrom('document_owners').select('document_id').where('owner', '=', guildId)
  const shared = db.selectFrom('document_owners').select('document_id').where('owner', '!=', guildId)
  const statements = db
    .selectFrom('statements')
    .select('sequence')
    .where('document_id', 'in', alone)
    .where('document_id', 'not in', shared)
  await db
    .deleteFrom('statement_words')
    .where('rowid' as never, 'in', statements as never)
    .execute()
  await db.deleteFrom('documents').where('id', 'in', alone).where('id', 'not in', shared).execute()
  await db.deleteFrom('document_owners').where('owner', '=', guildId).execute()
}
