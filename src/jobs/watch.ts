import type { Alarm, Heartbeat, Standing } from '../model.ts'
import type { Kit } from './kit.ts'
import { later, type Process, readProcesses } from './processes.ts'

/** Something must be wrong for so long before anybody is told of it. */
const PATIENCE_MS = 30 * 60_000
/** Without a finished round for so long, the process counts as stuck: a round over ten thousand feeds takes minutes. */
const STUCK_MS = 15 * 60_000
const LITTLE_DISK = 200e6

/** What this process has done so far, for its signs of life. */
export type Pulse = Omit<Heartbeat, 'at' | 'memoryBytes'>

/** How the process and its work stand. `stuck` says in words why it no longer does its job, null where it does. */
export type Health = { standing: Standing; pulse: Pulse; processes: Process[]; alarms: Alarm[]; stuck: string | null }

/**
 * Reads how it all stands. Where several processes share the work, it goes on while any of them does it. Throws where the
 * store cannot be read: then nothing works.
 */
export async function readHealth({ store, now }: Pick<Kit, 'store' | 'now'>, pulse: Pulse): Promise<Health> {
  const at = now()
  const [standing, alarms] = [await store.watch.standing(at), await store.watch.alarms()]
  const processes = await readProcesses({ store, now })
  const isLate = (what: 'polledAt' | 'toldAt') => {
    const last = processes.reduce((known, process) => later(known, process[what]), pulse[what])
    return Date.parse(at) - Date.parse(last ?? pulse.startedAt) > STUCK_MS
  }
  const stuck = isLate('polledAt')
    ? 'no round of reading has ended for 15 minutes'
    : isLate('toldAt')
      ? 'no round of telling has ended for 15 minutes'
      : null
  return { standing, pulse, processes, alarms, stuck }
}

/** What is wrong now, whether or not it was before. `freeBytes` is the room left beside the record. */
export function findAlarms(standing: Standing, now: string, freeBytes: number | null): Pick<Alarm, 'id' | 'words'>[] {
  const old = (since: string | null) => since !== null && Date.parse(now) - Date.parse(since) > PATIENCE_MS
  const { sources, failing, documents, deliveries, subscriptions } = standing
  const found: Pick<Alarm, 'id' | 'words'>[] = []
  const alarm = (id: string, words: string) => found.push({ id, words })
  const failures = Object.values(failing).reduce((sum, n) => sum + n, 0)
  if (sources.enabled > 0 && failures >= sources.enabled)
    alarm('sources', `none of ${sources.enabled} sources can be read: is this machine without internet?`)
  if (old(sources.oldestDueAt))
    alarm('polling', `${sources.due} sources are due, the first since ${sources.oldestDueAt}`)
  if (old(documents.oldestWaitingAt))
    alarm(
      'analysis',
      `${documents.waiting} documents wait to be analysed, the first since ${documents.oldestWaitingAt}`,
    )
  if (old(deliveries.oldestOwedAt))
    alarm('deliveries', `${deliveries.owed} digests are owed, the first since ${deliveries.oldestOwedAt}`)
  if (old(subscriptions.oldestDueAt))
    alarm('digests', `${subscriptions.due} digests are due, the first since ${subscriptions.oldestDueAt}`)
  if (deliveries.unknown > 0)
    alarm('unknown', `of ${deliveries.unknown} digests nobody knows whether they were posted: look into their channels`)
  if (freeBytes !== null && freeBytes < LITTLE_DISK)
    alarm(
      'disk',
      `only ${Math.round(freeBytes / 1e6)} MB are free beside the record; nothing can be kept once it is full`,
    )
  return found
}

/** Notes a sign of life of this process. */
export async function beat({ store, now }: Pick<Kit, 'store' | 'now'>, pulse: Pulse): Promise<void> {
  await store.watch.beat({ ...pulse, at: now(), memoryBytes: process.memoryUsage.rss() })
}

/** Takes the signs of life back: a process that ends as it was told has not gone silent. */
export async function bowOut({ store, log }: Pick<Kit, 'store' | 'log'>, pulse: Pulse): Promise<void> {
  await store.watch
    .ended(pulse.process)
    .catch((error) => log.warn({ err: error }, 'the end of this process could not be noted'))
}

/**
 * Notes what is wrong. What is still wrong after half an hour is told to the operator, once, and
 * once more when it has gone; a process that starts anew tells nothing twice.
 *
 * @param with.freeBytes room left beside the record, null where that cannot be told
 * @param with.tell a line to the operator; throws where it did not arrive, and is then tried again with the next round
 */
export async function watchRound(
  { store, now: clock, log, trouble }: Pick<Kit, 'store' | 'now' | 'log' | 'trouble'>,
  { freeBytes, tell }: { freeBytes: number | null; tell(words: string): Promise<void> },
): Promise<void> {
  const now = clock()
  const found = findAlarms(await store.watch.standing(now), now, freeBytes)
  if (trouble) found.push({ id: 'discord', words: trouble })
  for (const alarm of found) await store.watch.raise(alarm, now)
  for (const alarm of await store.watch.alarms()) {
    const still = found.some(({ id }) => id === alarm.id)
    try {
      if (!still) {
        if (alarm.toldAt) await tell(`mended: ${alarm.words}`)
        await store.watch.lower(alarm.id)
      } else if (!alarm.toldAt && Date.parse(now) - Date.parse(alarm.since) >= PATIENCE_MS) {
        log.error({ alarm: alarm.id, since: alarm.since }, alarm.words)
        await tell(alarm.words)
        await store.watch.told(alarm.id, now)
      }
    } catch (error) {
      log.warn({ err: error, alarm: alarm.id }, 'the operator’s channel could not be told')
    }
  }
}
