import type { Entity } from '../model.ts'
import type { Word } from './aliases.ts'
import { BELONGS, GROUP_HAS, JOINS, type Lore, loreOf, OTHER_BEARER } from './word-lore.ts'

const AUXILIARY =
  /^(?:has|have|had|is|was|were|are|will|would|can|could|may|might|must|should|did|does|do|hasn|isn|wasn|won|didn|doesn|also|then|later|itself|never|now|again|says|said|told|tells|wrote|writes|won|lost|took|takes|made|makes|began|begins|went|goes|gave|gives|got|gets|kept|keeps|left|leaves|met|meets|paid|pays|ran|runs|saw|sees|sold|sells|sent|sends|set|sets|spoke|speaks|stood|stands|struck|strikes|hit|hits|put|puts|sues|plans|wants|calls|faces|claims|threatens|threaten|denies|deny|warns|demands|accuses|admits|announces|attacks|hacks|leaks|launches|targets|releases|declares|vows|insists|argues|believes|confirms|rejects|refuses|urges|hopes|rose|rises|fell|falls|grew|grows|held|holds|found|finds|knew|knows|thinks|thought|sought|seeks|bought|buys|built|builds|nor|or|and|but|who|which|whose)$/
/** Verbs in forms that are no nouns, beyond the auxiliaries. */
const VERB =
  /^(?:cut|cuts|quit|quits|slams|rips|blasts|mocks|hails|backs|bans|blocks|buys|adds|asks|eyes|drops|opens|closes|shuts|joins|wins|loses|shrugs|laughs|smiles|disagrees|agrees|appears|seems|remains|becomes|comes|brings|shows|tries|uses|owns|runs|operates|employs|expects|unveils|recalls|sacks|fires|hires|promises|pledges|pulls|removes|bows|apologi[sz]es|published|fell|slid|hit|just|never|really|still|always|already|finally|reportedly|allegedly|threatened|taught|chose|drew|drove|flew|forgot|hid|led|lay|rode|shook|shut|sank|slept|swore|threw|wore|withdrew|overtook|became|came|caught|brought|read|reads)$/
const FUNCTION =
  /^(?:is|are|was|were|did|does|do|has|have|had|will|would|can|could|should|may|might|neither|nor|either|both|but|and|or|if|when|while|as|after|before|since|because|although|though|in|on|at|by|for|from|to|with|of|about|against|according|like|unlike|asked|following|meanwhile|now|then|yet|so|however|even|why|how|what|where|who|that|this|these|those|it|he|she|they|we|not|only|also|still|amid|between|under|over|until|last|late|early|today|yesterday|monday|tuesday|wednesday|thursday|friday|saturday|sunday)$/
const ROLE =
  /^(?:ceo|cto|cfo|coo|mr|mrs|ms|dr|president|founder|executive|chief|boss|chairman|director|group|collective|company|firm|hackers|hacktivists|hacker|giant|maker|chain|operator|retailer|network|the|facebook|owner|opgroup)$/

/** An object begins so, and what has an object is a verb: “Quayside lit the pier”. */
const OBJECT =
  /^(?:the|a|an|his|her|its|their|this|that|no|every|some|all|it|them|him|us|me|over|\d.*|dozens|hundreds|thousands|millions|more|another|two|three)$/
const DETERMINER =
  /^(?:a|an|the|this|that|these|those|every|each|some|no|any|my|her|his|their|your|our|its|two|another)$/
const BEFORE_ADJECTIVE =
  /^(?:stay|stays|stayed|staying|remain|remains|remained|remaining|keep|kept|keeping|is|are|was|were|be|been|being|am|completely|totally|fully|more|so|very|truly|quite|almost|semi|mostly|go|went|going|post|posts|posting)$/
const BEFORE_VERB = /^(?:to|please|must|should|will|can|could|may|might|not|and|or|don|they|we|you|i|who)$/
const LISTED = /^(?:listed|credited|signed|attributed|unsigned|printed|catalogued)$/
/** What follows is a child's name, or a pet's. */
const KIN = /^(?:daughter|son|sister|brother|wife|husband|dog|cat|horse|baby|girl|boy|named|actress|actor|singer)$/
const PLACE = /^(?:on|up|down|over|across|around|atop|near|off|outside|climbed|climb|beyond|below)$/
const PAST = /(?:[^e]ed|ied)$/

export type Around = {
  text: string
  words: Word[]
  /** Index of the first and last word of the name. */
  first: number
  last: number
}

/** A place with the words around it, and what stands between. */
type Place = {
  entity: Entity
  lore: Lore
  before: Word | undefined
  twoBefore: Word | undefined
  after: Word | undefined
  second: Word | undefined
  gapBefore: string
  gapAfter: string
  /** The name itself begins with “The”. */
  withThe: boolean
}

