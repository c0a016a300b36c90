import { thresholdEffect } from '../claims/threshold.ts'
import { createWanted } from '../digests/wanted.ts'
import type { Match } from '../model.ts'
import type { Store } from '../store/store.ts'

const DAYS = 7
const PAGE = 1000
/** More than this is not read for one answer. */
const MOST = 5000

/** The best match of one statement, with its words. */
export type Weighed = Pick<Match, 'statementId' | 'claimId' | 'score'> & { words: string; speaker: string | null }

/**
 * What the digests of one server (null: the operator's) were told of claims in the last seven days: the best match of
 * each statement that they would hold. Statements that bear on no claim are counted alone.
 */
export async function readWeek(
  guildId: string | null,
  { store, now }: { store: Store; now(): string },
): Promise<{ statements: number; matches: Weighed[] }> {
  const seen = store.seenBy(guildId)
  const isWanted = createWanted(guildId ? await store.watchTerms.list(guildId) : [])
  const since = new Date(Date.parse(now()) - DAYS * 86_400_000).toISOString()
  const matches: Weighed[] = []
  let statements = 0
  let from = await seen.statements.before(since)
  for (let read = 0; read < MOST; read += PAGE) {
    const found = await seen.statements.since(from, { sample: false, limit: PAGE })
    for (const one of found) {
      if (one.backlog || !isWanted(one)) continue
      statements += 1
      const [best] = one.matches.toSorted((a, b) => b.score - a.score)
      if (!best) continue
      const { statementId, claimId, score } = best
      const { content, speaker } = one.statement
      matches.push({ statementId, claimId, score, words: content, speaker: speaker?.name ?? null })
    }
    const last = found.at(-1)
    if (!last || found.length < PAGE) break
    from = last.sequence
    await new Promise(setImmediate)
  }
  return { statements, matches }
}

/** What another threshold would have changed in a week, the surest change first. */
export function weighThreshold(matches: Weighed[], from: number, to: number) {
  const { gained, lost, before, after } = thresholdEffect(matches, from, to)
  return {
    before,
    after,
    gained: gained.toSorted((a, b) => b.score - a.score),
    lost: lost.toSorted((a, b) => a.score - b.score),
  }
}
