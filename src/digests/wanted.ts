import type { Document, Statement, WatchTerm } from '../model.ts'
import { isMistake, matchesQuery, parseQuery, toWords } from './query.ts'

type Candidate = { statement: Pick<Statement, 'content'>; document: Document; entities: string[] }
/** A document as terms look at it, made ready once. */
type Page = { lower: string; words(): string[] }

/** Whether a watch term catches words of an article or post. Entities are not looked for here. */
export type TextTest = (page: Page) => boolean

/** Made ready once, for many texts. A query that cannot be read, which its command refused, catches nothing. */
export function textTest({ kind, value }: Pick<WatchTerm, 'kind' | 'value'>): TextTest {
  if (kind === 'query') {
    const query = parseQuery(value)
    return isMistake(query) ? () => false : ({ words }) => matchesQuery(query, words())
  }
  const phrase = value.toLowerCase()
  return ({ lower }) => kind === 'phrase' && lower.includes(phrase)
}

export function readyPage(text: string): Page {
  let words: string[] | null = null
  return {
    lower: text.toLowerCase(),
    words: () => {
      words ??= toWords(text)
      return words
    },
  }
}

/** Title and text: what phrases and queries are looked for in. */
export const pageText = ({ title, text }: Pick<Document, 'title' | 'text'>): string =>
  title ? `${title}\n\n${text}` : text

/**
 * Makes watch terms ready for many statements. Without terms everything is wanted that stands beside a tracked entity;
 * with terms, only what is said by or beside a watched entity, or what a phrase or query catches in the article or
 * post. A document is read once, however many statements it holds.
 */
export function createWanted(terms: WatchTerm[]): (one: Candidate) => boolean {
  if (terms.length === 0) return ({ entities }) => entities.length > 0
  const watched = new Set(terms.flatMap(({ kind, value }) => (kind === 'entity' ? [value] : [])))
  const tests = terms.filter(({ kind }) => kind !== 'entity').map(textTest)
  const known = new Map<string, boolean>()
  return ({ document, entities }) => {
    if (entities.some((id) => watched.has(id))) return true
    if (tests.length === 0) return false
    const before = known.get(document.id)
    if (before !== undefined) return before
    const page = readyPage(pageText(document))
    const caught = tests.some((test) => test(page))
    known.set(document.id, caught)
    return caught
  }
}

/** As `createWanted`, for one statement. */
export const isWanted = (one: Candidate, terms: WatchTerm[]): boolean => createWanted(terms)(one)
