import { findNotices } from '../documents/notices.ts'
import type { Document, Revision } from '../model.ts'
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
