import type { Correction, Digest, DigestEntry, DigestFilter, DigestGroup } from '../model.ts'
import { isMistake, matchesQuery, parseQuery, toWords } from './query.ts'

export type Adjustments = {
  filter?: DigestFilter | null
  /** Keys of speakers, as `speakerKey` gives them. */
  muted?: string[]
  corrections?: Correction[]
  /** Ids of entries that were taken out by hand. */
  without?: string[]
}

/** By what a speaker is muted: the tracked entity, else the name in small letters. */
export const speakerKey = ({ speaker }: Pick<DigestEntry, 'speaker'>): string =>
  speaker?.entityId ?? speaker?.name.trim().toLowerCase() ?? ''

/**
 * A digest as one channel wants it: what the channel filters for, without muted speakers and entries taken out, and
 * with entries that curators parted from a claim among the unmatched. Pure; an empty digest counts no statement.
 */
export function adjustDigest(
  digest: Digest,
  { filter, muted = [], corrections = [], without = [] }: Adjustments,
): Digest {
  const parted = new Set(corrections.map(({ entryId, claimId }) => `${claimId} ${entryId}`))
  const isParted = (entry: DigestEntry) =>
    entry.match !== null && [entry.id, ...entry.statementIds].some((id) => parted.has(`${entry.match?.claimId} ${id}`))
  const asCorrected = (entry: DigestEntry): DigestEntry => (isParted(entry) ? { ...entry, match: null } : entry)
  const stays = (entry: DigestEntry) =>
    !without.includes(entry.id) &&
    !muted.includes(speakerKey(entry)) &&
    (!filter || fitsFilter(asCorrected(entry), filter))
  const keep = (groups: DigestGroup[], test: (entry: DigestEntry) => boolean) =>
    groups
      .map(({ speaker, entries }) => ({ speaker, entries: entries.filter((entry) => stays(entry) && test(entry)) }))
      .filter(({ entries }) => entries.length > 0)
  const claims = digest.claims
    .map(({ claim, speakers }) => ({ claim, speakers: keep(speakers, (entry) => !isParted(entry)) }))
    .filter(({ speakers }) => speakers.length > 0)
  const moved = digest.claims.flatMap(({ speakers }) => keep(speakers, isParted))
  const unmatched = merge([...keep(digest.unmatched, () => true), ...moved]).map((group) => ({
    ...group,
    entries: group.entries.map(asCorrected),
  }))
  const entries = [...claims.flatMap(({ speakers }) => speakers), ...unmatched].flatMap((group) => group.entries)
  const shown = new Set(entries.flatMap(({ statementIds }) => statementIds))
  return {
    ...digest,
    claims,
    unmatched,
    discrepancies: digest.discrepancies.filter(({ members }) =>
      members.some(({ statementId }) => shown.has(statementId)),
    ),
    counts: entries.length === digest.counts.statements ? digest.counts : countOf(entries),
  }
}

/** Whether an entry is what a channel filters for. */
export function fitsFilter({ speaker, speaksFor, words, match, reports }: DigestEntry, filter: DigestFilter): boolean {
  const { entityId, claimId, publisher, query, minimumScore } = filter
  return (
    (!entityId || speaker?.entityId === entityId || speaksFor?.entityId === entityId) &&
    (!claimId || match?.claimId === claimId) &&
    (!publisher || reports.some((report) => report.publisher?.toLowerCase().includes(publisher.toLowerCase()))) &&
    (!query || fits(query, words.map(({ content }) => content).join(' '))) &&
    (!minimumScore || (match?.score ?? 0) >= minimumScore)
  )
}

/** A query that cannot be read, which its command refused, holds nothing back. */
function fits(query: string, text: string): boolean {
  const parsed = parseQuery(query)
  return isMistake(parsed) || matchesQuery(parsed, toWords(text))
}

function merge(groups: DigestGroup[]): DigestGroup[] {
  const bySpeaker = new Map<string, DigestEntry[]>()
  for (const { speaker, entries } of groups) bySpeaker.set(speaker, [...(bySpeaker.get(speaker) ?? []), ...entries])
  return [...bySpeaker].map(([speaker, entries]) => ({ speaker, entries }))
}

function countOf(entries: DigestEntry[]): Digest['counts'] {
  const reports = entries.flatMap((entry) => entry.reports)
  return {
    statements: entries.length,
    documents: new Set(reports.map(({ documentId }) => documentId)).size,
    sources: new Set(reports.map(({ publisher }) => publisher)).size,
  }
}
