import { createWanted, wantedKeys } from '../digests/wanted.ts'
import type { Subscription } from '../model.ts'
import type { Found, Store, WantedBy } from '../store/store.ts'
import { knownFrom } from './watched.ts'

/** More than this is not told at one sitting; the rest follows with the next digest. */
export const MOST = 2000
/** So many are read first to see whether there is anything to say. */
const GLANCE = 20

/** How a server's terms pick what is wanted. */
type Wish = { wantedBy: WantedBy; isWanted(one: Found): boolean }

export async function wishOf(guildId: string | null, { watchTerms }: Pick<Store, 'watchTerms'>): Promise<Wish> {
  // Before the terms: a change in between is looked for twice rather than not at all.
  const changedAt = guildId ? await watchTerms.changedAt(guildId) : null
  const terms = guildId ? await watchTerms.list(guildId) : []
  return { wantedBy: { keys: wantedKeys(terms), knownFrom: knownFrom(changedAt) }, isWanted: createWanted(terms) }
}

/** What is wanted of all that was recorded after a sequence number, until there is `enough`; and how far that was read. */
export async function wantedSince(
  store: Store,
  sequence: number,
  { sample, enough, wish }: { sample: boolean; enough: number; wish: Wish },
): Promise<{ wanted: Found[]; last: number }> {
  const first = await store.statements.firstAfter(sequence)
  const end = await store.statements.last()
  const wanted: Found[] = []
  if (first === null) return { wanted, last: sequence }
  const { keys, knownFrom } = wish.wantedBy
  const wantedBy = !knownFrom || first >= knownFrom ? { wantedBy: keys } : {}
  let last = sequence
  for (let limit = enough === 1 ? GLANCE : MOST; ; limit = MOST) {
    const found = await store.statements.since(last, { sample, limit, ...wantedBy })
    last = found.at(-1)?.sequence ?? last
    wanted.push(...found.filter((one) => !one.backlog && wish.isWanted(one)))
    // Where all is read, all that had a number before is done with.
    if (found.length < limit) return { wanted, last: Math.max(last, end) }
    if (wanted.length >= enough) return { wanted, last }
  }
}

/** Whether there may be anything to say: something wanted was recorded since the last digest. And how far was looked. */
export async function findNews(
  { store }: { store: Store },
  { id, target }: Pick<Subscription, 'id' | 'target'>,
): Promise<{ any: boolean; last: number }> {
  const { sequence } = await store.digests.cursor(id)
  const guildId = target.kind === 'discord' ? target.guildId : null
  const wish = await wishOf(guildId, store)
  const { wanted, last } = await wantedSince(store.seenBy(guildId), sequence, { sample: false, enough: 1, wish })
  return { any: wanted.length > 0, last }
}
