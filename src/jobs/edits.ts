import { DiscordError } from '../errors.ts'
import type { Posting } from '../model.ts'
import { type DigestKit, retryAt } from './digest.ts'

/** After so many failures in a row a message is left as it is. */
const MOST_TRIES = 20

/**
 * Draws again every posted digest of which an entry was corrected, retracted or parted from its claim. Drawing twice
 * changes nothing; what is owed meanwhile stays owed. @returns how many were drawn
 */
export async function editOwed(
  kit: Pick<DigestKit, 'store' | 'now' | 'log'>,
  redraw: ((posting: Posting) => Promise<'done' | 'later'>) | undefined,
): Promise<number> {
  const { store, now, log } = kit
  let drawn = 0
  if (!redraw) return drawn
  for (const { posting, version, attempts } of await store.postings.owedEdits(now())) {
    try {
      if ((await redraw(posting)) === 'later') continue
      await store.postings.edited(posting.id, version)
      drawn += 1
    } catch (error) {
      const reason = error instanceof DiscordError ? error.reason : null
      const hopeless = reason === 'forbidden' || reason === 'gone' || attempts + 1 >= MOST_TRIES
      if (hopeless) await store.postings.edited(posting.id, version)
      else await store.postings.editFailed(posting.id, (error as Error).message, retryAt(attempts, error, now()))
      log.error({ err: error, posting: posting.id, hopeless }, 'a posted digest could not be changed')
      if (reason === 'unreachable') break
    }
  }
  return drawn
}
