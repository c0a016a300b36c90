import { type Kysely, type Nullable, type SelectQueryBuilder, sql } from 'kysely'
import type { Source, SourceState } from '../model.ts'
import type { Store } from './store.ts'
import type { Tables } from './tables.ts'
import type { Viewer } from './viewer.ts'

const untouched = (sourceId: string): SourceState => ({
  sourceId,
  etag: null,
  lastModified: null,
  lastPolledAt: null,
  lastSucceededAt: null,
  nextPollAt: null,
  failures: 0,
  trouble: null,
  troubleSince: null,
})

type Joined = SelectQueryBuilder<
  Tables & { source_states: Nullable<Tables['source_states']> },
  'sources' | 'source_states',
  unknown
>

/** Those whose time has come, whoever waited longest first. */
const dueOf = <Q extends Joined>(all: Q, now: string): Q =>
  all
    .where('enabled', '=', 1)
    .where((is) => is.or([is('next_poll_at', 'is', null), is('next_poll_at', '<=', now)]))
    .orderBy(sql`coalesce(next_poll_at, '')`) as Q

export function sourcesTable(db: Kysely<Tables>, viewer: Viewer): Store['sources'] {
  const configured = () =>
    db
      .selectFrom('sources')
      .leftJoin('source_states', 'source_states.source_id', 'sources.id')
      .select(['sources.id', 'sources.body as source', 'source_states.body as state'])
      .where('configured', '=', 1)
      .$if(viewer !== 'all', (rows) => rows.where('sources.owner', 'in', ['operator', viewer ?? '']))
  const read = (row: { id: string; source: string; state: string | null }) => ({
    source: JSON.parse(row.source) as Source,
    state: row.state ? (JSON.parse(row.state) as SourceState) : untouched(row.id),
  })
  return {
    async configure(sources) {
      await db
        .updateTable('sources')
        .set({ configured: 0 })
        .where('configured', '=', 1)
        .where('owner', '=', 'operator')
        .execute()
      for (const source of sources) {
        // What is known of another address says nothing of this one.
        await db
          .deleteFrom('source_states')
          .where('source_id', '=', source.id)
          .where((is) =>
            is.exists(
              is.selectFrom('sources').select('id').where('id', '=', source.id).where('address', '!=', source.address),
            ),
          )
          .execute()
        const row = {
          kind: source.kind,
          address: source.address,
          enabled: Number(source.enabled),
          sample: Number(source.sample),
          configured: 1,
          body: JSON.stringify(source),
        }
        await db
          .insertInto('sources')
          .values({ id: source.id, ...row })
          .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
          .execute()
      }
    },
    async put(source) {
      const { id, kind, address, owner } = source
      const row = { kind, address, owner, enabled: Number(source.enabled), body: JSON.stringify(source) }
      const flags = { sample: 0, configured: 1 }
      await db
        .insertInto('sources')
        .values({ id, ...row, ...flags })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ ...row, ...flags }))
        .execute()
    },
    async remove(owner, id) {
      const gone = db.updateTable('sources').set({ configured: 0 }).where('owner', '=', owner).where('id', '=', id)
      return Number((await gone.where('configured', '=', 1).executeTakeFirst()).numUpdatedRows) > 0
    },
    async list() {
      return (await configured().orderBy('sources.id').execute()).map(read)
    },
    async due(now) {
      return (await dueOf(configured(), now).execute()).map(read)
    },
    async dueAddresses(now) {
      const all = db
        .selectFrom('sources')
        .leftJoin('source_states', 'source_states.source_id', 'sources.id')
        .select(['sources.id', 'sources.address'])
        .where('configured', '=', 1)
        .where('sample', '=', 0)
      return dueOf(all, now).execute()
    },
    async get(id) {
      const row = await configured().where('sources.id', '=', id).executeTakeFirst()
      return row ? read(row) : null
    },
    async some(ids) {
      return ids.length === 0 ? [] : (await configured().where('sources.id', 'in', ids).execute()).map(read)
    },
    async remember(...states) {
      const last = new Map(states.map((state) => [state.sourceId, state]))
      if (last.size === 0) return
      await db
        .insertInto('source_states')
        .values(
          Array.from(last.values(), (state) => ({
            source_id: state.sourceId,
            next_poll_at: state.nextPollAt,
            body: JSON.stringify(state),
          })),
        )
        .onConflict((conflict) =>
          conflict.column('source_id').doUpdateSet(({ ref }) => ({
            next_poll_at: ref('excluded.next_poll_at'),
            body: ref('excluded.body'),
          })),
        )
        .execute()
    },
  }
}
