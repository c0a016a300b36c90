import type { Kysely } from 'kysely'
import type { Store } from './store.ts'
import type { Tables } from './tables.ts'

/** So many rows go in one transaction: whoever waits for an answer meanwhile gets it in time. */
const BATCH = 200

export function retentionTable(db: Kysely<Tables>): Store['retention'] {
  return {
    async left(guildId, now) {
      await db
        .insertInto('left_guilds')
        .values({ guild_id: guildId, left_at: now })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    },
    async returned(guildId) {
      await db.deleteFrom('left_guilds').where('guild_id', '=', guildId).execute()
    },
    async compare(present, now, hears = () => true) {
      const here = new Set(present)
      const known = await db
        .selectFrom('guild_settings')
        .select('guild_id')
        .union(db.selectFrom('watch_terms').select('guild_id'))
        .union(
          db
            .selectFrom('subscriptions')
            .select('guild_id')
            .where('guild_id', 'is not', null)
            .$narrowType<{ guild_id: string }>(),
        )
        .execute()
      for (const { guild_id } of known) if (hears(guild_id) && !here.has(guild_id)) await this.left(guild_id, now)
      const left = await db.selectFrom('left_guilds').select('guild_id').execute()
      for (const { guild_id } of left) if (here.has(guild_id)) await this.returned(guild_id)
    },
    async leftBefore(time) {
      const rows = await db.selectFrom('left_guilds').select('guild_id').where('left_at', '<', time).execute()
      return rows.map(({ guild_id }) => guild_id)
    },
    async dropDigests(before) {
      const old = db
        .selectFrom('deliveries')
        .select('id')
        .where('status', 'in', ['delivered', 'failed'])
        .where('composed_at', '<', before)
        .limit(BATCH)
      return Number((await db.deleteFrom('deliveries').where('id', 'in', old).executeTakeFirst()).numDeletedRows)
    },
    async dropChanges(before) {
      const old = db.selectFrom('changes').select('id').where('at', '<', before).limit(BATCH)
      return Number((await db.deleteFrom('changes').where('id', 'in', old).executeTakeFirst()).numDeletedRows)
    },
    async dropDocuments(before) {
      const old = await db
        .selectFrom('documents')
        .select('id')
        .where('recorded_at', '<', before)
        .where('sample', '=', 0)
        .limit(BATCH)
        .execute()
      const ids = old.map(({ id }) => id)
      if (ids.length === 0) return 0
      const statements = db.selectFrom('statements').select('sequence').where('document_id', 'in', ids)
      await db
        .deleteFrom('statement_words')
        .where('rowid' as never, 'in', statements as never)
        .execute()
      await db.deleteFrom('documents').where('id', 'in', ids).execute()
      return ids.length
    },
  }
}
