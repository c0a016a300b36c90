import RssParser from 'rss-parser'
import { feedDate } from './feed-dates.ts'
import { authorOf, clean, type FeedEntry, type FeedHead } from './feed-entry.ts'
import { tagNames } from './feed-names.ts'
import { liftTexts } from './lift-texts.ts'
import type { FeedReadout } from './parse-feed.ts'

type Node = string | { _?: string; $?: Record<string, string>; [child: string]: unknown }
type Fields = Record<string, unknown>

/** Everything beside rss-parser's own fields that an entry of ours needs, each as the list of its elements. */
const LISTS = [
  'title',
  'link',
  'guid',
  'id',
  'category',
  'enclosure',
  'author',
  'source',
  'content',
  'summary',
  'description',
  'content:encoded',
  'xhtml:body',
  'body',
  'published',
  'updated',
  'issued',
  'modified',
  'created',
  'pubDate',
  'comments',
  'atom:link',
  'atom:title',
  'atom:id',
  'atom:summary',
  'atom:content',
  'atom:updated',
  'atom:published',
  'dc:title',
  'dc:creator',
  'dc:publisher',
  'dc:date',
  'dc:language',
  'dc:subject',
  'dcterms:created',
  'dcterms:issued',
  'dcterms:modified',
  'itunes:author',
  'itunes:title',
  'itunes:summary',
  'media:content',
  'media:description',
  'media:title',
  'media:group',
  '$',
] as const
const HEAD_LISTS = [
  'title',
  'link',
  'author',
  'language',
  'ttl',
  'skipHours',
  'skipDays',
  'atom:link',
  'dc:language',
  'dc:title',
  'sy:updatePeriod',
  'sy:updateFrequency',
  '$',
] as const
const asList = (name: string) => [name, `#${name}`, { keepArray: true }] as const
/**
 * Reads repaired XML with rss-parser. @throws {Error} where it is no well-formed feed
 */
export async function readWithRssParser(xml: string): Promise<FeedReadout> {
  const parser = new RssParser<Fields, Fields>({
    defaultRSS: 2,
    customFields: { feed: HEAD_LISTS.map(asList) as never, item: LISTS.map(asList) as never },
    xml2js: { tagNameProcessors: [tagNames(xml)] } as never,
  })
  const lifted = liftTexts(xml)
  const feed = (await parser.parseString(lifted.xml)) as unknown as Fields & { items: Fields[] }
  for (const fields of [feed, ...feed.items])
    for (const name of Object.keys(fields)) if (name.startsWith('#')) lifted.putBack(fields[name])
  const root = /^<(?:[\w.-]+:)?(\w+)/.exec(xml)?.[1]?.toLowerCase()
  const format = root === 'feed' ? 'atom' : root === 'rdf' ? 'rdf' : 'rss'
  const around = {
    // rss-parser passes on what stands in the channel; the root may say where addresses begin and who speaks how.
    base: joined(rootAttribute(xml, 'xml:base'), clean(ownAttributes(feed)['xml:base'])),
    language: rootAttribute(xml, 'xml:lang'),
  }
  const head = toHead(feed, format)
  return {
    head: { ...head, language: head.language ?? around.language },
    entries: feed.items.map((item) => toEntry(item, format, around.base)),
  }
}

/** What the start tag of the root says. */
const rootAttribute = (xml: string, name: string): string | null =>
  clean(new RegExp(`^<[^>]{0,5000}?\\s${name}\\s*=\\s*["']([^"'<>]{1,2000})`).exec(xml.slice(0, 10_000))?.[1])

/** A base is itself relative to the one around it (XML Base §4). */
const joined = (around: string | null, own: string | null): string | null =>
  own && around ? (URL.parse(own, around)?.href ?? own) : (own ?? around)

const nodes = (fields: Fields, name: string): Node[] => {
  const found = fields[`#${name}`]
  return Array.isArray(found) ? (found as Node[]) : []
}
const attributes = (node: Node | undefined): Record<string, string> =>
  typeof node === 'object' && node !== null ? (node.$ ?? {}) : {}
