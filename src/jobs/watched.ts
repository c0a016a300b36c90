import { createWatchIndex, type WatchIndex } from '../digests/watch-index.ts'
import type { WatchTerm } from '../model.ts'
import type { Store } from '../store/store.ts'

/** Of one record: the terms of all servers as they were at a version, and those of each server at its own. */
type Known = { version: number; index: WatchIndex; servers: Map<string, { version: number; terms: WatchTerm[] }> }
const known = new WeakMap<Store, Known>()
/** One at a time: two would take the same change over twice. */
const turns = new WeakMap<Store, Promise<unknown>>()

/**
 * The phrases and queries of all servers as one index, as they are now. Only the terms of servers that changed theirs are
 * read, whoever changed them: asked before each stretch of documents, so that what was marked for a new term is read with it.
 */
export function followTerms(store: Store): Promise<WatchIndex> {
  const turn = (turns.get(store) ?? Promise.resolve()).then(() => takeOver(store))
  turns.set(
    store,
    turn.catch(() => {}),
  )
  return turn
}

async function takeOver(store: Store): Promise<WatchIndex> {
  // Looked at before the terms: a change in between is read again next time, and none is missed.
  const version = await store.watchTerms.version()
  const before = known.get(store)
  if (before?.version === version) return before.index
  const { index, servers } = before ?? { index: createWatchIndex(), servers: new Map() as Known['servers'] }
  const versions = await store.watchTerms.versions()
  const changed = [...versions].flatMap(([id, its]) => (servers.get(id)?.version === its ? [] : [id]))
  const terms = Map.groupBy(await store.watchTerms.all(before ? changed : undefined), ({ guildId }) => guildId)
  for (const id of [...changed, ...[...servers.keys()].filter((one) => !versions.has(one))]) {
    for (const term of servers.get(id)?.terms ?? []) index.remove(term)
    servers.delete(id)
  }
  for (const id of changed) {
    const own = (terms.get(id) ?? []).filter(({ kind }) => kind !== 'entity')
    for (const term of own) index.add(term)
    servers.set(id, { version: versions.get(id) ?? 0, terms: own })
  }
  known.set(store, { version, index, servers })
  return index
}
