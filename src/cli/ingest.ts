import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { loadConfig, program } from '../config.ts'
import { toDocuments } from '../documents/to-document.ts'
import { SourceError, UsageError } from '../errors.ts'
import { withLanguage } from '../jobs/language.ts'
import type { Document, Problem, RawItem, Source } from '../model.ts'
import { sealed } from '../sources/archive/json-lines.ts'
import { createWayback, type Wayback, waybackLimits, waybackTarget } from '../sources/archive/wayback.ts'
import { readLocalFile } from '../sources/file.ts'
import { fileState, placeBehind, START } from '../sources/file-place.ts'
import { createNet } from '../sources/net.ts'
import { createParsers } from '../sources/parsers.ts'
import { fileCursorOf, readSource, type SourceKit, waybackCursorOf } from '../sources/read-source.ts'
import { drawProgress } from './progress.ts'
import type { Io, Verb } from './verb.ts'

/** Takes what was read. The record takes it with `--store`, otherwise it goes to standard output. */
export type Sink = {
  document(document: Document, item: RawItem): void | Promise<void>
  problem(problem: Problem): void | Promise<void>
  /** A source says that this post (`twitter:ID`) is deleted. */
  deleted?(id: string, address: string): void | Promise<void>
  /** A reading begins. @returns how far it had come when it was broken off, null where it is new */
  begin?(id: string): Promise<string | null>
  /** All that came before is read to this place: it is kept `now`, when enough has come (`later`), or the reading is at its `end`. */
  reached?(cursor: () => string, at: 'now' | 'later' | 'end'): Promise<void>
  close?(outcome: { stopped: boolean }): void | Promise<void>
}

export const verb: Verb = {
  summary: 'read feeds, posts, pages and archives into documents',
  help: `
usage: npm run -s onrecord -- ingest <path or url>… [options]

Reads feeds (RSS, Atom, RDF, JSON Feed), posts as JSON or JSON lines (v1.1, v2, twarc, snscrape, Mastodon, Bluesky; plain,
gzip, bzip2, zstd, in a tar), personal archives (ZIP), WARC and WACZ, saved web pages, plain text, and archived posts as
wayback:twitter.com/NAME. Files are told apart by their content. Prints one JSON object a line: {"type":"document",…}
for each document, {"type":"problem","where","reason"} for what could not be read. Nothing is merged across files.

  --follow <name>   of JSON lines only posts that name this handle or id; may be given more than once
  --deleted         of a personal archive also the posts that its owner has deleted
  --from, --to      of an archived account only captures of this time: 2015, 2015-11 or 2015-11-19
  --store           keep the documents in the record instead of printing them; stopped by Ctrl-C or a crash, the same
                    command goes on where it was
  --format jsonl    one JSON object a line (the default)
  --config <file>   another config file
  --data <folder>   another data folder

example: npm run -s onrecord -- ingest feeds/*.xml https://example.org/feed > documents.jsonl

Exit code 1 where nothing at all could be read.`,
  // The record and the rooms are loaded only where they are asked for: reading a file needs neither.
  run: (args, io) => ingest(args, io, async (paths) => (await import('./store-sink.ts')).openStoreSink(paths, io)),
}

/** @param openSink gives another place for what is read: the record, for `--store` */
export async function ingest(
  args: string[],
  io: Io,
  openSink?: (options: { config?: string; data?: string }) => Promise<Sink>,
): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      store: { type: 'boolean' },
      deleted: { type: 'boolean', default: false },
      follow: { type: 'string', multiple: true, default: [] },
      from: { type: 'string' },
      to: { type: 'string' },
      format: { type: 'string', default: 'jsonl' },
      config: { type: 'string' },
      data: { type: 'string' },
    },
  })
  if (positionals.length === 0) throw new UsageError('name at least one path or address')
  if (values.format !== 'jsonl') throw new UsageError('--format knows only jsonl here')
  const options = { ...(values.config ? { config: values.config } : {}), ...(values.data ? { data: values.data } : {}) }
  if (values.store && !openSink) throw new UsageError('--store is not available here')
  const sink = values.store && openSink ? await openSink(options) : printing(io)
  const parsers = createParsers()
  const remote = positionals.some((address) => isRemote(address))
  const config = remote ? await loadConfig(options) : null
  const net = createNet({
    allowAddresses: config?.allowAddresses ?? [],
    contact: config?.contact ?? null,
    version: program.version,
  })
  const stop = onInterrupt(values.store === true)
  let read = 0
  try {
    const wayback = createWayback({
      net,
      parsers,
      base: config?.waybackUrl ?? 'https://web.archive.org',
      limits: config ? waybackLimits(config.wayback) : {},
    })
    const to: Target = { sink, io, deleted: values.deleted, follow: values.follow, stopping: stop.signal }
    for (const address of positionals)
      if (!stop.signal.aborted)
        read += await ingestOne(withSpan(address, values.from, values.to), { net, parsers, wayback }, to)
  } finally {
    stop.forget()
    await Promise.all([parsers.close(), net.close()])
    await sink.close?.({ stopped: stop.signal.aborted })
  }
  if (stop.signal.aborted) return 130
  return read > 0 ? 0 : 1
}

