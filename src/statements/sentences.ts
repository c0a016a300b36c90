import type { Quote } from './find-quotes.ts'

export type Stretch = { start: number; end: number }
/** A paragraph with its sentences and the quotations that begin in it. */
export type Paragraph = Stretch & { sentences: Stretch[]; quotes: Quote[] }

/** Parts a text into paragraphs and sentences; a quotation is never parted. Linear. */
export function paragraphsOf(text: string, quotes: Quote[]): Paragraph[] {
  let next = 0
  return Array.from(text.matchAll(/[^\n]+/g), (match) => {
    const [start, end] = [match.index, match.index + match[0].length]
    const first = next
    while (next < quotes.length && quotes[next]!.start <= end) next += 1
    const own = quotes.slice(first, next)
    return { start, end, quotes: own, sentences: sentencesOf(match[0], start, own) }
  })
}

function sentencesOf(text: string, from: number, quotes: Quote[]): Stretch[] {
  const found: Stretch[] = []
  let start = 0
  let next = 0
  for (const match of text.matchAll(/[.!?…]["”’)\]]*\s+(?=["“‘'([]?[\p{Lu}\d@#])/gu)) {
    const at = from + match.index
    while (next < quotes.length && quotes[next]!.end - 1 <= at) next += 1
    if (next < quotes.length && at >= quotes[next]!.start) continue
    found.push({ start: from + start, end: from + match.index + match[0].length })
    start = match.index + match[0].length
  }
  found.push({ start: from + start, end: from + text.length })
  return found.flatMap((sentence) => (sentence.end - sentence.start > LONGEST ? cut(sentence) : sentence))
}

/** Text without full stops is read in pieces, so that time grows with its length and no faster. */
const LONGEST = 1500
function cut({ start, end }: Stretch): Stretch[] {
  const pieces: Stretch[] = []
  for (let at = start; at < end; at += LONGEST) pieces.push({ start: at, end: Math.min(at + LONGEST, end) })
  return pieces
}
