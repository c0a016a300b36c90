import * as chrono from 'chrono-node'
import type { Document, Span, Statement } from '../model.ts'

export type Provenance = Pick<Statement, 'reportedBy' | 'medium' | 'said'>

const OUTLET = /\p{Lu}[\p{L}\p{N}&'’-]*(?:[ .]\p{Lu}[\p{L}\p{N}&'’-]*){0,3}/u
const TOLD = new RegExp(
  `\\b(?:told|tells|telling|(?:speaking|spoke|talking)\\s+(?:to|with)|interview(?:ed)?\\s+(?:with|by)|in\\s+an\\s+email\\s+to|statement\\s+to|wrote\\s+in|reported\\s+by|according\\s+to\\s+a\\s+report\\s+in)\\s+(?:(?:this|our)\\s+(publication|newspaper|paper|magazine|website|site)|(us|me)\\b|((?:[Tt]he\\s+)?${OUTLET.source}))`,
  'u',
)
const NOT_AN_OUTLET =
  /^(?:The )?(?:Congress|Senate|House|President|Mr|Mrs|Ms|Dr|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|January|February|March|April|June|July|August|September|October|November|December)\b/

const MEDIA: [RegExp, string][] = [
  [
    /\b(?:tweet\w*|retweet\w*|on Twitter|Twitter account|on X\b|Facebook post|on Facebook|Instagram|Truth Social)\b/i,
    'post',
  ],
  [/\bblog\s?(?:post|entry)?\b/i, 'blog post'],
  [/\bpetition\b/i, 'petition'],
  [/\b(?:open )?letter\b/i, 'letter'],
  [/\be-?mail(?:ed)?\b/i, 'email'],
  [/\bvideo|clip\b/i, 'video'],
  [/\b(?:in|issued|released) (?:a|the) (?:\w+ )?statement\b|\bpress release\b/i, 'statement'],
  [/\binterview\w*\b/i, 'interview'],
  [/\b(?:speech|rally|debate|testimony|news conference|press conference|hearing)\b/i, 'speech'],
  [/\breport\b(?! (?:that|on))/i, 'report'],
]

/**
 * Who first reported the words, in what they were said, and when, as far as the words around them tell. A date is
 * resolved against the document's own; without one only a date that names its year is kept.
 *
 * @param text the document's text as it is read
 * @param content where the statement stands in it
 * @param cue the word of saying, null where there is none
 */
export function provenanceOf(
  text: string,
  content: { start: number; end: number },
  cue: Span | null,
  document: Document,
): Provenance {
  const around = surroundings(text, content, cue)
  const told = TOLD.exec(around)
  const outlet =
    told?.[3] && !NOT_AN_OUTLET.test(told[3]) ? told[3].replace(/[\s.,'’]+$/, '').replaceAll('․', '.') : null
  const ours = told?.[1] || told?.[2] ? (document.publisher ?? null) : null
  const medium = MEDIA.find(([pattern]) => pattern.test(around))?.[1] ?? (outlet ? 'interview' : null)
  return { reportedBy: outlet ?? ours, medium, said: timeIn(around, document.published) }
}

/** The sentence of the cue without the words that were said. */
function surroundings(text: string, { start, end }: { start: number; end: number }, cue: Span | null): string {
  const places = cue ? [cue.start, cue.end] : []
  const from = Math.min(start, ...places)
  const to = Math.max(end, ...places)
  const before =
    text
      .slice(Math.max(0, from - 160), from)
      .split(/[.!?]["”’]?\s|\n/)
      .at(-1) ?? ''
  const after = text.slice(to, to + 160).split(/(?<=[.!?])["”’]?\s|\n/)[0] ?? ''
  const inside = cue ? (cue.start < start ? text.slice(cue.start, start) : text.slice(end, cue.end)) : ''
  return cue && cue.start < start ? `${before}${inside} ${after}` : `${before} ${inside}${after}`
}

/** ISO 8601 to the precision that is written: a day, a month or a year. */
function timeIn(words: string, published: string | null): string | null {
  const hint =
    /\b(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|yesterday|today|tonight|last|january|february|march|april|may|june|july|august|september|october|november|december|\d{4})\b/i
  if (!hint.test(words) || (!published && !/\d{4}/.test(words))) return null
  const reference = published ? new Date(published) : null
  const [found] = chrono.en.GB.parse(
    words,
    { instant: reference ?? new Date(0), timezone: 'UTC' },
    { forwardDate: false },
  )
  if (!found) return null
  const { start } = found
  const knowsYear = start.isCertain('year')
  if (!reference && !knowsYear) return null
  const byName =
    start.isCertain('day') || start.isCertain('weekday') || /\b(?:yesterday|today|tonight)\b/i.test(found.text)
  const at = back(start.date(), reference, knowsYear, byName)
  if (byName) return at.toISOString().slice(0, 10)
  if (start.isCertain('month')) return at.toISOString().slice(0, 7)
  return knowsYear ? String(start.get('year')) : null
}

/** Speech is reported after it was said: a date that falls after publication was the one before. */
function back(at: Date, reference: Date | null, knowsYear: boolean, byName: boolean): Date {
  if (!reference || knowsYear || at.getTime() <= reference.getTime() + 86_400_000) return at
  const earlier = new Date(at)
  if (byName && at.getTime() - reference.getTime() < 8 * 86_400_000) earlier.setUTCDate(at.getUTCDate() - 7)
  else earlier.setUTCFullYear(at.getUTCFullYear() - 1)
  return earlier
}
