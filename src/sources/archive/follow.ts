import type { RawItem } from '../../model.ts'

/** Whose posts are wanted: by handle (whatever its case) or id. */
export type Followed = {
  /**
   * Finds every line that may hold a wanted post or word of a deletion, and some that do not; null where lines cannot
   * be told apart by their bytes. For text that holds one byte a character (latin1). Has the flag g.
   */
  lines: RegExp | null
  /** Each match of `lines` begins with one of these, whatever its case; null where that cannot be said. */
  marks: readonly string[] | null
  /** True where these are words of somebody who is followed, whoever passed them on. */
  wants(item: RawItem): boolean
}

/** Letters, digits and the underscore may be written as escapes; nobody does, but then only JSON.parse can tell. */
const ESCAPED_LETTER = '\\\\u00(?:3[0-9]|4[1-9a-f]|5[0-9af]|6[1-9a-f]|7[0-9a])'
/** Another way to write a whole number. */
const ODD_NUMBER = '\\d[eE][+\\d]|\\d\\.\\d*[eE]|\\d\\.0+(?!\\d)'

/** @param names handles with or without the at sign, or ids; null where there are none */
export function followedBy(names: readonly string[]): Followed | null {
  const wanted = new Set(names.map((name) => folded(name.replace(/^[@＠]/, ''))).filter(Boolean))
  if (wanted.size === 0) return null
  const parts = [...wanted].map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  const plain = [...wanted].every((name) => /^[\x21-\x7e]+$/.test(name) && !/["\\/]/.test(name))
  const ids = [...wanted].some((name) => /^\d+$/.test(name))
  if (ids) parts.push(ODD_NUMBER)
  const isWanted = (author: RawItem['author']) =>
    author !== null && [author.alternateName, author.identifier].some((one) => one !== null && wanted.has(folded(one)))
  return {
    lines: plain ? new RegExp(`${parts.join('|')}|"delete"|${ESCAPED_LETTER}`, 'gi') : null,
    marks: plain && !ids ? [...wanted, '"delete"', '\\u00'] : null,
    wants: ({ author, post }) => isWanted(author) || isWanted(post?.sharedContent?.author ?? null),
  }
}

/** Small letters of ASCII only: other alphabets have letters that turn into these. */
const folded = (name: string): string => name.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
