import type { Document, Statement, WatchTerm } from '../model.ts'

/**
 * Whether a statement belongs in a digest. Without watch terms everything does that stands beside a tracked entity;
 * with terms, only what is said by or beside a watched entity, or holds a watched phrase.
 */
export function isWanted(
  one: { statement: Statement; document: Document; entities: string[] },
  terms: WatchTerm[],
): boolean {
  if (terms.length === 0) return one.entities.length > 0
  return terms.some(({ kind, value }) => {
    if (kind === 'entity') return one.entities.includes(value)
    const phrase = value.toLowerCase()
    return one.statement.content.toLowerCase().includes(phrase) || one.document.text.toLowerCase().includes(phrase)
  })
}
