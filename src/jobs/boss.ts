import { setTimeout as sleep } from 'node:timers/promises'
import { type JobWithMetadata, PgBoss, type Queue } from 'pg-boss'
import { StoreError } from '../errors.ts'
import type { Log } from '../log.ts'
import { gathered } from '../store/gathered.ts'
import type { Store } from '../store/store.ts'
import { type TakeManner, takeOrders } from './take.ts'
import { KINDS, type Kind, type Order, type Work } from './work.ts'

/** Where orders go that failed again and again. */
export const DEAD = 'dead'

/** How the orders of one kind wait and are taken. Seconds. */
type Manner = TakeManner & { retryLimit: number; retryDelay: number }

/** What fails comes again after five seconds, ten, twenty …: while it waits its like is not taken, so it never waits for long. */
const USUAL: Manner = { retryLimit: 5, retryDelay: 5, sideBySide: 1, every: 1 }
const LONGEST_DELAY_SECONDS = 60
const MANNERS: Record<Kind, Manner> = {
  // Comes again by itself, a few seconds later.
  tick: { ...USUAL, retryLimit: 0 },
  // Most of them wait for their host's next turn, which costs nothing.
  poll: { ...USUAL, sideBySide: 256, ofGroup: 2, every: 0.5 },
  analyse: { ...USUAL, sideBySide: 3, every: 0.5 },
  // These wait for the database, most of their time.
  compose: { ...USUAL, sideBySide: 8, ofGroup: 1, every: 0.5 },
  // A delivery has its own times to be tried again.
  deliver: { ...USUAL, sideBySide: 8, ofGroup: 1, every: 0.5 },
  redraw: { ...USUAL, ofGroup: 1 },
  match: USUAL,
  import: { ...USUAL, ofGroup: 1 },
  past: { ...USUAL, ofGroup: 1 },
  copies: USUAL,
  save: USUAL,
  keep: USUAL,
  watch: { ...USUAL, retryLimit: 0 },
}

/** A process that says nothing for so long has died: its work is given to others. */
const HEARTBEAT_SECONDS = 20
const LOOK_AFTER_SECONDS = 10
const LONGEST_SECONDS = 3600
const KEPT_DONE_SECONDS = 600
/** Somebody waits for it. */
const HURRIED = 10
const HURRY_LOOK_MS = 250
/** What is owed soon is gathered so long. */
const GATHERED_MS = 50
/** Orders that go into one statement. */
const AT_ONCE = 1000

/** One order that was given up, and why. */
export type DeadLetter = { id: string; kind: string; key: string; at: string; reason: string }
export type QueueCounts = { kind: string; waiting: number; active: number; later: number; dead: number }

/** The queues of one database, as one process sees them. */
export type Queues = AsyncDisposable & {
  work: Work
  /** Orders the work of one tick: once in so many seconds, however many processes ask. */
  tick(what: string, seconds: number): Promise<void>
  /**
   * Takes orders from now on, until disposed: that waits for those in hand. A handler that throws has its order tried
   * again.
   */
  begin(handlers: Record<Kind, (key: string) => Promise<void>>): Promise<AsyncDisposable>
  counts(): Promise<QueueCounts[]>
  dead(): Promise<DeadLetter[]>
  /** Gives dead letters back to their queues: one by its id, those of one queue, or all. @returns how many */
  replay(which: string | null): Promise<number>
  /** Lets dead letters go. @returns how many */
  drop(which: string | null): Promise<number>
}

type Letter = { key: string }
type Counted = { name: string; waiting: number; active: number; later: number }

/**
 * Opens the queues beside the record, making them first where they are not there.
 *
 * @param options.places connections that this process may hold for them
 * @param options.retries others than the usual ones: how often an order is tried again
 * @throws {StoreError} where the database cannot be reached
 */
