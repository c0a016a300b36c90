import type { Span } from '../model.ts'
import { isCue } from './cues.ts'

const CAPITAL = /^\p{Lu}/u
const PRONOUN = /^(he|she|they|it|we|i|who)$/i
const NOT_A_NAME =
  /^(the|a|an|this|that|these|those|in|on|at|but|and|or|if|when|while|since|after|before|as|for|to|there|its|his|her|their|our|my|what|how|why|such|one|some|many|most|according|mr|mrs|ms|dr|late|earlier|monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|may|june|july|august|september|october|november|december)$/i
const TITLE =
  /^(ceo|cto|cfo|mr|mrs|ms|dr|president|mayor|senator|sen|rep|gov|governor|minister|professor|prof|chief|executive|spokesman|spokeswoman|spokesperson|co-founder|founder|secretary|judge|sheriff|director|chairman|chairwoman)\.?$/i
const DETERMINER = /^(the|a|an|one|his|her|its|their|our|this|another|some|several|two|three|many|members|officials)$/i

export type Word = { text: string; start: number; end: number }

export const wordsOf = (text: string, from = 0): Word[] =>
  Array.from(text.matchAll(/@?[\p{L}\p{N}](?:[\p{L}\p{N}_]|['’.&-](?=[\p{L}\p{N}]))*/gu), (match) => ({
    text: match[0],
    start: from + match.index,
    end: from + match.index + match[0].length,
  }))

/**
 * The speaker that a stretch of words names: its last noun phrase before the first comma that begins an apposition.
 *
 * @param text a clause without its cue, such as “Daniel Brandt, founder of CrimeFlare, ”
 * @param from where it stands
 */
export function subjectOf(text: string, from: number): Span | null {
  const trimmed = withoutBrackets(text).replace(/[\s,;:–—-]+$/, '')
  const chunks = trimmed.split(/[,;:–—]|\s-\s/)
  let at = from
  const spans = chunks.map((chunk) => {
    const start = at
    at += chunk.length + 1
    return { chunk, start: start }
  })
  // "X, the company's CEO," and "the company's CEO, X": whichever part holds a name or a pronoun.
  const options = spans.map(({ chunk, start }) => nounPhrase(chunk, start)).filter((span) => span !== null)
  return (
    options.find(({ text: words }) => isName(words)) ??
    options.find(({ text: words }) => PRONOUN.test(words)) ??
    options.at(-1) ??
    null
  )
}

/** “The criticism includes claims that …”: what is thought or felt is nobody who speaks. */
export const isThought = (words: string): boolean =>
  /^(?:the|this|that|a|an|such|some)\s(?:.*\s)?(?:criticisms?|accusations?|allegations?|arguments?|beliefs?|ideas?|notions?|fears?|concerns?|controversy|debate|backlash|outrage|rumou?rs?|speculation|suspicions?)$/i.test(
    words,
  )
export const isPronoun = (words: string): boolean => PRONOUN.test(words)
export const isName = (words: string): boolean => {
  const first = words.split(/\s+/)[0] ?? ''
  return (CAPITAL.test(first) || first.startsWith('@')) && !NOT_A_NAME.test(first) && !PRONOUN.test(first)
}

const FILLER =
  /^(?:has|have|had|having|also|then|later|recently|once|again|now|still|previously|further|who|is|was|are|were|been|being|would|will|can|could|may|might|should|must|did|does|do|not|n't|even|just|already|repeatedly|often|long|first|itself|himself|herself|themselves|hasn['’]t|includes?|included|\p{Ll}+ly|today|yesterday|wednesday|thursday|friday|saturday|sunday|monday|tuesday)$/iu
const PREPOSITION =
  /^(?:of|to|for|with|by|at|in|on|from|about|after|before|against|over|under|into|through|during|between|among|without|including|like|as|than|via|near|toward|towards)$/i

/** Bracketed remarks as blanks: “Gwen Moore (D-Wis.) said”. */
export const withoutBrackets = (text: string): string =>
  text.replace(/\([^()]{0,80}\)/g, (one) => ' '.repeat(one.length))

const AUXILIARY =
  /^(?:has|have|had|is|are|was|were|be|been|being|will|would|can|could|may|might|must|should|do|does|did|includes?|included)$/i

/** The noun phrase that ends a stretch of words: a run of capitals, a pronoun, or a determiner with its noun. */
function nounPhrase(chunk: string, from: number): Span | null {
  const words = wordsOf(chunk, from)
  while (words.length > 0) {
    while (words.length > 0 && FILLER.test(words.at(-1)!.text)) words.pop()
    const size = phraseSize(words)
    if (size === 0) {
      const verb = words.findLastIndex(({ text }) => AUXILIARY.test(text))
      if (verb <= 0) return null
      words.length = verb
      continue
    }
    let i = words.length - size
    const lead = words[i - 1]?.text ?? ''
    if (i > 1 && /^(?:of|for)$/i.test(lead)) {
      // “one of the accounts”, “a spokesman for the mayor”: the whole phrase speaks.
      const head = phraseSize(words.slice(0, i - 1), true)
      if (head > 0) i -= head + 1
    }
    if (i > 1 && PREPOSITION.test(words[i - 1]!.text)) {
      // What a preposition leads in stands beside the subject: “Blige, after singing to Clinton, asked”.
      words.length = i - 1
      continue
    }
    return {
      text: chunk.slice(words[i]!.start - from, words.at(-1)!.end - from),
      start: words[i]!.start,
      end: words.at(-1)!.end,
    }
  }
  return null
}

/** How many words at the end make one noun phrase. `asHead`: a bare “one” or “members” counts too. */
function phraseSize(words: Word[], asHead = false): number {
  const last = words.at(-1)
  if (!last) return 0
  if (PRONOUN.test(last.text)) return 1
  if (
    asHead &&
    /^(?:one|some|many|most|several|members|officials|supporters|two|three|both|all|each|spokesman|spokeswoman)$/i.test(
      last.text,
    ) &&
    !DETERMINER.test(words.at(-2)?.text ?? '')
  )
    return 1
  let i = words.length - 1
  if (isCapital(last)) {
    while (
      i > 0 &&
      (isCapital(words[i - 1]!) ||
        (/^(?:of|de|van|von|al|bin|del|la)$/.test(words[i - 1]!.text) &&
          i > 1 &&
          isCapital(words[i - 2]!) &&
          !NOT_A_NAME.test(words[i - 2]!.text)))
    )
      i -= 1
    while (i < words.length - 1 && NOT_A_NAME.test(words[i]!.text) && !TITLE.test(words[i]!.text)) i += 1
    while (i < words.length - 1 && ROLE.test(words[i]!.text)) i += 1
    return words.length - i
  }
  for (i -= 1; i >= Math.max(0, words.length - 9); i--) {
    const { text } = words[i]!
    if (DETERMINER.test(text) || /\p{L}['’]s?$/u.test(text)) {
      // “Anonymous's petition”, “the city's police department”: the owner belongs to it.
      while (i > 0 && /['’]s?$/.test(text) && (isCapital(words[i - 1]!) || DETERMINER.test(words[i - 1]!.text))) i -= 1
      return words.length - i
    }
    if (AUXILIARY.test(text)) return 0
    if (isCue(text)) break
  }
  if (!/s$/.test(last.text) || isCue(last.text)) return 0
  return words.length === 2 && isCapital(words[0]!) ? 2 : 1
}

const isCapital = (word: Word): boolean => CAPITAL.test(word.text) || word.text.startsWith('@')
const ROLE = /^(?:CEO|CTO|CFO|COO)$/
