import { setTimeout as sleep } from 'node:timers/promises'
import { gathered } from './gathered.ts'

/** SQL as Postgres takes it, values as `$1`, `$2` …; within the transaction it is bound to, where it is bound to one. */
export type Postgres = { execute(text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }> }

/** Turns and leases that all processes on one database share. Time is the database's own, so that no two clocks differ. */
export type Turns = {
  /**
   * Reserves the next start under a name, at least `gapMs` after the one before.
   *
   * @returns milliseconds until then, and the start itself in milliseconds since 1970 by the database's clock
   */
  reserve(name: string, gapMs: number): Promise<{ waitMs: number; startsAt: number }>
  /**
   * Waits for one of so many places under a name, then for its start.
   *
   * @returns gives the place back, the next start no sooner than `restMs` from then; or, where the name is put off for
   *   longer than `longestSeconds`, for how many seconds
   */
  take(
    name: string,
    limits: { gapMs: number; places: number; longestSeconds?: number | undefined },
  ): Promise<((restMs?: number) => Promise<void>) | number>
  /** Puts the next start under a name off. */
  hold(name: string, seconds: number): Promise<void>
  /** Seconds for which a name is put off; 0 where it is not. */
  heldSeconds(name: string): Promise<number>
  /** Takes or renews a lease. @returns false where somebody else holds it */
  lease(name: string, holder: string, seconds: number): Promise<boolean>
  giveBack(name: string, holder: string): Promise<void>
  /** Writes a word down for all processes, over the one before. */
  note(name: string, word: string): Promise<void>
  noted(name: string): Promise<string | null>
  /** Lets go of names that nobody has asked for since a day. */
  forgetOld(): Promise<void>
}

/** A process that dies leaves its places behind for so long: longer than any request may take. */
const PLACE_SECONDS = 120
/** Not waited for until it is on the disk: whoever loses a turn in a crash takes another one. */
const UNHURRIED = "set_config('synchronous_commit', 'off', true)"
/** Places that come free within so long are given back with one question. */
const LEAVE_MS = 25
/** Places that are asked for within so long are asked for together. */
const TAKE_MS = 10
/** Who was late by no more than this moves no other start. */
const SLACK_MS = 20
/** Between two looks for a free place. */
const LOOK_MS = 200

type Limits = { gapMs: number; places: number; longestSeconds: number | null }
type Asked = Limits & { name: string; by: string }
type Start = { place: number; waitMs: number }

