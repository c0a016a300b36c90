import { type ExpressionBuilder, type Insertable, type Kysely, sql } from 'kysely'
import type { Document } from '../model.ts'
import { putAnalyses } from './analyses.ts'
import { batches } from './batches.ts'
import type { Dialect } from './dialect.ts'
import type { DocumentFacts, Store } from './store.ts'
import type { Tables } from './tables.ts'
import { type Viewer, visible } from './viewer.ts'

const read = (row: { body: string } | undefined): Document | null => (row ? (JSON.parse(row.body) as Document) : null)

export function documentsTable(db: Kysely<Tables>, viewer: Viewer, dialect: Dialect): Store['documents'] {
  const seen = () =>
    db
      .selectFrom('documents')
      .select('documents.body')
      .$if(viewer !== 'all', (rows) => rows.where(visible(viewer)))
  const putKeys = (pairs: [string, string][]) => dialect.putPairs(db, 'document_keys', ['key', 'document_id'], pairs)
  return {
    async get(id) {
      return read(await seen().where('id', '=', id).executeTakeFirst())
    },
    async noneReal() {
      return !(await db.selectFrom('documents').select('id').where('sample', '=', 0).limit(1).executeTakeFirst())
    },
    async findByKeys(keys) {
      if (keys.length === 0) return null
      const row = await seen()
        .innerJoin('document_keys', 'documents.id', 'document_keys.document_id')
        .where('key', 'in', keys)
        .orderBy('recorded_at')
        .limit(1)
        .executeTakeFirst()
      return read(row)
    },
    async allByKeys(keys) {
      const rows: { key: string; id: string; body: string; recorded_at: string }[] = []
      for (const some of batches(keys))
        rows.push(
          ...(await db
            .selectFrom('document_keys')
            .innerJoin('documents', 'documents.id', 'document_keys.document_id')
            .select(['document_keys.key', 'documents.id', 'documents.body', 'documents.recorded_at'])
            .where('key', 'in', some)
            .orderBy('recorded_at')
            .execute()),
        )
      rows.sort((a, b) => (a.recorded_at < b.recorded_at ? -1 : a.recorded_at > b.recorded_at ? 1 : 0))
      const bodies = new Map(rows.map(({ id, body }) => [id, body]))
      const parsed = new Map([...bodies].map(([id, body]) => [id, JSON.parse(body) as Document]))
      return rows.flatMap(({ key, id }) => {
        const document = parsed.get(id)
        return document ? [{ key, document }] : []
      })
    },
    async owners(ids) {
      const owners = new Map<string, string[]>()
      for (const some of batches(ids))
        for (const row of await db.selectFrom('document_owners').selectAll().where('document_id', 'in', some).execute())
          owners.getOrInsert(row.document_id, []).push(row.owner)
      return owners
    },
    async findByUrl(url) {
      return read(await seen().where('url', '=', url).limit(1).executeTakeFirst())
    },
    async put(document, facts) {
      const row = rowOf(document, facts)
      const { kind, url, published, body } = row
      const added = await db
        .insertInto('documents')
        .values(row)
        .onConflict((conflict) => conflict.column('id').doNothing())
        .returning('id')
        .executeTakeFirst()
      const asked = db.selectFrom('documents').select('body').where('id', '=', document.id)
      // Held, so that it does not go before its keys are written.
      const known = added ? undefined : await dialect.hold(asked).executeTakeFirst()
      if (known && known.body !== body) {
        const before = read(known)
        const same = before?.text === document.text && before.post?.deleted === document.post?.deleted
        const again = same ? {} : { analysed_version: null }
        await db
          .updateTable('documents')
          .set({ kind, url, published, body, ...again })
          .where('id', '=', document.id)
          .execute()
      }
      await setOwner(db, document.id, !added, facts)
      await putKeys(added || known ? facts.keys.map((key) => [key, document.id]) : [])
    },
    async putNew(documents) {
      for (const some of batches(documents, 50)) {
        const added = await db
          .insertInto('documents')
          .values(some.map(({ document, facts }) => rowOf(document, facts)))
          .onConflict((conflict) => conflict.column('id').doNothing())
          .returning('id')
          .execute()
        const ids = new Set(added.map(({ id }) => id))
        const [fresh, known] = [
          some.filter((one) => ids.has(one.document.id)),
          some.filter((one) => !ids.has(one.document.id)),
        ]
        for (const { document, facts } of fresh) await setOwner(db, document.id, false, facts)
        await putKeys(fresh.flatMap(({ document, facts }) => facts.keys.map((key) => [key, document.id])))
        for (const { document, facts } of known) await this.put(document, facts)
      }
    },
    async silentSince(time, { from, limit }) {
      const rows = await seen()
        .where('recorded_at', '>=', time)
        .where('sample', '=', 0)
        .where(({ not, exists, selectFrom }) =>
          not(exists(selectFrom('statements').select('id').whereRef('statements.document_id', '=', 'documents.id'))),
        )
        .orderBy('recorded_at', 'desc')
        .orderBy('id')
        .limit(limit)
        .offset(from)
        .execute()
      return rows.map((row) => JSON.parse(row.body) as Document)
    },
    async unanalysed(version, limit, share) {
      const rows = await db
        .selectFrom('documents')
        .select('body')
        .where(waits(version))
        .$if(share !== undefined, (all) =>
          all.where((is) =>
            is.or([
              is('id', 'like', `%${share?.ending}`),
              ...(share?.others.length ? [is.and(share.others.map((other) => is('id', 'not like', `%${other}`)))] : []),
            ]),
          ),
        )
        .orderBy('recorded_at')
        .limit(limit)
        .execute()
      return rows.map((row) => JSON.parse(row.body) as Document)
    },
    async endingsUnanalysed(version) {
      const some = await db.selectFrom('documents').select('id').where(waits(version)).limit(ENOUGH).execute()
      return [...new Set(some.map(({ id }) => id.slice(-1)))]
    },
    async analyseAgain(which) {
      const again = db.updateTable('documents').set({ analysed_version: AGAIN })
      if ('entityId' in which) {
        const mentioning = db.selectFrom('mentions').select('document_id').where('entity_id', '=', which.entityId)
        await again.where('id', 'in', mentioning).where('analysed_version', 'is not', null).execute()
        return null
      }
      const { words, from } = which
      const { rows } = await sql<{ last: number | null }>`select max(rowid) as last from
        (select rowid from documents where rowid > ${from} order by rowid limit ${STRETCH})`.execute(db)
      const last = rows[0]?.last
      if (last === null || last === undefined) return null
      const holds = sql.join(
        // SQLite knows the small letters of A to Z alone.
        words
          .flatMap((word) => [word.toLowerCase(), word.replace(/[A-Z]/g, (letter) => letter.toLowerCase())])
          .map((word) => sql`instr(lower(body), ${word}) > 0`),
        sql` or `,
      )
      await sql`update documents set analysed_version = 'again' where rowid > ${from} and rowid <= ${last}
        and analysed_version is not null and (${holds})`.execute(db)
      return last
    },
    async analysedForNothing(documents, version) {
      const noneIn = (table: 'mentions' | 'statements') =>
        sql<boolean>`not exists (select 1 from ${sql.table(table)} where document_id = documents.id)`
      const found: string[] = []
      for (const some of batches(documents, 50)) {
        const rows = await db
          .updateTable('documents')
          .set({ analysed_version: version })
          .where((is) =>
            is.or(some.map((one) => is.and([is('id', '=', one.id), is('body', '=', JSON.stringify(one))]))),
          )
          .where(noneIn('mentions'))
          .where(noneIn('statements'))
          .returning('id')
          .execute()
        found.push(...rows.map(({ id }) => id))
      }
      return found
    },
    analysed(id, analysis) {
      return this.allAnalysed([[id, analysis]])
    },
    async allAnalysed(analyses) {
      const put = async (tx: Kysely<Tables>) => {
        for (const some of batches(analyses, 50)) await putAnalyses(tx, some, dialect)
      }
      await (db.isTransaction ? put(db) : dialect.inTransaction(db, 'analyse', put))
    },
  }
}

