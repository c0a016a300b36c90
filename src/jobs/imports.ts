import { randomUUID } from 'node:crypto'
import { setImmediate as rest } from 'node:timers/promises'
import { mergeClaims, sameKey } from '../claims/import-claims.ts'
import type { Claim, ImportJob } from '../model.ts'
import type { Store } from '../store/store.ts'
import type { Kit } from './kit.ts'

/** More than this in one server is a mistake or an attack. */
export const MOST_CLAIMS = 500
/** Claims that are written in one transaction: somebody else may be waiting for an answer. */
const BATCH = 50

/** Which claims of a file become a server's own, and who wants it. */
export type ImportWish = Pick<ImportJob, 'guildId' | 'by' | 'fileName'> & { claims: Claim[] }

type Belt = Pick<Kit, 'store' | 'now' | 'log' | 'stopping' | 'work'>
/** Told how an import stands, null where its server was forgotten meanwhile. */
type Listener = (job: ImportJob | null) => void

/** Of each store: the round that is under way. Of each import: who wants to know how far it is. */
const underWay = new WeakMap<Store, Promise<void>>()
const listeners = new Map<string, Listener>()

/**
 * Notes which claims are to be kept and begins to write them; few are written at once.
 *
 * @returns how it stands, finished where all are written
 */
export async function askImport({ guildId, by, fileName, claims }: ImportWish, kit: Belt): Promise<ImportJob> {
  const { store, now, work, log } = kit
  const job = await store.transaction(async (tx) => {
    const kept = claims.slice(0, await roomOf(guildId, tx))
    const begun: ImportJob = {
      id: randomUUID(),
      guildId,
      by,
      fileName: fileName.slice(0, 100),
      askedAt: now(),
      finishedAt: null,
      done: 0,
      total: kept.length,
      counts: { added: 0, changed: 0, same: 0 },
      over: claims.length - kept.length,
      trouble: null,
    }
    if (kept.length <= BATCH) return write(begun, kept, tx, now())
    await tx.imports.begin(begun, kept)
    await work?.owe([orderOf(begun)], tx)
    return begun
  })
  if (!work && !job.finishedAt)
    importRound(kit).catch((error) => log.error({ err: error }, 'the claims of a file could not be kept'))
  return job
}

/** What is given again where an order was lost. */
export const orderOf = ({ id, guildId }: ImportJob) => ({ kind: 'import' as const, key: id, group: guildId })

/** Tells how far an import is after each batch, and when it is finished. */
export function followImport(id: string, listener: Listener): void {
  listeners.set(id, listener)
}

export const unfollowImport = (id: string): boolean => listeners.delete(id)

/** Tells those who follow an import that other processes work on. */
export async function tellImports(store: Store): Promise<void> {
  for (const id of listeners.keys()) tell(id, await store.imports.get(id))
}

/**
 * Goes on with all imports, oldest first, each from where it was. There is never more than one round at work; a second
 * call waits for the first.
 */
export function importRound(kit: Belt): Promise<void> {
  const mine = (underWay.get(kit.store) ?? Promise.resolve()).then(async () => {
    for (const { id } of await kit.store.imports.open())
      await importOne(id, kit).catch((error) =>
        kit.log.error({ err: error, import: id }, 'the claims of a file could not be kept; it is tried again'),
      )
  })
  // Whoever waits for its turn begins whatever became of this one.
  underWay.set(
    kit.store,
    mine.catch(() => {}),
  )
  return mine
}

/** Goes on with one import, a batch in each transaction with how far it has come, where it is not finished. */
export async function importOne(id: string, kit: Belt): Promise<void> {
  const { store, now, log, stopping } = kit
  try {
    while (!stopping.aborted) {
      const job = await store.transaction((tx) => step(id, tx, now()))
      if (!job) return
      tell(id, job)
      if (!job.finishedAt) await rest()
      else return log.info({ import: id, ...job.counts }, 'the claims of a file are kept')
    }
  } catch (error) {
    // Where this cannot be noted either, it is the first trouble that matters.
    await noteTrouble(id, (error as Error).message, store).catch(() => {})
    throw error
  }
}

/** Writes the next batch; null where nothing is left, or somebody else has finished it. */
async function step(id: string, tx: Store, now: string): Promise<ImportJob | null> {
  const job = await tx.imports.get(id)
  if (!job || job.finishedAt) return null
  const claims = await tx.imports.claims(id)
  const next = await write(job, claims.slice(job.done, job.done + BATCH), tx, now)
  await tx.imports.put(next)
  return next
}

/** Where the last is written, that it was done is noted in the list of changes. */
async function write(job: ImportJob, batch: Claim[], tx: Store, now: string): Promise<ImportJob> {
  // Others may have added claims since it began.
  const fitting = batch.slice(0, await roomOf(job.guildId, tx))
  const own = fitting.map((claim) => asOwn(claim, job.guildId))
  const { added, changed, same } = await tx.claims.add(own, { merge: mergeClaims, by: job.by, now })
  const { counts } = job
  const next: ImportJob = {
    ...job,
    done: job.done + batch.length,
    counts: { added: counts.added + added, changed: counts.changed + changed, same: counts.same + same },
    over: job.over + batch.length - fitting.length,
    trouble: null,
  }
  if (next.done < next.total) return next
  if (next.counts.added + next.counts.changed > 0)
    await tx.guilds.note({
      id: randomUUID(),
      guildId: job.guildId,
      at: now,
      userId: job.by,
      what: 'import',
      object: job.fileName,
      undo: null,
      undoneAt: null,
    })
  return { ...next, finishedAt: now }
}

async function noteTrouble(id: string, trouble: string, store: Store): Promise<void> {
  const job = await store.transaction(async (tx) => {
    const known = await tx.imports.get(id)
    if (!known || known.finishedAt) return null
    await tx.imports.put({ ...known, trouble })
    return { ...known, trouble }
  })
  if (job) tell(id, job)
}

function tell(id: string, job: ImportJob | null): void {
  const listener = listeners.get(id)
  if (!job || job.finishedAt) listeners.delete(id)
  listener?.(job)
}

const roomOf = async (guildId: string, tx: Store): Promise<number> =>
  Math.max(MOST_CLAIMS - (await tx.claims.list(guildId)).length, 0)

/** Its id says whose it is: two servers, and the operator, may all have a claim `c1`. */
const asOwn = (claim: Claim, guildId: string) => ({
  claim: { ...claim, id: `own-${guildId}-${claim.id}`.slice(0, 90), owner: guildId },
  key: `${guildId} ${sameKey(claim.text, claim.claimant)}`,
})
