import type { Document, WatchTerm } from '../model.ts'
import { isMistake, matchesQuery, parseQuery, toWords } from './query.ts'

/** A document as terms look at it, made ready once. */
export type Page = { lower: string; words(): string[] }

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
