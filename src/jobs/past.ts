import { SourceError } from '../errors.ts'
import type { LongReading } from '../model.ts'
import { type WaybackCounts, type WaybackStep, waybackTarget } from '../sources/archive/wayback.ts'
import { waybackCursorOf } from '../sources/read-source.ts'
import type { Store } from '../store/store.ts'
import type { Kit } from './kit.ts'
import { type Entry, entriesOf, recordAll } from './record.ts'
import { toAnalyse } from './work.ts'

/** Questions of one reading before another has its turn. */
const TURN = 50
/** Readings of one server that are under way at a time: the archive answers one question at a time for all. */
export const MOST_PASTS = 3
/** Where the archive does not say when it may be asked again. */
const PAUSE_SECONDS = 600

/** Whose past, of which time (digits of a date, each part optional), and who asks. */
export type PastWish = {
  name: string
  from: string | null
  to: string | null
  askedBy: NonNullable<LongReading['askedBy']>
}

export type PastStanding = {
  name: string
  from: string | null
  to: string | null
  counts: WaybackCounts
  /** Posts that are listed and not read yet. */
  waiting: number
  /** False where more of the index is to be asked. */
  listed: boolean
}

const EMPTY: WaybackCounts = { listed: 0, read: 0, withoutText: 0, blocked: 0, failed: 0 }
type Belt = Pick<Kit, 'store' | 'reader' | 'now' | 'log' | 'stopping' | 'tellPast' | 'work'>
type Listener = (reading: LongReading) => void

/** Of each store: the round that is under way. Of each reading: who wants to know how far it is, and how it is stopped. */
const underWay = new WeakMap<Store, Promise<void>>()
const listeners = new Map<string, Listener>()
const stops = new Map<string, AbortController>()

/** The id of a reading: the same wish of the same server is the same reading. Short enough for a button. */
const idOf = ({ name, from, to, askedBy }: PastWish) =>
  ['past', askedBy.guildId, name.toLowerCase(), from ?? '', to ?? ''].join('-')

/**
 * Notes that somebody wants an account's archived posts, and begins to read them.
 *
 * @returns null where their server has as many readings under way as it may
 */
export async function askPast(wish: PastWish, kit: Belt): Promise<LongReading | null> {
  const { store, now } = kit
  const span = new URLSearchParams({ ...(wish.from ? { from: wish.from } : {}), ...(wish.to ? { to: wish.to } : {}) })
  const query = span.size > 0 ? `?${span}` : ''
  const id = idOf(wish)
  const reading = await store.transaction(async (tx) => {
    const known = await tx.readings.get(id)
    if (known && !known.ended) return known
    const own = (await tx.readings.list()).filter(
      ({ askedBy, ended }) => askedBy?.guildId === wish.askedBy.guildId && !ended,
    )
    if (own.length >= MOST_PASTS) return null
    const { name, askedBy } = wish
    const fresh = {
      id,
      address: `wayback:twitter.com/${name}${query}`,
      askedAt: now(),
      cursor: null,
      documents: 0,
      askedBy,
    }
    await tx.readings.put(fresh)
    return fresh
  })
  const group = wish.askedBy.guildId
  const begun = kit.work ? kit.work.owe([{ kind: 'past', key: id, group }]) : pastRound(kit)
  if (reading) begun.catch((error) => kit.log.error({ err: error }, 'an account’s past could not be read'))
  return reading
}

/** Ends a reading; what it brought stays on record. @returns false where there is none */
export async function stopPast(id: string, { store }: Pick<Belt, 'store'>): Promise<boolean> {
  const removed = await store.readings.remove(id)
  stops.get(id)?.abort()
  listeners.delete(id)
  return removed
}

/** Tells how far a reading is after each step, and when it is over. */
export function followPast(id: string, listener: Listener): void {
  listeners.set(id, listener)
}

/** How a reading stands, for people. */
export function standingOf({ address, cursor }: LongReading): PastStanding {
  const target = waybackTarget(address)
  const at = waybackCursorOf(cursor)
  return {
    name: target?.name ?? address,
    from: target?.from ?? null,
    to: target?.to ?? null,
    counts: at?.counts ?? EMPTY,
    waiting: at?.pending.length ?? 0,
    listed: at !== null && at.hosts.length === 0,
  }
}

/**
 * Goes on with all readings that were asked for, each in its turn, and tells those that are over. A stop or a crash costs
 * at most one question. There is never more than one round at work; a second call waits for the first.
 */
export function pastRound(kit: Belt): Promise<void> {
  const mine = (underWay.get(kit.store) ?? Promise.resolve())
    .catch(() => {})
    .then(() => work(kit))
    .finally(() => {
      if (underWay.get(kit.store) === mine) underWay.delete(kit.store)
    })
  underWay.set(kit.store, mine)
  return mine
}