export async function openQueues(options: {
  url: string
  places: number
  log: Log
  retries?: number
}): Promise<Queues> {
  const { url, places, log } = options
  const boss = new PgBoss({
    connectionString: unhurried(url),
    max: places,
    application_name: 'onrecord-queues',
    schedule: false,
    superviseIntervalSeconds: LOOK_AFTER_SECONDS,
    monitorIntervalSeconds: LOOK_AFTER_SECONDS,
    registerInstance: false,
  })
  // Where the database is away, it comes back: pg-boss asks again, and the ticks find what was missed.
  boss.on('error', (error) =>
    log.warn({ reason: error.message }, 'the queues could not be asked; they are asked again'),
  )
  try {
    await boss.start({ attempts: 5 })
    await makeQueues(boss, options.retries)
  } catch (error) {
    await boss.stop({ graceful: false }).catch(() => {})
    throw new StoreError('unreachable', `the queues in the database cannot be opened: ${(error as Error).message}`, {
      cause: error,
    })
  }

  const insert = async (kind: Kind, orders: Order[], priority: number, tx?: Store) => {
    const db = tx?.postgres ? { executeSql: tx.postgres.execute } : undefined
    for (let i = 0; i < orders.length; i += AT_ONCE)
      await boss.insert(
        kind,
        orders.slice(i, i + AT_ONCE).map(({ key, group }) => ({
          data: { key },
          singletonKey: key,
          priority,
          ...(group ? { group: { id: group } } : {}),
        })),
        db ? { db } : {},
      )
  }
  const put = async (orders: Order[], priority: number, tx?: Store) => {
    for (const [kind, some] of Map.groupBy(orders, (order) => order.kind)) await insert(kind, some, priority, tx)
  }
  const oweGathered = gathered<Order>(async (orders) => {
    const distinct = new Map(orders.map((order) => [`${order.kind} ${order.key}`, order]))
    await put([...distinct.values()], 0)
    return []
  }, GATHERED_MS)
  const isOpen = async ({ kind, key }: Order) => {
    const found = await boss.findJobs(kind, { key })
    return found.some(({ state }) => state === 'created' || state === 'retry' || state === 'active')
  }
  const letters = () => boss.findJobs<Letter>(DEAD, { queued: true, limit: 100_000 })

  return {
    work: {
      owe: (orders, tx) => put(orders, 0, tx),
      oweSoon(orders) {
        const owed = (order: Order) =>
          oweGathered(order).catch((error) => log.debug({ reason: error.message }, 'an order waits for the next tick'))
        for (const order of orders) void owed(order)
      },
      async hurry(orders, withinMs) {
        const end = performance.now() + withinMs
        await put(orders, HURRIED)
        // One that waits already comes first from now on.
        for (const { kind, key } of orders)
          await boss.update(kind, undefined, { singletonKey: key, priority: HURRIED, match: 'all' })
        let open = orders
        while (open.length > 0 && performance.now() < end) {
          await sleep(HURRY_LOOK_MS)
          const still = await Promise.all(open.map(isOpen))
          open = open.filter((_, i) => still[i])
        }
      },
    },
    async tick(what, seconds) {
      await boss.send('tick', { key: what }, { singletonKey: what, singletonSeconds: seconds })
    },
    async begin(handlers) {
      const takers = KINDS.map((kind) => takeOrders(boss, kind, MANNERS[kind], handlers[kind], log))
      return {
        async [Symbol.asyncDispose]() {
          await Promise.all(takers.map((taker) => taker[Symbol.asyncDispose]()))
        },
      }
    },
    async counts() {
      // Counted now: pg-boss's own figures may be a minute old.
      const { rows } = await boss.getDb().executeSql(
        `select name, count(*) filter (where state = 'active')::int as active,
           count(*) filter (where state < 'active' and start_after <= now())::int as waiting,
           count(*) filter (where state < 'active' and start_after > now())::int as later
         from pgboss.job where state <= 'active' group by name`,
      )
      const dead = Map.groupBy(await letters(), ({ sourceName }) => sourceName ?? '')
      const counted = new Map(rows.map((row: Counted) => [row.name, row]))
      return KINDS.map((kind) => {
        const { waiting = 0, active = 0, later = 0 } = counted.get(kind) ?? {}
        return { kind, waiting, active, later, dead: dead.get(kind)?.length ?? 0 }
      })
    },
    async dead() {
      return (await letters()).map(toDeadLetter)
    },
    async replay(which) {
      const ids = chosen(await letters(), which)
      let done = 0
      // One whose like waits already is not given back: it would be the same work.
      for (let i = 0; i < ids.length; i += AT_ONCE)
        done += await boss.redrive(DEAD, { ids: ids.slice(i, i + AT_ONCE), limit: AT_ONCE })
      return done
    },
    async drop(which) {
      const ids = chosen(await letters(), which)
      if (ids.length > 0) await boss.deleteJob(DEAD, ids)
      return ids.length
    },
    async [Symbol.asyncDispose]() {
      await boss.stop({ graceful: true, timeout: LONGEST_SECONDS * 1000 })
    },
  }
}

/**
 * An order that is lost in a crash is given again by the next tick: whoever takes or ends one does not wait until that is on
 * the disk. Orders within a transaction of the record are as safe as that is.
 */
function unhurried(url: string): string {
  const address = new URL(url)
  const options = address.searchParams.get('options')
  address.searchParams.set('options', `${options ? `${options} ` : ''}-c synchronous_commit=off`)
  return address.href
}

async function makeQueues(boss: PgBoss, retries?: number): Promise<void> {
  await boss.createQueue(DEAD, { retryLimit: 0, retentionSeconds: 30 * 86_400 })
  for (const kind of KINDS) {
    const { retryDelay } = MANNERS[kind]
    const retryLimit = retries ?? MANNERS[kind].retryLimit
    const isTick = kind === 'tick' || kind === 'watch'
    const shared: Omit<Queue, 'name' | 'deadLetter'> = {
      retryLimit,
      retryDelay,
      retryBackoff: retryLimit > 0,
      ...(retryLimit > 0 ? { retryDelayMax: LONGEST_DELAY_SECONDS } : {}),
      expireInSeconds: LONGEST_SECONDS,
      heartbeatSeconds: HEARTBEAT_SECONDS,
      deleteAfterSeconds: KEPT_DONE_SECONDS,
      retentionSeconds: 86_400,
    }
    const dead = isTick ? {} : { deadLetter: DEAD }
    await boss.createQueue(kind, { ...shared, ...dead, policy: kind === 'tick' ? 'standard' : 'exclusive' })
    await boss.updateQueue(kind, { ...shared, ...dead })
  }
}

const chosen = (letters: JobWithMetadata<Letter>[], which: string | null): string[] =>
  letters.filter(({ id, sourceName }) => which === null || id === which || sourceName === which).map(({ id }) => id)

function toDeadLetter({ id, data, sourceName, createdOn, sourceOutput, output }: JobWithMetadata<Letter>): DeadLetter {
  const told = (sourceOutput ?? output) as { message?: unknown } | null
  const reason = typeof told?.message === 'string' ? told.message : JSON.stringify(told ?? 'nobody said why')
  return { id, kind: sourceName ?? '', key: data.key, at: createdOn.toISOString(), reason: reason.split('\n')[0]! }
}
