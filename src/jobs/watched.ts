import { wantedKeys } from '../digests/wanted.ts'
import { createWatchIndex, type WatchIndex } from '../digests/watch-index.ts'
import type { WatchTerm } from '../model.ts'
import type { Store } from '../store/store.ts'

/** One server's terms: the keys by which a document may be wanted there, and when they last came to want more. */
type Server = { version: number; changedAt: string | null; terms: WatchTerm[]; keys: string[] }
/** The terms of all servers as they were at a version: phrases and queries as one index, and each server's own. */
export type Watched = { index: WatchIndex; servers: ReadonlyMap<string, Server> }

/** Whoever analyses has taken over a changed term by then. */
const TAKEN_OVER_MS = 10 * 60_000

/** From when on what was recorded was looked through for a server's terms; null where it always was. */
export const knownFrom = (changedAt: string | null): string | null =>
  changedAt && new Date(Date.parse(changedAt) + TAKEN_OVER_MS).toISOString()

const known = new WeakMap<Store, { version: number; watched: Watched & { servers: Map<string, Server> } }>()
/** One at a time: two would take the same change over twice. */
const turns = new WeakMap<Store, Promise<unknown>>()

/**
 * The terms of all servers, as they are now. Only those of servers that changed theirs are read, whoever changed them: asked
 * before each stretch of documents, so that what was marked for a new term is read with it.
 */
export function followTerms(store: Store): Promise<Watched> {
  const turn = (turns.get(store) ?? Promise.resolve()).then(() => takeOver(store))
  turns.set(
    store,
    turn.catch(() => {}),
  )
  return turn
}

async function takeOver(store: Store): Promise<Watched> {
  // Looked at before the terms: a change in between is read again next time, and none is missed.
  const version = await store.watchTerms.version()
  const before = known.get(store)
  if (before?.version === version) return before.watched
  const watched = before?.watched ?? { index: createWatchIndex(), servers: new Map<string, Server>() }
  const { index, servers } = watched
  const versions = await store.watchTerms.versions()
  const changed = [...versions].filter(([id, its]) => servers.get(id)?.version !== its.version)
  const ids = changed.map(([id]) => id)
  const terms = Map.groupBy(await store.watchTerms.all(before ? ids : undefined), ({ guildId }) => guildId)
  for (const id of [...ids, ...[...servers.keys()].filter((one) => !versions.has(one))]) {
    for (const term of servers.get(id)?.terms ?? []) if (term.kind !== 'entity') index.remove(term)
    servers.delete(id)
  }
  for (const [id, its] of changed) {
    const own = terms.get(id) ?? []
    for (const term of own) if (term.kind !== 'entity') index.add(term)
    servers.set(id, { ...its, terms: own, keys: wantedKeys(own) })
  }
  known.set(store, { version, watched })
  return watched
}
