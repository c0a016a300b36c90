import { hash } from 'node:crypto'
import type { Author, RawItem } from '../model.ts'
import { feedDate } from './feed-dates.ts'

/** One entry of a feed as a parser gave it, before it is an item of ours. All texts as written. */
export type FeedEntry = {
  guid: string | null
  guidIsLink: boolean
  link: string | null
  title: string | null
  /** The whole of the entry, where the feed carries it. */
  content: string | null
  /** True where `content` is plain text, not markup. */
  plain: boolean
  summary: string | null
  author: Author | null
  date: string | null
  updated: string | null
  language: string | null
  /** The outlet, where the entry itself names it. */
  outlet: string | null
  categories: string[]
  enclosures: { url: string; type: string | null; length: number | null }[]
  comments: string | null
  /** Base for relative addresses. */
  base: string | null
  parser: string
}

export type FeedHead = {
  format: 'rss' | 'atom' | 'rdf' | 'json'
  title: string | null
  link: string | null
  language: string | null
  author: Author | null
  /** RFC 5005 and WebSub links, where the feed says them. */
  self: string | null
  /** Least time between two reads, as `ttl` and `sy:updatePeriod` wish. */
  ttlSeconds: number | null
  /** Hours of the day (UTC, 0 to 23) and days of the week in which the publisher wants no visit. */
  skipHours: number[]
  skipDays: string[]
}

/** Below this many characters of text an entry is taken for a summary of what its page says. */
const SUMMARY_LENGTH = 1000
const CUT =
  /(\[(?:…|\.{3}|&#8230;|&hellip;)\]|…|\.{3}|&#8230;|&hellip;|(?:continue reading|read more|weiterlesen)[^<]{0,40})(?:\s|<[^>]{0,300}>)*$/i

/** Turns an entry into an item: addresses whole, times in UTC, where and by which parser it was read. */
export function toRawItem(entry: FeedEntry, feed: FeedHead, address: string, place: string | null): RawItem {
  const home = [address, feed.self, feed.link].find((one) => one && URL.canParse(one)) ?? address
  const base = resolveUrl(entry.base, home) ?? home
  const guid = clean(entry.guid)
  const url = resolveUrl(entry.link, base) ?? (entry.guidIsLink && /^https?:\/\//i.test(guid ?? '') ? guid : null)
  const body = entry.content ?? entry.summary
  const published = feedDate(entry.date)
  const updated = feedDate(entry.updated)
  return {
    kind: 'article',
    guid,
    url,
    title: clean(entry.title),
    html: entry.plain ? null : body,
    text: entry.plain ? body : null,
    summaryOnly: isSummary(entry, body),
    author: entry.author ?? feed.author,
    publisher: clean(entry.outlet) ?? outletOf(entry, feed, url),
    published: published ?? updated,
    publishedFrom: (published ?? updated) ? 'feed' : null,
    updated,
    language: clean(entry.language) ?? feed.language,
    archivedAt: [],
    provenance: { source: address, locator: place, parser: entry.parser, sha256: fingerprint(entry) },
    post: null,
    ...(entry.categories.length > 0 || entry.enclosures.length > 0 || entry.comments
      ? { extras: { categories: entry.categories, enclosures: entry.enclosures, comments: entry.comments } }
      : {}),
  }
}

function isSummary(entry: FeedEntry, body: string | null): boolean {
  if (!body) return true
  if (CUT.test(body.slice(-600))) return true
  if (entry.content !== null) return false
  return body.length < SUMMARY_LENGTH || body.replace(/<[^>]{0,2000}>/g, '').trim().length < SUMMARY_LENGTH
}

/**
 * The outlet of an entry. A feed whose entries lie on its own site speaks for one outlet: its title. In a feed that
 * gathers from many, a creator whose name is that of the entry's own site is the outlet.
 */
function outletOf(entry: FeedEntry, feed: FeedHead, url: string | null): string | null {
  const site = siteOf(url)
  if (site === null || siteOf(feed.link) === site) return feed.title
  const name = entry.author?.name
  const letters = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
  if (name && letters(site).includes(letters(name).replace(/^the/, '')) && letters(name).length >= 3) return name
  return null
}

const siteOf = (url: string | null): string | null =>
  (url && URL.parse(url)?.hostname.replace(/^(www|feeds|rss|blog|m|amp)\./, '')) || null

/** An address made whole, null where it is none that can be opened. */
export function resolveUrl(address: string | null, base: string): string | null {
  const trimmed = clean(address)?.replace(/\s+/g, '%20')
  if (!trimmed || trimmed.length > 4000) return null
  const whole = URL.parse(trimmed)
  // A whole address stays letter for letter what the publisher wrote.
  if (whole) return /^(https?|ftp):$/.test(whole.protocol) ? trimmed : null
  return URL.parse(trimmed, base)?.href ?? null
}

/** A text without space around it, null where nothing is left or it was no text. */
export function clean(text: unknown): string | null {
  return typeof text === 'string' && text.trim() ? text.trim() : null
}

/** What an address book's line says: `name@host (Name)`, `Name <name@host>`, or a bare name. */
export function authorOf(written: unknown, url: string | null = null): Author | null {
  const text = clean(written)?.slice(0, 300)
  if (!text) return null
  const inner = /^[^\s()]+@[^\s()]+\s*\(([^)]+)\)$/.exec(text)?.[1] ?? /^"?([^"<>]+?)"?\s*<[^<>]+>$/.exec(text)?.[1]
  const name = inner ?? (/^[^\s@]+@[^\s@]+$/.test(text) ? null : text)
  return name || url ? { name: name?.trim() ?? null, alternateName: null, identifier: null, url } : null
}

function fingerprint(entry: FeedEntry): string {
  const { guid, link, title, content, summary, date } = entry
  return hash('sha256', JSON.stringify([guid, link, title, content, summary, date]))
}
