import { open, readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { SourceError } from '../errors.ts'
import { type Read, readJsonLines } from './archive/json-lines.ts'
import { readPosts } from './archive/read-posts.ts'
import { type Packing, packingOf, unpacked } from './archive/unpack.ts'
import type { Parsers } from './parsers.ts'

/** Feeds and pages are read whole; nothing that people publish as one is larger. */
const MAX_WHOLE = 50_000_000
const HEAD = 64 * 1024

/**
 * Reads a local file by what its bytes say, whatever its name: a feed, posts as JSON lines or JSON (packed or not), or
 * a saved web page.
 *
 * @throws {SourceError} where it cannot be opened
 */
export async function* readLocalFile(path: string, parsers: Parsers): AsyncGenerator<Read> {
  const { head, size } = await readHead(path)
  const packing = packingOf(head)
  const start = packing === 'none' ? head : await firstBytes(path, packing)
  const shape = shapeOf(start)
  if (shape === 'lines') {
    yield* readJsonLines(unpacked(path, packing), path)
    return
  }
  if (size > MAX_WHOLE)
    throw new SourceError('too-large', path, `it is larger than ${MAX_WHOLE / 1e6} MB and no archive that is known`)
  const bytes = await readFile(path)
  if (shape === 'json') {
    const known = yield* readWholeJson(bytes, path)
    if (known) return
  }
  if (shape === 'html') {
    const { item, problems } = await parsers.page(bytes, 'text/html', path)
    if (item) yield { item }
    for (const problem of problems)
      yield { problem: { where: path, reason: `this is a web page, not a feed, and ${problem.reason}` } }
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
    const { code } = error as NodeJS.ErrnoException
    const why =
      code === 'ENOENT'
        ? 'there is no such file'
        : code === 'EACCES'
          ? 'this file may not be read; change its permissions'
          : `this file cannot be opened (${code})`
    throw new SourceError('unreadable', path, why, { cause: error })
  }
}

/** The first unpacked bytes of a packed file; none where it is damaged from the start. */
async function firstBytes(path: string, packing: Packing): Promise<Buffer> {
  const stream = unpacked(path, packing)
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) return chunk.subarray(0, HEAD)
  } catch {
    // Told when the whole file is read.
  } finally {
    stream.destroy()
  }
  return Buffer.alloc(0)
}

/** JSON lines have a whole value on their first line; a single JSON value may span many. */
function shapeOf(start: Buffer): 'lines' | 'json' | 'html' | 'feed' {
  const text = start
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart()
  if (/^[{[]/.test(text)) {
    const [first = ''] = text.split('\n', 1)
    if (first.length === text.length) return start.length < HEAD ? 'json' : 'lines'
    try {
      JSON.parse(first)
      return /^\s*$/.test(text.slice(first.length)) ? 'json' : 'lines'
    } catch {
      return /^[{[]\s*$|^[{[]\s*"[^"]*"\s*:?/.test(first) && !first.trimEnd().endsWith('}') ? 'json' : 'lines'
    }
  }
  const markup = text.slice(0, 20_000)
  const isFeed = /<(?:[\w.-]+:)?(?:rss|feed|RDF|channel|opml)[\s>]/i.test(markup)
  return !isFeed && /<!doctype\s+html|<html[\s>]|<body[\s>]|<article[\s>]/i.test(markup) ? 'html' : 'feed'
}

/** @returns false where the value is something else, such as JSON Feed */
async function* readWholeJson(bytes: Buffer, path: string): AsyncGenerator<Read, boolean> {
  let value: unknown
  try {
    value = JSON.parse(bytes.toString('utf8').replace(/^\ufeff/, ''))
  } catch {
    return false
  }
  const { items, deleted, known } = readPosts(value, { source: path, locator: null })
  for (const item of items) yield { item }
  for (const id of deleted) yield { deleted: id }
  if (known && items.length === 0 && deleted.length === 0)
    yield { problem: { where: path, reason: `there are no posts in ${basename(path)}` } }
  return known
}
