import { hash } from 'node:crypto'
import type { Problem, RawItem } from '../../model.ts'
import { createMarkFinder, type MarkFinder } from './find-marks.ts'
import { type Followed, followedBy } from './follow.ts'
import { readPosts } from './read-posts.ts'
import { skimPost } from './skim-posts.ts'

export type LineOptions = {
  /** The file inside an archive, null where there is none. */
  member?: string | null
  /** Only posts of these authors, by handle or id. Lines that cannot hold one are not even read as JSON. */
  follow?: readonly string[]
  /** Lines up to this one are counted and not read. */
  afterLine?: number
}

/** One thing that a reader of an archive gives, in the order of the file; of lines with their number and their bytes. */
export type Read = ({ item: RawItem; raw?: Buffer } | { problem: Problem } | { deleted: string }) & { line?: number }

/** The item with the digest of the bytes that it was read from, which is made only for what is kept. */
export function sealed({ item, raw }: { item: RawItem; raw?: Buffer }): RawItem {
  if (raw && !item.provenance.sha256) item.provenance = { ...item.provenance, sha256: hash('sha256', raw) }
  return item
}

/** A line longer than this is no post. */
const MAX_LINE = 16_000_000
const NEWLINE = 10
/** What is followed by its marks is never longer. */
const LONGEST = 64

/**
 * Reads posts from JSON lines, one at a time: memory does not grow with the file. A line that cannot be read is one
 * problem, and the rest goes on; a stream that breaks off gives what came before and one problem.
 *
 * @param source the path or address as given
 * @throws nothing: what cannot be read is a problem
 */
export async function* readJsonLines(
  bytes: AsyncIterable<Buffer>,
  source: string,
  options: LineOptions = {},
): AsyncGenerator<Read> {
  for await (const reads of readJsonBatches(bytes, source, options)) for (const read of reads) yield read
}

/** As readJsonLines, many at a time: handing on each by itself would cost as much as reading it. */
export async function* readJsonBatches(
  bytes: AsyncIterable<Buffer>,
  source: string,
  { member = null, follow = [], afterLine = 0 }: LineOptions = {},
): AsyncGenerator<Read[]> {
  const where = (line: number) => (member ? `${member}, line ${line}` : `line ${line}`)
  const place = (line: number, at: number) => `${source}, ${where(line)}, byte ${at}`
  const followed = followedBy(follow)
  let line = 0
  try {
    for await (const batch of lineBatches(bytes, { follow: followed, afterLine })) {
      const found: Read[] = []
      for (const [number, raw, at] of batch) {
        line = number
        const reads =
          raw === null ? [tooLong(place(line, at))] : readLine(raw, source, where(line), () => place(line, at))
        for (const read of reads) {
          if (followed && 'item' in read && !followed.wants(read.item)) continue
          if (member === null) read.line = line
          found.push(read)
        }
      }
      yield found
    }
  } catch (error) {
    const broken: Read = { problem: { where: `${source}, after ${where(line)}`, reason: brokenOff(error) } }
    yield [member === null ? { ...broken, line } : broken]
  }
}

const tooLong = (where: string): Read => ({
  problem: { where, reason: `this line is longer than ${MAX_LINE / 1e6} MB and was passed over` },
})

const BYTE_ORDER_MARK = /^\ufeff/

/** All that one line holds. @param place where it stands, for what cannot be read */
export function readLine(
  raw: Buffer,
  source: string,
  locator: string,
  place: () => string = () => `${source}, ${locator}`,
): Read[] {
  if (raw.length === 0) return []
  const problem = (reason: string): Read => ({ problem: { where: place(), reason } })
  let value: unknown = skimPost(raw)
  if (value === undefined)
    try {
      value = JSON.parse(raw.toString('utf8').replace(BYTE_ORDER_MARK, ''))
    } catch {
      return raw.toString('latin1').trim() === '' ? [] : [problem('this line is no JSON; it was passed over')]
    }
  const { items, deleted, known } = readPosts(value, { source, locator })
  const reads: Read[] = items.map((item) => ({ item, raw }))
  for (const id of deleted) reads.push({ deleted: id })
  if (!known) reads.push(problem('this JSON is no post that is known; see docs/archives.md for what is read'))
  return reads
}

/** A line's number, from 1, its bytes without their end (null where it is too long), and at which byte it begins, from 0. */
export type NumberedLine = [number: number, raw: Buffer | null, at: number]

/**
 * The lines of a stream, in batches: waiting for each line by itself would cost more than reading it.
 *
 * @param options.follow lines that cannot hold what is followed are counted and passed over
 */
