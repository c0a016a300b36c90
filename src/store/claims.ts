import type { Kysely } from 'kysely'
import type { Claim } from '../model.ts'
import type { Store } from './store.ts'
import type { Tables } from './tables.ts'

export function claimsTable(db: Kysely<Tables>): Store['claims'] {
  return {
    async configure(claims) {
      await db.deleteFrom('claims').where('configured', '=', 1).execute()
      for (const claim of claims) {
        const row = { owner: claim.owner, status: claim.status, configured: 1, body: JSON.stringify(claim) }
        await db
          .insertInto('claims')
          .values({ id: claim.id, ...row })
          .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
          .execute()
      }
    },
    async list(owner) {
      const rows = db.selectFrom('claims').select('body').orderBy('id')
      return (await (owner ? rows.where('owner', '=', owner) : rows).execute()).map(
        (row) => JSON.parse(row.body) as Claim,
      )
    },
    async get(id) {
      const row = await db.selectFrom('claims').select('body').where('id', '=', id).executeTakeFirst()
      return row ? (JSON.parse(row.body) as Claim) : null
    },
  }
}
