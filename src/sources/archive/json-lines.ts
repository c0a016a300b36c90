import { hash } from 'node:crypto'
import type { Problem, RawItem } from '../../model.ts'
import { followedBy } from './follow.ts'
import { lineBatches, MAX_LINE, type NumberedLine } from './lines.ts'
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
export const readJsonBatches = (
  bytes: AsyncIterable<Buffer>,
  source: string,
  options: LineOptions = {},
): AsyncGenerator<Read[]> =>
  readLines(
    lineBatches(bytes, { follow: followedBy(options.follow ?? []), afterLine: options.afterLine ?? 0 }),
    source,
    options,
  )

/** Reads posts from lines that were found already, here or in a thread of their own. */
export async function* readLines(
  batches: AsyncIterable<NumberedLine[]>,
  source: string,
  { member = null, follow = [] }: LineOptions = {},
): AsyncGenerator<Read[]> {
  const where = (line: number) => (member ? `${member}, line ${line}` : `line ${line}`)
  const place = (line: number, at: number) => `${source}, ${where(line)}, byte ${at}`
  const followed = followedBy(follow)
  let line = 0
  try {
    for await (const batch of batches) {
      const found: Read[] = []
      for (const [number, raw, at, post] of batch) {
        line = number
        const reads =
          raw === null
            ? [tooLong(place(line, at))]
            : readLine(raw, post ? post() : skimPost(raw), { source, locator: where(line) }, () => place(line, at))
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

/** All that one line holds. @param post undefined where JSON.parse must decide @param place where the line stands */
function readLine(raw: Buffer, post: unknown, from: { source: string; locator: string }, place: () => string): Read[] {
  if (raw.length === 0) return []
  const problem = (reason: string): Read => ({ problem: { where: place(), reason } })
  let value = post
  if (value === undefined)
    try {
      value = JSON.parse(raw.toString('utf8').replace(BYTE_ORDER_MARK, ''))
    } catch {
      return raw.toString('latin1').trim() === '' ? [] : [problem('this line is no JSON; it was passed over')]
    }
  const { items, deleted, known } = readPosts(value, from)
  const reads: Read[] = items.map((item) => ({ item, raw }))
  for (const id of deleted) reads.push({ deleted: id })
  if (!known) reads.push(problem('this JSON is no post that is known; see docs/archives.md for what is read'))
  return reads
}

/** Why a stream ended before its end, in words. */
export function brokenOff(error: unknown): string {
  const { code = '', message = '' } = error as { code?: string; message?: string }
  if (code.startsWith('Z_') || code.startsWith('ZSTD') || /bzip2/i.test(message))
    return 'the packed data is damaged or cut here; what came before was read. Fetch the file again'
  return `reading stopped here (${code || message.slice(0, 80)}); what came before was read`
}
