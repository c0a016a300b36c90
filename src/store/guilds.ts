import type { Kysely } from 'kysely'
import type { Change, GuildSettings } from '../model.ts'
import type { Store } from './store.ts'
import type { Tables } from './tables.ts'

const UNSET: GuildSettings = {
  curatorRoleId: null,
  statusChannelId: null,
  language: null,
  form: 'components',
  muted: [],
  corrections: [],
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
    async forget(guildId) {
      const theirs = db.selectFrom('subscriptions').select('id').where('guild_id', '=', guildId)
      await db.deleteFrom('deliveries').where('subscription_id', 'in', theirs).execute()
      await db.deleteFrom('subscriptions').where('guild_id', '=', guildId).execute()
      await db.deleteFrom('watch_terms').where('guild_id', '=', guildId).execute()
      await db.deleteFrom('claims').where('owner', '=', guildId).execute()
      await db.deleteFrom('entities').where('owner', '=', guildId).execute()
      await db.updateTable('sources').set({ configured: 0 }).where('owner', '=', guildId).execute()
      const alone = db.selectFrom('document_owners').select('document_id').where('owner', '=', guildId)
      const shared = db.selectFrom('document_owners').select('document_id').where('owner', '!=', guildId)
      const theirDocuments = db.selectFrom('documents').select('id').where('id', 'in', alone)
      const words = db
        .selectFrom('statements')
        .select('sequence')
        .where('document_id', 'in', theirDocuments.where('id', 'not in', shared))
      await db
        .deleteFrom('statement_words')
        .where('rowid' as never, 'in', words as never)
        .execute()
      await db.deleteFrom('documents').where('id', 'in', alone).where('id', 'not in', shared).execute()
      await db.deleteFrom('document_owners').where('owner', '=', guildId).execute()
      await db.deleteFrom('guild_settings').where('guild_id', '=', guildId).execute()
      await db.deleteFrom('changes').where('guild_id', '=', guildId).execute()
    },
  }
}
