import { open, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { SourceError } from '../errors.ts'
import { isCassette, readCassette } from './archive/cassette.ts'
import { isPersonalArchive, readExportZip } from './archive/export-zip.ts'
import { brokenOff, type Read, readJsonBatches, readJsonLines, readLines } from './archive/json-lines.ts'
import { jsonValues } from './archive/json-values.ts'
import { linesAside } from './archive/lines-aside.ts'
import { isArchiveScript, readArchivePosts } from './archive/personal-archive.ts'
import { readPosts } from './archive/read-posts.ts'
import { isTar, readTar } from './archive/tar.ts'
import { type OnBytes, type Packing, packingOf, unpacked, unpackedByHead, unpackedBytes } from './archive/unpack.ts'
import { readWarc } from './archive/warc.ts'
import { climbsOut, openZip } from './archive/zip.ts'
import { decode } from './decode.ts'
import { cannotOpen, type FilePlace, placeBehind, START } from './file-place.ts'
import { looksLikeJsonFeed } from './json-feed.ts'
import type { Parsers } from './parsers.ts'

/** Feeds, pages and single JSON values are read whole; nothing that people publish as one is larger. */
const MAX_WHOLE = 50_000_000
const HEAD = 64 * 1024
/** Lines of files from this size on are worth a thread of their own. */
const LARGE = 2_000_000

export type FileOptions = {
  /** Of a personal archive also the posts that its owner has deleted. */
  deleted?: boolean
  /** Of JSON lines only those that name one of these handles or ids. */
  follow?: readonly string[]
  onBytes?: OnBytes
  /** Goes on behind this place. */
  from?: FilePlace
}

/** `afterLine`: lines up to this one are counted and not read. */
type ReadOptions = FileOptions & { afterLine?: number }

/**
 * Reads a local file by what its bytes say, whatever its name: a feed, posts as JSON or JSON lines, a personal
 * archive, a tar, WARC or WACZ, a saved web page, plain text. Packed or not.
 *
 * @throws {SourceError} where it cannot be opened
 */
export async function* readLocalFile(path: string, parsers: Parsers, options: FileOptions = {}): AsyncGenerator<Read> {
  const { from } = options
  const all = from && from.reads > 0 ? { ...options, afterLine: from.line - 1 } : options
  let place = START
  for await (const reads of readAll(path, parsers, all))
    for (const read of reads) {
      if (from && from.reads > 0) {
        place = placeBehind(place, read)
        if (place.line <= from.line && place.reads <= from.reads) continue
      }
      yield read
    }
}

/** All that a file holds, in parts: of lines many at a time. */
async function* readAll(path: string, parsers: Parsers, options: ReadOptions): AsyncGenerator<Read[]> {
  const { head, size } = await readHead(path)
  if (head.toString('latin1', 0, 4) === 'PK\x03\x04') return yield* singly(readZip(path, parsers, options))
  const packing = packingOf(head)
  const start = packing === 'none' ? head : await firstBytes(path, packing)
  const bytes = (packed = packing) => unpacked(path, packed, options.onBytes)
  if (isTar(start)) return yield* singly(readTarOfLines(bytes(), path, options))
  const text = start
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart()
  if (text.startsWith('WARC/')) return yield* singly(readWarc(bytes('none'), path, parsers))
  if (isArchiveScript(text)) return yield* singly(readArchivePosts(bytes(), path))
  const shape = shapeOf(text, start.length < HEAD)
  if (shape === 'lines') {
    if (size < LARGE) return yield* readJsonBatches(bytes(), path, options)
    const task = { path, packing, follow: options.follow ?? [], afterLine: options.afterLine ?? 0 }
    return yield* readLines(linesAside(task, options.onBytes), path, options)
  }
  if (shape === 'json' && size > MAX_WHOLE && text.startsWith('['))
    return yield* singly(readArchivePosts(bytes(), path))
  if (size > MAX_WHOLE)
    throw new SourceError('too-large', path, `it is larger than ${MAX_WHOLE / 1e6} MB and no archive that is known`)
  yield* singly(readWhole(path, { packing, shape, text }, parsers))
}

async function* singly(reads: AsyncIterable<Read>): AsyncGenerator<Read[]> {
  for await (const read of reads) yield [read]
}

type Shape = 'lines' | 'json' | 'html' | 'feed' | 'text'

async function* readWhole(
  path: string,
  { packing, shape, text }: { packing: Packing; shape: Shape; text: string },
  parsers: Parsers,
): AsyncGenerator<Read> {
  let bytes: Buffer
  try {
    bytes = await unpackedBytes(path, packing, MAX_WHOLE)
  } catch (error) {
    yield { problem: { where: path, reason: `${brokenOff(error).split(';')[0]}; nothing of it was read` } }
    return
  }
  if (isCassette(text)) return yield* readCassette(bytes.toString('utf8'), path, parsers)
  if (shape === 'json' && (yield* readWholeJson(bytes, path))) return
  if (shape === 'text' && /\.(txt|text)$/i.test(path)) return yield { item: plainText(bytes, path) }
  if (shape === 'html') {
    const { items, problems } = await parsers.page(bytes, 'text/html', path)
    for (const item of items) yield { item }
    for (const { reason } of problems)
      yield {
        problem: {
          where: path,
          reason: `this is a web page, not a feed, and ${reason}; if you want its feed, “sources test” with the page’s address finds it`,
        },
      }
    return
  }
  const feed = await parsers.feed(bytes, null, path)
  for (const item of feed.items) yield { item }
  for (const problem of feed.problems) yield { problem }
}

async function readHead(path: string): Promise<{ head: Buffer; size: number }> {
  try {
    const info = await stat(path)
    if (!info.isFile()) throw new SourceError('unreadable', path, 'this is a folder, not a file; name the files in it')
    const file = await open(path)
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD), 0, HEAD, 0)
      return { head: buffer.subarray(0, bytesRead), size: info.size }
    } finally {
      await file.close()
    }
  } catch (error) {
    if (error instanceof SourceError) throw error
    throw cannotOpen(path, error)
  }
}

