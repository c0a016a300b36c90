import { setImmediate as rest } from 'node:timers/promises'
import { type Emerging, findEmerging, type Unclaimed } from '../claims/emerging-claims.ts'
import { createWanted, wantedKeys } from '../digests/wanted.ts'
import type { EmergingNote, WatchTerm } from '../model.ts'
import type { Store } from '../store/store.ts'
import type { Kit } from './kit.ts'
import { claimsOn, decideFound, thresholdOf } from './known-claims.ts'
import { knownFrom } from './watched.ts'

/** What recurs is looked for in what was recorded this lately, the newest so many statements of it. */
const DAYS = 14
const MOST = 600

type Asked = Pick<Kit, 'store' | 'rooms' | 'now'>
/** Of each record: what was found last for each server, as long as nothing changes. */
const known = new WeakMap<Store, Map<string, { key: string; found: Emerging[] }>>()

/**
 * What several outlets report and no claim that a server (null: the operator) knows covers: offered as claims, those
 * with the most outlets first. What its curators dismissed is left out. Rests while it works, so that others have
 * their turn; never to be called within a transaction.
 */
export async function emergingFor(guildId: string | null, kit: Asked): Promise<Emerging[]> {
  const { store, rooms, now } = kit
  const dismissed = new Set(guildId ? (await store.guilds.settings(guildId)).dismissed : [])
  const terms = guildId ? await store.watchTerms.list(guildId) : []
  const threshold = await thresholdOf(guildId, kit)
  const last = await store.statements.last()
  const key = JSON.stringify([last, rooms.change, rooms.version, threshold, now().slice(0, 10), terms])
  const ofStore = known.get(store) ?? new Map<string, { key: string; found: Emerging[] }>()
  known.set(store, ofStore)
  let before = ofStore.get(guildId ?? '')
  if (before?.key !== key) {
    const unclaimed = await readUnclaimed(guildId, terms, threshold, kit)
    before = { key, found: await findEmerging(unclaimed, { rest: () => rest() }) }
    ofStore.set(guildId ?? '', before)
  }
  return before.found.filter(({ statementIds }) => !statementIds.some((id) => dismissed.has(id)))
}

/** An offer in the few words of a digest. */
export const noteOf = ({ proposed, statementIds, publishers, first }: Emerging): EmergingNote => ({
  id: statementIds[0] ?? '',
  others: statementIds.slice(1),
  text: proposed.text,
  speaker: proposed.claimant,
  outlets: publishers,
  first,
})

/** What stands on no claim, whatever its outlet; posts speak for their author. */
async function readUnclaimed(
  guildId: string | null,
  terms: WatchTerm[],
  threshold: number,
  { store, rooms, now }: Asked,
): Promise<Unclaimed[]> {
  const seen = store.seenBy(guildId)
  const since = new Date(Date.parse(now()) - DAYS * 86_400_000).toISOString()
  const from = Math.max(await seen.statements.before(since), (await seen.statements.last()) - MOST)
  const takenOver = knownFrom(guildId ? await store.watchTerms.changedAt(guildId) : null)
  const isKnown = !takenOver || (await seen.statements.before(takenOver)) <= from
  const found = await seen.statements.since(from, {
    sample: false,
    limit: MOST,
    ...(isKnown ? { wantedBy: wantedKeys(terms) } : {}),
  })
  const wanted = found.filter(createWanted(terms))
  return decideFound(wanted, threshold, await claimsOn(wanted, guildId, { store, rooms }))
    .filter(({ matches }) => matches.length === 0)
    .map(({ statement, document: { publisher, author, published } }) => ({
      statement,
      publisher: publisher ?? author?.alternateName ?? author?.name ?? null,
      published,
    }))
}