const ownAttributes = (fields: Fields): Record<string, string> => (fields['#$'] ?? {}) as Record<string, string>
/** The words of an element. One that holds elements instead of words has none: that gap is left to the other parser. */
function words(node: Node | undefined): string | null {
  if (typeof node === 'string') return clean(node)
  const text = clean(node?._)
  // Atom 0.3 may pack what it says.
  return text !== null && node?.$?.mode === 'base64' ? clean(Buffer.from(text, 'base64').toString('utf8')) : text
}
const firstWords = (fields: Fields, ...names: string[]): string | null => {
  for (const name of names)
    for (const node of nodes(fields, name)) {
      const text = words(node)
      if (text) return text
    }
  return null
}

function toHead(feed: Fields, format: FeedHead['format']): FeedHead {
  const links = [...nodes(feed, 'link'), ...nodes(feed, 'atom:link')]
  const hours = nodes(feed, 'skipHours')
    .flatMap((node) => children(node, 'hour'))
    .map(Number)
  return {
    format,
    title: firstWords(feed, 'title', 'dc:title'),
    link: atomLink(links) ?? firstWords(feed, 'link'),
    language: firstWords(feed, 'language', 'dc:language') ?? clean(ownAttributes(feed)['xml:lang']),
    author: format === 'atom' ? personOf(nodes(feed, 'author')[0]) : null,
    self: clean(links.map(attributes).find(({ rel }) => rel === 'self')?.href),
    ttlSeconds: ttl(feed),
    skipHours: hours.filter((hour) => Number.isInteger(hour) && hour >= 0 && hour <= 24).map((hour) => hour % 24),
    skipDays: nodes(feed, 'skipDays')
      .flatMap((node) => children(node, 'day'))
      .map((day) => day.toLowerCase()),
  }
}

const PERIODS: Record<string, number> = {
  hourly: 3600,
  daily: 86_400,
  weekly: 604_800,
  monthly: 2_592_000,
  yearly: 31_536_000,
}

function ttl(feed: Fields): number | null {
  const minutes = Number(firstWords(feed, 'ttl'))
  if (minutes > 0) return Math.min(minutes, 60 * 24 * 7) * 60
  const period = PERIODS[firstWords(feed, 'sy:updatePeriod')?.toLowerCase() ?? '']
  return period ? Math.round(period / Math.max(1, Number(firstWords(feed, 'sy:updateFrequency')) || 1)) : null
}

const children = (node: Node, name: string): string[] => {
  const found = typeof node === 'object' ? node[name] : undefined
  return (Array.isArray(found) ? (found as Node[]) : []).flatMap((child) => words(child) ?? [])
}

function personOf(node: Node | undefined) {
  if (node === undefined) return null
  if (typeof node === 'string' || node._) return authorOf(words(node))
  return authorOf(children(node, 'name')[0], children(node, 'uri')[0] ?? null)
}

/** RFC 4287 §4.2.7.2: a registered relation may be written as an address. */
const ALTERNATE = /^\s*(?:https?:\/\/www\.iana\.org\/assignments\/relation\/)?alternate\s*$/i

/** The page an Atom element stands for: `alternate` first, then a link without a relation. */
function atomLink(links: Node[], around: string | null = null): string | null {
  const found = links.map(attributes).filter(({ href }) => href)
  const page = found.filter(({ rel }) => ALTERNATE.test(rel ?? 'alternate'))
  const pick = page.find(({ type }) => !type || /html/i.test(type)) ?? page[0]
  const base = clean(pick?.['xml:base'])
  return clean(
    base && pick?.href ? (URL.parse(pick.href, joined(around, base) ?? base)?.href ?? pick.href) : pick?.href,
  )
}

