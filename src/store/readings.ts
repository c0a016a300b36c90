import type { Kysely } from 'kysely'
import type { LongReading } from '../model.ts'
import type { Store } from './store.ts'
import type { Tables } from './tables.ts'

export function readingsTable(db: Kysely<Tables>): Store['readings'] {
  const read = ({ body }: { body: string }) => JSON.parse(body) as LongReading
  return {
    async get(id) {
      const row = await db.selectFrom('readings').select('body').where('id', '=', id).executeTakeFirst()
      return row ? read(row) : null
    },
    async list() {
      return (await db.selectFrom('readings').select('body').orderBy('asked_at').execute()).map(read)
    },
    async put(reading) {
      const row = { asked_at: reading.askedAt, body: JSON.stringify(reading) }
      await db
        .insertInto('readings')
        .values({ id: reading.id, ...row })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
        .execute()
    },
    async remove(id) {
      const { numDeletedRows } = await db.deleteFrom('readings').where('id', '=', id).executeTakeFirst()
      return numDeletedRows > 0n
    },
  }
}
