import { StoreError } from '../errors.ts'
import { gathered } from '../store/gathered.ts'
import { type Part, recordParts } from './ingest.ts'
import type { Kit } from './kit.ts'

/** What sources bring within so long is kept in one transaction: that of so many at most. */
const GATHERED_MS = 25
const MOST_TOGETHER = 20

/** Keeps what several sources brought in one transaction; one that cannot be kept holds no other up. */
export function recordTogether(kit: Pick<Kit, 'store' | 'work' | 'now'>): (part: Part) => Promise<number> {
  type Kept = { fresh: number } | { error: unknown }
  const keep = async (parts: Part[]): Promise<Kept[]> => {
    try {
      return (await recordParts(kit, parts)).map((fresh) => ({ fresh }))
    } catch (error) {
      // A database that is away is nobody's fault here.
      if (parts.length === 1 || error instanceof StoreError) return parts.map(() => ({ error }))
      const kept: Kept[] = []
      for (const part of parts) kept.push(...(await keep([part])))
      return kept
    }
  }
  const soon = gathered(keep, GATHERED_MS, MOST_TOGETHER)
  return async (part) => {
    const kept = await soon(part)
    if ('error' in kept) throw kept.error
    return kept.fresh
  }
}
