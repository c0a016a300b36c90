import type { Span } from '../model.ts'
import { accordingTo, subjectBefore } from './attribution.ts'
import { ADJECTIVES, CUES, type CueKind, NOUNS } from './cues.ts'
import { ACCUSED, accused, type Indirect, ledBy, URGES, urged } from './led-by-noun.ts'
import { isName, type Word, wordsOf } from './people.ts'
import { clauseEnd, endOfPhrase } from './phrase-end.ts'

const FINITE =
  /\b(?:is|are|was|were|am|be|been|has|have|had|will|would|can|could|may|might|shall|should|must|do|does|did|['’](?:s|re|ve|ll|d|m)|\w+n['’]t|\w+(?:ed|s))\b/
const PRONOUN_CLAUSE =
  /^(?:he|she|they|it|we|I|you|there|this|that|these|those|his|her|their|its|our|no|any|many|most|some|the|a|an)\b/
const QUESTION = /^(?:what|how|why|whether|who|whom|where|when|which|if)\b/
const TIME =
  /^(?:\s*,)?\s+(?:(?:on|late|early|last|this)\s+)*(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|yesterday|today|week|month|year)(?:\s+(?:morning|afternoon|evening|night))?(?=[\s,])|^\s+(?:in|at|during|on)\s+(?:an?|the|his|her|its|their)\s+(?:[\w-]+\s+){0,3}(?:statement|interview|speech|email|e-mail|letter|tweet|post|rally|conference|debate|report|memo)\b|^\s+(?:also|again|later|recently|previously|repeatedly|earlier)(?=\s)/i
