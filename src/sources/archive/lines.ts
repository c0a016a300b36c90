import { createMarkFinder, type MarkFinder } from './find-marks.ts'
import type { Followed } from './follow.ts'
import type { Packing } from './unpack.ts'

/** A line longer than this is no post. */
export const MAX_LINE = 16_000_000
const NEWLINE = 10
/** What is followed by its marks is never longer. */
const LONGEST = 64

/**
 * A line's number, from 1, its bytes without their end (null where it is too long), at which byte it begins, from 0,
 * and its post as skimPost gives it, where the line was scanned already.
 */
export type NumberedLine = [number: number, raw: Buffer | null, at: number, post?: () => unknown]

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

/** What a thread that finds lines for another is asked. */
export type LinesTask = { path: string; packing: Packing; follow: readonly string[]; afterLine: number }

/**
 * What it answers: batches of lines, how far it is in the file, and that it has ended. Of each line `lines` has five
 * numbers: its own, at which byte it begins, where it stands in `bytes` (-1: too long), its length, and where its notes
 * begin (-1: JSON.parse must decide). `bytes` are wanted back, for the next batch.
 */
export type LinesAnswer =
  | {
      kind: 'lines'
      bytes: Uint8Array<ArrayBuffer>
      lines: Float64Array<ArrayBuffer>
      notes: Int32Array<ArrayBuffer>
    }
  | { kind: 'bytes'; read: number; size: number }
  | { kind: 'end'; failure: { code: string; message: string } | null }
export const LINE_NUMBERS = 5
