import { subjectBefore, type Tag } from './attribution.ts'
import { NOUNS } from './cues.ts'
import type { Word } from './people.ts'
import { clauseEnd } from './phrase-end.ts'

/** An indirect statement: where its words stand, who says them and by which word. */
export type Indirect = Tag & { start: number; end: number }

export const ACCUSED = /^(?:accused|criticized|criticised|condemned|denounced|blamed|faulted)$/i
export const URGES = /^(?:petitions?|declarations?)$/i

/** “has been accused (by the mayor) of hiding it”: said by whoever is named, or by nobody. */
export function accused(sentence: string, from: number, end: number, word: Word, rest: string): Indirect | null {
  if (!ACCUSED.test(word.text)) return null
  if (!/\b(?:is|are|was|were|been|being)\s+(?:\w+ly\s+)?$/.test(sentence.slice(0, word.start - from))) return null
  const match = /^\s+(?:by\s+((?:\S+\s+){1,6}?))?(?:of|for)\s+(?=\p{L}+ing\b)/u.exec(rest)
  if (!match) return null
  const start = word.end + match[0].length
  return {
    source: match[1] ? subjectBefore(match[1], word.end + match[0].indexOf(match[1])) : null,
    cue: { text: word.text, start: word.start, end: word.end },
    start,
    end: withoutTail(sentence, from, start, clauseEnd(sentence, from, start, end)),
  }
}

/** “launched a petition to get the council to mend the bridge”, “renewed its declaration of war”: what is wanted or declared. */
export function urged(sentence: string, from: number, end: number, word: Word, rest: string): Indirect | null {
  const match = /^petitions?$/i.test(word.text)
    ? /^\s+(?:to\s+(?:get|make|force|have|push|persuade|press)\s+(?:\S+\s+){1,6}?to|(?:calling|asking)\s+(?:(?:on|for)\s+)?(?:\S+\s+){1,6}?to)\s+(?=\p{Ll})/u.exec(
        rest,
      )
    : /^declarations?$/i.test(word.text)
      ? /^\s+of\s+(?=(?:\p{Ll}+\s+)?war\b)/u.exec(rest)
      : null
  const source = match && subjectBefore(mainClause(verbBefore(sentence.slice(0, word.start - from))), from)
  if (!match || !source) return null
  const start = word.end + match[0].length
  return {
    source,
    cue: { text: word.text, start: word.start, end: word.end },
    start,
    end: withoutTail(sentence, from, start, clauseEnd(sentence, from, start, end)),
  }
}

/** Of “the group turned to them, in particular,” what stands before its auxiliary: its subject launches. */
const mainClause = (lead: string): string =>
  lead.includes(',') ? lead.slice(0, /\s(?:has|have|had|is|are|was|were)\s/.exec(lead)?.index ?? lead.length) : lead

/** The reporter's own circumstances at the end, and a remark in brackets, are no part of what was declared. */
function withoutTail(sentence: string, from: number, start: number, end: number): number {
  const words = sentence.slice(start - from, end - from)
  const tail = /\s+(?:\([^()]{1,80}\)$|in the (?:wake|aftermath) of\b|in response to\b|following\b)/.exec(words)
  return tail && tail.index > 5 ? start + tail.index : end
}

/** What stands before the verb of launching: “Anonymous has launched a” gives “Anonymous has”. */
const verbBefore = (lead: string): string =>
  lead.replace(
    /,?\s+(?:launch|start|sign|renew|issu|post|creat|repeat|publish|set)\p{L}*\s+(?:up\s+)?(?:\S+\s+){0,3}$/u,
    ' ',
  )

/** “revelations by Anonymous that …”, “a call among members to …”: the speaker stands behind the noun. */
export function ledBy(sentence: string, from: number, end: number, word: Word, rest: string): Indirect | null {
  if (!NOUNS.test(word.text.toLowerCase())) return null
  const match =
    /^\s+(?:\p{Ll}+\s+){0,2}(?:by|from|among|amongst|of)\s+((?:\S+\s+){1,6}?)(that|to(?=\s\p{Ll}))\s+(?=\S)/u.exec(rest)
  if (!match) return null
  const at = word.end + match[0].length - match[2]!.length - 1 - match[1]!.length
  const source = subjectBefore(match[1]!, at)
  const start = word.end + match[0].length - (match[2] === 'to' ? 3 : 0)
  if (!source || start >= end) return null
  return {
    source,
    cue: { text: word.text, start: word.start, end: word.end },
    start,
    end: clauseEnd(sentence, from, start, end),
  }
}
