import type { Kysely } from 'kysely'
import type { Alarm, Heartbeat, SourceState, Standing } from '../model.ts'
import type { Store } from './store.ts'
import type { Tables } from './tables.ts'

const DAY_MS = 86_400_000

export function watchTable(db: Kysely<Tables>): Store['watch'] {
  return {
    standing: (now) => standing(db, now),
    async beat(heartbeat) {
      const { process, at } = heartbeat
      const row = { at, body: JSON.stringify(heartbeat) }
      const dayAgo = new Date(Date.parse(at) - DAY_MS).toISOString()
      await db.deleteFrom('heartbeats').where('at', '<', dayAgo).execute()
      await db
        .insertInto('heartbeats')
        .values({ process, ...row })
        .onConflict((conflict) => conflict.column('process').doUpdateSet(row))
        .execute()
    },
    async ended(process) {
      await db.deleteFrom('heartbeats').where('process', '=', process).execute()
    },
    async heartbeats(since) {
      const rows = await db
        .selectFrom('heartbeats')
        .select('body')
        .where('at', '>=', since)
        .orderBy('at', 'desc')
        .execute()
      return rows.map(({ body }) => JSON.parse(body) as Heartbeat)
    },
    async alarms() {
      const rows = await db.selectFrom('alarms').selectAll().orderBy('since').execute()
      return rows.map(({ id, since, told_at, words }): Alarm => ({ id, since, toldAt: told_at, words }))
    },
    async raise({ id, words }, now) {
      await db
        .insertInto('alarms')
        .values({ id, words, since: now, told_at: null })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ words }))
        .execute()
    },
    async told(id, now) {
      const { numUpdatedRows } = await db
        .updateTable('alarms')
        .set({ told_at: now })
        .where('id', '=', id)
        .where('told_at', 'is', null)
        .executeTakeFirst()
      return Number(numUpdatedRows) > 0
    },
    async lower(id) {
      await db.deleteFrom('alarms').where('id', '=', id).execute()
    },
  }
}

async function standing(db: Kysely<Tables>, now: string): Promise<Standing> {
  const sources = await db
    .selectFrom('sources')
    .leftJoin('source_states', 'source_states.source_id', 'sources.id')
    .select(['next_poll_at', 'source_states.body'])
    .where('configured', '=', 1)
    .where('enabled', '=', 1)
    .where('sample', '=', 0)
    .execute()
  const states = sources.map(({ body }) => (body ? (JSON.parse(body) as SourceState) : null))
  const failing: Standing['failing'] = {}
  for (const state of states)
    if (state?.trouble) failing[state.troubleReason ?? 'fault'] = (failing[state.troubleReason ?? 'fault'] ?? 0) + 1
  const due = sources.filter(({ next_poll_at }) => !next_poll_at || next_poll_at <= now)
  const waiting = await db
    .selectFrom('documents')
    .select(({ fn }) => [fn.countAll().as('n'), fn.min('recorded_at').as('oldest')])
    .where('analysed_version', 'is', null)
    .executeTakeFirstOrThrow()
  const deliveries = await db
    .selectFrom('deliveries')
    .select(({ fn }) => ['status', fn.countAll().as('n'), fn.min('composed_at').as('oldest')])
    .where('status', 'in', ['owed', 'unknown'])
    .groupBy('status')
    .execute()
  const owed = deliveries.find(({ status }) => status === 'owed')
  const subscriptions = await db
    .selectFrom('subscriptions')
    .select(['paused_because', 'next_digest_at'])
    .where('configured', '=', 1)
    .execute()
  const late = subscriptions.filter(
    ({ paused_because, next_digest_at }) => !paused_because && next_digest_at && next_digest_at <= now,
  )
  return {
    sources: {
      enabled: sources.length,
      due: due.length,
      oldestDueAt: first(due.map(({ next_poll_at }) => next_poll_at)),
      lastReadAt: last(states),
    },
    failing,
    documents: { waiting: Number(waiting.n), oldestWaitingAt: waiting.oldest },
    deliveries: {
      owed: Number(owed?.n ?? 0),
      oldestOwedAt: owed?.oldest ?? null,
      unknown: Number(deliveries.find(({ status }) => status === 'unknown')?.n ?? 0),
    },
    subscriptions: {
      paused: subscriptions.filter(({ paused_because }) => paused_because).length,
      due: late.length,
      oldestDueAt: first(late.map(({ next_digest_at }) => next_digest_at)),
    },
  }
}

const first = (times: (string | null)[]): string | null => times.filter((time) => time !== null).sort()[0] ?? null
const last = (states: (SourceState | null)[]): string | null =>
  states
    .flatMap((state) => state?.lastSucceededAt ?? [])
    .sort()
    .at(-1) ?? null
