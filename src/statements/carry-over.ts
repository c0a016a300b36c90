import type { Document, Statement, StatementFate } from '../model.ts'

/** Below this share of common words two statements of one speaker are two statements, not one that was reworded. */
const REWORDED = 0.5

/**
 * Follows the statements of a document into a later text of it. Words that stand there still keep their id, wherever
 * they have moved to; words that stand only in an earlier edition are kept and marked with what became of them.
 *
 * @param known what was found in earlier texts
 * @param found what was found in the text as it is now
 * @param document with its editions
 * @returns the found ones under their known ids, which of them were renamed, and the known ones that are gone
 */
export function carryOver(
  known: Statement[],
  found: Statement[],
  document: Document,
  now: string,
): { statements: Statement[]; renamed: Map<string, string>; gone: Statement[] } {
  const renamed = new Map<string, string>()
  const free = new Set(known)
  const statements = found.map((statement) => {
    const before = [...free].find((one) => sameWords(one, statement))
    if (!before) return statement
    free.delete(before)
    if (before.id !== statement.id) renamed.set(statement.id, before.id)
    return { ...statement, id: before.id }
  })
  const taken = new Set(statements.map(({ id }) => id))
  const text = fold(document.text)
  const gone = [...free]
    // What stands there still, but is no longer taken for a statement, was a slip of ours.
    .filter(({ id, content }) => !taken.has(id) && !text.includes(fold(content)) && stoodIn(document, content))
    .map((statement) => ({ ...statement, fate: fateOf(statement, statements, now) }))
  return { statements, renamed, gone }
}

const sameWords = (a: Statement, b: Statement): boolean =>
  fold(a.content) === fold(b.content) && (a.speaker?.name ?? null) === (b.speaker?.name ?? null)

const stoodIn = ({ editions = [] }: Document, content: string): boolean =>
  editions.some(({ text }) => fold(text).includes(fold(content)))

/** Once it is known when a statement went, that stays. */
function fateOf(statement: Statement, statements: Statement[], now: string): StatementFate {
  const { fate } = statement
  const [best] = statements
    .filter(({ speaker }) => !statement.speaker || !speaker || speaker.name === statement.speaker.name)
    .map(({ content }) => ({ content, share: sharedWords(content, statement.content) }))
    .sort((a, b) => b.share - a.share)
  const noticedAt = fate?.noticedAt ?? now
  return best && best.share >= REWORDED
    ? { status: 'changed', noticedAt, now: best.content }
    : { status: 'vanished', noticedAt, now: null }
}

/** Of the words of both together, the share that both have: 0 to 1. */
function sharedWords(a: string, b: string): number {
  const [left, right] = [words(a), words(b)]
  const both = [...left].filter((word) => right.has(word)).length
  return both / Math.max(1, left.size + right.size - both)
}

const words = (text: string): Set<string> => new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])

const fold = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
