import type { Config } from '../config.ts'
import type { Kit } from './kit.ts'
import { takeClaimsOver } from './known-claims.ts'
import { trackAgain } from './track.ts'

/** How an import ended is kept so long. */
const IMPORT_SECONDS = 86_400

/**
 * Lets go of what has been kept long enough: what servers that the bot left had set, old digests, changes and documents.
 * In small steps, and again from where it stopped.
 *
 * @returns how many of each
 */
export async function retainRound(
  kit: Pick<Kit, 'store' | 'now' | 'log' | 'stopping' | 'rooms'>,
  keep: Config['keep'],
): Promise<{ servers: number; digests: number; changes: number; documents: number }> {
  const { store, now, log, stopping } = kit
  const before = (seconds: number) => new Date(Date.parse(now()) - seconds * 1000).toISOString()
  const gone = { servers: 0, digests: 0, changes: 0, documents: 0 }
  for (const guildId of await store.retention.leftBefore(before(keep.leftServers))) {
    await store.transaction(async (tx) => {
      await tx.guilds.forget(guildId)
      await tx.retention.returned(guildId)
    })
    await takeClaimsOver(kit)
    gone.servers += 1
  }
  if (gone.servers > 0) await trackAgain(kit, {})
  const drop = async (kind: 'digests' | 'changes' | 'documents', step: (before: string) => Promise<number>) => {
    const seconds = keep[kind]
    if (seconds === null) return
    for (let some = 1; some > 0 && !stopping.aborted; ) {
      some = await step(before(seconds))
      gone[kind] += some
      await new Promise(setImmediate)
    }
  }
  await drop('digests', (time) => store.transaction((tx) => tx.retention.dropDigests(time)))
  await drop('changes', (time) => store.transaction((tx) => tx.retention.dropChanges(time)))
  await drop('documents', (time) => store.transaction((tx) => tx.retention.dropDocuments(time)))
  // Whoever follows an import has long been told.
  await store.imports.dropFinished(before(IMPORT_SECONDS))
  if (Object.values(gone).some((n) => n > 0)) log.info(gone, 'what was kept long enough is let go')
  return gone
}
