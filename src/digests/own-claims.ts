import { createMatcher } from '../claims/match-claims.ts'
import type { Claim, Digest, DigestEntry, DigestGroup } from '../model.ts'

/**
 * A digest as the server sees it that keeps claims of its own: what bears on one of them leaves the unmatched and
 * stands under it. Entries under the operator's claims stay there. Pure.
 */
export function withOwnClaims(digest: Digest, claims: Claim[]): Digest {
  const active = claims.filter(({ status }) => status === 'active')
  if (active.length === 0) return digest
  const matcher = createMatcher(active)
  const found = new Map<string, DigestGroup[]>()
  const unmatched = digest.unmatched.map(({ speaker, entries }) => ({
    speaker,
    entries: entries.filter((entry) => {
      const claimed = toClaimed(entry)
      if (!claimed?.match) return true
      const groups = found.get(claimed.match.claimId) ?? []
      const group = groups.find((one) => one.speaker === speaker)
      if (group) group.entries.push(claimed)
      else groups.push({ speaker, entries: [claimed] })
      found.set(claimed.match.claimId, groups)
      return false
    }),
  }))
  if (found.size === 0) return digest
  const own = active.flatMap((claim) => {
    const speakers = found.get(claim.id)
    return speakers ? [{ claim, speakers }] : []
  })
  return {
    ...digest,
    claims: [...digest.claims, ...own],
    unmatched: unmatched.filter(({ entries }) => entries.length > 0),
  }

  function toClaimed(entry: DigestEntry): DigestEntry | null {
    const text = entry.words.map(({ content }) => content).join(' ')
    const [best] = matcher.match({ id: entry.id, text }, { top: 1 })
    if (!best || best.decision === 'none') return null
    const review = active.find(({ id }) => id === best.claimId)?.reviews.find(({ rating }) => rating)
    return {
      ...entry,
      match: {
        ...best,
        verdict: review?.rating ?? null,
        reviewedBy: review?.publisher ?? null,
        reviewed: review?.reviewed ?? null,
      },
    }
  }
}