/** The first unpacked bytes of a packed file; none where it is damaged from the start. */
async function firstBytes(path: string, packing: Packing): Promise<Buffer> {
  const stream = unpacked(path, packing)
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of stream) {
      chunks.push(chunk)
      size += chunk.length
      if (size >= HEAD) break
    }
  } catch {
    // Told when the whole file is read.
  }
  return Buffer.concat(chunks).subarray(0, HEAD)
}

/** JSON lines have a whole value on their first line; a single JSON value may span many. */
function shapeOf(text: string, whole: boolean): Shape {
  if (/^HTTP\/[\d.]+ \d{3}/.test(text)) return 'json'
  if (/^[{[]/.test(text)) {
    const [first = ''] = text.split('\n', 1)
    if (first.length === text.length && !whole) return 'lines'
    try {
      JSON.parse(first)
      const alone = text.slice(first.length).trim() === ''
      return alone && (first.startsWith('[') || looksLikeJsonFeed(first)) ? 'json' : 'lines'
    } catch {
      // A broken first line is followed by whole ones; a printed value is not.
      const [, second = ''] = text.slice(first.length).split('\n', 2)
      return /^\s*\{.*\}\s*$/.test(second) ? 'lines' : 'json'
    }
  }
  const markup = text.slice(0, 20_000)
  if (/<(?:[\w.-]+:)?(?:rss|feed|RDF|channel|opml)[\s>]/i.test(markup)) return 'feed'
  if (/<!doctype\s+html|<html[\s>]|<body[\s>]|<article[\s>]/i.test(markup)) return 'html'
  return text.startsWith('<') ? 'feed' : 'text'
}

/** @returns false where the value is something else, such as JSON Feed */
async function* readWholeJson(bytes: Buffer, path: string): AsyncGenerator<Read, boolean> {
  const values = jsonValues(bytes.toString('utf8'))
  if (!values) {
    yield { problem: { where: path, reason: 'this JSON is damaged or cut; fetch the file again' } }
    return true
  }
  let known = false
  let found = 0
  const oneLine = !bytes.toString('utf8').trim().includes('\n')
  for (const [i, value] of values.entries()) {
    const locator = values.length > 1 ? `item ${i + 1}` : oneLine ? 'line 1' : null
    const read = readPosts(value, { source: path, locator })
    known ||= read.known
    found += read.items.length + read.deleted.length
    for (const item of read.items) yield { item }
    for (const id of read.deleted) yield { deleted: id }
  }
  if (known && found === 0) yield { problem: { where: path, reason: `there are no posts in ${basename(path)}` } }
  if (isCaptureList(values[0])) {
    yield {
      problem: {
        where: path,
        reason:
          'this is a list of captures, not the captures themselves; name their source as wayback:twitter.com/NAME',
      },
    }
    return true
  }
  return known
}

/** Rows of a CDX answer: a name, fourteen digits of time, an address. */
const isCaptureList = (value: unknown): boolean => {
  const row = Array.isArray(value) ? value.findLast((one) => Array.isArray(one) && one.length > 2) : null
  return Array.isArray(row) && row.some((cell) => /^\d{14}$/.test(String(cell)))
}

const plainText = (bytes: Buffer, path: string) => ({
  kind: 'article' as const,
  guid: basename(path),
  url: null,
  title: null,
  html: null,
  text: decode(bytes, null).text,
  summaryOnly: false,
  author: null,
  publisher: null,
  published: null,
  publishedFrom: null,
  updated: null,
  language: null,
  archivedAt: [],
  provenance: { source: path, locator: null, parser: 'text' },
  post: null,
})

/** A tar of JSON lines, each file packed or not, as collections of streams are kept. */
async function* readTarOfLines(bytes: AsyncIterable<Buffer>, path: string, options: FileOptions): AsyncGenerator<Read> {
  try {
    for await (const member of readTar(bytes)) {
      if (!/\.(?:jsonl?|ndjson|txt)(?:\.(?:gz|bz2|zst))?$/i.test(member.name)) continue
      yield* readJsonLines(unpackedByHead(member.bytes), path, { ...options, member: member.name })
    }
  } catch (error) {
    yield { problem: { where: path, reason: brokenOff(error) } }
  }
}

/** A personal archive, a web archive (WACZ), or a ZIP of JSON lines. */
async function* readZip(path: string, parsers: Parsers, options: FileOptions): AsyncGenerator<Read> {
  let zip: Awaited<ReturnType<typeof openZip>>
  try {
    zip = await openZip(path)
  } catch (error) {
    yield {
      problem: {
        where: path,
        reason: `this ZIP’s list of members is damaged or cut (${(error as Error).message.slice(0, 80)}); fetch the file again`,
      },
    }
    return
  }
  try {
    if (isPersonalArchive(zip.members)) return yield* readExportZip(path, options)
    let read = 0
    for (const { name } of zip.members.filter((member) => climbsOut(member.name)))
      yield {
        problem: { where: `${path}, ${name}`, reason: 'this member’s path leads out of the archive; it was not read' },
      }
    for (const member of zip.members.filter(({ name, encrypted }) => !climbsOut(name) && !encrypted)) {
      const isWarc = /\.warc(?:\.gz)?$/i.test(member.name)
      if (!isWarc && !/\.(?:jsonl|ndjson)(?:\.(?:gz|bz2|zst))?$/i.test(member.name)) continue
      if (/(?:^|\/)pages\/\w*pages\.jsonl$/i.test(member.name)) continue
      read += 1
      try {
        const bytes = (await member.open()) as AsyncIterable<Buffer>
        if (isWarc) yield* readWarc(bytes, path, parsers, member.name)
        else yield* readJsonLines(unpackedByHead(bytes), path, { ...options, member: member.name })
      } catch (error) {
        yield { problem: { where: `${path}, ${member.name}`, reason: brokenOff(error) } }
      }
    }
    if (read === 0)
      yield {
        problem: {
          where: path,
          reason: 'this ZIP is neither a personal archive nor a web archive; unpack it and name its files',
        },
      }
  } finally {
    zip.close()
  }
}
