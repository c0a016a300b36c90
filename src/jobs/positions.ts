import { type Said, type Turn, tracePosition } from '../claims/positions.ts'
import type { Claim, Statement } from '../model.ts'
import type { Found, Store } from '../store/store.ts'
import { decideFound } from './known-claims.ts'

/** More than this is not read of one claim. */
const MOST = 500

/** By whose words a position is: the tracked entity, else the name. Null where nobody is named. */
export const speakerOf = ({ speaker }: Pick<Statement, 'speaker'>): string | null =>
  speaker?.entityId ?? speaker?.name.trim().toLowerCase() ?? null

/** What is on record of a claim under a threshold, as `tracePosition` reads it, by speaker. */
export async function readSaid(
  claim: Claim,
  threshold: number,
  store: Store,
): Promise<Map<string, { speaker: string; said: Said[] }>> {
  const found = decideFound(await store.statements.byClaim(claim.id, MOST), threshold, [claim])
  const bySpeaker = new Map<string, { speaker: string; said: Said[] }>()
  for (const one of found) {
    const key = speakerOf(one.statement)
    const match = one.matches.find(({ claimId, decision }) => claimId === claim.id && decision === 'match')
    if (key === null || !match) continue
    const theirs = bySpeaker.get(key) ?? { speaker: one.statement.speaker?.name ?? '', said: [] }
    theirs.said.push({ statement: one.statement, match, published: one.document.published })
    bySpeaker.set(key, theirs)
  }
  return bySpeaker
}

/** By statement: where a speaker turned on one of these claims. */
export async function readTurns(claims: Claim[], threshold: number, store: Store): Promise<Map<string, Turn>> {
  const turns = new Map<string, Turn>()
  for (const claim of claims)
    for (const { said } of (await readSaid(claim, threshold, store)).values())
      for (const { statementId, turned } of tracePosition(claim, said)) if (turned) turns.set(statementId, turned)
  return turns
}

/** The claims that some statements bear on, each once. */
export const claimsOf = (found: Pick<Found, 'matches'>[], claims: Claim[]): Claim[] => {
  const wanted = new Set(found.flatMap(({ matches }) => matches.map(({ claimId }) => claimId)))
  return claims.filter(({ id }) => wanted.has(id))
}
