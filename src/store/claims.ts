import { type Kysely, sql } from 'kysely'
import type { Claim } from '../model.ts'
import type { Dialect } from './dialect.ts'
import type { Store } from './store.ts'
import type { Tables } from './tables.ts'

/** SQLite takes at most 32,766 values in one statement. */
const AT_ONCE = 2000

export function claimsTable(db: Kysely<Tables>, dialect: Dialect): Store['claims'] {
  const toRow = (claim: Claim) => ({ owner: claim.owner, status: claim.status, body: JSON.stringify(claim) })

  async function remember(before: Claim | null, after: Claim, { by, now }: { by: string; now: string }) {
    await db
      .insertInto('claim_history')
      .values({
        claim_id: after.id,
        changed_at: now,
        changed_by: by,
        before: before && JSON.stringify(before),
        after: JSON.stringify(after),
      })
      .execute()
  }

  return {
    async configure(claims) {
      await db.deleteFrom('claims').where('configured', '=', 1).execute()
      for (const claim of claims) {
        const row = { ...toRow(claim), configured: 1 }
        await db
          .insertInto('claims')
          .values({ id: claim.id, same_key: null, ...row })
          .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
          .execute()
      }
    },
    async add(claims, { merge, by, now }) {
      const counts = { added: 0, changed: 0, same: 0 }
      for (const { claim, key } of claims) {
        // Two look-ups by index: one with "or" would read the whole table.
        const mine = () => db.selectFrom('claims').select('body').where('owner', '=', claim.owner)
        const known =
          (await mine().where('same_key', '=', key).limit(1).executeTakeFirst()) ??
          (await mine().where('id', '=', claim.id).executeTakeFirst())
        if (!known) {
          const taken = await db.selectFrom('claims').select('id').where('id', '=', claim.id).executeTakeFirst()
          const id = taken ? `${claim.owner}:${claim.id}` : claim.id
          const added = { ...claim, id }
          await db
            .insertInto('claims')
            .values({ id, ...toRow(added), configured: 0, same_key: key })
            .execute()
          await remember(null, added, { by, now })
          counts.added += 1
          continue
        }
        const before = JSON.parse(known.body) as Claim
        const after = { ...merge(before, claim), id: before.id, owner: before.owner }
        if (JSON.stringify(after) === known.body) {
          counts.same += 1
          continue
        }
        await db
          .updateTable('claims')
          .set({ ...toRow(after), same_key: key })
          .where('id', '=', before.id)
          .execute()
        await remember(before, after, { by, now })
        counts.changed += 1
      }
      return counts
    },
    async edit(claim, options) {
      const known = await db.selectFrom('claims').select('body').where('id', '=', claim.id).executeTakeFirst()
      if (!known) return false
      if (known.body === JSON.stringify(claim)) return true
      await db.updateTable('claims').set(toRow(claim)).where('id', '=', claim.id).execute()
      await remember(JSON.parse(known.body) as Claim, claim, options)
      return true
    },
    async history(id) {
      const rows = await db
        .selectFrom('claim_history')
        .selectAll()
        .where('claim_id', '=', id)
        .orderBy('sequence', 'desc')
        .execute()
      return rows.map((row) => ({
        changedAt: row.changed_at,
        changedBy: row.changed_by,
        before: row.before === null ? null : (JSON.parse(row.before) as Claim),
        after: JSON.parse(row.after ?? 'null') as Claim,
      }))
    },
    async search(words, limit) {
      const asked = words.map((word) => word.replaceAll('"', '')).filter((word) => word !== '')
      if (asked.length === 0) return []
      return (await dialect.searchClaims(db, asked, limit)).map((body) => JSON.parse(body) as Claim)
    },
    async imported({ after, limit }) {
      const rows = await db
        .selectFrom('claims')
        .select('body')
        .where('id', '>', after)
        // Joined with nothing, so that the database keeps to the order of ids: by owner, each page would sort all claims.
        .where(sql<string>`owner || ''`, '=', 'operator')
        .where('configured', '=', 0)
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map((row) => JSON.parse(row.body) as Claim)
    },
    async ofOperator() {
      const rows = db.selectFrom('claims').where('owner', '=', 'operator')
      return Number((await rows.select(({ fn }) => fn.countAll().as('n')).executeTakeFirstOrThrow()).n)
    },
    async byIds(ids) {
      const found: Claim[] = []
      for (let from = 0; from < ids.length; from += AT_ONCE) {
        const some = ids.slice(from, from + AT_ONCE)
        const rows = await db.selectFrom('claims').select('body').where('id', 'in', some).execute()
        found.push(...rows.map((row) => JSON.parse(row.body) as Claim))
      }
      return found
    },
    async list(owner) {
      const rows = db.selectFrom('claims').select('body').orderBy('id')
      return (await (owner ? rows.where('owner', '=', owner) : rows).execute()).map(
        (row) => JSON.parse(row.body) as Claim,
      )
    },
    async find({ owners, holding, limit }) {
      const theirs = db.selectFrom('claims').where('owner', 'in', owners)
      if (holding === '') {
        const rows = await theirs.select('body').orderBy('id').limit(limit).execute()
        const { n } = await theirs.select(({ fn }) => fn.countAll().as('n')).executeTakeFirstOrThrow()
        return { claims: rows.map((row) => JSON.parse(row.body) as Claim), total: Number(n) }
      }
      // The database narrows it down where the letters are those of any alphabet's small ones; what holds it is read.
      const wanted = holding.toLowerCase()
      const plain = /^[\x20-\x7e]+$/.test(wanted) && !/["\\]/.test(wanted)
      const like = `%${wanted.replace(/[\\%_]/g, '\\$&')}%`
      const rows = await theirs
        .select('body')
        .$if(plain, (some) => some.where(sql<boolean>`lower(body) like ${like} escape '\\'`))
        .orderBy('id')
        .execute()
      const claims = rows
        .map((row) => JSON.parse(row.body) as Claim)
        .filter(({ id, title, text }) => `${id} ${title ?? ''} ${text}`.toLowerCase().includes(wanted))
      return { claims: claims.slice(0, limit), total: claims.length }
    },
    async mostSaid(limit) {
      const rows = await db
        .selectFrom('matches')
        .select(({ fn }) => ['claim_id', fn.countAll().as('said')])
        .where('decision', '!=', 'none')
        .groupBy('claim_id')
        .orderBy('said', 'desc')
        .orderBy('claim_id')
        .limit(limit)
        .execute()
      return rows.map((row) => ({ id: row.claim_id, said: Number(row.said) }))
    },
    async get(id) {
      const row = await db.selectFrom('claims').select('body').where('id', '=', id).executeTakeFirst()
      return row ? (JSON.parse(row.body) as Claim) : null
    },
    async owned() {
      const rows = db.selectFrom('claims').select('body').where('owner', '!=', 'operator').orderBy('id')
      return (await rows.execute()).map((row) => JSON.parse(row.body) as Claim)
    },
    async ownersAmong(owners) {
      const kept: string[] = []
      for (let from = 0; from < owners.length; from += AT_ONCE) {
        const some = owners.slice(from, from + AT_ONCE)
        const rows = db.selectFrom('claims').select('owner').distinct().where('owner', 'in', some)
        kept.push(...(await rows.execute()).map(({ owner }) => owner))
      }
      return kept
    },
    async lastChange() {
      const row = await db
        .selectFrom('claim_history')
        .select(({ fn }) => fn.max('sequence').as('last'))
        .executeTakeFirst()
      return Number(row?.last ?? 0)
    },
    async changedAfter(change) {
      const changed = db.selectFrom('claim_history').select('claim_id').where('sequence', '>', change)
      const rows = await db.selectFrom('claims').select('body').where('id', 'in', changed).orderBy('id').execute()
      return rows.map((row) => JSON.parse(row.body) as Claim)
    },
    async changeMark(change) {
      const rows = db.selectFrom('claim_history').select(['claim_id', 'changed_at']).where('sequence', '=', change)
      const row = await rows.executeTakeFirst()
      return row ? `${row.claim_id} ${row.changed_at}` : null
    },
  }
}
