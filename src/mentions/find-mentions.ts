import type { Document, Entity, Mention } from '../model.ts'
import { type Alias, aliasesAt, type Finder, type Word, wordsOf } from './aliases.ts'
import { nameConfidence } from './common-words.ts'

export { createFinder, type Finder } from './aliases.ts'

/** Characters on either side in which a word counts as near. */
const NEAR = 160
/** Below this a place is taken for the common word and is no mention. */
const LEAST = 0.5

type Draft = Mention & { entity: Entity; surePlace: boolean }

/**
 * Finds the tracked entities of a document: names, handles, hashtags, and role nouns that stand for one named before.
 * A name that is also a common word is kept with its confidence where it is likelier the name. In reading order; costs
 * time in proportion to the text, whatever the number of entities.
 */
export function findMentions(document: Pick<Document, 'id' | 'text'>, finder: Finder): Mention[] {
  const { text } = document
  const words = wordsOf(text)
  const drafts: Draft[] = []
  for (let at = 0; at < words.length; at++) {
    const found = aliasesAt(finder, words, at)
    if (found.length === 0) continue
    const last = Math.max(...found.map((one) => one.last))
    const drafted = found.flatMap(({ alias, last: end }) => draft(document, words, at, end, alias, drafts) ?? [])
    drafts.push(...drafted)
    if (drafted.length > 0) at = last
  }
  return settle(drafts, text)
}

function draft(
  document: Pick<Document, 'id' | 'text'>,
  words: Word[],
  first: number,
  last: number,
  alias: Alias,
  before: Draft[],
): Draft | null {
  const { text } = document
  const { entity, kind } = alias
  const [start, end] = [words[first]!.start, words[last]!.end]
  const sign = text[start - 1]
  const place = { documentId: document.id, entityId: entity.id, text: text.slice(start, end), start, end, entity }
  if (kind === 'handle') return sign === '@' ? { ...place, kind, confidence: 0.98, surePlace: true } : null
  if (sign === '@') return null
  if (kind === 'role') return draftRole(place, words, first, before)
  if (sign === '#') return { ...place, kind: 'hashtag', confidence: 0.8, surePlace: false }
  const lowerOnly = !/\p{Lu}/u.test(text.slice(Math.max(0, start - 200), end + 200))
  if (!lowerOnly && !hasItsCapitals(place.text, alias.text)) return null
  const lead = alias.words.length > 1 && alias.words[0] === 'the' ? 1 : 0
  const several = alias.words.length - lead > 1
  const confidence = several ? 0.97 : nameConfidence(entity, { text, words, first: first + lead, last })
  return { ...place, kind: 'name', confidence, surePlace: several }
}

/** “The Hill” is an outlet, “the Hill” may be one, “The hill” is not: words but the first keep the capitals of the name. */
function hasItsCapitals(found: string, name: string): boolean {
  const [theirs, ours] = [wordsOf(found), wordsOf(name)]
  const capital = (word: Word | undefined) => word !== undefined && /^\p{Lu}/u.test(word.text)
  return ours.every((word, i) => !capital(word) || capital(theirs[i]) || (i === 0 && /^the$/i.test(word.text)))
}

/** “the company”: whoever of those it can stand for was named last. */
function draftRole(
  place: Omit<Draft, 'kind' | 'confidence' | 'surePlace'>,
  words: Word[],
  first: number,
  before: Draft[],
): Draft | null {
  const determiner = words[first - 1]?.lower
  if (!determiner || !/^(?:the|this|its)$/.test(determiner)) return null
  const named = before.findLast(({ kind }) => kind === 'name' || kind === 'handle')
  const last = before.findLast(
    ({ entity, kind, confidence }) =>
      kind !== 'role' &&
      confidence >= LEAST &&
      entity.roles.some((role) => role.toLowerCase() === place.text.toLowerCase()),
  )
  if (!named || !last || last.entityId !== place.entityId || place.start - last.end > 1500) return null
  return { ...place, kind: 'role', confidence: 0.7, surePlace: false }
}

/** Weighs each place by what else the document says: curators' words near it, and sure mentions elsewhere. */
function settle(drafts: Draft[], text: string): Mention[] {
  const sure = new Set(
    drafts.filter(({ surePlace, confidence }) => surePlace && confidence > 0.9).map(({ entityId }) => entityId),
  )
  const found: Mention[] = []
  for (const { entity, surePlace, ...mention } of drafts) {
    let { confidence } = mention
    if (!surePlace && mention.kind !== 'role') {
      const around = text.slice(Math.max(0, mention.start - NEAR), mention.end + NEAR).toLowerCase()
      const has = (word: string) => around.includes(word.toLowerCase())
      if (entity.notNear.some(has)) confidence *= 0.3
      else if (confidence > 0.4 && confidence < 0.95 && sure.has(entity.id))
        confidence = Math.min(0.97, confidence + 0.15)
      else if (
        entity.near.length > 0 &&
        !entity.near.some((word) => word.toLowerCase() !== mention.text.toLowerCase() && has(word))
      )
        confidence *= 0.8
    }
    if (confidence >= LEAST) found.push({ ...mention, confidence: Math.round(confidence * 100) / 100 })
  }
  return found
}
