import { type Tag, tagAfter } from './attribution.ts'

/** Nouns and verbs that lead in a title or a name. */
const NAMES_A_THING =
  /(?:\b(?:titled|entitled|nicknamed|nickname|book|film|movie|documentary|show|song|album|program|programme|series|broadcast of|episode of|column|commentary|essay|ad|anthem|poem|magazine|game|spot|spot, titled)|['’]s)[,:]?\s*$/i
const LEADS_A_PHRASE = /\b(?:on|of|in|the|a|an|called|named|dubbed|article|report|campaign)[,:]?\s*$/i
const SMALL = /^(?:of|the|a|an|and|in|on|to|for|with|at|by|vs|your)$/

export type Surroundings = {
  /** The sentence before the opening mark, and the text after the closing one. */
  lead: string
  after: string
  tag: Tag | null
  closed: boolean
  /** True where the paragraph is this quotation and nothing else. */
  alone: boolean
  /** True where a quotation stood in the same paragraph before. */
  goesOn: boolean
}

/**
 * What a quotation is: speech of its own, words inside somebody's clause, or none (a title, a scare quote). A short one
 * needs a speaker right beside it.
 */
export function kindOf(inside: string, at: Surroundings): 'direct' | 'mixed' | 'none' {
  const words = inside.split(/\s+/)
  const titled = words.length <= 9 && words.every((word) => !/^\p{Ll}/u.test(word) || SMALL.test(word))
  const lead = at.lead.trim()
  const beside =
    at.tag !== null && (at.tag.cue === null || endsWithCue(lead, at.tag) || beginsWithCue(at.after, inside))
  const ended = /[.,!?…—-]["”’]?$/.test(inside)
  const speech = ended && lead === '' && at.goesOn
  // Marcia “Cia” Price
  if (words.length === 1 && /\p{Lu}\p{Ll}+$/u.test(lead) && /^\s\p{Lu}\p{Ll}/u.test(at.after)) return 'none'
  if (titled && NAMES_A_THING.test(lead)) return 'none'
  if (titled && !beside && !speech && (at.alone || words.length > 1 || LEADS_A_PHRASE.test(lead))) return 'none'
  if (words.length <= 7 && !beside && (LEADS_A_PHRASE.test(lead) || NAMES_A_THING.test(lead)))
    return at.tag ? 'mixed' : 'none'
  if (beside) return words.length < 4 && !ended && lead !== '' && !closeToCue(lead, at.tag) ? 'mixed' : 'direct'
  if (ended || !at.closed || words.length > 9) return /^\p{Ll}/u.test(inside) && /\w$/.test(lead) ? 'mixed' : 'direct'
  return at.tag ? 'mixed' : words.length > 6 ? 'direct' : 'none'
}

/** How many words stand between the cue and the mark. */
function distance(lead: string, tag: Tag | null): number {
  if (!tag?.cue) return Number.POSITIVE_INFINITY
  const behind = lead.slice(lead.lastIndexOf(tag.cue.text) + tag.cue.text.length).trim()
  return behind === '' ? 0 : behind.split(/\s+/).length
}
const endsWithCue = (lead: string, tag: Tag): boolean =>
  distance(lead, tag) <= 4 || (tag.cue?.text.toLowerCase().startsWith('according') ?? false)
const closeToCue = (lead: string, tag: Tag | null): boolean => /[,:]$/.test(lead) || distance(lead, tag) <= 1
const beginsWithCue = (after: string, inside: string): boolean =>
  (/[,.?!…]$/.test(inside) || /^\s*[,–—-]/.test(after)) && tagAfter(after.slice(0, 160), 0) !== null
