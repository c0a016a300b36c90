import type { Entity } from '../model.ts'
import type { Word } from './aliases.ts'

const AUXILIARY =
  /^(?:has|have|had|is|was|were|are|will|would|can|could|may|might|must|should|did|does|do|hasn|isn|wasn|won|didn|doesn|also|then|later|itself|never|now|again|says|said|told|tells|wrote|writes|won|lost|took|takes|made|makes|began|begins|went|goes|gave|gives|got|gets|kept|keeps|left|leaves|met|meets|paid|pays|ran|runs|saw|sees|sold|sells|sent|sends|set|sets|spoke|speaks|stood|stands|struck|strikes|hit|hits|put|puts|sues|plans|wants|calls|faces|claims|threatens|threaten|denies|deny|warns|demands|accuses|admits|announces|attacks|hacks|leaks|launches|targets|releases|declares|vows|insists|argues|believes|confirms|rejects|refuses|urges|hopes|rose|rises|fell|falls|grew|grows|held|holds|found|finds|knew|knows|thinks|thought|sought|seeks|bought|buys|built|builds|nor|or|and|but|who|which|whose)$/
const FUNCTION =
  /^(?:is|are|was|were|did|does|do|has|have|had|will|would|can|could|should|may|might|neither|nor|either|both|but|and|or|if|when|while|as|after|before|since|because|although|though|in|on|at|by|for|from|to|with|of|about|against|according|like|unlike|asked|following|meanwhile|now|then|yet|so|however|even|why|how|what|where|who|that|this|these|those|it|he|she|they|we|not|only|also|still|amid|between|under|over|until|last|late|early|today|yesterday|monday|tuesday|wednesday|thursday|friday|saturday|sunday)$/
const ROLE =
  /^(?:ceo|cto|cfo|coo|mr|mrs|ms|dr|president|founder|executive|chief|boss|chairman|director|group|collective|company|firm|hackers|hacktivists|hacker|giant|maker|chain|operator|retailer|network|the|facebook|owner|opgroup)$/

export type Around = {
  text: string
  words: Word[]
  /** Index of the first and last word of the name. */
  first: number
  last: number
}

/**
 * How sure it is that a single word is the name and not the common word it also is. Read from its case, what stands
 * before and behind it, and where its sentence begins.
 *
 * @returns 0 to 1
 */
export function nameConfidence(entity: Entity, { text, words, first, last }: Around): number {
  const word = words[first]!
  const sign = text[word.start - 1]
  if (sign === '#' || sign === '@') return 0.95
  if (!/^\p{Lu}/u.test(word.text)) return 0.05
  const before = words[first - 1]
  const after = words[last + 1]
  const gapBefore = before ? text.slice(before.end, word.start) : '\n'
  const gapAfter = after ? text.slice(words[last]!.end, after.start) : '\n'
  const starts = !before || /[.!?:“"‘«―—]|''|\(|\n\s*\n/.test(gapBefore)
  const shouting = isShouting(words, first)
  if (!starts && !shouting) return midSentence(entity, { before: before!, after, gapBefore, gapAfter })
  return atStart({ after, second: words[last + 2], gapAfter, shouting, entity })
}

/** A capital in the middle of a sentence is a name; the question is whose. */
function midSentence(
  entity: Entity,
  {
    before,
    after,
    gapBefore,
    gapAfter,
  }: { before: Word; after: Word | undefined; gapBefore: string; gapAfter: string },
): number {
  const capitalBefore = /^\p{Lu}/u.test(before.text) && /^[\s.]+$/.test(gapBefore)
  if (capitalBefore && !FUNCTION.test(before.lower) && !ROLE.test(before.lower) && before.text.length > 1) return 0.15
  const capitalAfter = after !== undefined && /^\p{Lu}/u.test(after.text) && /^\s$/.test(gapAfter)
  const isPerson = entity.kind === 'person'
  if (capitalAfter && (isPerson || /^(?:a|an)$/.test(before.lower))) return 0.2
  if (isPerson && after?.lower === 'of' && gapAfter === ' ') return 0.2
  if (/^(?:a|an|every|each|no)$/.test(before.lower) && (isPerson || /^[\s]$/.test(gapAfter)))
    return isPerson ? 0.2 : 0.6
  if (after && /^,\s$/.test(gapAfter) && /^\d{4}$/.test(after.text)) return 0.3
  return 0.9
}

/** At the beginning of a sentence, or among capitals, only what follows tells. */
function atStart({
  after,
  second,
  gapAfter,
  shouting,
  entity,
}: {
  after: Word | undefined
  second: Word | undefined
  gapAfter: string
  shouting: boolean
  entity: Entity
}): number {
  if (!after) return 0.6
  if (/^['’]/.test(gapAfter) || after.lower === 's') return /^['’]/.test(gapAfter) ? 0.9 : 0.5
  if (/^,\s/.test(gapAfter)) return /^\d{4}$/.test(after.text) ? 0.3 : 0.8
  if (/^[.!?;:)\n]/.test(gapAfter)) return 0.6
  if (/^-/.test(gapAfter)) return 0.7
  if (!shouting && /^\p{Lu}/u.test(after.text)) return entity.kind === 'person' ? 0.2 : 0.6
  if (AUXILIARY.test(after.lower)) return 0.85
  if (/(?:[^e]ed|ied)$/.test(after.lower)) return 0.8
  // “Quayside lit the pier”: what has an object is a verb, and what has a verb is a name.
  if (second && /^(?:the|a|an|his|her|its|their|this|that|no|every|some|all|it|them|him|us|me)$/.test(second.lower))
    return 0.7
  return 0.2
}

/** A headline all in capitals: case says nothing there. */
function isShouting(words: Word[], at: number): boolean {
  const near = words.slice(Math.max(0, at - 3), at + 4).filter(({ text }) => text.length > 1)
  return near.length >= 2 && near.every(({ text }) => text === text.toUpperCase() && /\p{Lu}/u.test(text))
}
