import { statfs } from 'node:fs/promises'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { watchFiles } from './config/watch-files.ts'
import { type Config, loadConfig, program } from './config.ts'
import type { Shards } from './discord/client.ts'
import { ConfigError } from './errors.ts'
import { openRooms } from './jobs/analyse.ts'
import { mendClock } from './jobs/clock.ts'
import { importRound } from './jobs/imports.ts'
import type { Kit } from './jobs/kit.ts'
import { oweMatching, takeClaimsOver } from './jobs/known-claims.ts'
import { matchBackRound } from './jobs/match-back.ts'
import { orderCopies } from './jobs/order-copies.ts'
import { pastRound } from './jobs/past.ts'
import { applyConfig, pollRound, sampleRound, tellRound } from './jobs/queue.ts'
import { openReader } from './jobs/reader.ts'
import { retainRound } from './jobs/retain.ts'
import { startTicks, untilAborted } from './jobs/ticks.ts'
import { beat, bowOut, type Pulse, watchRound } from './jobs/watch.ts'
import type { Log } from './log.ts'
import type { Delivery, Role } from './model.ts'
import { type Outlets, openOutlets } from './outlets.ts'
import { openStore } from './store/open-store.ts'
import { lockFolder } from './store/sqlite.ts'
import { openTurns } from './store/turns.ts'

const TELL_MS = 5000

/** The person at the terminal: where digests and remarks go while the main job runs. */
export type Desk = {
  show(delivery: Delivery): void
  remark(line: string): void
  progress(work: string, done: number, all: number): void
}

export type MainOptions = {
  config: Config
  /** Paths as the command line gave them, for reading the config again. */
  paths: { config?: string | undefined; data?: string | undefined }
  /** One full cycle, then the end. */
  once: boolean
  /** What this process does, where several share one database. */
  role?: Role
  /** Which of Discord’s shards it holds; without it all. */
  shards?: Shards | null
  log: Log
  desk: Desk
  now?: () => string
}

/**
 * The main job: opens everything, shows the sample where nothing real has been read, polls, analyses, composes and
 * delivers, until it is told to stop. Closes in reverse; work in hand is finished first.
 *
 * @returns the exit code
 * @throws {StoreError | DiscordError} where it cannot begin
 */
export async function main({
  config,
  paths,
  once,
  role = 'all',
  shards = null,
  log,
  desk,
  now = () => new Date().toISOString(),
}: MainOptions): Promise<number> {
  using _lock = config.store.kind === 'sqlite' ? lockFolder(config.dataFolder) : null
  await using store = await openStore(config)
  const processName = `${hostname()}:${process.pid}`
  const turns = store.postgres && openTurns(store.postgres, processName)
  await using reader = openReader(config, turns ? { sharedTurns: turns } : {})
  const stop = new AbortController()
  using _signals = onSignals(stop, desk)
  using _strays = onStrays(log)
  const outlets: { open: Outlets | null } = { open: null }
  const kit: Kit = {
    store,
    config,
    rooms: await openRooms(config, store, log),
    reader,
    now,
    log,
    deliver: async (delivery) => {
      if (delivery.target.kind !== 'terminal') return outlets.open ? outlets.open.deliver(delivery) : 'later'
      desk.show(delivery)
      return { messageIds: [] }
    },
    redraw: async (posting) => (outlets.open ? outlets.open.redraw(posting) : 'later'),
    progress: desk.progress,
    stopping: stop.signal,
  }
  await applyConfig(kit)
  await mendClock(kit)
  if (once) await kit.rooms.operators.prepare(stop.signal)
  await oweMatching(kit)
  const pulse: Pulse = {
    process: processName,
    version: program.version,
    startedAt: now(),
    polledAt: null,
    toldAt: null,
  }
  using _reload = once ? null : onChange(kit, paths)
  if (turns && config.store.kind === 'postgres' && !once) {
    const { workTogether } = await import('./together.ts')
    return await workTogether(kit, {
      url: config.store.url,
      turns,
      role,
      shards,
      pulse: { ...pulse, role },
      outlets,
      desk,
    })
  }
  const shown = await sampleRound(kit)
  // Discord may take its time to answer: the sources are read meanwhile. A token that is refused ends it all.
  const opening = openOutlets(kit, { once, pulse })
  opening.catch(() => stop.abort())
  const reading = pollRound(kit, { all: once })
  const early = once ? 0 : await tellMeanwhile(kit, { reading, opening, outlets })
  const round = await reading
  await using open = await opening
  outlets.open = open
  const told = early + (await tellRound(kit, { all: true }))
  await summarise(kit, desk, { ...round, told: told + Number(shown) })
  if (once) {
    await importRound(kit)
    await matchBackRound(kit)
  }
  if (open.page) desk.remark(`what Discord would show: ${open.page}`)
  if (!once && !stop.signal.aborted) await goOn(kit, { outlets: open, pulse, stop: stop.signal })
  return 0
}

