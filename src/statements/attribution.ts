import type { Span } from '../model.ts'
import { CUES, isCue } from './cues.ts'
import { isName, isPronoun, subjectOf, withoutBrackets, wordsOf } from './people.ts'

/** Who says, and by which word. Either may be missing. */
export type Tag = { source: Span | null; cue: Span | null }

const ADVERB = /^(\w+ly|also|then|later|further|once|again)$/i

/**
 * Reads what follows a quotation: “, Prince said.”, “, said Mira Sol, the clockmaker.”, “he told The Hill”.
 *
 * @param after the rest of the sentence
 * @param from where it stands
 */
export function tagAfter(after: string, from: number): Tag | null {
  const signed = /^[.\s]*(?:―|—|–|--)\s*(?=\p{Lu})([^,.\n(“"]{3,60})(?=$|[,.\n(“"])/u.exec(after)
  if (signed && wordsOf(signed[1]!).every(({ text }) => !isCue(text))) {
    const start = from + signed[0].length - signed[1]!.length
    const text = signed[1]!.trim()
    return { source: { text, start, end: start + text.length }, cue: null }
  }
  const clause = withoutBrackets(/^[\s,.;:–—-]*[^.!?;:“"«]{0,220}/.exec(after)?.[0] ?? '')
  const words = wordsOf(clause, from).slice(0, 26)
  const at = words.findIndex(({ text }, i) => isCue(text) && !(i > 0 && /^(to|of)$/i.test(words[i - 1]!.text)))
  if (at < 0) return accordingTo(clause, from)
  const word = words[at]!
  const cue = span(word)
  const lead = words.slice(0, at).filter(({ text }) => !ADVERB.test(text))
  if (lead.length > 0) {
    const source = subjectOf(clause.slice(lead[0]!.start - from, word.start - from), lead[0]!.start)
    return source ? { source, cue } : null
  }
  if (/^(told|tells|asked|asks)$/i.test(word.text) && words[at + 1]) return { source: null, cue }
  const tail =
    clause
      .slice(word.end - from)
      .split(
        /,|\b(?:in|on|at|to|during|after|before|when|while|as|from|via|through|following|last|this|yesterday)\b/,
      )[0] ?? ''
  const source = subjectOf(tail, word.end)
  return source ? { source, cue } : null
}

/**
 * Reads what stands before a quotation in its sentence: “Prince wrote:”, “He added that”, “According to GhostSec,”.
 *
 * @param lead the sentence up to the opening mark
 * @param from where it stands
 */
export function tagBefore(lead: string, from: number): Tag | null {
  const headline = /:\s*$/.test(lead) ? subjectOf(lead, from) : null
  const words = wordsOf(lead, from)
  for (let at = words.length - 1; at >= Math.max(0, words.length - 30); at--) {
    const word = words[at]!
    if (/^according$/i.test(word.text) && /^to$/i.test(words[at + 1]?.text ?? ''))
      return accordingTo(lead.slice(word.start - from), word.start)
    if (!isCue(word.text) || /^(to|of|the|a)$/i.test(words[at - 1]?.text ?? '')) continue
    const source = subjectBefore(lead.slice(0, word.start - from), from)
    if (source) return { source, cue: span(word) }
  }
  return headline && isName(headline.text) ? { source: headline, cue: null } : null
}

function accordingTo(clause: string, from: number): Tag | null {
  const match = /\b(according to)\s+/i.exec(clause)
  if (!match) return null
  const start = match.index + match[0].length
  const source = subjectOf(clause.slice(start).split(/,|\b(?:who|which|that|and|in|on)\b/)[0] ?? '', from + start)
  return { source, cue: { text: match[1]!, start: from + match.index, end: from + match.index + match[1]!.length } }
}

const span = ({ text, start, end }: Span): Span => ({ text, start, end })

/** The subject of a verb that stands right after these words; the last clause of them counts. */
function subjectBefore(text: string, from: number): Span | null {
  const cut = Math.max(
    ...[' and ', ' but ', ' that ', ' when ', ' as ', ' while ', '; ', ': '].map((one) => text.lastIndexOf(one)),
  )
  const near =
    cut >= 0
      ? subjectOf(
          text.slice(cut + 1).replace(/^(and|but|that|when|as|while)\b/, (one) => ' '.repeat(one.length)),
          from + cut + 1,
        )
      : null
  if (near && (isName(near.text) || isPronoun(near.text))) return near
  return subjectOf(text, from) ?? near
}

/** An indirect statement: its clause, who and by which word. Offsets into the sentence's own text plus `from`. */
export type Indirect = Tag & { start: number; end: number }

const CLAUSE_OPENS =
  /^(?:that\b|\p{Lu}|(?:the|a|an|it|its|he|she|they|we|i|you|his|her|their|our|this|these|there|those|some|many|most|no|nobody|people|any|if|in|when|while|to|not|\d))/u
const REFUSED =
  /\b(?:not|n['’]t|never|declin\w+|refus\w+)\b[^,]{0,40}\b(?:respond\w*|comment\w*|repl(?:y|ied)|answer\w*)\b/i

/**
 * Finds indirect speech in one sentence: “said that …”, “according to …, …”, “accuses … of …”, “…, Prince added.”.
 * A question that was not answered is an event and no statement.
 */
export function findIndirect(sentence: string, from: number): Indirect[] {
  const end = from + sentence.trimEnd().replace(/[.!?]+$/, '').length
  const leading = /^\s*(?:but|and|yet)?\s*according to\s+([^,]{2,160}?),\s+/i.exec(sentence)
  if (leading) {
    const tag = accordingTo(sentence.slice(0, leading[0].length - 1), from)
    const whoClause = /^(?:which|who)\b[^,]*(?:,|$)[^,]*?,\s*/.exec(sentence.slice(leading[0].length))
    const start = from + leading[0].length + (whoClause?.[0].length ?? 0)
    if (tag?.source && start < end) return [{ ...tag, start, end }]
  }
  const words = wordsOf(sentence, from)
  const found: Indirect[] = []
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!
    const kind = CUES.get(word.text.toLowerCase())
    if (!kind || at === 0 || /^(to|the|a|an|of|be|been|is|are|was|were|not)$/i.test(words[at - 1]!.text)) continue
    if (REFUSED.test(sentence.slice(Math.max(0, word.start - from - 40), word.end - from + 40))) continue
    const rest = sentence.slice(word.end - from, end - from)
    const content = clauseAfter(rest, kind, word.text)
    const source = subjectBefore(sentence.slice(0, word.start - from), from)
    if (content !== null && source) {
      found.push({ source, cue: span(word), start: word.end + content, end })
      break
    }
    const trailing = /^\s*$|^\s*(?:in|on|at|during|last|to)\b/.test(rest)
    const comma = sentence.slice(0, word.start - from).lastIndexOf(', ')
    if (trailing && comma > 15 && source && source.start >= from + comma) {
      found.push({ source, cue: span(word), start: from + (/^\s*/.exec(sentence)?.[0].length ?? 0), end: from + comma })
      break
    }
  }
  if (found.length === 0) {
    const trailing = /,\s+according to\s+/i.exec(sentence)
    const tag = trailing && accordingTo(sentence.slice(trailing.index), from + trailing.index)
    if (trailing && tag) found.push({ ...tag, start: from, end: from + trailing.index })
  }
  return found
}

/** Where the clause begins behind the cue, null where there is none. */
function clauseAfter(rest: string, kind: 'clause' | 'other', cue: string): number | null {
  const that = /^(?:\s+(?:[\w’'.-]+\s+){0,8}?|,[^,]{1,60},\s+)that\s+(?=\S)/.exec(rest)
  if (that && !/^(?:\s+\S+){0,3}\s+(?:the|a|an|all)\s+\S+\s+that/.test(that[0])) return that[0].length
  if (/^(?:accus|blam|criticis|criticiz)/i.test(cue) && /\b(?:of|for)\s/.test(rest)) return /^\s*/.exec(rest)![0].length
  if (kind !== 'clause') return /^\s+to\s+\w/.test(rest) && /^(?:vow|pledg|promis|threaten|agree)/i.test(cue) ? 1 : null
  const space = /^\s+/.exec(rest)?.[0].length ?? 0
  if (space === 0 || !CLAUSE_OPENS.test(rest.slice(space))) return null
  const clause = rest.slice(space)
  if (/^to\b/i.test(clause)) return /^to\s+(?:have|be|not)\b/i.test(clause) ? space : null
  return clause.split(/\s+/).length >= 3 ? space : null
}
