import { setTimeout as sleep } from 'node:timers/promises'
import { nextDue } from '../digests/schedule.ts'
import type { Source, SourceState, Subscription } from '../model.ts'
import { analyseStored } from './analyse.ts'
import { composeDue, composeFor, deliverOne, deliverOwed, mayTell } from './digest.ts'
import { editOwed } from './edits.ts'
import { findCopies } from './evidence.ts'
import { pollSource } from './ingest.ts'
import type { Kit } from './kit.ts'
import { passOver } from './pass-over.ts'
import { SHARES } from './work.ts'

/** While sources are read, what came is analysed so often. */
const ANALYSE_MS = 3000
/** How many sources are read side by side. */
const SIDE_BY_SIDE = 16

/** What one round did. */
export type Round = { polled: number; failed: number; fresh: number; analysed: number }

/** Reads what is due (or all that is enabled), one failing source never stopping another, and analyses what came. */
export async function pollRound(kit: Kit, { all = false } = {}): Promise<Round> {
  const listed = all
    ? (await kit.store.sources.list()).filter(({ source }) => source.enabled)
    : await kit.store.sources.due(kit.now())
  const waiting = listed.filter(({ source, state }) => !source.sample && !state.endedAt)
  const reading = readAll(kit, waiting)
  const analysed = await analyseMeanwhile(kit, reading)
  await findCopies(kit)
  return { ...(await reading), analysed }
}

/** What was read does not wait for the slowest source: a process that keeps dying would never come to it. */
async function analyseMeanwhile(kit: Kit, reading: Promise<unknown>): Promise<number> {
  const over = reading.then(
    () => true,
    () => true,
  )
  let analysed = 0
  try {
    for (let isOver = false; !isOver; ) {
      isOver = await Promise.race([over, sleep(ANALYSE_MS, false, { ref: false })])
      analysed += await analyseStored(kit)
    }
  } finally {
    await over
  }
  return analysed
}

/** What somebody waits for is read at once, but they wait no longer than this. */
const WAIT_MS = 40_000

/** Reads these sources now, and analyses what came; what is not read in time comes with the next round. */
export async function readNow(kit: Kit, sourceIds: string[]): Promise<void> {
  if (kit.work) {
    await kit.work.hurry(
      sourceIds.map((key) => ({ kind: 'poll', key })),
      WAIT_MS,
    )
    // What came is in one of the shares; those that nothing waits in are done at once.
    return kit.work.hurry(
      SHARES.map((key) => ({ kind: 'analyse', key })),
      WAIT_MS / 4,
    )
  }
  const wanted = (await kit.store.sources.list()).filter(({ source }) => sourceIds.includes(source.id))
  const late = new Promise<void>((resolve) => setTimeout(resolve, WAIT_MS).unref())
  await Promise.race([readAll(kit, wanted), late])
  await analyseStored(kit)
}

async function readAll(kit: Kit, waiting: { source: Source; state: SourceState }[]): Promise<Round> {
  const round: Round = { polled: 0, failed: 0, fresh: 0, analysed: 0 }
  const queue = spreadByHost(waiting)
  const work = async () => {
    for (let next = queue.shift(); next && !kit.stopping.aborted; next = queue.shift()) {
      const { fresh, failed } = await pollSource(kit, next.source, next.state)
      round.polled += 1
      round.fresh += fresh
      round.failed += Number(failed)
      kit.progress('reading sources', round.polled, waiting.length)
    }
  }
  await Promise.all(Array.from({ length: Math.min(SIDE_BY_SIDE, queue.length) }, work))
  return round
}

/** Sources of one host one after another would leave all others waiting: each host in its turn. */
function spreadByHost<T extends { source: Source }>(listed: T[]): T[] {
  const seen = new Map<string, number>()
  const placed = listed.map((one) => {
    const host = URL.parse(one.source.address)?.host ?? ''
    const turn = seen.get(host) ?? 0
    seen.set(host, turn + 1)
    return { one, turn }
  })
  return placed.sort((a, b) => a.turn - b.turn).map(({ one }) => one)
}

/**
 * Composes every digest that is due (or, with `all`, every one of the terminal) and hands over what is owed.
 *
 * @returns how many were handed over
 */
export async function tellRound(kit: Kit, { all = false } = {}): Promise<number> {
  const now = kit.now()
  const due = await passOver(kit, await kit.store.subscriptions.due(now))
  const terminal = (subscription: Subscription) => subscription.target.kind === 'terminal'
  const asked = all
    ? (await kit.store.subscriptions.list()).filter((one) => terminal(one) && !due.some(({ id }) => id === one.id))
    : []
  let sent = 0
  let isAway = false
  for (const subscription of [...due, ...asked]) {
    if (subscription.id === SAMPLE.id || kit.stopping.aborted || !mayTell(subscription, now)) continue
    const owedId = await composeDue(kit, subscription)
    // Handed over before the next is composed: a process that keeps dying would else begin anew and come to none.
    const owed = owedId && !isAway ? await kit.store.deliveries.owedOne(owedId, kit.now()) : null
    const outcome = owed && (await deliverOne(kit, owed, kit.deliver))
    if (outcome === 'sent') sent += 1
    if (outcome === 'unreachable') isAway = true
  }
  if (!isAway) sent += await deliverOwed(kit, kit.deliver)
  await editOwed(kit, kit.redraw)
  return sent
}

const SAMPLE: Subscription = {
  id: 'terminal:sample',
  target: { kind: 'terminal' },
  schedule: '0 0 1 1 *',
  timeZone: 'UTC',
  createdBy: null,
  createdAt: '1970-01-01T00:00:00.000Z',
  pausedBecause: null,
  nextDigestAt: null,
}

/**
 * Shows the invented sample where nothing real has been read yet. Reads files only: a machine without internet waits
 * for nothing. @returns true where it was shown.
 */
export async function sampleRound(kit: Kit): Promise<boolean> {
  if (!kit.config.sample || !(await kit.store.documents.noneReal())) return false
  const sources = (await kit.store.sources.list()).filter(({ source }) => source.sample && source.enabled)
  await readAll(kit, sources)
  await analyseStored(kit)
  await composeFor(kit, SAMPLE, true)
  return (await deliverOwed(kit, kit.deliver)) > 0
}

/** Makes the store agree with the config: its sources, claims and terminal subscriptions. */
export async function applyConfig({ store, config, now }: Pick<Kit, 'store' | 'config' | 'now'>): Promise<void> {
  await store.transaction(async (tx) => {
    await tx.sources.configure([...config.sources, ...(config.sample?.sources ?? [])])
    await tx.claims.configure([...config.claims, ...(config.sample?.claims ?? [])])
    const subscriptions = config.subscriptions.map((one) => ({
      ...one,
      nextDigestAt: nextDue(one.schedule, one.timeZone, now()),
    }))
    await tx.subscriptions.configure([
      ...subscriptions,
      ...(config.sample ? [{ ...SAMPLE, nextDigestAt: '9999' }] : []),
    ])
  })
}
