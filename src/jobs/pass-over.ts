import { nextDue } from '../digests/schedule.ts'
import { wantedKeys } from '../digests/wanted.ts'
import type { Subscription } from '../model.ts'
import { WANTED_BY_ALL } from '../store/statements.ts'
import { type DigestKit, wasAsked } from './digest.ts'
import { followTerms, knownFrom } from './watched.ts'

/** Fewer look each for itself. */
const MANY = 20
/** Who is further behind looks for itself: it would have all look that far back. */
const FAR = 50_000
const NO_TERMS = { keys: wantedKeys([]), changedAt: null }

/**
 * Of many subscriptions that are due at once, those that may have something to say. The others are moved on together, with
 * one look at what was caught since.
 */
export async function passOver(kit: Pick<DigestKit, 'store' | 'now'>, due: Subscription[]): Promise<Subscription[]> {
  if (due.length < MANY) return due
  const { store, now } = kit
  const at = now()
  // Before all else: what comes to stand later is for the next time.
  const sequence = await store.statements.last()
  const cursors = await store.digests.cursors(due.map(({ id }) => id))
  const behind = due.flatMap((one) => {
    const cursor = cursors.get(one.id)
    const isPlain = one.target.kind === 'discord' && one.nothingNew !== true && !wasAsked(one, at)
    return isPlain && cursor !== undefined && sequence - cursor <= FAR ? [{ one, cursor }] : []
  })
  if (behind.length === 0) return due
  const { servers } = await followTerms(store)
  const lasts = await store.statements.wantedAfter(Math.min(...behind.map(({ cursor }) => cursor)))
  const times = await store.statements.recordedAt([...new Set(behind.map(({ cursor }) => cursor))])
  const idle = behind.flatMap(({ one, cursor }) => {
    if (one.target.kind !== 'discord') return []
    const { keys, changedAt } = servers.get(one.target.guildId) ?? NO_TERMS
    const wasCaught = [WANTED_BY_ALL, ...keys].some((key) => (lasts.get(key) ?? 0) > cursor)
    // What stood before a term was added was not looked through for it.
    const from = knownFrom(changedAt)
    const isKnown = cursor >= sequence || !from || (times.get(cursor) ?? '') >= from
    return wasCaught || !isKnown ? [] : [{ id: one.id, nextDigestAt: nextDue(one.schedule, one.timeZone, at) }]
  })
  if (idle.length > 0) await store.digests.passOver(idle, { sequence, now: at })
  const gone = new Set(idle.map(({ id }) => id))
  return due.filter(({ id }) => !gone.has(id))
}
