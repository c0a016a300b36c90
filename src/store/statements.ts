import { type ExpressionBuilder, type Kysely, sql } from 'kysely'
import type { Document, Match, Statement } from '../model.ts'
import { batches } from './batches.ts'
import type { Dialect } from './dialect.ts'
import type { Found, Store, WantedBy } from './store.ts'
import type { Tables } from './tables.ts'
import { type Viewer, visible, withoutForeign } from './viewer.ts'

/** The key of a document of which nobody has told who may want it. */
export const WANTED_BY_ALL = '*'

export function statementsTable(db: Kysely<Tables>, viewer: Viewer, dialect: Dialect): Store['statements'] {
  const all = () =>
    db
      .selectFrom('statements')
      .innerJoin('documents', 'documents.id', 'statements.document_id')
      .select(['statements.sequence', 'statements.body as statement', 'statements.backlog'])
      .select(['documents.body as document', 'documents.sample'])
      // One that was written a moment ago has no number yet.
      .where('statements.sequence', '>', 0)
      .$if(viewer !== 'all', (rows) => rows.where(visible(viewer) as never))
  const read = async (rows: Row[]) => withoutForeign(db, await withMatches(db, rows, viewer), viewer)
  return {
    async since(sequence, { sample, limit, wantedBy }) {
      const rows = () =>
        all()
          .where('statements.sequence', '>', sequence)
          .where('sample', '=', Number(sample))
          .orderBy('statements.sequence')
          .limit(limit)
      if (!wantedBy) return read(await rows().execute())
      const caught = await mayBeWanted(db, sequence, wantedBy)
      const ids = [...caught.keys()]
      const found: Row[] = []
      for (let i = 0; i < ids.length; i += 500)
        found.push(
          ...(await rows()
            .where('document_id', 'in', ids.slice(i, i + 500))
            .execute()),
        )
      const first = await read(found.sort((a, b) => a.sequence - b.sequence).slice(0, limit))
      return first.map((one) => (caught.get(one.document.id) ? { ...one, isCaught: true } : one))
    },
    async firstAfter(sequence) {
      const row = await db
        .selectFrom('statements')
        .select('recorded_at')
        .where('sequence', '>', sequence)
        .orderBy('sequence')
        .limit(1)
        .executeTakeFirst()
      return row?.recorded_at ?? null
    },
    async wantedAfter(sequence) {
      const rows = await db
        .selectFrom('caught')
        .select(({ fn }) => ['key', fn.max('sequence').as('last')])
        .where('sequence', '>', sequence)
        .groupBy('key')
        .execute()
      return new Map(rows.map(({ key, last }) => [key, Number(last)]))
    },
    async recordedAt(sequences) {
      const found = new Map<number, string>()
      for (let i = 0; i < sequences.length; i += 500)
        for (const row of await db
          .selectFrom('statements')
          .select(['sequence', 'recorded_at'])
          .where('sequence', 'in', sequences.slice(i, i + 500))
          .execute())
          found.set(row.sequence, row.recorded_at)
      return found
    },
    async get(id) {
      const start = id.toLowerCase()
      const rows = await all()
        .where('statements.id', '>=', start)
        .where('statements.id', '<', `${start}\u{ffff}`)
        .limit(2)
        .execute()
      const found = await read(rows)
      return found.find((one) => one.statement.id === start) ?? (found.length === 1 ? (found[0] ?? null) : null)
    },
    async search(query, limit) {
      const words =
        query
          .normalize('NFC')
          .match(/[\p{L}\p{N}]+/gu)
          ?.slice(0, 60) ?? []
      if (words.length === 0) return []
      const order = await dialect.searchStatements(db, words, viewer === 'all' ? limit : limit * 4)
      if (order.length === 0) return []
      const found = await read(await all().where('sequence', 'in', order).execute())
      const place = new Map(order.map((sequence, i) => [sequence, i]))
      const best = found.sort((a, b) => (place.get(a.sequence) ?? 0) - (place.get(b.sequence) ?? 0))
      return best.slice(0, limit)
    },
    async byQuoteKeys(keys, { wantedBy, except } = {}) {
      const ids = new Set<string>()
      for (const some of batches(keys))
        for (const wanting of wantedBy ? batches([...wantedBy.keys, WANTED_BY_ALL]) : [null])
          for (const { id } of await havingKeys(
            db,
            some,
            wanting && { keys: wanting, knownFrom: wantedBy?.knownFrom ?? null },
          ))
            if (!except?.has(id)) ids.add(id)
      const found: Found[] = []
      const wanted = [...ids]
      for (let i = 0; i < wanted.length; i += 500)
        found.push(
          ...(await read(
            await all()
              .where('statements.id', 'in', wanted.slice(i, i + 500))
              .execute(),
          )),
        )
      return found.sort((a, b) => a.sequence - b.sequence)
    },
    async byClaim(claimId, limit) {
      const rows = all()
        .innerJoin('matches', 'matches.statement_id', 'statements.id')
        .where('matches.claim_id', '=', claimId)
        .where('matches.decision', '!=', 'none')
      return read(await rows.orderBy('sequence').limit(limit).execute())
    },
    async ofDocument(documentId) {
      return read(await all().where('statements.document_id', '=', documentId).orderBy('sequence').execute())
    },
    async before(time) {
      const last = db.selectFrom('statements').select(({ fn }) => fn.max('sequence').as('last'))
      return Number((await last.where('recorded_at', '<', time).executeTakeFirst())?.last ?? 0)
    },
    settle: () => dialect.settle(db),
    async last() {
      const row = await db
        .selectFrom('statements')
        .select(({ fn }) => fn.max('sequence').as('last'))
        .executeTakeFirst()
      return Number(row?.last ?? 0)
    },
  }
}

