import type { Correction, Digest, DigestEntry, DigestGroup, Revision } from '../model.ts'

/**
 * A digest as it was posted, with what happened to its entries since: what their sources took back or changed, and what
 * a curator parted from its claim. Every entry keeps its place, so that a message changes and nothing wanders. Pure.
 */
export function markDigest(
  digest: Digest,
  { revisions, corrections }: { revisions: Revision[]; corrections: Correction[] },
): Digest {
  const bySource = Map.groupBy(revisions, ({ statementId }) => statementId)
  const parted = new Set(corrections.map(({ entryId, claimId }) => `${claimId} ${entryId}`))
  const mark = (entry: DigestEntry): DigestEntry => {
    const { match, statementIds, revisions: _old, parted: _before, ...rest } = entry
    const found = onceEach(statementIds.flatMap((id) => bySource.get(id) ?? []))
    const isParted = match !== null && [entry.id, ...statementIds].some((id) => parted.has(`${match.claimId} ${id}`))
    return {
      ...rest,
      match,
      statementIds,
      ...(found.length > 0 ? { revisions: found } : {}),
      ...(isParted ? { parted: true } : {}),
    }
  }
  const all = (groups: DigestGroup[]) => groups.map((group) => ({ ...group, entries: group.entries.map(mark) }))
  return {
    ...digest,
    claims: digest.claims.map((one) => ({ ...one, speakers: all(one.speakers) })),
    unmatched: all(digest.unmatched),
  }
}

/** An article that was retracted says so once, however many of its statements an entry holds. */
const onceEach = (revisions: Revision[]): Revision[] => [
  ...new Map(revisions.map((one) => [`${one.documentId} ${one.kind} ${one.words}`, one])).values(),
]
