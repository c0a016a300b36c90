import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import type { Shards } from './discord/client.ts'
import { openQueues, type Queues } from './jobs/boss.ts'
import { tellImports } from './jobs/imports.ts'
import type { Kit } from './jobs/kit.ts'
import { tellJobs } from './jobs/match-back.ts'
import { tellPasts } from './jobs/past.ts'
import { recordTogether } from './jobs/record-together.ts'
import { startTicks, untilAborted } from './jobs/ticks.ts'
import { followOthers, TICKS, type Tick, unitsOf } from './jobs/units.ts'
import { beat, bowOut, type Pulse, watchRound } from './jobs/watch.ts'
import type { Desk } from './main.ts'
import type { Role, SourceState } from './model.ts'
import { type Outlets, openOutlets } from './outlets.ts'
import { gathered } from './store/gathered.ts'
import { openStore } from './store/open-store.ts'
import type { Turns } from './store/turns.ts'

/** Connections to the database that the queues of one process hold, beside those of the record. */
const WORKER_PLACES = 4
const GATEWAY_PLACES = 2
/** Connections of a worker for what is due to be told: it waits behind nothing that is read. */
const TELLING_PLACES = 6
/** Discord: one identify in five seconds for each bucket; a little more, for clocks and networks differ. */
const IDENTIFY_GAP_MS = 5_500
/** Sources that bring nothing within so long are remembered with one write. */
const REMEMBERED_MS = 25
/** Whoever holds a shard says so again and again; after so long without a word another process takes it over. */
const LEASE_SECONDS = 30
const RENEW_MS = 8_000
const ASK_MS = 2_000

type Place = {
  url: string
  turns: Turns
  role: Role
  shards: Shards | null
  pulse: Pulse
  /** Where the kit finds the outlets once they are open. */
  outlets: { open: Outlets | null }
  desk: Pick<Desk, 'remark'>
}

/**
 * One of several processes that share a database: takes its part of the work until it is told to stop, and finishes what
 * it has in hand. Whatever it leaves undone, others find.
 *
 * @returns the exit code: 1 where its part was taken from it
 * @throws {StoreError | DiscordError} where it cannot begin
 */
export async function workTogether(kit: Kit, place: Place): Promise<number> {
  const { url, turns, role, pulse, outlets, desk } = place
  const { log, stopping } = kit
  const isGateway = role !== 'worker'
  const isWorker = role !== 'gateway'
  const over = new AbortController()
  const stop = AbortSignal.any([stopping, over.signal])
  await using held = isGateway ? await holdShards(place, stop, () => over.abort(), log) : null
  if (stop.aborted) return 0
  if (place.shards) pulse.shards = place.shards
  // As launch.js says: clearing a small space for what is new again and again takes as long as the work itself.
  if (isWorker) setFlagsFromString('--no-optimize-for-size')
  const places = isWorker ? WORKER_PLACES : GATEWAY_PLACES
  await using queues = await openQueues({ url, places, log })
  const rememberSoon = gathered<SourceState>(async (states) => {
    await kit.store.sources.remember(...states)
    return []
  }, REMEMBERED_MS)
  const shared = Object.assign(kit, { work: queues.work, rememberSoon })
  shared.recordSoon = recordTogether(shared)
  const version = await noteVersion(kit, turns)
  const discord = isGateway
    ? { shards: place.shards, identifyTurn: (bucket: number) => identifyTurn(turns, bucket) }
    : { postOnly: true }
  await using open = await openOutlets(kit, { once: false, pulse, place: discord })
  outlets.open = open
  const watch = () => watchRound(kit, { freeBytes: null, tell: (words) => open.tellOperator(words) })
  // Disposed before Discord is closed: what is in hand may still have to be posted.
  await using telling = isWorker ? await openStore({ ...kit.config, places: TELLING_PLACES }) : null
  const units = unitsOf(shared, { watch, version, telling: telling ?? kit.store })
  const tick = async (what: string) => {
    await units.tick(what)
    pulse.tickedAt = kit.now()
    if (what === 'polling') pulse.polledAt = pulse.tickedAt
    if (what === 'telling') pulse.toldAt = pulse.tickedAt
  }
  await using _working = isWorker ? await queues.begin({ ...units, tick }) : null
  desk.remark(`${role} ${pulse.process} is at work`)
  await untilOver({ kit, queues, turns, pulse, stop, isGateway })
  return held?.isLost() ? 1 : 0
}

