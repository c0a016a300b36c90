import { setImmediate as rest } from 'node:timers/promises'
import { matchBack } from '../claims/match-back.ts'
import type { Match, MatchJob } from '../model.ts'
import type { Store } from '../store/store.ts'
import type { Kit } from './kit.ts'
import { claimsByIds, matchKnown } from './known-claims.ts'

/** Statements that are looked at between two writes, and between two rests: somebody may be waiting for an answer. */
const STRETCH = 200
const BREATH = 5

/**
 * Where several processes share the record: for so long after a claim is new, others may still record what they matched
 * without it. The look through the record goes on until then.
 */
const OTHERS_MS = 30_000

type Listener = (job: MatchJob) => void
/** Of each store: the look through it that is under way, and who wants to know how far it is. */
const underWay = new WeakMap<Store, Promise<number>>()
const listeners = new Map<string, Listener>()

type Belt = Pick<Kit, 'store' | 'rooms' | 'now' | 'log' | 'progress' | 'stopping'>

/**
 * Looks through the record for all claims that are owed it, job by job, in the background: a stop or a crash costs at
 * most one stretch. There is never more than one at work; a second call waits for the first.
 *
 * @returns how many matches were found
 */
export function matchBackRound(kit: Belt): Promise<number> {
  const before = underWay.get(kit.store)
  const mine = (before ?? Promise.resolve(0))
    .catch(() => 0)
    .then(() => work(kit))
    .finally(() => {
      if (underWay.get(kit.store) === mine) underWay.delete(kit.store)
    })
  underWay.set(kit.store, mine)
  return mine
}

/** Tells how far a job is after each stretch, and when it is finished. */
export function followJob(id: string, listener: Listener): void {
  listeners.set(id, listener)
}

/** Goes on with one look through the record, where it is not finished. */
export async function matchBackOne(id: string, kit: Belt): Promise<void> {
  const job = (await kit.store.matching.open()).find((one) => one.id === id)
  if (job) await lookThrough(job, kit)
}

/** Tells those who follow a look that other processes work on. */
export async function tellJobs(store: Store): Promise<void> {
  for (const [id, listener] of listeners) {
    const job = await store.matching.get(id)
    if (job) listener(job)
    if (!job || job.finishedAt) listeners.delete(id)
  }
}

async function work(kit: Belt): Promise<number> {
  let found = 0
  for (const job of await kit.store.matching.open()) {
    if (kit.stopping.aborted) break
    found += await lookThrough(job, kit)
  }
  return found
}

async function lookThrough(job: MatchJob, kit: Belt): Promise<number> {
  const { store, log, now } = kit
  const isShared = store.postgres !== null
  if (isShared) {
    await store.statements.settle()
    await store.matching.extend(job.id)
  }
  const wanted = await store.matching.claimIds(job.id)
  const claims = (await claimsByIds(wanted, kit)).filter(({ status }) => status === 'active')
  log.info(
    { job: job.id, claims: claims.length, statements: job.total - job.looked },
    job.looked > 0 ? 'matching claims with the record goes on' : 'matching new claims with the record',
  )
  let found = 0
  for (;;) {
    const statements = await store.matching.stretch(job.id, STRETCH)
    const last = statements.at(-1)
    if (!last) break
    const matches: Match[] = []
    const match = (statement: { id: string; content: string }) => matchKnown(statement, kit.rooms)
    for await (const step of matchBack(claims, statements, { batch: BREATH, match })) {
      matches.push(...step.matches)
      await rest()
      if (kit.stopping.aborted) return found
    }
    const step = { looked: statements.length, sequence: last.sequence, matches }
    await store.transaction((tx) => tx.matching.advance(job.id, step))
    found += matches.length
    await tell(job.id, kit)
  }
  // The next tick goes on with it.
  if (isShared && Date.parse(now()) - Date.parse(job.begunAt) < OTHERS_MS) return found
  await store.matching.finish(job.id, now())
  log.info({ job: job.id, found }, 'the record was matched with new claims')
  await tell(job.id, kit)
  listeners.delete(job.id)
  return found
}

async function tell(id: string, { store, progress }: Belt): Promise<void> {
  const job = await store.matching.get(id)
  if (!job) return
  progress('matching claims with the record', job.looked, job.total)
  listeners.get(id)?.(job)
}
