import type { Span } from '../model.ts'
import { isCue } from './cues.ts'
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
export function tagAfter(behind: string, from: number): Tag | null {
  const after = withoutBrackets(behind)
  const signed = /^[.\s]*(?:―|—|–|--)\s*(?=\p{Lu})([^,.\n(“"]{3,60})(?=$|[,.\n(“"])/u.exec(after)
  if (signed && wordsOf(signed[1]!).every(({ text }) => !isCue(text))) {
    const start = from + signed[0].length - signed[1]!.length
    const text = signed[1]!.trim()
    return { source: { text, start, end: start + text.length }, cue: null }
  }
  const clause = /^[\s,.;:–—-]*[^.!?;:“"«]{0,220}/.exec(after)?.[0] ?? ''
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

/** “according to GhostSec”: whoever is named there. */
export function accordingTo(clause: string, from: number): Tag | null {
  const match = /\b(according to)\s+/i.exec(clause)
  if (!match) return null
  const start = match.index + match[0].length
  const source = subjectOf(clause.slice(start).split(/,|\b(?:who|which|that|and|in|on)\b/)[0] ?? '', from + start)
  return { source, cue: { text: match[1]!, start: from + match.index, end: from + match.index + match[1]!.length } }
}

const span = ({ text, start, end }: Span): Span => ({ text, start, end })

/** A subject stands no further from its verb than this. */
const LOOKED_AT = 400

/** The subject of a verb that stands right after these words; the last clause of them counts. */
export function subjectBefore(clause: string, at: number): Span | null {
  const text = clause.slice(-LOOKED_AT)
  const from = at + clause.length - text.length
  const relative = /[,\s]\s*(?:who|which)(?:\s+\S+){0,4}\s*$/.exec(text)
  if (relative) {
    const words = text.slice(0, relative.index).replace(/[\s,]+$/, '')
    // “…, by Anonymous, who claim”: the words right before, even behind a preposition.
    const last = words.split(/,|\b(?:to|of|by|with|from|for|at|in|on|against)\s/).at(-1) ?? ''
    const antecedent = subjectOf(last, from + words.length - last.length)
    if (antecedent && isName(antecedent.text)) return antecedent
  }
  const participle = /(?:,|\bby)\s+(?:\w+\s+)?$/.exec(text)
  if (participle) {
    const main = /^[^,]*?(?=\s(?:has|have|had|is|are|was|were|will|would|did|does|do|hasn['’]t|\w+ed)\b)/.exec(text)
    const subject = main && subjectOf(main[0], from)
    if (subject) return subject
  }
  const cut = Math.max(
    ...[' and ', ' but ', ' that ', ' when ', ' as ', ' while ', ' however ', '; ', ': '].map((one) =>
      text.lastIndexOf(one),
    ),
  )
  const near =
    cut >= 0
      ? subjectOf(
          text.slice(cut + 1).replace(/^(?:and|but|that|when|as|while|however)\b/, (one) => ' '.repeat(one.length)),
          from + cut + 1,
        )
      : null
  // “…, and every winter the harbour office decides”: a clause of its own, with a subject of its own.
  const isOwn = near && text[cut - 1] === ',' && !/,\s*$/.test(text) && /^the\s/i.test(near.text)
  if (near && (isName(near.text) || isPronoun(near.text) || isOwn)) return near
  return subjectOf(text, from) ?? near
}
