import { findNotices } from '../documents/notices.ts'
import type { Document, Revision, Statement } from '../model.ts'
import type { Store } from '../store/store.ts'

/**
 * Notes what an outlet newly says of an article on record (a correction, a retraction), and that a post is gone, with
 * every statement of it; the messages that show one of them are owed a redrawing. Runs in the transaction that stores
 * the newer reading.
 */
export async function noteRevisions(tx: Store, known: Document, kept: Document, now: string): Promise<void> {
  const found = revisionsOf(known, kept)
  if (found.length === 0) return
  const said = await tx.statements.ofDocument(known.id)
  const revisions = said.flatMap(({ statement }) =>
    found.map(
      (one): Revision => ({
        ...one,
        statementId: statement.id,
        documentId: kept.id,
        publisher: kept.publisher ?? kept.author?.name ?? null,
        noticedAt: now,
      }),
    ),
  )
  await tx.revisions.note(revisions)
  const statementIds = revisions.map(({ statementId }) => statementId)
  await tx.postings.oweEdits(statementIds, { now })
}

function revisionsOf(known: Document, kept: Document): Pick<Revision, 'kind' | 'words'>[] {
  const before = new Set(findNotices(known).map(({ words }) => words))
  const notices = known.text === kept.text && known.title === kept.title ? [] : findNotices(kept)
  const fresh = notices.filter(({ words }) => !before.has(words))
  const deleted = !known.post?.deleted && kept.post?.deleted === true
  return [...fresh, ...(deleted ? [{ kind: 'deleted' as const, words: null }] : [])]
}

/**
 * Notes what a later text of a document made of the words that were told from it, and words that stand there again; the
 * messages that show them are owed a redrawing. Runs in the transaction that stores the analysis.
 *
 * @param statements all that is on record of it, with their fates
 */
export async function noteFates(tx: Store, document: Document, statements: Statement[], now: string): Promise<void> {
  if (!document.editions?.length) return
  const known = (await tx.revisions.of(statements.map(({ id }) => id))).filter(
    ({ documentId, kind }) => documentId === document.id && (kind === 'changed' || kind === 'gone'),
  )
  const fates = statements.flatMap((statement) => toRevision(statement, document) ?? [])
  const same = (a: Revision) => (b: Revision) =>
    a.statementId === b.statementId && a.kind === b.kind && a.words === b.words
  const over = known.filter((one) => !fates.some(same(one)))
  const fresh = fates.filter((one) => !known.some(same(one)))
  await tx.revisions.drop(over)
  await tx.revisions.note(fresh)
  await tx.postings.oweEdits(
    [...over, ...fresh].map(({ statementId }) => statementId),
    { now },
  )
}

function toRevision({ id, fate }: Statement, { id: documentId, publisher, author }: Document): Revision | null {
  if (!fate) return null
  const kind = fate.status === 'changed' ? 'changed' : 'gone'
  const outlet = publisher ?? author?.name ?? null
  return { statementId: id, documentId, kind, publisher: outlet, noticedAt: fate.noticedAt, words: fate.now }
}
