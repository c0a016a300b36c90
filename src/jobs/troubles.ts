import type { SourceTrouble } from '../model.ts'
import { troubleOf } from '../sources/trouble.ts'
import type { Store } from '../store/store.ts'

/** Troubles are told after a day: a list that is a minute old is as good. */
const KEPT_MS = 60_000

type Known = { at: number; found: { owner: string; trouble: SourceTrouble }[] }
const known = new WeakMap<Store, Known>()

/** What those who rely on its sources should know of them: the operator's, and a server's own. */
export async function troublesFor(
  guildId: string | null,
  { store, now }: { store: Store; now(): string },
): Promise<SourceTrouble[]> {
  const at = Date.parse(now())
  let last = known.get(store)
  if (!last || at < last.at || at - last.at >= KEPT_MS) {
    const sources = await store.sources.list()
    const found = sources.flatMap(({ source, state }) => {
      const trouble = troubleOf(source, state, now())
      return trouble ? [{ owner: source.owner ?? 'operator', trouble }] : []
    })
    last = { at, found }
    known.set(store, last)
  }
  return last.found.flatMap(({ owner, trouble }) => (owner === 'operator' || owner === guildId ? [trouble] : []))
}
