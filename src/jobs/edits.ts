import { DiscordError } from '../errors.ts'
import type { Posting } from '../model.ts'
import type { OwedEdit } from '../store/store.ts'
import { type DigestKit, retryAt } from './digest.ts'

/** After so many failures in a row a message is left as it is. */
const MOST_TRIES = 20

type Redraw = (posting: Posting) => Promise<'done' | 'later'>
type Belt = Pick<DigestKit, 'store' | 'now' | 'log'>

/**
 * Draws again every posted digest of which an entry was corrected, retracted or parted from its claim. Drawing twice
 * changes nothing; what is owed meanwhile stays owed. @returns how many were drawn
 */
export async function editOwed(kit: Belt, redraw: Redraw | undefined): Promise<number> {
  let drawn = 0
  if (!redraw) return drawn
  for (const owed of await kit.store.postings.owedEdits(kit.now())) {
    const outcome = await editOne(kit, owed, redraw)
    if (outcome === 'drawn') drawn += 1
    if (outcome === 'unreachable') break
  }
  return drawn
}

/** Draws one posting again. Never throws where it was refused: that is remembered, with when it is tried again. */
export async function editOne(
  { store, now, log }: Belt,
  { posting, version, attempts }: OwedEdit,
  redraw: Redraw,
): Promise<'drawn' | 'later' | 'failed' | 'unreachable'> {
  try {
    if ((await redraw(posting)) === 'later') return 'later'
    await store.postings.edited(posting.id, version)
    return 'drawn'
  } catch (error) {
    const reason = error instanceof DiscordError ? error.reason : null
    const hopeless = reason === 'forbidden' || reason === 'gone' || attempts + 1 >= MOST_TRIES
    if (hopeless) await store.postings.edited(posting.id, version)
    else await store.postings.editFailed(posting.id, (error as Error).message, retryAt(attempts, error, now()))
    log.error({ err: error, posting: posting.id, hopeless }, 'a posted digest could not be changed')
    return reason === 'unreachable' ? 'unreachable' : 'failed'
  }
}