/** One turn of one reading, and its end told where it is over. @returns true where more of it is due */
export async function pastTurn(id: string, kit: Belt): Promise<boolean> {
  const reading = await kit.store.readings.get(id)
  if (!reading?.askedBy) return false
  if (reading.ended) {
    await tellEnd(reading, kit)
    return false
  }
  if (!isDue(reading, kit.now()) || !kit.reader.past) return false
  await takeTurn(reading, kit)
  const now = await kit.store.readings.get(id)
  return now !== null && isDue(now, kit.now())
}

/** Whether there is something to do for a reading now. */
export const isDue = ({ ended, waiting }: LongReading, now: string): boolean =>
  !ended && (!waiting || waiting.until <= now)

/** Tells those who follow a reading that other processes work on. */
export async function tellPasts(store: Store): Promise<void> {
  for (const [id, listener] of listeners) {
    const reading = await store.readings.get(id)
    if (reading) listener(reading)
    else listeners.delete(id)
  }
}

async function work(kit: Belt): Promise<void> {
  for (;;) {
    const asked = (await kit.store.readings.list()).filter(({ askedBy }) => askedBy !== null)
    for (const reading of asked) if (reading.ended) await tellEnd(reading, kit)
    const due = asked.filter((reading) => isDue(reading, kit.now()))
    if (due.length === 0 || kit.stopping.aborted || !kit.reader.past) return
    for (const reading of due) await takeTurn(reading, kit)
  }
}

async function takeTurn(begun: LongReading, kit: Belt): Promise<void> {
  const target = waybackTarget(begun.address)
  if (!target || !kit.reader.past) return void (await kit.store.readings.remove(begun.id))
  const stop = new AbortController()
  stops.set(begun.id, stop)
  const signal = AbortSignal.any([kit.stopping, stop.signal])
  let reading: LongReading = { ...begun, waiting: null }
  let steps = 0
  try {
    for await (const step of kit.reader.past(target, waybackCursorOf(begun.cursor), signal)) {
      const kept = await keep(reading, step, kit)
      if (!kept) return
      reading = kept
      steps += 1
      if (reading.ended) return await tellEnd(reading, kit)
      listeners.get(reading.id)?.(reading)
      if (steps >= TURN || signal.aborted) return
    }
  } catch (error) {
    if (signal.aborted) return
    if (!(error instanceof SourceError)) throw error
    await standBack(reading, error, kit)
  } finally {
    stops.delete(begun.id)
  }
}

/** Keeps what one question brought, with how far the reading has come, in one transaction; null where it was stopped meanwhile. */
async function keep(
  reading: LongReading,
  { items, cursor, done, problems }: WaybackStep,
  kit: Belt,
): Promise<LongReading | null> {
  const { store, now, log } = kit
  for (const { where, reason } of problems) log.info({ reading: reading.id, where }, reason)
  const touched = new Set<string>()
  const owner = reading.askedBy?.guildId
  // What somebody asks for by hand is on record, and no news for a channel.
  const facts = { isNews: () => false, now: now(), touched, ...(owner ? { owner } : {}) }
  const entries: Entry[] = []
  for (const item of items) entries.push(...(await entriesOf(item, { id: reading.address, sample: false }, facts)))
  const kept = await store.transaction(async (tx) => {
    if (!(await tx.readings.get(reading.id))) return null
    const documents = reading.documents + (await recordAll(tx, entries)).filter(Boolean).length
    const ended = done ? { at: now(), trouble: null } : null
    const next: LongReading = { ...reading, cursor: JSON.stringify(cursor), documents, waiting: null, ended }
    await tx.readings.put(next)
    return next
  }, 'snapshot')
  kit.work?.oweSoon(toAnalyse(touched))
  return kept
}

/** What will not change by asking again ends the reading; else it is tried later, from where it was. */
async function standBack(reading: LongReading, error: SourceError, kit: Belt): Promise<void> {
  const { store, now, log } = kit
  const reason = error.message.replace(`${error.address}: `, '')
  const until = new Date(Date.parse(now()) + (error.retryAfterSeconds || PAUSE_SECONDS) * 1000).toISOString()
  const next: LongReading =
    error.reason === 'refused'
      ? { ...reading, ended: { at: now(), trouble: reason } }
      : { ...reading, waiting: { until, reason } }
  const isThere = await store.transaction(async (tx) => {
    const there = (await tx.readings.get(reading.id)) !== null
    if (there) await tx.readings.put(next)
    return there
  })
  log.warn({ reading: reading.id, ...(next.waiting ? { until } : {}) }, reason)
  if (!isThere) return
  if (next.ended) await tellEnd(next, kit)
  else listeners.get(reading.id)?.(next)
}

async function tellEnd(reading: LongReading, { store, log, tellPast }: Belt): Promise<void> {
  const told =
    (await tellPast?.(reading).catch((error) => {
      log.warn({ err: error, reading: reading.id }, 'the end of a reading could not be told; it is tried again')
      return 'later' as const
    })) ?? 'later'
  if (told === 'later') return
  await store.readings.remove(reading.id)
  listeners.delete(reading.id)
}