/** Verbs that are about saying only with a reason or a deed behind them. */
const NEEDS_A_REASON = /^(?:attack\w*|sue[sd]?|suing|fault\w*|rebuk\w*|t[ao]k\w+|took)$/
const OWN_QUOTATION =
  /(?:,|\s(?:and|but))\s+(?:\p{L}+\s+){0,2}(?:say|said|says|saying|add|added|adding|ask|asked|asking|wrote|writing|tweeted|declar\p{L}+|shout\p{L}+|claim\p{L}+|insist\p{L}+)[,:]\s+["“‘'«]_/u
const NOT_A_VERB = /^(?:to|the|a|an|of|his|her|their|its|my|our|your|no|any|this|that|these|those)$/i

/**
 * Finds indirect speech in one sentence: “said that …”, “according to …, …”, “accuses … of …”, “…, Prince added.”.
 * A question that was not answered is an event and no statement.
 *
 * @param sentence with the words of quotations in it masked by word characters
 * @param from where it stands
 */
export function findIndirect(sentence: string, from: number): Indirect[] {
  const whole = sentence.trimEnd().replace(/[.!?…]+["”’']*$/, '').length
  // A quotation with a cue of its own is no part of the clause before it.
  const own = sentence.search(OWN_QUOTATION)
  const end = from + (own > 20 ? own : whole)
  const words = wordsOf(sentence, from)
  const begin = words[0]?.start ?? from
  const leading = leadingAccording(sentence, from, end)
  if (leading) return [leading]
  const inserted = findInserted(sentence, from, begin, end)
  if (inserted.length > 0) return inserted
  const found: Indirect[] = []
  for (let at = 1; at < words.length; at++) {
    const one = atWord(sentence, from, end, words, at)
    if (!one) continue
    found.push(...withAdditions(sentence, from, cutAtTurn(sentence, from, one)))
    const last = found.at(-1)!.end
    while (at + 1 < words.length && words[at + 1]!.start < last) at += 1
  }
  if (found.length === 0) {
    const trailing = /,?\s+according to\s+/i.exec(sentence)
    const tag =
      trailing && trailing.index > 15 ? accordingTo(sentence.slice(trailing.index), from + trailing.index) : null
    if (trailing && tag) found.push({ ...tag, start: begin, end: from + trailing.index })
  }
  return found
}

/** “According to GhostSec, 34 were …”. */
function leadingAccording(sentence: string, from: number, end: number): Indirect | null {
  const match = /^\s*(?:but|and|yet|however,)?\s*according to\s+([^,]{2,160}?),\s+/i.exec(sentence)
  if (!match) return null
  const tag = accordingTo(sentence.slice(0, match[0].length - 1), from)
  const aside = /^(?:which|who|whose)\b[^,]*(?:,[^,]*?(?=,))?,\s*/.exec(sentence.slice(match[0].length))
  const start = from + match[0].length + (aside?.[0].length ?? 0)
  return tag?.source && start < end ? { ...tag, start, end } : null
}

/** “The museum, Mr. Bush said, celebrated …” and “It was a model, he added.”: the words around the tag. */
function findInserted(sentence: string, from: number, begin: number, end: number): Indirect[] {
  for (const comma of sentence.matchAll(/[,—–]\s+/g)) {
    const at = comma.index + comma[0].length
    const rest = sentence.slice(at)
    const words = wordsOf(rest.slice(0, 160), from + at).slice(0, 14)
    const verb = words.findIndex(
      ({ text }) =>
        CUES.get(text.toLowerCase())?.has('clause') || /^(?:told|wrote|tweeted|announced|reported)$/i.test(text),
    )
    if (verb < 0) continue
    const word = words[verb]!
    const between = rest.slice(0, word.start - from - at)
    const behind = sentence.slice(word.end - from)
    const closing =
      /^(?:\s+(?:(?:on|in|at|during|last|late|early|to|me|us|reporters|\p{Lu}[\p{L}․]+|the|a|an|his|her|statement|interview|week|night|morning)\s*){0,8})?(?=[,.—–]|\s*$)/u.exec(
        behind,
      )
    if (!closing) continue
    const inverted = verb === 0
    const source = inverted ? null : subjectBefore(between, from + at)
    if (!source || source.start > word.start || /\b(?:who|which|that|and|but)\b/.test(between)) continue
    if (between.includes(',') && !isName(source.text)) continue
    const cue: Span = { text: word.text, start: word.start, end: word.end }
    const head: Indirect = { source, cue, start: begin, end: from + comma.index }
    const tailAt = word.end + closing[0].length + (/^[,—–]?\s*/.exec(behind.slice(closing[0].length))?.[0].length ?? 0)
    const parts = [head, ...(tailAt < end && end - tailAt > 8 ? [{ source, cue, start: tailAt, end }] : [])]
    // A quotation right before the comma has this tag for its own.
    if (comma.index < 3 || /["”“]|__/.test(sentence.slice(Math.max(0, comma.index - 80), comma.index) + between))
      continue
    return parts
  }
  return []
}

function atWord(sentence: string, from: number, end: number, words: Word[], at: number): Indirect | null {
  const word = words[at]!
  const form = word.text.toLowerCase()
  const before = words[at - 1]!.text
  const kinds = CUES.get(form)
  const noun = NOUNS.test(form)
  if (!kinds && !noun && !ADJECTIVES.test(form) && !ACCUSED.test(form) && !URGES.test(form)) return null
  const rest = sentence.slice(word.end - from, end - from)
  const cue: Span = { text: word.text, start: word.start, end: word.end }
  const negated = () =>
    /(?:n['’]t|not|never)$/i.test(before) ||
    /\b(?:not|never|n['’]t)\s+\w+\s*$/i.test(sentence.slice(Math.max(0, word.start - from - 60), word.start - from))
  if (kinds && !NOT_A_VERB.test(before) && isVerb(form, before) && !negated()) {
    const content = contentOf(rest, form, kinds)
    const passive = /^(?:is|are|was|were|been|being|be)$/i.test(before) && /(?:ed|en|wn|id)$/.test(form)
    const unanswered =
      /^(?:respond|comment|repl|answer)/.test(form) &&
      /\b(?:not|never|n['’]t|declined|refused)\b/.test(sentence.slice(0, word.start - from))
    if (content !== null && !unanswered && !passive) {
      const source = subjectBefore(sentence.slice(0, word.start - from), from)
      const stop = content.end === null ? end : word.end + content.end
      const several = /\S\s+\S/.test(sentence.slice(word.end + content.start - from, stop - from).trim())
      if (source && several) return { source, cue, start: word.end + content.start, end: stop }
    }
  }
  const led =
    accused(sentence, from, end, word, rest) ??
    urged(sentence, from, end, word, rest) ??
    ledBy(sentence, from, end, word, rest)
  if (led) return led
  if (noun || ADJECTIVES.test(form)) {
    const clause = /^\s+(?:that\s+(?=\S)|(?:to)\s+(?=\p{Ll}))/u.exec(rest)
    if (!clause || (!noun && !/that/.test(clause[0]))) return null
    const start = word.end + (/that/.test(clause[0]) ? clause[0].length : (/^\s+/.exec(rest)?.[0].length ?? 0))
    const source = subjectBefore(
      sentence.slice(0, word.start - from).replace(/['’]s?\s+(?:\w+\s+)?$/, (one) => ' '.repeat(one.length)),
      from,
    )
    const possessed = noun ? /\b(?:his|her|their|its)\s+(?:\w+\s+)?$/i.exec(sentence.slice(0, word.start - from)) : null
    return { source: possessed ? null : source, cue, start, end: clauseEnd(sentence, from, start, end) }
  }
  return null
}

/** A base form is also a noun (“Islamic state”, “a report”): as a verb it follows a plural, a pronoun or a modal. */
function isVerb(form: string, before: string): boolean {
  if (/(?:ed|ing|s|id|ot|ew|aw|ught|old|ound|ote|ang|ore|elt|ent|oke|wn|ken|ook)$/.test(form)) return true
  return (
    /^(?:I|we|you|they|who|will|would|can|could|may|might|must|should|did|do|does|people|also|often|now|still|repeatedly|privately|never|to|that|which)$/i.test(
      before,
    ) ||
    /[^s]s$/.test(before) ||
    /ly$/.test(before)
  )
}

/** Where the content of a cue begins and ends, counted from the cue's own end; null where it has none. */
function contentOf(rest: string, form: string, kinds: Set<CueKind>): { start: number; end: number | null } | null {
  const aside = TIME.exec(rest)?.[0].length ?? 0
  const late = rest.slice(aside)
  const that = /^(?:\s+(?:[\w’'․.-]+\s+){0,7}?|,[^,]{1,60},\s+)that\s+(?=\S)/.exec(late)
  const takesClause = kinds.has('clause') || kinds.has('that')
  if (
    takesClause &&
    that &&
    (/^(?:told|tells?|telling|inform|warn|advis|assur|remind)/.test(form) ||
      !/\b(?:the|a|an|all|something|anything|things?|those)\s+(?:\S+\s+)?that\s+$/i.test(that[0]))
  )
    return { start: aside + that[0].length, end: null }
  const space = aside + (/^\s+/.exec(late)?.[0].length ?? 0)
  const clause = rest.slice(space)
  if (space === 0 || clause === '') return null
  if (kinds.has('clause') && isClause(clause)) return { start: space, end: null }
  if (takesClause && QUESTION.test(clause)) return { start: space, end: null }
  if (
    kinds.has('that') &&
    PRONOUN_CLAUSE.test(clause) &&
    isClause(clause) &&
    /^(?:agree|feel|felt|know|knew|announc|reveal|suspect|doubt|realis|realiz|worri|guess|imagine|assum|figure|decid|learn|tweet|wrote|write|report|told|tell|deni|expect|find|found|show|mean)/.test(
      form,
    )
  ) {
    const skipped = /^(?:told|tell)/.test(form) ? /^\S+(?:\s\p{Lu}\S*){0,3}\s+/u.exec(clause)?.[0].length : 0
    return { start: space + (skipped ?? 0), end: null }
  }
  if (
    (kinds.has('infinitive') || kinds.has('clause')) &&
    /^to\s+(?!(?:the|a|an|his|her|its|their|our|this|that|these|those|me|us|him|them|it)\b)\p{Ll}/u.test(clause)
  )
    return { start: space, end: endOfPhrase(rest, space) }
  if (kinds.has('person') && /^(?:[\p{L}’'․-]+\s+){1,6}?(?:not\s+)?to\s+\p{Ll}/u.test(clause))
    return { start: space, end: endOfPhrase(rest, space) }
  // “attacked the firm for hiding it”, “took credit for removing it”: said, where a reason or a deed is named.
  if (/^(?:attack\w*|sue[sd]?|fault\w*|rebuk\w*)$/.test(form))
    return /^\s+(?:\S+\s+){1,8}?for\s+\w+ing\b/.test(rest) ? { start: space, end: endOfPhrase(rest, space) } : null
  if (/^(?:t[ao]k\w+|took|claim(?:s|ed)?)$/.test(form)) {
    const credit = /^\s+(?:\w+\s+)?(?:credit|responsibility|blame)\s+for\s+(?=\S)/.exec(rest)
    if (credit) return { start: credit[0].length, end: endOfPhrase(rest, credit[0].length) }
  }
  if (/^(?:call|called|calls|calling)$/.test(form) && /^\s+out\s/.test(rest))
    return /\bfor\s+\w+ing\b/.test(rest)
      ? { start: /^\s+out\s+/.exec(rest)![0].length, end: endOfPhrase(rest, 5) }
      : null
  if (/^(?:call|called|calls|calling)$/.test(form)) {
    const asked = /^\s+(?:on|for|upon)\s+(?=\S)/.exec(rest)
    return asked ? { start: asked[0].length, end: endOfPhrase(rest, asked[0].length) } : null
  }
  if (
    kinds.has('object') &&
    !NEEDS_A_REASON.test(form) &&
    /^(?:[\p{L}_“"‘$\d@#])/u.test(clause) &&
    !/^(?:by|in|on|at|with|from|as|and|or|to|after|before|during|for|against)\b/.test(clause)
  )
    return { start: space, end: endOfPhrase(rest, space) }
  return null
}

/** Its first dozen words tell; a sentence without an end is not read to its end for that. */
const isClause = (whole: string): boolean => {
  const text = whole.slice(0, 1000)
  const first = text.split(/[,;]/)[0]!.split(/\s+/)
  if (
    /^(?:in|on|at|by|with|from|as|and|or|about|of|after|before|during|for|against|to|than|so|too|more|it all|goodbye|yes|no\.)$/i.test(
      first[0]!,
    ) &&
    !PRONOUN_CLAUSE.test(text) &&
    !/^(?:in|on|at|as|after|before|during|for)\s/i.test(text)
  )
    return false
  return text.split(/\s+/).length >= 3 && FINITE.test(text.split(/\s+/).slice(1, 12).join(' '))
}

/** “…, however Prince believes …” begins somebody else's statement. */
function cutAtTurn(sentence: string, from: number, one: Indirect): Indirect {
  const match = /,\s+(?:however|but|while|although|though)\s+(?:\S+\s+){1,4}?(\p{Ll}+)\b/u.exec(
    sentence.slice(one.start - from, one.end - from),
  )
  return match && match.index > 10 && CUES.has(match[1]!) ? { ...one, end: one.start + match.index } : one
}

/** “…, adding that he would never vote” holds a second statement of the same speaker. */
function withAdditions(sentence: string, from: number, one: Indirect): Indirect[] {
  const words = sentence.slice(one.start - from, one.end - from)
  const match =
    /,\s+(?:and\s+)?(adding|saying|noting|arguing|claiming|warning|insisting|suggesting|calling|telling|explaining|stressing|asserting)\s+(?:\w+\s+)?(that\s+)?(?=\S)/.exec(
      words,
    )
  if (!match || match.index < 10) return [one]
  const cueStart = one.start + match.index + match[0].indexOf(match[1]!)
  const cue: Span = { text: match[1]!, start: cueStart, end: cueStart + match[1]!.length }
  const start = match[2] ? one.start + match.index + match[0].length : cue.end + 1
  return [
    { ...one, end: one.start + match.index },
    { source: one.source, cue, start, end: one.end },
  ]
}