/** Lets what is in hand be kept when somebody presses Ctrl-C; a second time ends at once. */
function onInterrupt(wanted: boolean) {
  const controller = new AbortController()
  const stop = () => controller.abort()
  if (wanted) for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, stop)
  return { signal: controller.signal, forget: () => void process.off('SIGINT', stop).off('SIGTERM', stop) }
}

/** @throws {UsageError} */
function withSpan(address: string, from: string | undefined, to: string | undefined): string {
  if (!from && !to) return address
  if (!address.startsWith('wayback:')) throw new UsageError('--from and --to are for wayback:twitter.com/NAME')
  for (const time of [from, to])
    if (time && !/^\d{4}(?:-?\d{2}){0,2}$/.test(time))
      throw new UsageError(`“${time}” is no time: write 2015, 2015-11 or 2015-11-19`)
  const query = new URLSearchParams({ ...(from ? { from } : {}), ...(to ? { to } : {}) })
  return `${address}${address.includes('?') ? '&' : '?'}${query}`
}

const isRemote = (address: string): boolean => /^(https?:\/\/|wayback:)/i.test(address)

type Target = { sink: Sink; io: Io; deleted: boolean; follow: string[]; stopping: AbortSignal }
type Take = (item: RawItem) => Promise<void>

/** @returns how many documents it gave */
async function ingestOne(address: string, kit: SourceKit & { wayback: Wayback }, to: Target): Promise<number> {
  const { sink } = to
  let documents = 0
  const take: Take = async (item) => {
    for (const document of toDocuments(item, address)) {
      documents += 1
      await sink.document(await withLanguage(document), item)
    }
  }
  try {
    if (address.startsWith('wayback:')) await ingestWayback(address, kit.wayback, take, to)
    else if (isRemote(address)) {
      const { items, problems, deleted: gone } = await readSource(sourceOf(address), null, kit)
      for (const item of items) await take(item)
      for (const problem of problems) await sink.problem(problem)
      for (const id of gone) await sink.deleted?.(id, address)
      await sink.reached?.(() => '', 'now')
    } else await ingestFile(address, kit, take, { ...to, count: () => documents })
  } catch (error) {
    if (to.stopping.aborted && (error as Error).name === 'AbortError') return documents
    if (!(error instanceof SourceError)) throw error
    await sink.problem({ where: address, reason: error.message.replace(`${error.address}: `, '') })
  }
  return documents
}

async function ingestFile(
  path: string,
  { parsers }: SourceKit,
  take: Take,
  { sink, io, deleted, follow, stopping, count }: Target & { count(): number },
): Promise<void> {
  const state = await fileState(path)
  // With other wishes it is another reading.
  const id = [resolve(path), ...(deleted ? ['deleted'] : []), ...follow].join(' ')
  const known = fileCursorOf(await sink.begin?.(id))
  const from = known?.state === state ? known.place : START
  if (from !== START) io.err(`${path}: goes on behind ${from.line > 0 ? `line ${from.line}` : `entry ${from.reads}`}`)
  const gauge = drawProgress(path, io, sink.begin !== undefined)
  let place = from
  const cursor = () => JSON.stringify({ state, place })
  for await (const read of readLocalFile(path, parsers, { deleted, follow, onBytes: gauge.bytes, from })) {
    if (stopping.aborted) break
    gauge.draw(count())
    if ('item' in read) await take(sealed(read))
    else if ('problem' in read) await sink.problem(read.problem)
    else await sink.deleted?.(read.deleted, path)
    place = placeBehind(place, read)
    await sink.reached?.(cursor, 'later')
  }
  gauge.end()
  await sink.reached?.(cursor, stopping.aborted ? 'now' : 'end')
}

/** An account's archived posts from the first to the last, with what became of them on standard error. */
async function ingestWayback(
  address: string,
  wayback: Wayback,
  take: Take,
  { sink, io, stopping }: Target,
): Promise<void> {
  const target = waybackTarget(address)
  if (!target) throw new SourceError('unreadable', address, 'write it as wayback:twitter.com/NAME')
  const known = waybackCursorOf(await sink.begin?.(address))
  if (known)
    io.err(`${address}: goes on, ${known.counts.listed} captures listed and ${known.counts.read} posts read before`)
  for await (const { items, problems, cursor, done } of wayback.steps(target, known, stopping)) {
    for (const item of items) await take(item)
    for (const problem of problems) await sink.problem(problem)
    await sink.reached?.(() => JSON.stringify(cursor), done ? 'end' : 'now')
    const { listed, read, withoutText, blocked, failed } = cursor.counts
    const waiting = cursor.pending.length
    io.err(
      `${address}: ${listed} captures listed, ${read} posts read, ${withoutText} without text, ${blocked} blocked, ${failed} failed${done ? '' : `, ${waiting} waiting`}`,
    )
    if (done && listed === 0)
      await sink.problem({
        where: address,
        reason: `the Wayback Machine was asked and holds no captures of ${target.name}`,
      })
  }
}

const sourceOf = (address: string): Source => ({
  id: address,
  kind: address.startsWith('wayback:') ? 'wayback' : 'feed',
  address,
  publisher: null,
  enabled: true,
  sample: false,
  pollSeconds: 3600,
})

const printing = (io: Io): Sink => ({
  document: (document) => io.out(JSON.stringify({ type: 'document', ...document })),
  problem: (problem) => io.out(JSON.stringify({ type: 'problem', ...problem })),
})
