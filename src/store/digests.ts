import type { Kysely, Selectable } from 'kysely'
import type { Delivery, Digest } from '../model.ts'
import { batches } from './batches.ts'
import type { Store } from './store.ts'
import type { Tables } from './tables.ts'

const read = (row: { digest: string }) => JSON.parse(row.digest) as Digest

export function digestsTable(db: Kysely<Tables>): Store['digests'] {
  const cursor: Store['digests']['cursor'] = async (subscriptionId) => {
    const row = await db
      .selectFrom('subscriptions')
      .select(['cursor', 'composed_at'])
      .where('id', '=', subscriptionId)
      .executeTakeFirst()
    return { sequence: row?.cursor ?? 0, composedAt: row?.composed_at ?? null }
  }
  return {
    cursor,
    async cursors(ids) {
      const found = new Map<string, number>()
      for (const some of batches(ids))
        for (const row of await db
          .selectFrom('subscriptions')
          .select(['id', 'cursor'])
          .where('id', 'in', some)
          .execute())
          found.set(row.id, row.cursor)
      return found
    },
    async passOver(all, { sequence, now }) {
      // Whoever composed one meanwhile has moved it on already.
      for (const [next, some] of Map.groupBy(all, ({ nextDigestAt }) => nextDigestAt))
        for (const batch of batches(some.map(({ id }) => id)))
          await db
            .updateTable('subscriptions')
            .set({ cursor: sequence, next_digest_at: next })
            .where('id', 'in', batch)
            .where('cursor', '<=', sequence)
            .where('next_digest_at', '<=', now)
            .execute()
    },
    async compose(subscriptionId, { sequence, now, nextDigestAt, delivery, fromSequence, folded = [] }) {
      const before = fromSequence ?? (await cursor(subscriptionId)).sequence
      await db
        .updateTable('subscriptions')
        .set({ cursor: sequence, next_digest_at: nextDigestAt, ...(delivery ? { composed_at: now } : {}) })
        .where('id', '=', subscriptionId)
        .execute()
      if (!delivery) return
      if (folded.length > 0) await db.deleteFrom('deliveries').where('id', 'in', folded).execute()
      await db
        .insertInto('deliveries')
        .values({
          id: delivery.id,
          subscription_id: delivery.subscriptionId,
          composed_at: now,
          status: delivery.status,
          due_at: delivery.dueAt,
          attempts: 0,
          nonce: delivery.nonce,
          message_ids: '[]',
          target: JSON.stringify(delivery.target),
          digest: JSON.stringify(delivery.digest),
          from_sequence: before,
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    },
    async latest(limit) {
      return (
        await db.selectFrom('deliveries').select('digest').orderBy('composed_at', 'desc').limit(limit).execute()
      ).map(read)
    },
    async get(id) {
      const row = await db.selectFrom('deliveries').select('digest').where('id', '=', id).executeTakeFirst()
      return row ? read(row) : null
    },
    async of(guildId, channelId, limit) {
      const rows = db
        .selectFrom('deliveries')
        .innerJoin('subscriptions', 'subscriptions.id', 'deliveries.subscription_id')
        .select('deliveries.digest')
        .where('subscriptions.guild_id', '=', guildId)
        .orderBy('deliveries.composed_at', 'desc')
        .limit(limit)
      return (await (channelId ? rows.where('subscriptions.channel_id', '=', channelId) : rows).execute()).map(read)
    },
  }
}

const toDelivery = (row: Selectable<Tables['deliveries']>): Delivery => ({
  id: row.id,
  subscriptionId: row.subscription_id,
  target: JSON.parse(row.target) as Delivery['target'],
  digest: JSON.parse(row.digest) as Digest,
  nonce: row.nonce,
  status: 'owed',
  dueAt: row.due_at,
  attempts: row.attempts,
  deliveredAt: row.delivered_at,
  messageIds: JSON.parse(row.message_ids) as string[],
  lastError: row.last_error,
})

export function deliveriesTable(db: Kysely<Tables>): Store['deliveries'] {
  const owed = (now: string) =>
    db
      .selectFrom('deliveries')
      .where('deliveries.status', '=', 'owed')
      .where('deliveries.due_at', '<=', now)
      .where(
        'subscription_id',
        'not in',
        db.selectFrom('subscriptions').select('id').where('paused_because', 'is not', null),
      )
  return {
    async owed(now) {
      return (await owed(now).selectAll('deliveries').orderBy('composed_at').limit(100).execute()).map(toDelivery)
    },
    async owedIds(now) {
      const rows = owed(now).leftJoin('subscriptions', 'subscriptions.id', 'deliveries.subscription_id')
      const found = await rows
        .select(['deliveries.id', 'subscriptions.guild_id'])
        .orderBy('deliveries.composed_at')
        .execute()
      return found.map((row) => ({ id: row.id, guildId: row.guild_id }))
    },
    async owedOne(id, now) {
      const row = await owed(now).selectAll('deliveries').where('deliveries.id', '=', id).executeTakeFirst()
      return row ? toDelivery(row) : null
    },
    async unseen(subscriptionId) {
      const seen = db
        .selectFrom('postings')
        .select('delivery_id')
        .where((is) => is.or([is('open', '=', 1), is('message_ids', '!=', '[]')]))
      const rows = await db
        .selectFrom('deliveries')
        .select(['id', 'from_sequence', 'digest'])
        .where('subscription_id', '=', subscriptionId)
        .where('status', '=', 'owed')
        .where('id', 'not in', seen)
        .orderBy('composed_at')
        .execute()
      return rows.map((row) => ({ id: row.id, fromSequence: row.from_sequence, since: read(row).since }))
    },
    async delivered(id, messageIds, now) {
      await db
        .updateTable('deliveries')
        .set({ status: 'delivered', delivered_at: now, message_ids: JSON.stringify(messageIds), last_error: null })
        .where('id', '=', id)
        .execute()
    },
    async hasten(latest, now) {
      const waiting = db.updateTable('deliveries').set({ due_at: now }).where('status', '=', 'owed')
      return Number((await waiting.where('due_at', '>', latest).executeTakeFirst()).numUpdatedRows)
    },
    async failed(id, error, retryAt) {
      await db
        .updateTable('deliveries')
        .set(({ eb }) => ({
          attempts: eb('attempts', '+', 1),
          last_error: error,
          ...(retryAt ? { due_at: retryAt } : { status: 'failed' }),
        }))
        .where('id', '=', id)
        .execute()
    },
    async unknown(id, error) {
      await db.updateTable('deliveries').set({ status: 'unknown', last_error: error }).where('id', '=', id).execute()
    },
  }
}
