import { allEntries } from '../digests/entries.ts'
import { isFragment } from '../digests/weight.ts'
import type { Say } from '../messages/say.ts'
import type { Digest } from '../model.ts'
import type { Store } from '../store/store.ts'
import { drawClaim } from './claim-picture.ts'
import type { Picture } from './picture.ts'
import { drawEntry } from './spread-picture.ts'

/** A digest is to be read: what weighs most in it gets a picture, the rest none. */
const MOST_PICTURES = 3
/** Outlets from which on the way of a quotation is worth a picture in a digest. */
const SPREAD_OUTLETS = 3

/**
 * Pictures for a digest that asks for them: who said its first claims when, then how its most reported quotations spread.
 *
 * @returns by the id of the claim, or of the entry
 */
export async function drawDigest(
  digest: Digest,
  store: Pick<Store, 'statements'>,
  say: Say,
): Promise<Map<string, Picture>> {
  const drawn = await drawClaims(digest, store, say)
  const entries = allEntries(digest).filter((entry) => !isFragment(entry))
  for (const entry of entries.toSorted((a, b) => b.reports.length - a.reports.length)) {
    if (drawn.size >= MOST_PICTURES) break
    const picture = await drawEntry(entry, say, SPREAD_OUTLETS)
    if (picture) drawn.set(entry.id, picture)
  }
  return drawn
}

/** Pictures for the first claims of a digest, by the claim's id. */
async function drawClaims(digest: Digest, store: Pick<Store, 'statements'>, say: Say): Promise<Map<string, Picture>> {
  const drawn = new Map<string, Picture>()
  for (const { claim, speakers } of digest.claims) {
    if (drawn.size >= MOST_PICTURES) break
    if (allEntries({ claims: [], unmatched: speakers }).every(({ parted }) => parted)) continue
    const picture = await drawClaim(claim, store, say, 2)
    if (picture && ![...drawn.values()].some(({ name }) => name === picture.name)) drawn.set(claim.id, picture)
  }
  return drawn
}
