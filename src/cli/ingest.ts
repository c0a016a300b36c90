import { parseArgs } from 'node:util'
import { loadConfig, program } from '../config.ts'
import { toDocuments } from '../documents/to-document.ts'
import { SourceError, UsageError } from '../errors.ts'
import { withLanguage } from '../jobs/language.ts'
import type { Document, Problem, RawItem, Source } from '../model.ts'
import { createWayback, type Wayback, waybackTarget } from '../sources/archive/wayback.ts'
import { readLocalFile } from '../sources/file.ts'
import { createNet } from '../sources/net.ts'
import { createParsers } from '../sources/parsers.ts'
import { readSource, type SourceKit } from '../sources/read-source.ts'
import type { Io, Verb } from './verb.ts'

/** Takes what was read. The record takes it with `--store`, otherwise it goes to standard output. */
export type Sink = {
  document(document: Document, item: RawItem): void | Promise<void>
  problem(problem: Problem): void | Promise<void>
  /** A source says that this post (`twitter:ID`) is deleted. */
  deleted?(id: string): void | Promise<void>
  close?(): void | Promise<void>
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
  --store           keep the documents in the record instead of printing them
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
  let read = 0
  try {
    const wayback = createWayback({ net, parsers, base: config?.waybackUrl ?? 'https://web.archive.org' })
    for (const address of positionals)
      read += await ingestOne(
        address,
        { net, parsers, wayback },
        { sink, io, deleted: values.deleted, follow: values.follow },
      )
  } finally {
    await Promise.all([parsers.close(), net.close()])
    await sink.close?.()
  }
  return read > 0 ? 0 : 1
}

const isRemote = (address: string): boolean => /^(https?:\/\/|wayback:)/i.test(address)

/** @returns how many documents it gave */
async function ingestOne(
  address: string,
  kit: SourceKit & { wayback: Wayback },
  { sink, io, deleted, follow }: { sink: Sink; io: Io; deleted: boolean; follow: string[] },
): Promise<number> {
  let documents = 0
  const take = async (item: RawItem) => {
    for (const document of toDocuments(item, address)) {
      documents += 1
      await sink.document(await withLanguage(document), item)
    }
  }
  try {
    if (address.startsWith('wayback:')) {
      await ingestWayback(address, kit.wayback, { take, sink, io })
      return documents
    }
    if (isRemote(address)) {
      const { items, problems, deleted: gone } = await readSource(sourceOf(address), null, kit)
      for (const item of items) await take(item)
      for (const problem of problems) await sink.problem(problem)
      for (const id of gone) await sink.deleted?.(id)
      return documents
    }
    const gauge = io.progress ? drawProgress(address) : null
    const onBytes = gauge ? { onBytes: gauge.bytes } : {}
    for await (const read of readLocalFile(address, kit.parsers, { deleted, follow, ...onBytes })) {
      gauge?.draw(documents)
      if ('item' in read) await take(read.item)
      else if ('problem' in read) await sink.problem(read.problem)
      else await sink.deleted?.(read.deleted)
    }
    gauge?.end()
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    await sink.problem({ where: address, reason: error.message.replace(`${error.address}: `, '') })
  }
  return documents
}

/** An account's archived posts from the first to the last, with what became of them on standard error. */
async function ingestWayback(
  address: string,
  wayback: Wayback,
  to: { take(item: RawItem): Promise<void>; sink: Sink; io: Io },
): Promise<void> {
  const target = waybackTarget(address)
  if (!target) throw new SourceError('unreadable', address, 'write it as wayback:twitter.com/NAME')
  for await (const { items, problems, cursor, done } of wayback.steps(target, null)) {
    for (const item of items) await to.take(item)
    for (const problem of problems) await to.sink.problem(problem)
    const { listed, read, withoutText, blocked, failed } = cursor.counts
    if (done)
      to.io.err(
        `${address}: ${listed} captures listed, ${read} posts read, ${withoutText} without text, ${blocked} blocked, ${failed} failed`,
      )
    if (done && listed === 0)
      await to.sink.problem({
        where: address,
        reason: `the Wayback Machine was asked and holds no captures of ${target.name}`,
      })
  }
}

/** One line on the terminal for a file that takes long: bytes, documents, rate, time left. */
function drawProgress(path: string) {
  const began = performance.now()
  let read = 0
  let size = 0
  let drawn = began + 1000
  let shown = false
  return {
    bytes(now: number, all: number) {
      read = now
      size = all
    },
    draw(documents: number) {
      const now = performance.now()
      if (now < drawn || size === 0) return
      drawn = now + 500
      shown = true
      const seconds = (now - began) / 1000
      const left = Math.round((seconds / read) * (size - read))
      process.stderr.write(
        `\r\u001b[K${path}: ${Math.round(read / 1e6)} of ${Math.round(size / 1e6)} MB, ${documents} documents, ${Math.round(documents / seconds)} a second, ${left} s left`,
      )
    },
    end: () => void (shown && process.stderr.write('\r\u001b[K')),
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