/** Ticks in every process: what they ask for is done once, by whichever worker takes it. */
async function untilOver({
  kit,
  queues,
  turns,
  pulse,
  stop,
  isGateway,
}: {
  kit: Kit
  queues: Queues
  turns: Turns
  pulse: Pulse
  stop: AbortSignal
  isGateway: boolean
}): Promise<void> {
  const ticks = startTicks(kit.log, stop)
  const ask = (what: Tick) => queues.tick(what, TICKS[what])
  ticks.every('asking for work', async () => {
    for (const what of ['polling', 'telling', 'matching', 'pasts'] as const) await ask(what)
  })
  ticks.every(
    'watching',
    async () => {
      await beat(kit, pulse)
      await ask('watching')
      await ask('copies')
      await ask('saving')
    },
    '*/30 * * * * *',
  )
  ticks.every(
    'keeping',
    async () => {
      await ask('keeping')
      await turns.forgetOld()
    },
    '0 17 3 * * *',
  )
  ticks.every('following', () => followOthers(kit))
  ticks.every('indexing', () => kit.rooms.operators.prepare(stop))
  ticks.every('keeping the index', () => kit.rooms.operators.keep(), '0 */15 * * * *')
  if (isGateway)
    ticks.every('telling how far it is', async () => {
      await tellJobs(kit.store)
      await tellPasts(kit.store)
      await tellImports(kit.store)
    })
  await beat(kit, pulse)
  await untilAborted(stop)
  await ticks.end()
  await kit.rooms.operators.keep()
  await bowOut(kit, pulse)
}

/**
 * Notes that this process has begun with its config. What an older process analyses is not done again and again by two
 * configs in turn: the one that began last decides.
 *
 * @returns tells the version of the rooms, null while another process has begun later with another config
 */
async function noteVersion(kit: Kit, turns: Turns): Promise<() => Promise<string | null>> {
  const name = 'version of the rooms'
  let mine = kit.rooms.version
  await turns.note(name, mine)
  return async () => {
    // The config was read again.
    if (kit.rooms.version !== mine) {
      mine = kit.rooms.version
      await turns.note(name, mine)
    }
    return (await turns.noted(name)) === mine ? mine : null
  }
}

async function identifyTurn(turns: Turns, bucket: number): Promise<void> {
  const { waitMs } = await turns.reserve(`discord identify ${bucket}`, IDENTIFY_GAP_MS)
  await sleep(waitMs)
}

/**
 * Waits until no other process holds one of these shards, and holds them until disposed. Two that held the same would
 * answer everything twice; one that waits takes over from one that dies.
 */
async function holdShards(
  { turns, shards, pulse, desk }: Place,
  stop: AbortSignal,
  onLost: () => void,
  log: Kit['log'],
): Promise<AsyncDisposable & { isLost(): boolean }> {
  const names = shards ? shards.ids.map((id) => `discord shard ${id} of ${shards.of}`) : ['discord shards, all']
  const takeAll = async () => {
    for (const name of names) if (!(await turns.lease(name, pulse.process, LEASE_SECONDS))) return false
    return true
  }
  const giveBack = async () => {
    for (const name of names) await turns.giveBack(name, pulse.process)
  }
  for (let told = false; !stop.aborted && !(await takeAll()); told = true) {
    if (!told) desk.remark('another process holds these shards of Discord: waiting until it ends')
    await sleep(ASK_MS, undefined, { signal: stop }).catch(() => {})
  }
  let lost = false
  const renewing = setInterval(async () => {
    try {
      if (lost || (await takeAll())) return
      lost = true
      log.error('another process has taken these shards of Discord over: this one ends')
      onLost()
    } catch (error) {
      log.warn({ err: error }, 'the shards of Discord could not be held; it is tried again')
    }
  }, RENEW_MS)
  return {
    isLost: () => lost,
    async [Symbol.asyncDispose]() {
      clearInterval(renewing)
      await giveBack().catch(() => {})
    },
  }
}
