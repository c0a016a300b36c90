import type { Heartbeat } from '../model.ts'
import type { Store } from '../store/store.ts'

/** A process tells of itself every half minute; one that has not for so long is held to be gone. */
const SILENT_MS = 3 * 60_000
const DAY_MS = 86_400_000

/** A process that takes part in the work. One that ended as it was told leaves no sign behind. */
export type Process = Heartbeat & { isSilent: boolean }

/** All processes of a day on one database, those at work first, each kind by name. None where one process does all. */
export async function readProcesses({ store, now }: { store: Store; now(): string }): Promise<Process[]> {
  if (!store.postgres) return []
  const at = Date.parse(now())
  const signs = await store.watch.heartbeats(new Date(at - DAY_MS).toISOString())
  return signs
    .map((sign) => ({ ...sign, isSilent: at - Date.parse(sign.at) > SILENT_MS }))
    .sort((a, b) => Number(a.isSilent) - Number(b.isSilent) || (a.process < b.process ? -1 : 1))
}

/** What of Discord a process holds, as `--shards` takes it: `0-3/16`; null where that is not told apart. */
export function shardsOf({ shards }: Pick<Heartbeat, 'shards'>): string | null {
  if (!shards) return null
  const ids = shards.ids.toSorted((a, b) => a - b)
  const [first = 0, last = 0] = [ids[0], ids.at(-1)]
  const isRow = ids.length > 1 && last - first === ids.length - 1
  return `${isRow ? `${first}-${last}` : ids.join(',')}/${shards.of}`
}

/** The later of two moments, each of which may not have been yet. */
export const later = (a: string | null | undefined, b: string | null | undefined): string | null =>
  !a || !b ? (a ?? b ?? null) : a > b ? a : b