/**
 * How sure it is that a single word is the name and not the common word it also is. Read from its case, what stands
 * before and behind it, where its sentence begins, and the world of the common word.
 *
 * @returns 0 to 1
 */
export function nameConfidence(entity: Entity, around: Around): number {
  const { text, words, first, last } = around
  const word = words[first]!
  const sign = text[word.start - 1]
  if (sign === '#' || sign === '@') return 0.95
  const [before, after] = [words[first - 1], words[last + 1]]
  const place: Place = {
    entity,
    lore: loreOf(word.lower),
    before,
    twoBefore: words[first - 2],
    after,
    second: words[last + 2],
    gapBefore: before ? text.slice(before.end, word.start) : '\n',
    gapAfter: after ? text.slice(words[last]!.end, after.start) : '\n',
    withThe: /^the\s/i.test(entity.name),
  }
  const lower = !/^\p{Lu}/u.test(word.text)
  if (lower && /\p{Lu}/u.test(text.slice(Math.max(0, word.start - 200), word.end + 200))) return 0.05
  if (before && after && LISTED.test(before.lower)) return 0.3
  if (
    words.slice(Math.max(0, first - 3), first).some((one) => LISTED.test(one.lower)) &&
    before &&
    /^(?:as|by|only)$/.test(before.lower)
  )
    return 0.3
  if (/^[-‐‑]$/.test(place.gapBefore) && !/^(?:anti|pro|ex|non|pre|post)$/.test(before?.lower ?? '')) return 0.2
  if (after && /^[-‐‑]$/.test(place.gapAfter) && !JOINS.test(after.lower) && !PAST.test(after.lower)) return 0.3
  const starts = !before || /[.!?:“"‘«―—]|''|\(|\n\s*\n/.test(place.gapBefore)
  const silent = lower || caseSaysNothing(around)
  const confidence = silent ? withoutCase(place, starts) : starts ? atStart(place) : midSentence(place)
  return confidence * (inItsWorld(around, place.lore) ? (starts || silent || entity.kind === 'person' ? 0.5 : 0.75) : 1)
}

/** A capital in the middle of a sentence is a name; the question is whose. */
function midSentence(place: Place): number {
  const { entity, before, twoBefore, after, gapBefore, gapAfter, withThe, lore } = place
  if (!before) return 0.6
  const capitalBefore = /^\p{Lu}/u.test(before.text) && /^[\s.]+$/.test(gapBefore)
  if (capitalBefore && !FUNCTION.test(before.lower) && !ROLE.test(before.lower) && before.text.length > 1) return 0.15
  const beside = after !== undefined && /^\s$/.test(gapAfter) ? after : undefined
  const capitalAfter = beside !== undefined && /^\p{Lu}/u.test(beside.text)
  const isPerson = entity.kind === 'person'
  if (capitalAfter && (isPerson || /^(?:a|an)$/.test(before.lower))) return 0.2
  if (KIN.test(before.lower)) return 0.2
  if (beside?.lower === 'of' && (isPerson || before.lower === 'the')) return 0.2
  if (isPerson && (before.lower === 'the' || OTHER_BEARER.test(before.lower))) return 0.2
  if (withThe && PLACE.test(twoBefore?.lower ?? '') && before.text === 'the') return 0.3
  // Inside a sentence a capital “The” belongs to the name; at its start it tells nothing.
  const sureThe = before.text === 'The' && twoBefore !== undefined
  if (withThe && (capitalAfter || (!sureThe && beside && isPlainNoun(beside)))) return 0.3
  if (lore.place && before.lower === 'the' && !(beside && isOwned(beside))) return 0.3
  if (
    before.lower === 'the' &&
    !withThe &&
    entity.kind === 'organisation' &&
    !(beside && isOwned(beside)) &&
    !capitalAfter
  )
    return beside && /^[\p{Ll}]+$/u.test(beside.text) && isPlainNoun(beside) && !lore.world?.test(beside.lower)
      ? 0.6
      : 0.3
  if (/^(?:a|an|every|each|no)$/.test(before.lower) && (isPerson || /^[\s]$/.test(gapAfter)))
    return isPerson ? 0.2 : 0.6
  if (after && /^,\s$/.test(gapAfter) && /^\d{4}$/.test(after.text)) return 0.3
  return 0.9
}

/** At the beginning of a sentence only what follows tells. */
function atStart(place: Place): number {
  const { after, second, gapAfter, entity, lore } = place
  if (!after) return 0.6
  if (/^['’]/.test(gapAfter)) return 0.9
  if (after.lower === 's') return 0.5
  if (/^,\s/.test(gapAfter)) return afterComma(after, second)
  if (/^["”]/.test(gapAfter)) return 0.45
  if (/^[.!?;:)\n]/.test(gapAfter)) return 0.6
  if (/^-/.test(gapAfter)) return 0.7
  if (lore.follows?.test(after.lower)) return 0.2
  if (isOwned(after)) return owned(place)
  if (/^\p{Lu}/u.test(after.text)) return entity.kind === 'person' ? 0.2 : 0.6
  return behaves(after, second) ? 0.8 : 0.2
}

/** Where case is silent (a headline, a text all in lower case) both neighbours have to tell. */
function withoutCase(place: Place, starts: boolean): number {
  const { before, after, second, gapAfter, lore, withThe } = place
  const known = starts ? undefined : before
  if (known && DETERMINER.test(known.lower) && !(withThe && known.lower === 'the')) return 0.2
  if (known && withThe && known.lower !== 'the') return 0.2
  if (known && lore.adjective && BEFORE_ADJECTIVE.test(known.lower)) return 0.2
  if (
    known &&
    lore.verb &&
    (BEFORE_VERB.test(known.lower) ||
      (/[^s]s$/.test(known.lower) && after && !behaves(after, second) && !FUNCTION.test(known.lower)))
  )
    return 0.2
  if (known && /^(?:on|off)$/.test(known.lower) && lore.verb) return 0.2
  if (!after || /[.!?;:)\n,"”—–]/.test(gapAfter)) return known ? 0.6 : 0.55
  if (/^['’]/.test(gapAfter)) return 0.8
  if (lore.follows?.test(after.lower) || after.lower === 'of') return 0.2
  if (behaves(after, second) || /^(?:apologi[sz]es|threatens|says|sues|hacks|denies|warns|vows)$/.test(after.lower))
    return 0.75
  if (isOwned(after)) return owned(place)
  if (/^(?:in|on|for|over|after|at|with|from|as|to|by|about|against|amid|before|behind)$/.test(after.lower))
    return lore.verb && !known ? 0.2 : 0.6
  return 0.2
}

const isOwned = (word: Word): boolean => BELONGS.test(word.lower) || GROUP_HAS.test(word.lower)
/** A company has shares, a group has hackers, a person has neither. */
const owned = ({ entity, after }: Place): number => {
  if (entity.kind === 'person') return 0.2
  return (entity.kind === 'group' ? GROUP_HAS : BELONGS).test(after!.lower) ? 0.7 : 0.2
}

/** A noun, as far as its form says: neither verb nor function word. */
const isPlainNoun = ({ text, lower }: Word): boolean =>
  /^\p{Ll}/u.test(text) &&
  !FUNCTION.test(lower) &&
  !AUXILIARY.test(lower) &&
  !BELONGS.test(lower) &&
  !PAST.test(lower) &&
  !/(?:(?<!fami)ly|[^s]s)$/.test(lower) &&
  !/^(?:first|once|earlier|news|story|report|article|just)$/.test(lower)

/** What follows is a verb, so what stands before it is its subject. */
function behaves(after: Word, second: Word | undefined): boolean {
  return (
    AUXILIARY.test(after.lower) ||
    VERB.test(after.lower) ||
    PAST.test(after.lower) ||
    (second !== undefined && OBJECT.test(second.lower))
  )
}

function afterComma(after: Word, second: Word | undefined): number {
  if (/^\d{4}$/.test(after.text)) return 0.3
  if (/^\p{Lu}/u.test(after.text) || FUNCTION.test(after.lower) || AUXILIARY.test(after.lower)) return 0.8
  if (
    /^(?:its|an|a|the|his|her|too|said|sometimes|which|whose|long|one|already|having|speaking)$|ing$/.test(after.lower)
  )
    return 0.8
  return PAST.test(after.lower) && second && FUNCTION.test(second.lower) && second.lower !== 'and' ? 0.8 : 0.4
}

/** A headline in capitals or with a capital on every word: case says nothing there. */
function caseSaysNothing({ words, text, first }: Around): boolean {
  const near = words.slice(Math.max(0, first - 3), first + 4).filter((word) => word.text.length > 1)
  if (near.length >= 2 && near.every((word) => word.text === word.text.toUpperCase() && /\p{Lu}/u.test(word.text)))
    return true
  const parted = (from: Word, to: Word) => /[.!?:;\n"“”]/.test(text.slice(from.end, to.start))
  let [low, high] = [first, first]
  while (low > 0 && first - low < 12 && !parted(words[low - 1]!, words[low]!)) low -= 1
  while (high < words.length - 1 && high - first < 12 && !parted(words[high]!, words[high + 1]!)) high += 1
  const others = words.slice(low, high + 1).filter((word, i) => low + i !== first && word.text.length > 3)
  return others.length >= 3 && others.every((word) => /^[\p{Lu}\d]/u.test(word.text))
}

/** A word of the common word's world stands near. */
function inItsWorld({ words, first, last }: Around, { world }: Lore): boolean {
  return world !== undefined && words.slice(Math.max(0, first - 12), last + 13).some(({ lower }) => world.test(lower))
}
