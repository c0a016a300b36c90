import { hash } from 'node:crypto'
import type { Problem, RawItem } from '../../model.ts'
import { readPosts } from './read-posts.ts'

export type LineOptions = {
  /** The file inside an archive, null where there is none. */
  member?: string | null
  /** Only lines that name one of these handles or ids, whatever their case; other lines are not even read as JSON. */
  follow?: readonly string[]
}

/** One thing that a reader of an archive gives, in the order of the file. */
export type Read = { item: RawItem } | { problem: Problem } | { deleted: string }

/** A line longer than this is no post. */
const MAX_LINE = 16_000_000
const NEWLINE = 10

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
  { member = null, follow = [] }: LineOptions = {},
): AsyncGenerator<Read> {
  const where = (line: number) => (member ? `${member}, line ${line}` : `line ${line}`)
  let line = 0
  try {
    for await (const batch of lineBatches(bytes, { follow: followed(follow) }))
      for (const [number, raw] of batch) {
        line = number
        if (raw !== null) yield* readLine(raw, { source, locator: where(line) })
        else
          yield {
            problem: {
              where: `${source}, ${where(line)}`,
              reason: `this line is longer than ${MAX_LINE / 1e6} MB and was passed over`,
            },
          }
      }
  } catch (error) {
    yield { problem: { where: `${source}, after ${where(line)}`, reason: brokenOff(error) } }
  }
}

function* readLine(raw: Buffer, place: { source: string; locator: string }): Generator<Read> {
  const first = raw[0]
  if (first === undefined) return
  const where = `${place.source}, ${place.locator}`
  let value: unknown
  try {
    value = JSON.parse(raw.toString('utf8'))
  } catch {
    if (raw.toString('latin1').trim() !== '')
      yield { problem: { where, reason: 'this line is no JSON; it was passed over' } }
    return
  }
  const { items, deleted, known } = readPosts(value, { ...place, sha256: hash('sha256', raw) })
  if (!known)
    yield { problem: { where, reason: 'this JSON is no post that is known; see docs/archives.md for what is read' } }
  for (const item of items) yield { item }
  for (const id of deleted) yield { deleted: id }
}

/** One expression for all that is followed. Word of a deletion is always wanted. */
const followed = (names: readonly string[]): RegExp | null =>
  names.length === 0
    ? null
    : new RegExp(`\\b(?:${names.map((name) => name.replace(/\W/g, '')).join('|')})\\b|"delete":`, 'gi')

/** A line's number, from 1, and its bytes without their end; null for one that is too long. */
export type NumberedLine = [number: number, raw: Buffer | null]

/**
 * The lines of a stream, in batches: waiting for each line by itself would cost more than reading it.
 *
 * @param options.follow an expression with the flag g: lines without a match are counted and passed over
 */
export async function* lineBatches(
  bytes: AsyncIterable<Buffer>,
  { follow = null, maxLine = MAX_LINE }: { follow?: RegExp | null; maxLine?: number } = {},
): AsyncGenerator<NumberedLine[]> {
  let parts: Buffer[] = []
  let held = 0
  let number = 1
  for await (const chunk of bytes) {
    const last = chunk.lastIndexOf(NEWLINE)
    const batch: NumberedLine[] = []
    if (last !== -1) {
      const first = chunk.indexOf(NEWLINE)
      const spanning =
        held + first > maxLine
          ? null
          : held > 0
            ? Buffer.concat([...parts, chunk.subarray(0, first)])
            : chunk.subarray(0, first)
      if (spanning === null || !follow || matches(follow, spanning)) batch.push([number, spanning])
      number += 1
      const body = chunk.subarray(first + 1, last + 1)
      number = follow ? matchingLines(body, number, follow, batch) : allLines(body, number, batch)
      parts = []
      held = 0
    }
    const rest = chunk.subarray(last + 1)
    held += rest.length
    // Past the limit only the length is counted, so that a line without an end costs no memory.
    if (held > maxLine) parts = []
    else if (rest.length > 0) parts.push(rest)
    if (batch.length > 0) yield batch
  }
  if (held > maxLine) yield [[number, null]]
  else if (held > 0) {
    const whole = Buffer.concat(parts)
    if (!follow || matches(follow, whole)) yield [[number, whole]]
  }
}

const matches = (follow: RegExp, line: Buffer): boolean => {
  follow.lastIndex = 0
  return follow.test(line.toString('latin1'))
}

/** Adds every line of a body that ends in a line end. @returns the number of the line behind it */
function allLines(body: Buffer, from: number, batch: NumberedLine[]): number {
  let number = from
  let start = 0
  for (let end = body.indexOf(NEWLINE); end !== -1; end = body.indexOf(NEWLINE, start)) {
    if (end > start) batch.push([number, body.subarray(start, end)])
    number += 1
    start = end + 1
  }
  return number
}

/** Adds the lines that match, without looking at the others one by one. @returns the number of the line behind them */
function matchingLines(body: Buffer, from: number, follow: RegExp, batch: NumberedLine[]): number {
  const text = body.toString('latin1')
  let number = from
  let counted = 0
  const countTo = (place: number) => {
    for (let end = body.indexOf(NEWLINE, counted); end !== -1 && end < place; end = body.indexOf(NEWLINE, counted)) {
      number += 1
      counted = end + 1
    }
  }
  follow.lastIndex = 0
  for (let match = follow.exec(text); match; match = follow.exec(text)) {
    const start = text.lastIndexOf('\n', match.index) + 1
    const end = text.indexOf('\n', match.index)
    countTo(start)
    batch.push([number, body.subarray(start, end)])
    follow.lastIndex = end
  }
  countTo(body.length)
  return number
}

/** Why a stream ended before its end, in words. */
export function brokenOff(error: unknown): string {
  const { code = '', message = '' } = error as { code?: string; message?: string }
  if (code.startsWith('Z_') || code.startsWith('ZSTD') || /bzip2/i.test(message))
    return 'the packed data is damaged or cut here; what came before was read. Fetch the file again'
  return `reading stopped here (${code || message.slice(0, 80)}); what came before was read`
}
