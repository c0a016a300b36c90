import { type Kysely, sql } from 'kysely'
import type { LongReading } from '../model.ts'
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
      const known = await guildsOnRecord(db)
      for (const guildId of known) if (hears(guildId) && !here.has(guildId)) await this.left(guildId, now)
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

/** Tables that say in a column which server a row is of. */
const BY_GUILD = ['guild_settings', 'watch_terms', 'subscriptions', 'changes', 'postings', 'imports'] as const
const BY_OWNER = ['sources', 'entities', 'claims', 'match_jobs', 'document_owners'] as const

/** Every server of which anything is on record. */
async function guildsOnRecord(db: Kysely<Tables>): Promise<Set<string>> {
  const known = new Set<string>()
  for (const table of BY_GUILD) {
    const rows = db.selectFrom(table).select('guild_id').distinct().where('guild_id', 'is not', null)
    for (const { guild_id } of await rows.execute()) if (guild_id) known.add(guild_id)
  }
  for (const table of BY_OWNER) {
    const rows = db.selectFrom(table).select('owner').distinct().where('owner', '!=', 'operator')
    for (const { owner } of await rows.execute()) known.add(owner)
  }
  for (const { body } of await db.selectFrom('readings').select('body').execute()) {
    const { askedBy } = JSON.parse(body) as LongReading
    if (askedBy) known.add(askedBy.guildId)
  }
  const target = sql<string | null>`json_extract(target, '$.guildId')`.as('guild_id')
  for (const { guild_id } of await db.selectFrom('deliveries').select(target).distinct().execute())
    if (guild_id) known.add(guild_id)
  return known
}