export async function* lineBatches(
  bytes: AsyncIterable<Buffer>,
  {
    follow: followed = null,
    maxLine = MAX_LINE,
    afterLine = 0,
  }: { follow?: Pick<Followed, 'lines' | 'marks'> | null; maxLine?: number; afterLine?: number } = {},
): AsyncGenerator<NumberedLine[]> {
  let parts: Buffer[] = []
  let held = 0
  let number = 1
  /** Bytes before this chunk. */
  let passed = 0
  const follow = followed?.lines ?? null
  const finder = followed?.marks?.every(({ length }) => length <= LONGEST) ? createMarkFinder(followed.marks) : null
  const wanted = (line: Buffer) => number > afterLine && (!follow || matches(follow, line))
  for await (const chunk of bytes) {
    const last = chunk.lastIndexOf(NEWLINE)
    let batch: NumberedLine[] = []
    if (last !== -1) {
      const first = chunk.indexOf(NEWLINE)
      const end = chunk.subarray(0, first)
      const spanning = held + first > maxLine ? null : held > 0 ? Buffer.concat([...parts, end]) : end
      if (spanning === null || wanted(spanning)) batch.push([number, spanning, passed - held])
      number += 1
      const body = chunk.subarray(first + 1, last + 1)
      const at = passed + first + 1
      number = follow
        ? matchingLines(body, { number, at, follow, finder }, batch)
        : allLines(body, { number, at }, batch)
      if (batch[0] && batch[0][0] <= afterLine) batch = batch.filter(([line]) => line > afterLine)
      parts = []
      held = 0
    }
    const rest = chunk.subarray(last + 1)
    held += rest.length
    passed += chunk.length
    // Past the limit only the length is counted, so that a line without an end costs no memory.
    if (held > maxLine) parts = []
    else if (rest.length > 0) parts.push(rest)
    if (batch.length > 0) yield batch
  }
  if (held > maxLine) yield [[number, null, passed - held]]
  else if (held > 0) {
    const whole = Buffer.concat(parts)
    if (wanted(whole)) yield [[number, whole, passed - held]]
  }
}

const matches = (follow: RegExp, line: Buffer): boolean => {
  follow.lastIndex = 0
  return follow.test(line.toString('latin1'))
}

/** Adds every line of a body that ends in a line end and begins at byte `at`. @returns the number of the line behind it */
function allLines(body: Buffer, { number: from, at }: { number: number; at: number }, batch: NumberedLine[]): number {
  let number = from
  let start = 0
  for (let end = body.indexOf(NEWLINE); end !== -1; end = body.indexOf(NEWLINE, start)) {
    if (end > start) batch.push([number, body.subarray(start, end), at + start])
    number += 1
    start = end + 1
  }
  return number
}

type Matching = { number: number; at: number; follow: RegExp; finder: MarkFinder | null }

/** Adds the lines that match, without looking at the others one by one. @returns the number of the line behind them */
function matchingLines(body: Buffer, { number: from, at, follow, finder }: Matching, batch: NumberedLine[]): number {
  const nextMatch = finder ? matchesByMark(body, follow, finder) : matchesByText(body, follow)
  let number = from
  let counted = 0
  const countTo = (place: number) => {
    for (let end = body.indexOf(NEWLINE, counted); end !== -1 && end < place; end = body.indexOf(NEWLINE, counted)) {
      number += 1
      counted = end + 1
    }
  }
  for (let match = nextMatch(0); match !== -1; match = nextMatch(counted)) {
    const start = body.lastIndexOf(NEWLINE, match) + 1
    countTo(start)
    const end = body.indexOf(NEWLINE, match)
    batch.push([number, body.subarray(start, end), at + start])
    countTo(end + 1)
  }
  countTo(body.length)
  return number
}

/** @returns a function that gives the first place of a match at or behind a place, -1 where there is none */
function matchesByText(body: Buffer, follow: RegExp): (from: number) => number {
  const text = body.toString('latin1')
  return (from) => {
    follow.lastIndex = from
    return follow.exec(text)?.index ?? -1
  }
}

/** As matchesByText, where what a match begins with is known. */
function matchesByMark(body: Buffer, follow: RegExp, finder: MarkFinder): (from: number) => number {
  finder.take(body)
  return (from) => {
    let place = finder.next(from)
    for (; place !== -1; place = finder.next(place + 1))
      if (matches(follow, body.subarray(place, place + LONGEST))) return place
    return -1
  }
}

/** Why a stream ended before its end, in words. */
export function brokenOff(error: unknown): string {
  const { code = '', message = '' } = error as { code?: string; message?: string }
  if (code.startsWith('Z_') || code.startsWith('ZSTD') || /bzip2/i.test(message))
    return 'the packed data is damaged or cut here; what came before was read. Fetch the file again'
  return `reading stopped here (${code || message.slice(0, 80)}); what came before was read`
}
