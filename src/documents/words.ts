/** Letters of English, and the signs that come with them in print: none of them changes by Unicode's normal forms. */
const PLAIN = /^[\x00-\x7f\u2010-\u2023\u2025-\u2027]*$/

/** True where Unicode need not be asked what is a letter. */
export const isPlain = (text: string): boolean => PLAIN.test(text)

/** Words of a text that is written in such signs alone, in small letters; null where it is not. Many times faster than asking Unicode. */
export const plainWords = (text: string): string[] | null =>
  isPlain(text) ? (text.toLowerCase().match(/[a-z0-9]+/g) ?? []) : null

/** The text that was looked at last: each is asked for several times in a row. */
let last: { text: string; words: readonly string[] } = { text: '', words: [] }

/** What makes two wordings the same: letters and numbers alone, in NFKC and small letters. */
export function sameWords(text: string): readonly string[] {
  if (text !== last.text)
    last = {
      text,
      words:
        plainWords(text) ??
        text
          .normalize('NFKC')
          .toLowerCase()
          .match(/[\p{L}\p{N}]+/gu) ??
        [],
    }
  return last.words
}
