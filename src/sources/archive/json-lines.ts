import { hash } from 'node:crypto'
import type { Problem, RawItem } from '../../model.ts'
import { readPosts } from './read-posts.ts'

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
 * @param member the file inside an archive, null where there is none
 */
export async function* readJsonLines(
  bytes: AsyncIterable<Buffer>,
  source: string,
  member: string | null = null,
): AsyncGenerator<Read> {
  const where = (line: number) => (member ? `${member}, line ${line}` : `line ${line}`)
  let line = 0
  try {
    for await (const raw of linesOf(bytes)) {
      line += 1
      if (raw === null)
        yield {
          problem: {
            where: `${source}, ${where(line)}`,
            reason: `this line is longer than ${MAX_LINE / 1e6} MB and was passed over`,
          },
        }
      else yield* readLine(raw, { source, locator: where(line) })
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

/** Lines without their end, null for one that is too long. Bytes are copied only where a line spans two chunks. */
export async function* linesOf(bytes: AsyncIterable<Buffer>, maxLine = MAX_LINE): AsyncGenerator<Buffer | null> {
  let parts: Buffer[] = []
  let held = 0
  for await (const chunk of bytes) {
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      const piece = chunk.subarray(start, end)
      start = end + 1
      if (held + piece.length > maxLine) yield null
      else yield held === 0 ? piece : Buffer.concat([...parts, piece])
      if (held > 0) {
        parts = []
        held = 0
      }
    }
    const rest = chunk.subarray(start)
    if (rest.length === 0) continue
    held += rest.length
    // Past the limit only the length is counted, so that a line without an end costs no memory.
    if (held <= maxLine) parts.push(Buffer.from(rest))
    else parts = []
  }
  if (held > maxLine) yield null
  else if (held > 0) yield Buffer.concat(parts)
}

/** Why a stream ended before its end, in words. */
export function brokenOff(error: unknown): string {
  const { code = '', message = '' } = error as { code?: string; message?: string }
  if (code.startsWith('Z_') || code.startsWith('ZSTD') || /bzip2/i.test(message))
    return 'the packed data is damaged or cut here; what came before was read. Fetch the file again'
  return `reading stopped here (${code || message.slice(0, 80)}); what came before was read`
}
