import { type Kysely, sql } from 'kysely'
import type { MatchJob } from '../model.ts'
import type { Dialect } from './dialect.ts'
import type { Store } from './store.ts'
import type { Tables } from './tables.ts'

/** SQLite takes at most 32,766 values in one statement. */
const AT_ONCE = 2000

export function matchingTable(db: Kysely<Tables>, dialect: Dialect): Store['matching'] {
  const jobs = () =>
    db
      .selectFrom('match_jobs')
      .select(['id', 'owner', 'begun_at as begunAt', 'finished_at as finishedAt', 'looked', 'total', 'found'])

  /** How far the record goes. What has no number yet is not to be looked at yet. */
  const standing = async () => {
    const { last, total } = await db
      .selectFrom('statements')
      .select(({ fn }) => [fn.max('sequence').as('last'), fn.count('sequence').as('total')])
      .executeTakeFirstOrThrow()
    return { last: Number(last ?? 0), total: Number(total) }
  }

  return {
    async wordings() {
      const rows = await db.selectFrom('matched_claims').select(['claim_id', 'wording']).execute()
      return new Map(rows.map((row) => [row.claim_id, row.wording]))
    },
    async begin({ id, owner, claims, now }) {
      const { last, total } = await standing()
      for (let from = 0; from < claims.length; from += AT_ONCE)
        await db
          .insertInto('matched_claims')
          .values(
            claims
              .slice(from, from + AT_ONCE)
              .map((claim) => ({ claim_id: claim.id, wording: claim.wording, job_id: id })),
          )
          .onConflict((conflict) =>
            conflict.column('claim_id').doUpdateSet(({ ref }) => ({
              wording: ref('excluded.wording'),
              job_id: ref('excluded.job_id'),
            })),
          )
          .execute()
      const job: MatchJob = {
        id,
        owner,
        begunAt: now,
        // Where several processes write, another may be recording without these claims just now.
        finishedAt: total === 0 && dialect.name === 'sqlite' ? now : null,
        looked: 0,
        total,
        found: 0,
      }
      await db
        .insertInto('match_jobs')
        .values({
          id,
          owner,
          begun_at: now,
          finished_at: job.finishedAt,
          at_sequence: 0,
          until_sequence: last,
          looked: 0,
          total: job.total,
          found: 0,
        })
        .execute()
      return job
    },
    open: () => jobs().where('finished_at', 'is', null).orderBy('begun_at').orderBy('id').execute(),
    async get(id) {
      return (await jobs().where('id', '=', id).executeTakeFirst()) ?? null
    },
    async claimIds(id) {
      const rows = await db.selectFrom('matched_claims').select('claim_id').where('job_id', '=', id).execute()
      return rows.map((row) => row.claim_id)
    },
    async stretch(id, limit) {
      const rows = await db
        .selectFrom('statements')
        .innerJoin('match_jobs', (join) =>
          join
            .on('match_jobs.id', '=', id)
            .onRef('statements.sequence', '>', 'match_jobs.at_sequence')
            .onRef('statements.sequence', '<=', 'match_jobs.until_sequence'),
        )
        .select(['statements.sequence', 'statements.id', 'statements.content'])
        .orderBy('statements.sequence')
        .limit(limit)
        .execute()
      return rows
    },
    async advance(id, { looked, sequence, matches }) {
      // What was found under an earlier wording of these claims gives way, statement by statement.
      await sql`delete from matches where claim_id in (select claim_id from matched_claims where job_id = ${id})
        and statement_id in (select statements.id from statements join match_jobs on match_jobs.id = ${id}
          where sequence > at_sequence and sequence <= ${sequence})`.execute(db)
      for (const match of matches) {
        const { statementId, claimId, rank, score, decision } = match
        const row = { rank, score, decision, body: JSON.stringify(match) }
        // A statement may be gone meanwhile: its document was read again.
        const isThere = await db.selectFrom('statements').select('id').where('id', '=', statementId).executeTakeFirst()
        if (isThere)
          await db
            .insertInto('matches')
            .values({ statement_id: statementId, claim_id: claimId, ...row })
            .onConflict((conflict) => conflict.columns(['statement_id', 'claim_id']).doUpdateSet(row))
            .execute()
      }
      await db
        .updateTable('match_jobs')
        .set(({ eb }) => ({
          at_sequence: sequence,
          looked: eb('looked', '+', looked),
          found: eb('found', '+', matches.length),
        }))
        .where('id', '=', id)
        .execute()
    },
    async finish(id, now) {
      await db.updateTable('match_jobs').set({ finished_at: now }).where('id', '=', id).execute()
      await db.updateTable('matched_claims').set({ job_id: null }).where('job_id', '=', id).execute()
    },
    async extend(id) {
      const { last, total } = await standing()
      await db.updateTable('match_jobs').set({ until_sequence: last, total }).where('id', '=', id).execute()
    },
    async forget(claimIds) {
      for (let from = 0; from < claimIds.length; from += AT_ONCE)
        await db
          .deleteFrom('matched_claims')
          .where('claim_id', 'in', claimIds.slice(from, from + AT_ONCE))
          .execute()
      // Of a claim that is kept no more, nothing is kept.
      await sql`delete from matches where claim_id not in (select id from claims)`.execute(db)
    },
  }
}