const rowOf = (document: Document, facts: DocumentFacts): Insertable<Tables['documents']> => ({
  id: document.id,
  kind: document.kind,
  url: document.url,
  published: document.published,
  body: JSON.stringify(document),
  source_id: facts.sourceId,
  recorded_at: facts.now,
  sample: Number(facts.sample),
  backlog: Number(facts.backlog),
  analysed_version: null,
})

/** Of so many documents that wait, every share has one. */
const ENOUGH = 500

/** Documents that were never analysed, are marked for it again, or (unless null) were analysed by another version. */
const waits = (version: string | null) => (is: ExpressionBuilder<Tables, 'documents'>) =>
  is.or([
    is('analysed_version', 'is', null),
    version === null ? is('analysed_version', '=', AGAIN) : is('analysed_version', '!=', version),
  ])

const AGAIN = 'again'

/** Documents that are looked through at one sitting: a few milliseconds. */
const STRETCH = 200

/**
 * Notes whose a document is. What one server's own source alone gave is that server's; once another source gives it
 * too, it is new to those who see it now, and is analysed anew for them.
 */
async function setOwner(db: Kysely<Tables>, id: string, isKnown: boolean, facts: DocumentFacts): Promise<void> {
  if (facts.owner === 'unchanged') return
  const ofSource = async () =>
    (await db.selectFrom('sources').select('owner').where('id', '=', facts.sourceId).executeTakeFirst())?.owner
  const owner = facts.owner ?? (await ofSource()) ?? 'operator'
  if (!isKnown && owner === 'operator') return
  const before = await db.selectFrom('document_owners').select('owner').where('document_id', '=', id).execute()
  if (before.some((row) => row.owner === owner) || (isKnown ? before.length === 0 : owner === 'operator')) return
  if (owner === 'operator') await db.deleteFrom('document_owners').where('document_id', '=', id).execute()
  else await db.insertInto('document_owners').values({ document_id: id, owner }).execute()
  if (!isKnown) return
  const rows = await db.selectFrom('statements').select('sequence').where('document_id', '=', id).execute()
  for (const batch of batches(rows.map(({ sequence }) => sequence)))
    await db
      .deleteFrom('statement_words')
      .where('rowid' as never, 'in', batch as never)
      .execute()
  await db.deleteFrom('statements').where('document_id', '=', id).execute()
  await db.updateTable('documents').set({ analysed_version: null }).where('id', '=', id).execute()
}
