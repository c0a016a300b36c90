import type { FeedReadout } from './parse-feed.ts'
import { asCdata } from './repair-xml.ts'
import { readWithRssParser } from './rss-parser-entries.ts'

const OPEN = /<((?:[\w.-]+:)?(?:item|entry))(?=[\s>])/gi
/** Elements whose words are taken as they stand when an entry's markup cannot be read as XML. */
const LEAVES = [
  'title',
  'link',
  'guid',
  'id',
  'pubDate',
  'dc:date',
  'published',
  'updated',
  'issued',
  'modified',
  'dc:creator',
  'author',
  'description',
  'summary',
  'content:encoded',
  'content',
  'category',
]

/**
 * Reads a damaged feed entry by entry, so that one broken place costs one entry.
 *
 * @returns null where nothing looks like an entry. `lost` counts entries that stayed unreadable; `complete` says that
 *   the feed's end was there and nothing is lost.
 */
export async function salvage(xml: string): Promise<(FeedReadout & { lost: number; complete: boolean }) | null> {
  const starts = [...xml.matchAll(OPEN)].map((match) => ({ at: match.index, name: match[1]! }))
  const first = starts[0]
  if (!first) return null
  const atom = /entry$/i.test(first.name)
  const [open, close] = atom ? ['<feed>', '</feed>'] : ['<rss version="2.0"><channel>', '</channel></rss>']
  const spaces = [
    ...xml.slice(0, 20_000).matchAll(/\sxmlns:[\w.-]{1,40}\s*=\s*(?:"[^"<]{1,200}"|'[^'<]{1,200}')/g),
  ].map(([space]) => space)
  const root = open.replace(/^<(\w+)/, `<$1${[...new Set(spaces)].join('')}`)
  const head = await readHead(xml.slice(0, first.at), root, close)
  const entries: FeedReadout['entries'] = []
  let lost = 0
  for (const [i, { at, name }] of starts.entries()) {
    const until = starts[i + 1]?.at ?? xml.length
    const end = xml.slice(at, until).search(new RegExp(`</${name.replaceAll('.', '\\.')}\\s*>`, 'i'))
    // The last entry of a feed that breaks off is no whole entry.
    if (end === -1 && i === starts.length - 1) {
      lost += 1
      continue
    }
    const inner = xml.slice(xml.indexOf('>', at) + 1, end === -1 ? until : at + end)
    const read = await readOne(inner + channelDefinition(xml.slice(at, xml.indexOf('>', at)), inner), {
      root,
      close,
      name: atom ? 'entry' : 'item',
    })
    if (read) entries.push(...read)
    else lost += 1
  }
  const complete = lost === 0 && /<\/(?:[\w.-]+:)?(?:rss|feed|RDF|channel)\s*>\s*$/i.test(xml)
  return { head: head ?? { ...EMPTY, format: atom ? 'atom' : 'rss' }, entries, lost, complete }
}

const EMPTY = {
  title: null,
  link: null,
  language: null,
  author: null,
  self: null,
  ttlSeconds: null,
  skipHours: [],
  skipDays: [],
}

async function readHead(before: string, root: string, close: string): Promise<FeedReadout['head'] | null> {
  const inner = before.replace(/^[\s\S]*?<(?:[\w.-]+:)?(?:channel|feed)\b[^>]*>/i, '')
  const leaves = leavesOf(inner, ['title', 'link', 'language', 'ttl'])
  for (const body of [inner, leaves]) {
    const read = await readWithRssParser(`${root}${body}${close}`).catch(() => null)
    if (read) return read.head
  }
  return null
}

/** The Channel Definition Format says in attributes of an item what RSS says in elements. */
function channelDefinition(tag: string, inner: string): string {
  const value = (name: string) => new RegExp(`\\s${name}\\s*=\\s*["']([^"'<>]{1,2000})`, 'i').exec(tag)?.[1]
  const about = value('rdf:about')
  const [link, changed] = [value('href') ?? (about && /^https?:/i.test(about) ? about : undefined), value('lastmod')]
  const title = /<title\s+value\s*=\s*["']([^"'<>]{1,2000})/i.exec(inner)?.[1]
  const summary = /<abstract[^>]*>([^<]{1,10000})<\/abstract/i.exec(inner)?.[1]
  return [
    link && !/<link[\s>]/i.test(inner) && `<link>${link}</link>`,
    changed && `<updated>${changed}</updated>`,
    title && `<title>${title}</title>`,
    summary && `<description>${summary}</description>`,
  ]
    .filter(Boolean)
    .join('')
}

async function readOne(inner: string, frame: { root: string; close: string; name: string }) {
  for (const body of [inner, leavesOf(inner, LEAVES)]) {
    const xml = `${frame.root}<${frame.name}>${body}</${frame.name}>${frame.close}`
    const read = await readWithRssParser(xml).catch(() => null)
    if (read?.entries.length) return read.entries.map((entry) => ({ ...entry, parser: 'rss-parser, entry by entry' }))
  }
  return null
}

/** Rebuilds an entry from its known elements, each with its content as literal text. */
function leavesOf(inner: string, names: string[]): string {
  const parts: string[] = []
  for (const name of names) {
    const open = new RegExp(`<(?:rss:|atom:)?${name}(?=[\\s>/])[^<>]*>`, 'i').exec(inner)
    if (!open) continue
    const href = /\shref\s*=\s*["']?([^"'\s>]+)/i.exec(open[0])?.[1]
    if (href) parts.push(`<${name}>${asCdata(href)}</${name}>`)
    if (open[0].endsWith('/>')) continue
    const start = open.index + open[0].length
    const end = inner.slice(start).search(new RegExp(`</(?:rss:|atom:)?${name}\\s*>`, 'i'))
    // An end tag that is missing or misspelt: the words up to the next tag.
    const text = inner.slice(start).slice(0, end === -1 ? inner.slice(start).search(/<(?!!)|$/) : end)
    const literal = /^\s*<!\[CDATA\[([\s\S]*)\]\]>\s*$/.exec(text)?.[1]
    parts.push(
      `<${name}>${asCdata(
        literal ??
          text
            .replace(/&lt;/g, '<')
            .replace(/&gt;/g, '>')
            .replace(/&quot;/g, '"')
            .replace(/&amp;/g, '&'),
      )}</${name}>`,
    )
  }
  return parts.join('')
}
