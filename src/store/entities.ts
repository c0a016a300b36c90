import type { Kysely } from 'kysely'
import type { Entity } from '../model.ts'
import type { Store } from './store.ts'
import type { Tables } from './tables.ts'
import type { Viewer } from './viewer.ts'

export function entitiesTable(db: Kysely<Tables>, viewer: Viewer): Store['entities'] {
  return {
    async list() {
      const rows = db.selectFrom('entities').select('body').orderBy('id')
      const seen = viewer === 'all' ? rows : rows.where('owner', '=', viewer ?? '')
      return (await seen.execute()).map(({ body }) => JSON.parse(body) as Entity)
    },
    async put(entity) {
      const row = { owner: entity.owner, body: JSON.stringify(entity) }
      await db
        .insertInto('entities')
        .values({ id: entity.id, ...row })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
        .execute()
    },
    async remove(owner, id) {
      const gone = db.deleteFrom('entities').where('owner', '=', owner).where('id', '=', id)
      return Number((await gone.executeTakeFirst()).numDeletedRows) > 0
    },
  }
}