/** A first reading of many sources takes minutes: what is due or owed meanwhile does not wait for it. */
async function tellMeanwhile(
  kit: Kit,
  {
    reading,
    opening,
    outlets,
  }: { reading: Promise<unknown>; opening: Promise<Outlets>; outlets: { open: Outlets | null } },
): Promise<number> {
  const over = new AbortController()
  reading.then(
    () => over.abort(),
    () => over.abort(),
  )
  outlets.open = await opening.catch(() => null)
  let told = 0
  while (outlets.open && !over.signal.aborted) {
    told += await tellRound(kit)
    await sleep(TELL_MS, undefined, { signal: over.signal }).catch(() => {})
  }
  return told
}

/** Ticks until the signal: what is due lives in the store, so a missed tick costs delay and never work. */
async function goOn(
  kit: Kit,
  { outlets, pulse, stop }: { outlets: Outlets; pulse: Pulse; stop: AbortSignal },
): Promise<void> {
  const ticks = startTicks(kit.log, stop)
  ticks.every('polling', async () => {
    await pollRound(kit)
    pulse.polledAt = kit.now()
  })
  ticks.every('telling', async () => {
    await tellRound(kit)
    pulse.toldAt = kit.now()
  })
  ticks.every('keeping', () => retainRound(kit, kit.config.keep), '0 17 3 * * *')
  ticks.every('indexing', () => kit.rooms.operators.prepare(stop))
  ticks.every('keeping the index', () => kit.rooms.operators.keep(), '0 */15 * * * *')
  ticks.every('matching', async () => {
    await takeClaimsOver(kit)
    await matchBackRound(kit)
  })
  ticks.every('ordering copies', () => orderCopies(kit), '*/15 * * * * *')
  ticks.every('importing', () => importRound(kit))
  ticks.every('the past of accounts', () => pastRound(kit))
  ticks.every('watching', () => watch(kit, pulse, outlets), '30 * * * * *')
  await watch(kit, pulse, outlets)
  await retainRound(kit, kit.config.keep)
  // A signal may have come while the above was done.
  await untilAborted(stop)
  await ticks.end()
  await kit.rooms.operators.keep()
  await bowOut(kit, pulse)
}

/** A sign of life, and what stays wrong, once a minute. */
async function watch(kit: Kit, pulse: Pulse, outlets: Outlets): Promise<void> {
  await mendClock(kit)
  await beat(kit, pulse)
  await watchRound(kit, {
    freeBytes: await freeBytes(kit.config.dataFolder),
    tell: (words) => outlets.tellOperator(words),
  })
}

/** Room left beside the record, null where that cannot be told. */
async function freeBytes(folder: string): Promise<number | null> {
  const room = await statfs(folder).catch(() => null)
  return room && room.bavail * room.bsize
}

/** Reads the config again on SIGHUP, and when one of its files changes. */
function onChange(kit: Kit, paths: MainOptions['paths']): Disposable {
  const reload = () => void readAgain(kit, paths)
  process.on('SIGHUP', reload)
  const watch = watchFiles(kit.config.files, reload)
  return {
    [Symbol.dispose]: () => {
      process.off('SIGHUP', reload)
      watch[Symbol.dispose]()
    },
  }
}

/** Takes a changed config over; a faulty one is refused with its lines and the old one goes on. */
async function readAgain(kit: Kit, paths: MainOptions['paths']): Promise<void> {
  try {
    const config = await loadConfig(paths)
    const rooms = await openRooms(config, kit.store, kit.log)
    await applyConfig({ ...kit, config })
    kit.config = config
    kit.rooms = rooms
    await oweMatching(kit)
    kit.log.info({ sources: config.sources.length, entities: config.entities.length }, 'the config was read again')
  } catch (error) {
    const faults = error instanceof ConfigError ? error.faults : [String(error)]
    kit.log.error({ faults }, 'the changed config is refused; the old one goes on')
  }
}

/** The first signal finishes the work in hand; a second one does not wait for it. */
function onSignals(stop: AbortController, desk: Desk): Disposable {
  const heard = (signal: NodeJS.Signals) => {
    if (stop.signal.aborted) process.exit(signal === 'SIGINT' ? 130 : 143)
    desk.remark('stopping: work in hand is finished first (once more to stop at once)')
    stop.abort()
  }
  process.on('SIGINT', heard)
  process.on('SIGTERM', heard)
  return {
    [Symbol.dispose]: () => {
      process.off('SIGINT', heard)
      process.off('SIGTERM', heard)
    },
  }
}

/** A promise that some library forgot is told and ends nothing: what is owed and due stands in the record. */
function onStrays(log: Log): Disposable {
  const heard = (reason: unknown) => log.error({ err: reason }, 'a failure that nobody waited for')
  process.on('unhandledRejection', heard)
  return { [Symbol.dispose]: () => void process.off('unhandledRejection', heard) }
}

/** What the first round did, for the person who waits for it. */
async function summarise(
  { store }: Kit,
  desk: Desk,
  round: { polled: number; failed: number; told: number },
): Promise<void> {
  if (round.polled > 0 && round.failed === round.polled)
    desk.remark(
      `none of ${round.polled} sources could be read: is this machine without internet? They are tried again.`,
    )
  const { documents, statements } = await store.counts()
  if (round.told === 0)
    desk.remark(
      `nothing new. On record: ${documents} documents, ${statements} statements (npm run -s onrecord -- digest --since 30d shows them)`,
    )
}
