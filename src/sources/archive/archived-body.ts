import { hash } from 'node:crypto'
import type { RawItem } from '../../model.ts'
import type { Parsers } from '../parsers.ts'
import type { Read } from './json-lines.ts'
import { jsonValues } from './json-values.ts'
import { readPosts } from './read-posts.ts'

/** One answer of a server as an archive holds it. */
export type ArchivedBody = {
  bytes: Buffer
  contentType: string | null
  /** The address that was archived. */
  address: string
  place: RawItem['provenance']
}

/**
 * What an archived answer says: posts in JSON or on a page, an article, a feed. Its bytes decide, for the stated media
 * type is often wrong. Pictures, scripts and styles say nothing.
 */
export async function* readArchivedBody(
  { bytes, contentType, address, place }: ArchivedBody,
  parsers: Parsers,
): AsyncGenerator<Read> {
  const start = bytes
    .subarray(0, 1000)
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart()
  const source = place.source
  const at = { ...place, sha256: hash('sha256', bytes) }
  const where = [source, place.locator].filter(Boolean).join(', ')
  if (/^[{[]/.test(start)) {
    const values = jsonValues(bytes.toString('utf8'))
    if (!values) yield { problem: { where, reason: `the answer of ${address} is no whole JSON; it was passed over` } }
    for (const value of values ?? []) {
      const { items, deleted } = readPosts(value, at)
      for (const item of items) yield { item }
      for (const id of deleted) yield { deleted: id }
    }
    return
  }
  const isFeed = /<(?:[\w.-]+:)?(?:rss|feed|RDF)[\s>]/i.test(start)
  const isPage = /^<(?:!doctype|html|head|body|\?xml|!--)/i.test(start) || /html/i.test(contentType ?? '')
  if (!isFeed && !(isPage && start.startsWith('<'))) return
  const read = isFeed
    ? await parsers.feed(bytes, contentType, address)
    : await parsers.page(bytes, contentType, address)
  for (const item of read.items)
    yield { item: { ...item, provenance: { ...at, parser: item.provenance.parser ?? 'page' } } }
  // A page that holds no article is no fault of an archive: most of its pages are none.
}