function toEntry(item: Fields, format: FeedHead['format'], around: string | null): FeedEntry {
  const base = joined(around, clean(ownAttributes(item)['xml:base']))
  const guid = nodes(item, format === 'atom' ? 'id' : 'guid')[0]
  const content =
    format === 'atom'
      ? atomContent(item)
      : firstWords(item, 'content:encoded', 'xhtml:body', 'body', 'content', 'atom:content')
  const type = attributes(nodes(item, 'content')[0]).type
  return {
    guid: words(guid) ?? clean(ownAttributes(item)['rdf:about']) ?? firstWords(item, 'id', 'atom:id'),
    guidIsLink: format !== 'atom' && guid !== undefined && attributes(guid).isPermaLink?.toLowerCase() !== 'false',
    link:
      (format === 'atom' ? null : firstWords(item, 'link')) ??
      atomLink([...nodes(item, 'link'), ...nodes(item, 'atom:link')], base) ??
      clean(attributes(nodes(item, 'content')[0]).src) ??
      firstWords(item, 'link') ??
      (format === 'rdf' ? clean(ownAttributes(item)['rdf:about']) : null),
    title: firstWords(item, 'title', 'atom:title', 'dc:title', 'media:title', 'itunes:title'),
    content,
    plain: format === 'atom' && content !== null && (type === 'text' || type === 'text/plain'),
    summary:
      firstWords(
        item,
        ...(format === 'atom' ? ['summary'] : ['description', 'summary', 'atom:summary']),
        'itunes:summary',
        'media:description',
      ) ?? mediaGroup(item, 'media:description'),
    author:
      (format === 'atom' ? personOf(nodes(item, 'author')[0]) : authorOf(firstWords(item, 'dc:creator', 'author'))) ??
      authorOf(firstWords(item, 'dc:creator', 'itunes:author')),
    date: firstDate(
      item,
      'pubDate',
      'published',
      'issued',
      'dc:date',
      'dcterms:issued',
      'dcterms:created',
      'atom:published',
      'created',
    ),
    updated: firstDate(item, 'updated', 'modified', 'atom:updated', 'dcterms:modified'),
    language: firstWords(item, 'dc:language') ?? clean(ownAttributes(item)['xml:lang']),
    outlet: outletOf(item),
    categories: nodes(item, 'category')
      .concat(nodes(item, 'dc:subject'))
      .flatMap((node) => words(node) ?? clean(attributes(node).term) ?? []),
    enclosures: enclosuresOf(item),
    comments: firstWords(item, 'comments'),
    base,
    parser: 'rss-parser',
  }
}

/** The first that is a date: a slip in one element does not hide another. */
function firstDate(fields: Fields, ...names: string[]): string | null {
  for (const name of names) {
    const found = nodes(fields, name).map(words).find(feedDate)
    if (found) return found
  }
  return null
}

function atomContent(item: Fields): string | null {
  for (const node of nodes(item, 'content')) {
    const text = words(node)
    if (text) return text
  }
  return firstWords(item, 'content:encoded')
}

const mediaGroup = (item: Fields, name: string): string | null => {
  const group = nodes(item, 'media:group')[0]
  return group === undefined ? null : (children(group, name)[0] ?? null)
}

/** RSS `source` and `dc:publisher` name the outlet of a gathered entry; Atom's `source` holds its title. */
function outletOf(item: Fields): string | null {
  const source = nodes(item, 'source')[0]
  if (source !== undefined) return words(source) ?? children(source, 'title')[0] ?? null
  return firstWords(item, 'dc:publisher')
}

function enclosuresOf(item: Fields): FeedEntry['enclosures'] {
  const links = nodes(item, 'link')
    .map(attributes)
    .filter(({ rel }) => rel === 'enclosure')
  const found = [...nodes(item, 'enclosure').map(attributes), ...links, ...nodes(item, 'media:content').map(attributes)]
  return found.flatMap(({ url, href, type, length, fileSize }) => {
    const address = clean(url ?? href)
    const bytes = Number(length ?? fileSize)
    return address ? [{ url: address, type: clean(type), length: bytes > 0 ? bytes : null }] : []
  })
}