/** @param holder names this process */
export function openTurns(db: Postgres, holder: string): Turns {
  const one = async (text: string, values: unknown[]) => (await db.execute(text, values)).rows[0]
  let taken = 0

  const reserve: Turns['reserve'] = async (name, gapMs) => {
    const row = await one(
      `insert into turns as known (name, next_at) values ($1, clock_timestamp() + $2 * interval '1 ms')
       on conflict (name) do update
         set next_at = greatest(known.next_at, clock_timestamp()) + $2 * interval '1 ms'
       returning extract(epoch from next_at) * 1000 - $2 as starts_at, extract(epoch from clock_timestamp()) * 1000 as at`,
      [name, gapMs],
    )
    const startsAt = Number(row?.starts_at)
    return { waitMs: Math.max(0, startsAt - Number(row?.at)), startsAt }
  }

  /** Free places and the next starts, by name: one question for many names. One without either is missing. */
  const startsOf = async (some: { name: string; by: string }[], { gapMs, places, longestSeconds }: Limits) => {
    const { rows } = await db.execute(
      `with place as (
         insert into places as known (name, place, holder, until)
         select asked.name, free.place, asked.by, clock_timestamp() + $3 * interval '1 s'
         from unnest($1::text[], $2::text[]) asked (name, by) cross join lateral (
           select wanted.place from generate_series(1, $4::int) wanted (place)
           where not exists (
             select from places other
             where other.name = asked.name and other.place = wanted.place and other.until > clock_timestamp())
           and not exists (
             select from turns held
             where held.name = asked.name and held.held_until > clock_timestamp() + $6::float8 * interval '1 s')
           order by wanted.place limit 1) free
         order by asked.name
         on conflict (name, place) do update set holder = excluded.holder, until = excluded.until
           where known.until <= clock_timestamp()
         returning name, place
       ), turn as (
         insert into turns as known (name, next_at)
         select name, clock_timestamp() + $5 * interval '1 ms' from place order by name
         on conflict (name) do update
           set next_at = greatest(known.next_at, clock_timestamp()) + $5 * interval '1 ms'
         returning name, next_at
       )
       select name, place, extract(epoch from next_at - clock_timestamp()) * 1000 - $5 as wait_ms, ${UNHURRIED}
       from place join turn using (name)`,
      [some.map(({ name }) => name), some.map(({ by }) => by), PLACE_SECONDS, places, gapMs, longestSeconds],
    )
    return new Map(
      rows.map((row) => [
        String(row.name),
        { place: Number(row.place), waitMs: Math.max(0, Number(row.wait_ms)) } as Start,
      ]),
    )
  }

  const startOf = gathered<Asked, Start | null>(async (asked) => {
    const starts = new Map<Asked, Start>()
    const alike = Map.groupBy(asked, ({ gapMs, places, longestSeconds }) => `${gapMs} ${places} ${longestSeconds}`)
    for (const group of alike.values()) {
      // Of one name one at a time.
      for (let rest = group; rest.length > 0; ) {
        const some = [...new Map(rest.map((one) => [one.name, one])).values()].sort((a, b) =>
          a.name < b.name ? -1 : 1,
        )
        const found = await startsOf(some, some[0]!)
        for (const one of some) if (found.has(one.name)) starts.set(one, found.get(one.name)!)
        rest = rest.filter((one) => !some.includes(one))
      }
    }
    return asked.map((one) => starts.get(one) ?? null)
  }, TAKE_MS)

  // Given back together: a place that is held a moment longer costs nobody a turn.
  const leave = gathered<{ name: string; place: number; by: string; rest: number }>(async (some) => {
    await db.execute(
      `with gone as (
         select * from jsonb_to_recordset($1::jsonb) gone (name text, place int, by text, rest float8)
       ), late as (
         select name, rest from gone join turns using (name)
         where rest > 0 and next_at < clock_timestamp() + (rest - $2) * interval '1 ms' order by name for update of turns
       ), pushed as (
         update turns set next_at = greatest(next_at, clock_timestamp() + rest * interval '1 ms')
         from late where turns.name = late.name
       )
       delete from places using gone
       where places.name = gone.name and places.place = gone.place and places.holder = gone.by returning ${UNHURRIED}`,
      [JSON.stringify(some), SLACK_MS],
    )
    return []
  }, LEAVE_MS)

  const heldSeconds = async (name: string) => {
    const row = await one(
      'select extract(epoch from held_until - clock_timestamp()) as seconds from turns where name = $1',
      [name],
    )
    return Math.max(0, Number(row?.seconds ?? 0))
  }

  return {
    reserve,
    async take(name, { gapMs, places, longestSeconds = Number.POSITIVE_INFINITY }) {
      taken += 1
      const by = `${holder} ${taken}`
      for (;;) {
        const most = Number.isFinite(longestSeconds) ? longestSeconds : null
        const start = await startOf({ name, by, gapMs, places, longestSeconds: most })
        if (start === null) {
          const held = await heldSeconds(name)
          if (held > longestSeconds) return held
          await sleep(LOOK_MS)
          continue
        }
        await sleep(start.waitMs)
        return (rest = 0) => leave({ name, place: start.place, by, rest })
      }
    },
    async hold(name, seconds) {
      await db.execute(
        `insert into turns as known (name, next_at, held_until)
         values ($1, clock_timestamp() + $2 * interval '1 s', clock_timestamp() + $2 * interval '1 s')
         on conflict (name) do update set
           next_at = greatest(known.next_at, excluded.next_at),
           held_until = greatest(known.held_until, excluded.held_until)`,
        [name, seconds],
      )
    },
    heldSeconds,
    async lease(name, by, seconds) {
      const row = await one(
        `insert into leases as known (name, holder, until) values ($1, $2, clock_timestamp() + $3 * interval '1 s')
         on conflict (name) do update set holder = excluded.holder, until = excluded.until
           where known.holder = excluded.holder or known.until <= clock_timestamp()
         returning holder`,
        [name, by, seconds],
      )
      return row !== undefined
    },
    async giveBack(name, by) {
      await db.execute('delete from leases where name = $1 and holder = $2', [name, by])
    },
    async note(name, word) {
      await db.execute(
        'insert into notes (name, word) values ($1, $2) on conflict (name) do update set word = excluded.word',
        [name, word],
      )
    },
    async noted(name) {
      const row = await one('select word from notes where name = $1', [name])
      return row ? String(row.word) : null
    },
    async forgetOld() {
      await db.execute("delete from turns where next_at < clock_timestamp() - interval '1 day'")
      await db.execute('delete from places where until < clock_timestamp()')
      await db.execute('delete from leases where until < clock_timestamp()')
    },
  }
}

/** Their tables hold nothing that a restart would miss. */
export const TURN_TABLES = [
  'create table turns (name text primary key, next_at timestamptz not null, held_until timestamptz)',
  `create table places (name text not null, place int not null, holder text not null, until timestamptz not null,
     primary key (name, place))`,
  'create table leases (name text primary key, holder text not null, until timestamptz not null)',
  'create table notes (name text primary key, word text not null)',
]
