import pg from 'pg'
import { nextDue } from '../../../src/digests/schedule.ts'
import type { Subscription, WatchTerm } from '../../../src/model.ts'
import { openStore } from '../../../src/store/open-store.ts'
import { ARTICLE, channelId, channelOf, guildId, type Size, termOf } from './world.ts'

/** Rows that go into one statement. */
const TOGETHER = 5000

/** How far everything is. */
export type Standing = {
  feedsRead: number
  documents: number
  waiting: number
  sourcesDue: number
  digestsDue: number
  rows: number
  owed: number
}

/** The delays of what was published, in seconds. */
export type Delays = {
  documents: number
  /** From publication to the record. */
  recorded: number[]
  /** From the record to the end of its analysis: of documents in which statements were found. */
  analysed: number[]
  /** From publication to the delivery row, without the wait for the channel's own next time. */
  own: number[]
  /** The same with that wait, for channels that are told every minute. */
  whole: number[]
  /** From the moment a channel was due to its delivery row, for each row. */
  late: number[]
}

/**
 * Makes the record with its servers, channels and terms, all in the shape in which the store writes them, and beside it a
 * table that notes when each delivery row was written.
 */
export async function fillRecord(url: string, size: Size): Promise<void> {
  await using _store = await openStore({ dataFolder: '/nonexistent', store: { kind: 'postgres', url } })
  await asking(url, async (ask) => {
    const now = new Date().toISOString()
    const subscriptions = Array.from({ length: size.subscriptions }, (_, i): Subscription => {
      const { guild, schedule } = channelOf(size, i)
      return {
        id: `discord:${channelId(i)}`,
        target: { kind: 'discord', guildId: guildId(guild), channelId: channelId(i) },
        schedule,
        timeZone: 'UTC',
        createdBy: null,
        createdAt: now,
        pausedBecause: null,
        nextDigestAt: nextDue(schedule, 'UTC', now),
      }
    })
    for (const some of batches(subscriptions))
      await ask(
        `insert into subscriptions (id, kind, guild_id, channel_id, configured, next_digest_at, body)
         select one ->> 'id', 'discord', one #>> '{target,guildId}', one #>> '{target,channelId}', 1, one ->> 'nextDigestAt', one::text
         from jsonb_array_elements($1::jsonb) one`,
        [JSON.stringify(some)],
      )
    const terms = Array.from({ length: size.terms }, (_, i): WatchTerm => {
      const { guild, kind, value } = termOf(size, i)
      return { id: `term-${i}`, guildId: guildId(guild), kind, value, createdBy: '400000000000000001', createdAt: now }
    })
    for (const some of batches(terms))
      await ask(
        `insert into watch_terms (id, guild_id, value, body)
         select one ->> 'id', one ->> 'guildId', one ->> 'value', one::text from jsonb_array_elements($1::jsonb) one
         on conflict do nothing`,
        [JSON.stringify(some)],
      )
    await ask(`insert into term_versions select guild_id, 1 from watch_terms group by guild_id
      union all select '', 1 on conflict (guild_id) do update set version = term_versions.version + 1`)
    await ask(`create table bench_rows (subscription_id text not null, at timestamptz not null, digest text not null)`)
    await ask(`create function note_row() returns trigger language plpgsql as $$ begin
      insert into bench_rows values (new.subscription_id, clock_timestamp(), new.digest); return new; end $$`)
    await ask('create trigger note_row after insert on deliveries for each row execute function note_row()')
    await ask('analyze')
  })
}

function* batches<T>(rows: T[]): Generator<T[]> {
  for (let i = 0; i < rows.length; i += TOGETHER) yield rows.slice(i, i + TOGETHER)
}

type Ask = (sql: string, values?: unknown[]) => Promise<Record<string, string>[]>

async function asking<T>(url: string, work: (ask: Ask) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(async (sql, values) => (await client.query(sql, values)).rows)
  } finally {
    await client.end()
  }
}

export const standing = (url: string): Promise<Standing> =>
  asking(url, async (ask) => {
    const now = new Date().toISOString()
    const [row] = await ask(
      `select (select count(*) from source_states where (body::jsonb) ->> 'lastSucceededAt' is not null) as "feedsRead",
        (select count(*) from documents) as documents,
        (select count(*) from documents where analysed_version is null) as waiting,
        (select count(*) from source_states where next_poll_at <= $1) as "sourcesDue",
        (select count(*) from subscriptions where next_digest_at <= $1) as "digestsDue",
        (select count(*) from bench_rows) as rows,
        (select count(*) from deliveries where status = 'owed') as owed`,
      [now],
    )
    return Object.fromEntries(Object.entries(row ?? {}).map(([key, value]) => [key, Number(value)])) as Standing
  })

/** Where the server's own program has its process id: of a server on this machine. */
export const serverProcess = (url: string): Promise<number> =>
  asking(url, async (ask) =>
    Number((await ask("select split_part(pg_read_file('postmaster.pid'), chr(10), 1) as id"))[0]?.id),
  )

const MINUTE_MS = 60_000

/** Reads from the record when each document came how far. */
export const readDelays = (url: string, size: Size): Promise<Delays> =>
  asking(url, async (ask) => {
    const documents = await ask(
      `select url, documents.recorded_at as recorded, min(statements.recorded_at) as analysed
       from documents left join statements on statements.document_id = documents.id group by documents.id`,
    )
    const delays: Delays = { documents: documents.length, recorded: [], analysed: [], own: [], whole: [], late: [] }
    const analysedAt = new Map<string, number>()
    for (const { url: address, recorded, analysed } of documents) {
      const [, published, number] = [...`${address}"`.matchAll(ARTICLE)][0] ?? []
      if (!published || !number || !recorded) continue
      delays.recorded.push((Date.parse(recorded) - Number(published)) / 1000)
      if (!analysed) continue
      analysedAt.set(number, Date.parse(analysed))
      delays.analysed.push((Date.parse(analysed) - Date.parse(recorded)) / 1000)
    }
    const everyMinute = new Set(Array.from({ length: size.minutely }, (_, i) => `discord:${channelId(i)}`))
    const rows = await ask(
      'select subscription_id, extract(epoch from at) * 1000 as at, digest from bench_rows order by at',
    )
    const told = new Set<string>()
    for (const { subscription_id: subscription = '', at: written, digest = '' } of rows) {
      if (!everyMinute.has(subscription)) continue
      const at = Number(written)
      delays.late.push((at - Math.floor(at / MINUTE_MS) * MINUTE_MS) / 1000)
      for (const [, published, number = ''] of digest.matchAll(ARTICLE)) {
        const key = `${subscription} ${number}`
        if (told.has(key)) continue
        told.add(key)
        const known = analysedAt.get(number) ?? at
        const due = Math.ceil(known / MINUTE_MS) * MINUTE_MS
        const wait = Math.max(0, Math.min(due, at) - known)
        delays.whole.push((at - Number(published)) / 1000)
        delays.own.push((at - Number(published) - wait) / 1000)
      }
    }
    return delays
  })
