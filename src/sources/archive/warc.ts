import { WARCParser } from 'warcio'
import { SourceError } from '../../errors.ts'
import type { Parsers } from '../parsers.ts'
import { readArchivedBody } from './archived-body.ts'
import { brokenOff, type Read } from './json-lines.ts'

/** A larger answer is no post and no article. */
const MAX_BODY = 10_000_000
const READABLE = /json|html|xml|rss|atom|text\/plain/i

/**
 * Reads the posts, articles and feeds in a WARC, record by record. Request records are never looked into: they may
 * hold credentials.
 *
 * @param bytes of the file, packed or not
 * @param member the file inside a WACZ, null where it lies alone
 */
export async function* readWarc(
  bytes: AsyncIterable<Uint8Array>,
  source: string,
  parsers: Parsers,
  member: string | null = null,
): AsyncGenerator<Read> {
  const parser = new WARCParser(endingOnce(bytes))
  const locator = () => [member, `offset ${parser.offset}`].filter(Boolean).join(', ')
  let records = 0
  let given = 0
  try {
    for await (const record of parser) {
      records += 1
      if (!['response', 'resource', 'revisit'].includes(record.warcType ?? '')) continue
      const type = record.httpHeaders ? record.httpHeaders.headers.get('content-type') : record.warcContentType
      const status = record.httpHeaders?.statusCode
      if (record.warcType === 'revisit' || (status !== undefined && status !== 200) || (type && !READABLE.test(type)))
        continue
      const place = { source, locator: locator() }
      const body = await wholeBody(record)
      if (!body?.length) {
        given += 1
        yield {
          problem: {
            where: `${source}, ${place.locator}`,
            reason: `this record is empty, damaged or larger than ${MAX_BODY / 1e6} MB; it was passed over`,
          },
        }
        continue
      }
      const address = record.warcTargetURI ?? ''
      try {
        for await (const read of readArchivedBody(
          { bytes: body, contentType: type ?? null, address, place },
          parsers,
        )) {
          given += 1
          yield read
        }
      } catch (error) {
        if (!(error instanceof SourceError)) throw error
        given += 1
        yield { problem: { where: `${source}, ${place.locator}`, reason: error.message } }
      }
    }
  } catch (error) {
    yield { problem: { where: `${source}, ${locator()}`, reason: brokenOff(error) } }
    return
  }
  const where = member ? `${source}, ${member}` : source
  if (records === 0) yield { problem: { where, reason: 'there are no WARC records in this file' } }
  else if (given === 0)
    yield {
      problem: {
        where,
        reason: `its ${records} records hold no post, article or feed: only answers without any, redirects, failures or other media`,
      },
    }
}

/** So often the parser may ask again behind the end before that is a fault. */
const ASKED_AGAIN = 1000

/**
 * The same bytes. Where a file breaks off within a record that is passed over, warcio 2.4 asks for its rest for ever, and
 * nothing else has its turn: that ends in an error here.
 */
function endingOnce(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]() {
      const from = bytes[Symbol.asyncIterator]()
      let times = 0
      return {
        async next() {
          const step = await from.next()
          if (step.done) times += 1
          if (times > ASKED_AGAIN) throw new Error('it breaks off within a record')
          return step
        },
        return: async () => (await from.return?.()) ?? { done: true, value: undefined },
      }
    },
  }
}

/** A record's body without its codings, null where it is too large or damaged. */
async function wholeBody(record: AsyncIterable<Uint8Array>): Promise<Buffer | null> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of record) {
      size += chunk.length
      if (size > MAX_BODY) return null
      chunks.push(chunk)
    }
  } catch {
    return null
  }
  return Buffer.concat(chunks)
}
