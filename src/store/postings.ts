import { type Kysely, type Selectable, sql } from 'kysely'
import type { Posting, Revision } from '../model.ts'
import type { OwedEdit, Store } from './store.ts'
import type { Tables } from './tables.ts'

export function postingsTable(db: Kysely<Tables>): Store['postings'] {
  const all = () => db.selectFrom('postings').selectAll()
  const owedEdits = (now: string) =>
    db
      .selectFrom('edits')
      .innerJoin('postings', 'postings.id', 'edits.posting_id')
      .innerJoin('deliveries', 'deliveries.id', 'postings.delivery_id')
      .selectAll('postings')
      .select(['edits.version', 'edits.attempts'])
      .where('edits.due_at', '<=', now)
      .where(
        'deliveries.subscription_id',
        'not in',
        db.selectFrom('subscriptions').select('id').where('paused_because', 'is not', null),
      )
  return {
    async begin(posting) {
      const { id, deliveryId, guildId, channelId, startedAt, triedAt, drawn } = posting
      const row = {
        delivery_id: deliveryId,
        guild_id: guildId,
        channel_id: channelId,
        started_at: startedAt,
        tried_at: triedAt,
      }
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('postings')
        .values({ id, ...row, open: 1, message_ids: '[]', posted_at: null, drawn: JSON.stringify(drawn) })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst()
      const known = read(await all().where('id', '=', id).executeTakeFirstOrThrow())
      if (Number(numInsertedOrUpdatedRows) > 0) return { ...known, open: false }
      await db.updateTable('postings').set({ open: 1, tried_at: triedAt }).where('id', '=', id).execute()
      return known
    },
    async part(id, messageIds) {
      const row = { message_ids: JSON.stringify(messageIds) }
      await db.updateTable('postings').set(row).where('id', '=', id).execute()
    },
    async refused(id) {
      await db.updateTable('postings').set({ open: 0 }).where('id', '=', id).execute()
    },
    async done(id, { messageIds, statementIds, now }) {
      const row = { open: 0, posted_at: now, message_ids: JSON.stringify(messageIds) }
      await db.updateTable('postings').set(row).where('id', '=', id).execute()
      for (const statementId of new Set(statementIds))
        await db
          .insertInto('posted_entries')
          .values({ statement_id: statementId, posting_id: id })
          .onConflict((conflict) => conflict.doNothing())
          .execute()
    },
    async get(id) {
      const row = await all().where('id', '=', id).executeTakeFirst()
      return row ? read(row) : null
    },
    async oweEdits(statementIds, { guildId, now }) {
      let owed = 0
      for (const statementId of new Set(statementIds)) {
        const rows = db
          .selectFrom('posted_entries')
          .innerJoin('postings', 'postings.id', 'posted_entries.posting_id')
          .select('posting_id')
          .where('statement_id', '=', statementId)
        for (const { posting_id } of await (guildId ? rows.where('guild_id', '=', guildId) : rows).execute()) {
          await db
            .insertInto('edits')
            .values({ posting_id, version: 1, due_at: now, attempts: 0, last_error: null })
            .onConflict((conflict) =>
              conflict.column('posting_id').doUpdateSet({ version: sql`edits.version + 1`, due_at: now, attempts: 0 }),
            )
            .execute()
          owed += 1
        }
      }
      return owed
    },
    async owedEdits(now) {
      return (await owedEdits(now).orderBy('edits.due_at').limit(100).execute()).map(toOwedEdit)
    },
    async owedEdit(id, now) {
      const row = await owedEdits(now).where('postings.id', '=', id).executeTakeFirst()
      return row ? toOwedEdit(row) : null
    },
    async edited(id, version) {
      await db.deleteFrom('edits').where('posting_id', '=', id).where('version', '=', version).execute()
    },
    async editFailed(id, error, retryAt) {
      await db
        .updateTable('edits')
        .set(({ eb }) => ({ attempts: eb('attempts', '+', 1), last_error: error, due_at: retryAt }))
        .where('posting_id', '=', id)
        .execute()
    },
  }
}

const read = (row: Selectable<Tables['postings']>): Posting => ({
  id: row.id,
  deliveryId: row.delivery_id,
  guildId: row.guild_id,
  channelId: row.channel_id,
  startedAt: row.started_at,
  triedAt: row.tried_at,
  open: row.open === 1,
  messageIds: JSON.parse(row.message_ids) as string[],
  postedAt: row.posted_at,
  drawn: JSON.parse(row.drawn) as Posting['drawn'],
})

const toOwedEdit = (row: Selectable<Tables['postings']> & { version: number; attempts: number }): OwedEdit => ({
  posting: read(row),
  version: row.version,
  attempts: row.attempts,
})

export function revisionsTable(db: Kysely<Tables>): Store['revisions'] {
  return {
    async note(revisions) {
      for (const revision of revisions) {
        const { statementId, documentId, kind, noticedAt } = revision
        const row = { noticed_at: noticedAt, body: JSON.stringify(revision) }
        await db
          .insertInto('revisions')
          .values({ statement_id: statementId, document_id: documentId, kind, ...row })
          .onConflict((conflict) => conflict.columns(['statement_id', 'document_id', 'kind']).doUpdateSet(row))
          .execute()
      }
    },
    async drop(revisions) {
      for (const { statementId, documentId, kind } of revisions)
        await db
          .deleteFrom('revisions')
          .where('statement_id', '=', statementId)
          .where('document_id', '=', documentId)
          .where('kind', '=', kind)
          .execute()
    },
    async of(statementIds) {
      const found: Revision[] = []
      for (let i = 0; i < statementIds.length; i += 500) {
        const rows = db
          .selectFrom('revisions')
          .select('body')
          .where('statement_id', 'in', statementIds.slice(i, i + 500))
        for (const { body } of await rows.orderBy('noticed_at').execute()) found.push(JSON.parse(body) as Revision)
      }
      return found
    },
  }
}
