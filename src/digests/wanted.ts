import type { Document, Statement, WatchTerm } from '../model.ts'
import { pageText } from './text-test.ts'
import { createWatchIndex } from './watch-index.ts'

type Candidate = { statement: Pick<Statement, 'content'>; document: Document; entities: string[] }

/**
 * Makes watch terms ready for many statements. Without terms everything is wanted that stands beside a tracked entity;
 * with terms, only what is said by or beside a watched entity, or what a phrase or query catches in the article or
 * post. A document is read once, however many statements it holds.
 */
export function createWanted(terms: WatchTerm[]): (one: Candidate) => boolean {
  if (terms.length === 0) return ({ entities }) => entities.length > 0
  const watched = new Set(terms.flatMap(({ kind, value }) => (kind === 'entity' ? [value] : [])))
  const index = createWatchIndex()
  for (const term of terms) if (term.kind !== 'entity') index.add(term)
  const known = new Map<string, boolean>()
  return ({ document, entities }) => {
    if (entities.some((id) => watched.has(id))) return true
    if (index.size() === 0) return false
    const before = known.get(document.id)
    if (before !== undefined) return before
    const caught = !index.caught(pageText(document)).next().done
    known.set(document.id, caught)
    return caught
  }
}

/** As `createWanted`, for one statement. */
export const isWanted = (one: Candidate, terms: WatchTerm[]): boolean => createWanted(terms)(one)