/** Statements that have one of these quotation keys. */
function havingKeys(db: Kysely<Tables>, keys: string[], wantedBy: WantedBy | null): Promise<{ id: string }[]> {
  return db
    .selectFrom('quote_keys')
    .innerJoin('statements', 'statements.id', 'quote_keys.statement_id')
    .select('statements.id')
    .distinct()
    .where('quote_keys.key', 'in', keys)
    .$if(wantedBy !== null, (rows) => rows.where((one) => mayWant(one, wantedBy as WantedBy)))
    .limit(2000)
    .execute()
}

const mayWant = (
  { or, exists, eb, selectFrom }: ExpressionBuilder<Tables, 'statements'>,
  { keys, knownFrom }: WantedBy,
) =>
  or([
    exists(
      selectFrom('caught')
        .select(sql<number>`1`.as('one'))
        .whereRef('caught.document_id', '=', 'statements.document_id')
        .where('caught.key', 'in', keys),
    ),
    ...(knownFrom ? [eb('statements.recorded_at', '<', knownFrom)] : []),
  ])

/**
 * Documents with statements after a sequence number that one of these keys may want: true where it has caught them, false
 * where they may be wanted by all.
 */
async function mayBeWanted(db: Kysely<Tables>, sequence: number, keys: string[]): Promise<Map<string, boolean>> {
  const found = new Map<string, boolean>()
  for (const some of batches([...new Set([...keys, WANTED_BY_ALL])])) {
    const rows = await db
      .selectFrom('caught')
      .select(['document_id', 'key'])
      .where('key', 'in', some)
      .where('sequence', '>', sequence)
      .execute()
    for (const { document_id: id, key } of rows) found.set(id, found.get(id) === true || key !== WANTED_BY_ALL)
  }
  return found
}

type Row = { sequence: number; statement: string; document: string; backlog: number; sample: number }

/** Adds mentioned entities to rows, and matches with claims that the viewer knows. */
async function withMatches(db: Kysely<Tables>, rows: Row[], viewer: Viewer): Promise<Found[]> {
  const found = rows.map((row) => ({
    sequence: row.sequence,
    statement: JSON.parse(row.statement) as Statement,
    document: JSON.parse(row.document) as Document,
    matches: [] as Match[],
    entities: [] as string[],
    backlog: row.backlog === 1,
    sample: row.sample === 1,
  }))
  const byId = new Map(found.map((one) => [one.statement.id, one]))
  const ids = [...byId.keys()]
  for (let i = 0; i < ids.length; i += 500) {
    const matches = await db
      .selectFrom('matches')
      .select('body')
      .where('statement_id', 'in', ids.slice(i, i + 500))
      .$if(viewer !== 'all', (all) =>
        all.where(
          'claim_id',
          'in',
          db
            .selectFrom('claims')
            .select('id')
            .where('owner', 'in', ['operator', viewer ?? '']),
        ),
      )
      .orderBy('rank')
      .execute()
    for (const row of matches) {
      const match = JSON.parse(row.body) as Match
      byId.get(match.statementId)?.matches.push(match)
    }
  }
  await addEntities(db, found)
  return found
}

async function addEntities(db: Kysely<Tables>, found: Found[]): Promise<void> {
  const byDocument = Map.groupBy(found, (one) => one.document.id)
  const ids = [...byDocument.keys()]
  for (let i = 0; i < ids.length; i += 500) {
    const rows = await db
      .selectFrom('mentions')
      .select(['document_id', 'entity_id'])
      .distinct()
      .where('document_id', 'in', ids.slice(i, i + 500))
      .execute()
    for (const row of rows) for (const one of byDocument.get(row.document_id) ?? []) one.entities.push(row.entity_id)
  }
}
