import { Parser } from 'htmlparser2'
import { SourceError } from '../errors.ts'
import { decode } from './decode.ts'
import { resolveUrl } from './feed-entry.ts'
import type { Net } from './net.ts'
import type { ParsedFeed } from './parse-feed.ts'
import type { Parsers } from './parsers.ts'

export type FoundFeed = {
  address: string
  title: string | null
  entries: number
  how: 'the address itself' | 'named by the page' | 'known for this host' | 'a common path'
}

const TYPES = /^(application\/(?:rss|atom|rdf|feed)\+(?:xml|json)|application\/json|text\/xml|application\/xml)/i
const COMMON = [
  '/feed',
  '/rss',
  '/feed.xml',
  '/rss.xml',
  '/atom.xml',
  '/index.xml',
  '/feed.json',
  '/feeds/posts/default',
  '/?feed=rss2',
]

/** Addresses of feeds that a page names in its head (RSS Board autodiscovery), and its links that look like feeds. */
export function feedsNamedBy(html: string, address: string): string[] {
  const named: string[] = []
  const guessed: string[] = []
  let base = address
  const parser = new Parser({
    onopentag(name, { rel = '', type = '', href = '' }) {
      if (name === 'base' && href) base = resolveUrl(href, address) ?? base
      const whole = href ? resolveUrl(href, base) : null
      if (!whole) return
      if (name === 'link' && /\balternate\b/i.test(rel) && TYPES.test(type) && !/oembed|wp-json/.test(whole))
        named.push(whole)
      if (
        name === 'a' &&
        /(?:^|[/.?=_-])(?:rss|atom|feed)(?:[/.?&=_-]|$)/i.test(new URL(whole).pathname + new URL(whole).search)
      )
        guessed.push(whole)
    },
  })
  parser.write(html)
  parser.end()
  return [...new Set([...named, ...guessed.slice(0, 5)])]
}

/** Feeds of well-known hosts whose pages do not name them, by the shape of the address alone. */
export function feedsOfHost(address: string): string[] {
  const url = URL.parse(address)
  if (!url) return []
  const host = url.hostname.replace(/^(?:www|m|old|new)\./, '')
  const path = url.pathname.replace(/\/$/, '')
  const parts = path.split('/').filter(Boolean)
  const [first = '', second = ''] = parts
  if (host === 'youtube.com') {
    const list = url.searchParams.get('list')
    if (first === 'channel' && second) return [`https://www.youtube.com/feeds/videos.xml?channel_id=${second}`]
    if (first === 'user' && second) return [`https://www.youtube.com/feeds/videos.xml?user=${second}`]
    return list ? [`https://www.youtube.com/feeds/videos.xml?playlist_id=${list}`] : []
  }
  if (host === 'reddit.com')
    return /^(?:r|u|user)$/.test(first) && second
      ? [`https://www.reddit.com/${first}/${second}/.rss`]
      : ['https://www.reddit.com/.rss']
  if (host === 'github.com' && first)
    return second
      ? ['releases', 'commits', 'tags'].map((kind) => `https://github.com/${first}/${second}/${kind}.atom`)
      : [`https://github.com/${first}.atom`]
  if (host === 'bsky.app' && first === 'profile' && second) return [`https://bsky.app/profile/${second}/rss`]
  if (host.endsWith('.substack.com')) return [`${url.origin}/feed`]
  if (host === 'medium.com' && first) return [`https://medium.com/feed/${first}`]
  if (/^@[\w.]+$/.test(first) && parts.length === 1) return [`${url.origin}/${first}.rss`]
  if (host.endsWith('.wordpress.com')) return [`${url.origin}/feed/`]
  return []
}

/**
 * Finds the feeds of a site: the address itself where it is one, what its host is known for, what its page names, then
 * common paths. Each is read before it is named.
 *
 * @throws {SourceError} where the address cannot be read and nothing is known of its host
 */
export async function findFeeds(
  address: string,
  { net, parsers }: { net: Net; parsers: Parsers },
): Promise<FoundFeed[]> {
  const found: FoundFeed[] = []
  const read = async (candidate: string, how: FoundFeed['how']) => {
    if (found.some((feed) => feed.address === candidate)) return
    const feed = await tryFeed(candidate, { net, parsers })
    if (feed && feed.items.length > 0)
      found.push({ address: candidate, title: feed.title, entries: feed.items.length, how })
  }
  for (const candidate of feedsOfHost(address)) await read(candidate, 'known for this host')
  let page: { html: string; url: string } | null = null
  try {
    const response = await net.get(address)
    const bytes = await response.bytes()
    const type = response.headers.get('content-type')
    const feed = await parsers.feed(bytes, type, response.url)
    if (feed.items.length > 0)
      return [{ address, title: feed.title, entries: feed.items.length, how: 'the address itself' }]
    if (response.status < 400) page = { html: decode(bytes, type).text, url: response.url }
  } catch (error) {
    if (found.length === 0) throw error
  }
  for (const candidate of page ? feedsNamedBy(page.html, page.url).slice(0, 8) : [])
    await read(candidate, 'named by the page')
  if (found.length === 0 && page)
    for (const path of COMMON) {
      await read(new URL(path, page.url).href, 'a common path')
      if (found.length > 0) break
    }
  return found
}

async function tryFeed(address: string, { net, parsers }: { net: Net; parsers: Parsers }): Promise<ParsedFeed | null> {
  try {
    const response = await net.get(address)
    return response.status === 200
      ? await parsers.feed(await response.bytes(), response.headers.get('content-type'), response.url)
      : null
  } catch (error) {
    if (error instanceof SourceError) return null
    throw error
  }
}
