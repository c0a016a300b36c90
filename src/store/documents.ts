import type { Kysely } from 'kysely'
import type { Document } from '../model.ts'
import type { Analysis, Store } from './store.ts'
import type { Tables } from './tables.ts'

const read = (row: { body: string } | undefined): Document | null => (row ? (JSON.parse(row.body) as Document) : null)

export function documentsTable(db: Kysely<Tables>): Store['documents'] {
  return {
    async get(id) {
      return read(await db.selectFrom('documents').select('body').where('id', '=', id).executeTakeFirst())
    },
    async noneReal() {
      return !(await db.selectFrom('documents').select('id').where('sample', '=', 0).limit(1).executeTakeFirst())
    },
    async findByKeys(keys) {
      if (keys.length === 0) return null
      const row = await db
        .selectFrom('document_keys')
        .innerJoin('documents', 'documents.id', 'document_keys.document_id')
        .select('documents.body')
        .where('key', 'in', keys)
        .orderBy('recorded_at')
        .limit(1)
        .executeTakeFirst()
      return read(row)
    },
    async findByUrl(url) {
      return read(await db.selectFrom('documents').select('body').where('url', '=', url).limit(1).executeTakeFirst())
    },
    async put(document, facts) {
      const known = await db.selectFrom('documents').select('body').where('id', '=', document.id).executeTakeFirst()
      const body = JSON.stringify(document)
      const { kind, url, published } = document
      if (!known) {
        const row = { id: document.id, kind, url, published, body, source_id: facts.sourceId, recorded_at: facts.now }
        const flags = { sample: Number(facts.sample), backlog: Number(facts.backlog), analysed_version: null }
        await db
          .insertInto('documents')
          .values({ ...row, ...flags })
          .execute()
      } else if (known.body !== body) {
        const again = read(known)?.text === document.text ? {} : { analysed_version: null }
        await db
          .updateTable('documents')
          .set({ kind, url, published, body, ...again })
          .where('id', '=', document.id)
          .execute()
      }
      if (facts.keys.length > 0)
        await db
          .insertInto('document_keys')
          .values(facts.keys.map((key) => ({ key, document_id: document.id })))
          .onConflict((conflict) => conflict.doNothing())
          .execute()
    },
    async unanalysed(version, limit) {
      const rows = await db
        .selectFrom('documents')
        .select('body')
        .where((is) => is.or([is('analysed_version', 'is', null), is('analysed_version', '!=', version)]))
        .orderBy('recorded_at')
        .limit(limit)
        .execute()
      return rows.map((row) => JSON.parse(row.body) as Document)
    },
    analysed: (id, analysis) => putAnalysis(db, id, analysis),
  }
}

async function putAnalysis(db: Kysely<Tables>, id: string, analysis: Analysis): Promise<void> {
  const document = await db
    .selectFrom('documents')
    .select(['analysed_version', 'backlog'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (!document) return
  const before = await db
    .selectFrom('statements')
    .select(['id', 'sequence', 'body'])
    .where('document_id', '=', id)
    .execute()
  const known = new Map(before.map((row) => [row.id, row]))
  await db.deleteFrom('mentions').where('document_id', '=', id).execute()
  const mentions = analysis.mentions.flatMap(({ entityId, ...rest }) =>
    entityId
      ? [{ document_id: id, entity_id: entityId, start: rest.start, body: JSON.stringify({ entityId, ...rest }) }]
      : [],
  )
  for (const batch of batches(mentions)) await db.insertInto('mentions').values(batch).execute()

  const stays = new Set(analysis.statements.map((statement) => statement.id))
  const gone = before.filter((row) => !stays.has(row.id))
  for (const batch of batches(gone)) {
    await db
      .deleteFrom('statement_words')
      .where('rowid' as never, 'in', batch.map((row) => row.sequence) as never)
      .execute()
    await db
      .deleteFrom('statements')
      .where(
        'id',
        'in',
        batch.map((row) => row.id),
      )
      .execute()
  }
  // What a second analysis finds in an old document is on record, but it is no news.
  const backlog = document.backlog === 1 || document.analysed_version !== null ? 1 : 0
  for (const statement of analysis.statements) {
    const body = JSON.stringify(statement)
    const old = known.get(statement.id)
    const columns = {
      turn_id: statement.turnId,
      speaker_entity: statement.speaker?.entityId ?? null,
      content: statement.content,
      body,
    }
    if (old) {
      if (old.body !== body) await db.updateTable('statements').set(columns).where('id', '=', statement.id).execute()
    } else {
      const { insertId } = await db
        .insertInto('statements')
        .values({ id: statement.id, document_id: id, backlog, recorded_at: analysis.now, ...columns })
        .executeTakeFirstOrThrow()
      const words = { rowid: Number(insertId), content: statement.content, speaker: statement.speaker?.name ?? '' }
      await db.insertInto('statement_words').values(words).execute()
    }
  }
  await putLinks(db, analysis)
  await db.updateTable('documents').set({ analysed_version: analysis.version }).where('id', '=', id).execute()
}

/** Quotation keys and matches of the statements of one analysis. */
async function putLinks(db: Kysely<Tables>, { statements, matches, quoteKeys }: Analysis): Promise<void> {
  for (const batch of batches(statements.map(({ id }) => id))) {
    await db.deleteFrom('quote_keys').where('statement_id', 'in', batch).execute()
    await db.deleteFrom('matches').where('statement_id', 'in', batch).execute()
  }
  const keys = statements.flatMap(({ id }) => [...new Set(quoteKeys.get(id))].map((key) => ({ key, statement_id: id })))
  for (const batch of batches(keys)) await db.insertInto('quote_keys').values(batch).execute()
  const rows = matches.map((match) => ({
    statement_id: match.statementId,
    claim_id: match.claimId,
    rank: match.rank,
    score: match.score,
    decision: match.decision,
    body: JSON.stringify(match),
  }))
  for (const batch of batches(rows)) await db.insertInto('matches').values(batch).execute()
}

/** SQLite takes at most 32,766 values in one statement. */
function* batches<T>(rows: T[], size = 500): Generator<T[]> {
  for (let i = 0; i < rows.length; i += size) yield rows.slice(i, i + size)
}
