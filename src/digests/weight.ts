import type { DigestEntry } from '../model.ts'

/** Longer words than this say enough to stand by themselves. */
const FRAGMENT = 140
/** What makes a clause of words, in the languages that are read: who only names a thing does not need it. */
const CLAUSE =
  /(?:^|[^\p{L}])(?:that|is|are|was|were|am|has|have|had|do|does|did|will|would|can|could|may|might|must|should|not|never|no|there|dass|ist|sind|war|waren|hat|haben|wird|werden|kann|können|soll|nicht|que|est|sont|était|ont|sera|peut|pas|son|era|fue|han|será|puede)(?=$|[^\p{L}])|n['’]t(?=$|[^\p{L}])/iu
/** After these a clause follows, even one without any of the words above. */
const SAYING =
  /^(?:sa(?:y|id|ys|ying)|t(?:ell|old|ells)|claim|argu|wr(?:ite|ote)|add|believ|assert|stat|insist|warn|think|thought|according|report|not(?:e|ing)|explain|announc|declar|sag|erkl|mein|behaupt|warn|d(?:it|ire)|affirm|déclar|estim|dij|dice|afirm|asegur|sostien)/i

/** How many outlets print it. */
export const outletsOf = ({ reports }: DigestEntry): number =>
  new Set(reports.map(({ publisher, documentId }) => publisher ?? documentId)).size

/** It opposes a known claim, or moves a figure of it. */
export const isMoved = ({ match, parted }: DigestEntry): boolean =>
  !parted && match?.decision === 'match' && (match.relation === 'opposes' || match.relation === 'differs-in-figure')

/**
 * Whether an entry is but a fragment of reported speech: one outlet, none of the speaker's own words, no clause, as
 * “rejects the charge”. It is worth a line, not a place.
 */
export function isFragment(entry: DigestEntry): boolean {
  const { words, cue, revisions, parted } = entry
  const text = words.map(({ content }) => content).join(' ')
  if (isMoved(entry) || outletsOf(entry) > 1 || revisions || parted || text.length > FRAGMENT) return false
  if (words.some(({ directness }) => directness !== 'indirect')) return false
  return !CLAUSE.test(text) && !(cue !== null && SAYING.test(cue) && !/^to\s/i.test(text))
}

/**
 * What a reader should see first: 4 a claim contradicted or a figure moved, 3 several outlets, 2 a tracked speaker's
 * own words, 1 what others say they said, 0 a fragment. Half a point less where the claim behind it is not certain.
 */
export function weightOf(entry: DigestEntry): number {
  const unsure = entry.match?.decision === 'unsure' ? 0.5 : 0
  if (isMoved(entry)) return 4
  if (outletsOf(entry) > 1) return 3 - unsure
  if (isFragment(entry)) return 0
  const own = entry.words.some(({ directness }) => directness !== 'indirect')
  return (own && entry.speaker?.entityId ? 2 : 1) - unsure
}

/** The weightiest of several. */
export const weightOfAll = (entries: DigestEntry[]): number => Math.max(0, ...entries.map(weightOf))
