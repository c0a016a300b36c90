import { createHash } from 'node:crypto'
import type { Document, Statement, WatchTerm } from '../model.ts'
import { pageText } from './text-test.ts'
import { createWatchIndex, type WatchIndex } from './watch-index.ts'

/**
 * By what a document may be wanted: each tracked entity that it mentions, and each phrase or query that catches it. A
 * digest asks for those of its server's terms; without terms, for all that mention anybody. Asked for or told too much does
 * no harm: what is wanted is looked at again.
 */
export const wantedKeys = (terms: Pick<WatchTerm, 'kind' | 'value'>[]): string[] =>
  terms.length === 0 ? [ANYBODY] : terms.map(keyOf)

/** The keys of one document. */
export const keysOfDocument = (entities: string[], caught: Pick<WatchTerm, 'kind' | 'value'>[]): string[] => [
  ...(entities.length > 0 ? [ANYBODY] : []),
  ...entities.map((value) => keyOf({ kind: 'entity', value })),
  ...caught.map(keyOf),
]

const ANYBODY = 'anybody'
const keyOf = ({ kind, value }: Pick<WatchTerm, 'kind' | 'value'>) =>
  createHash('sha256').update(`${kind} ${value}`).digest('hex').slice(0, 16)

type Candidate = { statement: Pick<Statement, 'content'>; document: Document; entities: string[]; isCaught?: boolean }

/**
 * Makes watch terms ready for many statements. Without terms everything is wanted that stands beside a tracked entity;
 * with terms, only what is said by or beside a watched entity, or what a phrase or query catches in the article or
 * post. A document is read once, however many statements it holds, and not at all where it was asked for by the keys of
 * these terms and is known to be caught.
 */
export function createWanted(terms: WatchTerm[]): (one: Candidate) => boolean {
  if (terms.length === 0) return ({ entities }) => entities.length > 0
  const watched = new Set(terms.flatMap(({ kind, value }) => (kind === 'entity' ? [value] : [])))
  const others = terms.filter(({ kind }) => kind !== 'entity')
  let index: WatchIndex | null = null
  const known = new Map<string, boolean>()
  return ({ document, entities, isCaught }) => {
    if (isCaught || entities.some((id) => watched.has(id))) return true
    if (others.length === 0) return false
    const before = known.get(document.id)
    if (before !== undefined) return before
    index ??= indexOf(others)
    const caught = !index.caught(pageText(document)).next().done
    known.set(document.id, caught)
    return caught
  }
}

function indexOf(terms: WatchTerm[]): WatchIndex {
  const index = createWatchIndex()
  for (const term of terms) index.add(term)
  return index
}

/** As `createWanted`, for one statement. */
export const isWanted = (one: Candidate, terms: WatchTerm[]): boolean => createWanted(terms)(one)
