import type { Kysely } from 'kysely'
import type { Claim, ImportJob } from '../model.ts'
import type { Store } from './store.ts'
import type { Tables } from './tables.ts'

export function importsTable(db: Kysely<Tables>): Store['imports'] {
  const read = ({ body }: { body: string }) => JSON.parse(body) as ImportJob
  return {
    async begin(job, claims) {
      await db
        .insertInto('imports')
        .values({
          id: job.id,
          guild_id: job.guildId,
          asked_at: job.askedAt,
          finished_at: job.finishedAt,
          body: JSON.stringify(job),
          claims: JSON.stringify(claims),
        })
        .execute()
    },
    async get(id) {
      const row = await db.selectFrom('imports').select('body').where('id', '=', id).executeTakeFirst()
      return row ? read(row) : null
    },
    async open() {
      const rows = db.selectFrom('imports').select('body').where('finished_at', 'is', null)
      return (await rows.orderBy('asked_at').orderBy('id').execute()).map(read)
    },
    async claims(id) {
      const row = await db.selectFrom('imports').select('claims').where('id', '=', id).executeTakeFirst()
      return JSON.parse(row?.claims ?? '[]') as Claim[]
    },
    async put(job) {
      const row = {
        finished_at: job.finishedAt,
        body: JSON.stringify(job),
        ...(job.finishedAt ? { claims: null } : {}),
      }
      await db.updateTable('imports').set(row).where('id', '=', job.id).execute()
    },
    async dropFinished(before) {
      await db.deleteFrom('imports').where('finished_at', '<', before).execute()
    },
  }
}
