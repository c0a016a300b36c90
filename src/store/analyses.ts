import type { Insertable, Kysely } from 'kysely'
import type { Document, Statement } from '../model.ts'
import { batches } from './batches.ts'
import type { Dialect } from './dialect.ts'
import { WANTED_BY_ALL } from './statements.ts'
import type { Analysis } from './store.ts'
import type { Tables } from './tables.ts'

type Before = { id: string; document_id: string; sequence: number | null; body: string }
type Analysed = { id: string; analysis: Analysis; backlog: number; before: Before[] }

/** What was found in some documents, with one question of a kind for all of them. */
export async function putAnalyses(db: Kysely<Tables>, some: [string, Analysis][], dialect: Dialect): Promise<void> {
  const all = await held(db, new Map(some), dialect)
  if (all.length === 0) return
  const ids = all.map(({ id }) => id)
  await db.deleteFrom('mentions').where('document_id', 'in', ids).execute()
  const mentions = all.flatMap(({ id, analysis }) =>
    analysis.mentions.flatMap(({ entityId, ...rest }) =>
      entityId
        ? [{ document_id: id, entity_id: entityId, start: rest.start, body: JSON.stringify({ entityId, ...rest }) }]
        : [],
    ),
  )
  for (const batch of batches(mentions)) await db.insertInto('mentions').values(batch).execute()
  await dropGone(db, all)
  const sequences = await putStatements(db, all, dialect)
  await putLinks(db, all, dialect)
  await putWanted(db, all, sequences)
  for (const [version, analysed] of Map.groupBy(all, ({ analysis }) => analysis.version))
    await db
      .updateTable('documents')
      .set({ analysed_version: version })
      .where(
        'id',
        'in',
        analysed.map(({ id }) => id),
      )
      .execute()
}

/** Those that are still there with the text that was analysed; it does not change meanwhile. */
async function held(db: Kysely<Tables>, analyses: Map<string, Analysis>, dialect: Dialect): Promise<Analysed[]> {
  // In one order, so that no two wait for each other.
  const asked = db
    .selectFrom('documents')
    .select(['id', 'analysed_version', 'backlog', 'body'])
    .where('id', 'in', [...analyses.keys()])
    .orderBy('id')
  const rows = new Map((await dialect.hold(asked).execute()).map((row) => [row.id, row]))
  const found = [...analyses].flatMap(([id, analysis]) => {
    const row = rows.get(id)
    if (!row || (analysis.text !== undefined && (JSON.parse(row.body) as Document).text !== analysis.text)) return []
    // What a second analysis finds in an old document is on record, but it is no news.
    return [{ id, analysis, backlog: row.backlog === 1 || row.analysed_version !== null ? 1 : 0 }]
  })
  if (found.length === 0) return []
  const before = await db
    .selectFrom('statements')
    .select(['id', 'document_id', 'sequence', 'body'])
    .where(
      'document_id',
      'in',
      found.map(({ id }) => id),
    )
    .execute()
  const byDocument = Map.groupBy(before, ({ document_id }) => document_id)
  return found.map((one) => ({ ...one, before: byDocument.get(one.id) ?? [] }))
}

/** Statements that were found before, and are not any more. */
async function dropGone(db: Kysely<Tables>, all: Analysed[]): Promise<void> {
  const gone = all.flatMap(({ analysis, before }) => {
    const stays = new Set(analysis.statements.map(({ id }) => id))
    return before.filter(({ id }) => !stays.has(id))
  })
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
}

/** @returns the sequence numbers of the statements that have one */
async function putStatements(db: Kysely<Tables>, all: Analysed[], dialect: Dialect): Promise<Map<string, number>> {
  const sequences = new Map<string, number>()
  const fresh: { statement: Statement; row: Insertable<Tables['statements']> }[] = []
  for (const { id: document_id, analysis, backlog, before } of all) {
    const known = new Map(before.map((row) => [row.id, row]))
    for (const statement of analysis.statements) {
      const { id, turnId, speaker, content } = statement
      const body = JSON.stringify(statement)
      const columns = { turn_id: turnId, speaker_entity: speaker?.entityId ?? null, content, body }
      const old = known.get(id)
      if (old?.sequence) sequences.set(id, old.sequence)
      if (!old) fresh.push({ statement, row: { id, document_id, backlog, recorded_at: analysis.now, ...columns } })
      else if (old.body !== body) await db.updateTable('statements').set(columns).where('id', '=', id).execute()
    }
  }
  for (const batch of batches(fresh)) {
    const numbered = await db
      .insertInto('statements')
      .values(batch.map(({ row }) => row))
      .returning(['id', 'sequence'])
      .execute()
    // Postgres numbers them later, and finds the words in the statements themselves.
    if (dialect.name === 'postgres') continue
    for (const { id, sequence } of numbered) sequences.set(id, sequence)
    const words = batch.map(({ statement }) => ({
      rowid: sequences.get(statement.id)!,
      content: statement.content,
      speaker: statement.speaker?.name ?? '',
    }))
    await db.insertInto('statement_words').values(words).execute()
  }
  return sequences
}

/** Who may want documents with statements. Where the last of them has no number yet, it is told when that gets one. */
async function putWanted(db: Kysely<Tables>, all: Analysed[], sequences: Map<string, number>): Promise<void> {
  await db
    .deleteFrom('caught')
    .where(
      'document_id',
      'in',
      all.map(({ id }) => id),
    )
    .execute()
  const rows = all.flatMap(({ id: document_id, analysis: { statements, wantedBy } }) => {
    const sequence = Math.max(0, ...statements.map(({ id }) => sequences.get(id) ?? 0))
    const keys = statements.length === 0 ? [] : wantedBy?.length ? wantedBy : [WANTED_BY_ALL]
    return [...new Set(keys)].map((key) => ({ document_id, key, sequence }))
  })
  for (const batch of batches(rows)) await db.insertInto('caught').values(batch).execute()
}

/** Quotation keys and matches of the statements of some analyses. */
async function putLinks(db: Kysely<Tables>, all: Analysed[], dialect: Dialect): Promise<void> {
  for (const batch of batches(all.flatMap(({ before }) => before.map(({ id }) => id)))) {
    await db.deleteFrom('quote_keys').where('statement_id', 'in', batch).execute()
    await db.deleteFrom('matches').where('statement_id', 'in', batch).execute()
  }
  const keys = all.flatMap(({ analysis: { statements, quoteKeys } }) =>
    statements.flatMap(({ id }) => (quoteKeys.get(id) ?? []).map((key): [string, string] => [key, id])),
  )
  await dialect.putPairs(db, 'quote_keys', ['key', 'statement_id'], keys)
  const matches = all.flatMap(({ analysis }) =>
    analysis.matches.map((match) => ({
      statement_id: match.statementId,
      claim_id: match.claimId,
      rank: match.rank,
      score: match.score,
      decision: match.decision,
      body: JSON.stringify(match),
    })),
  )
  for (const batch of batches(matches)) await db.insertInto('matches').values(batch).execute()
}
