import { type Kysely, sql } from 'kysely'
import type { Subscription, WatchTerm } from '../model.ts'
import type { Store } from './store.ts'
import type { Tables } from './tables.ts'

export function subscriptionsTable(db: Kysely<Tables>): Store['subscriptions'] {
  const row = (subscription: Subscription, configured: number) => ({
    kind: subscription.target.kind,
    guild_id: subscription.target.kind === 'discord' ? subscription.target.guildId : null,
    channel_id: subscription.target.kind === 'discord' ? subscription.target.channelId : null,
    configured,
    body: JSON.stringify(subscription),
  })
  const all = () => db.selectFrom('subscriptions').select(['body', 'paused_because', 'mends', 'next_digest_at'])
  const read = (found: {
    body: string
    paused_because: string | null
    mends: number
    next_digest_at: string | null
  }): Subscription => ({
    ...(JSON.parse(found.body) as Subscription),
    pausedBecause: found.paused_because,
    ...(found.mends === 1 ? { mends: true } : {}),
    nextDigestAt: found.next_digest_at,
  })
  return {
    async configure(subscriptions) {
      const ids = subscriptions.map(({ id }) => id)
      const stale = db.updateTable('subscriptions').set({ configured: 0 }).where('kind', '=', 'terminal')
      await (ids.length > 0 ? stale.where('id', 'not in', ids) : stale).execute()
      for (const subscription of subscriptions) {
        const known = await all().where('id', '=', subscription.id).executeTakeFirst()
        const { schedule, timeZone } = known ? read(known) : subscription
        const moved = schedule !== subscription.schedule || timeZone !== subscription.timeZone
        await db
          .insertInto('subscriptions')
          .values({ id: subscription.id, ...row(subscription, 1), next_digest_at: subscription.nextDigestAt })
          .onConflict((conflict) =>
            conflict.column('id').doUpdateSet({
              ...row(subscription, 1),
              ...(moved ? { next_digest_at: subscription.nextDigestAt } : {}),
            }),
          )
          .execute()
      }
    },
    async add(subscription) {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('subscriptions')
        .values({
          id: subscription.id,
          ...row(subscription, 1),
          next_digest_at: subscription.nextDigestAt,
          // One that is brought back is held as it was.
          paused_because: subscription.pausedBecause,
          mends: Number(subscription.mends ?? false),
        })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst()
      return Number(numInsertedOrUpdatedRows) > 0
    },
    async remove(guildId, channelId) {
      const gone = db.deleteFrom('subscriptions').where('guild_id', '=', guildId).where('channel_id', '=', channelId)
      return Number((await gone.executeTakeFirst()).numDeletedRows) > 0
    },
    async list(guildId) {
      const rows = all().where('configured', '=', 1).orderBy('id')
      return (await (guildId ? rows.where('guild_id', '=', guildId) : rows).execute()).map(read)
    },
    async due(now) {
      const rows = await all()
        .where('configured', '=', 1)
        .where('paused_because', 'is', null)
        .where((is) => is.or([is('next_digest_at', 'is', null), is('next_digest_at', '<=', now)]))
        // The two databases sort what has no time yet to different ends.
        .orderBy(sql`coalesce(next_digest_at, '')`)
        .orderBy('id')
        .execute()
      return rows.map(read)
    },
    async get(id) {
      const row = await all().where('configured', '=', 1).where('id', '=', id).executeTakeFirst()
      return row ? read(row) : null
    },
    async pause(id, because, { mends } = { mends: false }) {
      const row = { paused_because: because, mends: Number(because !== null && mends) }
      await db.updateTable('subscriptions').set(row).where('id', '=', id).execute()
    },
    async wish(id, wish) {
      const known = await all().where('id', '=', id).executeTakeFirst()
      if (!known) return
      const body = JSON.stringify({ ...read(known), ...wish })
      await db.updateTable('subscriptions').set({ body }).where('id', '=', id).execute()
    },
    async reschedule(id, to) {
      const known = await all().where('id', '=', id).executeTakeFirst()
      if (!known) return
      const body = JSON.stringify({ ...read(known), ...to })
      await db
        .updateTable('subscriptions')
        .set({ body, next_digest_at: to.nextDigestAt })
        .where('id', '=', id)
        .execute()
    },
  }
}

export function watchTermsTable(db: Kysely<Tables>): Store['watchTerms'] {
  return {
    async add(term, now = term.createdAt) {
      const row = { id: term.id, guild_id: term.guildId, value: term.value, body: JSON.stringify(term) }
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('watch_terms')
        .values(row)
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst()
      await termsChanged(db, term.guildId, now)
      return Number(numInsertedOrUpdatedRows) > 0
    },
    async edit(term, now) {
      const same = db.selectFrom('watch_terms').select('id').where('guild_id', '=', term.guildId)
      if (await same.where('value', '=', term.value).where('id', '!=', term.id).executeTakeFirst()) return false
      await db
        .updateTable('watch_terms')
        .set({ value: term.value, body: JSON.stringify(term) })
        .where('guild_id', '=', term.guildId)
        .where('id', '=', term.id)
        .execute()
      await termsChanged(db, term.guildId, now)
      return true
    },
    async remove(guildId, value) {
      const gone = db.deleteFrom('watch_terms').where('guild_id', '=', guildId).where('value', '=', value)
      const { numDeletedRows } = await gone.executeTakeFirst()
      await termsChanged(db, guildId)
      return Number(numDeletedRows) > 0
    },
    async list(guildId) {
      const rows = await db
        .selectFrom('watch_terms')
        .select('body')
        .where('guild_id', '=', guildId)
        .orderBy('value')
        .execute()
      return rows.map((row) => JSON.parse(row.body) as WatchTerm)
    },
    async all(guildIds) {
      const rows = db.selectFrom('watch_terms').select('body')
      const found = await (guildIds ? rows.where('guild_id', 'in', guildIds) : rows).execute()
      return found.map((row) => JSON.parse(row.body) as WatchTerm)
    },
    async version() {
      const row = await db.selectFrom('term_versions').select('version').where('guild_id', '=', '').executeTakeFirst()
      return Number(row?.version ?? 0)
    },
    async changedAt(guildId) {
      const row = await db
        .selectFrom('term_versions')
        .select('changed_at')
        .where('guild_id', '=', guildId)
        .executeTakeFirst()
      return row?.changed_at ?? null
    },
    async versions() {
      const rows = await db.selectFrom('term_versions').selectAll().where('guild_id', '!=', '').execute()
      return new Map(
        rows.map((row) => [row.guild_id, { version: Number(row.version), changedAt: row.changed_at ?? null }]),
      )
    },
  }
}

/** Counts a change of a server's watch terms, in the transaction of the change itself. `at`: where more is wanted since. */
export async function termsChanged(db: Kysely<Tables>, guildId: string, at?: string): Promise<void> {
  const change = at === undefined ? {} : { changed_at: at }
  for (const id of [guildId, ''])
    await db
      .insertInto('term_versions')
      .values({ guild_id: id, version: 1, ...change })
      .onConflict((conflict) =>
        conflict.column('guild_id').doUpdateSet({ version: sql<number>`term_versions.version + 1`, ...change }),
      )
      .execute()
}
