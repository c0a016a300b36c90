import { gunzipSync } from 'node:zlib'
import { decodeHTML } from 'entities'

/** What one entry of a feed says, found without an XML parser. */
export type ScannedEntry = { title: string | null; link: string | null; date: string | null }

/**
 * Reads the entries of a feed by scanning its text for their elements: an independent second opinion on what a parser
 * should have found, right for files that are what they seem, never used by the program itself.
 */
export function scanFeed(bytes: Buffer): ScannedEntry[] {
  const raw = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes
  const text = toText(raw).replace(/<!--[\s\S]*?-->/g, '')
  const atom = /<entry[\s>]/.test(text)
  const name = atom ? 'entry' : '(?:rss:)?item'
  const base =
    /<(?:feed|entry)[^>]*\sxml:base="([^"]+)"/.exec(text)?.[1] ??
    /<link[^>]*rel="self"[^>]*href="([^"]+)"/.exec(text)?.[1]
  return Array.from(
    text.matchAll(new RegExp(`<${name}(?:\\s[^>]*)?(?<!/)>([\\s\\S]*?)</${name}>`, 'g')),
    ([, inner = '']) => ({
      title: plain(element(withoutMedia(inner), 'title')),
      link: whole(atom ? atomLink(inner) : (value(element(inner, 'link')) ?? permanentGuid(inner)), base),
      date: time(
        value(
          atom
            ? (element(inner, 'published') ?? element(inner, 'issued') ?? element(inner, 'updated'))
            : (element(inner, 'pubDate') ?? element(inner, 'dc:date') ?? element(inner, 'published')),
        ),
      ),
    }),
  )
}

function toText(raw: Buffer): string {
  const declared = /encoding=["']([\w-]+)/.exec(raw.subarray(0, 200).toString('latin1'))?.[1] ?? 'utf-8'
  try {
    return new TextDecoder(/^utf-16/i.test(declared) ? 'utf-8' : declared, { fatal: /^utf-8$/i.test(declared) }).decode(
      raw,
    )
  } catch {
    return new TextDecoder('windows-1252').decode(raw)
  }
}

/** Titles of pictures and players stand inside elements of their own. */
const withoutMedia = (inner: string): string =>
  inner.replace(/<(media:\w+|image|source|author|content)(?:\s[^>]*)?(?<!\/)>[\s\S]*?<\/\1>/g, '')

function element(inner: string, name: string): string | null {
  const found = new RegExp(`<(?:rss:)?${name}(\\s[^>]*)?(?<!/)>([\\s\\S]*?)</(?:rss:)?${name}>`).exec(inner)
  return found ? found[2]!.trim() : null
}

/** The text of an element: literal sections as they are, references once decoded. */
function value(content: string | null): string | null {
  if (content === null) return null
  const text = content.replace(
    /<!\[CDATA\[([\s\S]*?)\]\]>|([^<]+|<)/g,
    (_, literal?: string, rest?: string) => literal ?? decodeHTML(rest ?? ''),
  )
  return text.trim() || null
}

/** A title as a reader sees it. */
const plain = (content: string | null): string | null => {
  const once = value(content)
  return once === null
    ? null
    : decodeHTML(once.replace(/<\/?[a-z][^<>]*>/gi, ''))
        .replace(/\s+/g, ' ')
        .normalize('NFC')
        .trim() || null
}

function atomLink(inner: string): string | null {
  const links = Array.from(inner.matchAll(/<link\s([^>]*)>/g), ([, attributes = '']) => ({
    rel: /rel=["']([^"']+)/.exec(attributes)?.[1] ?? 'alternate',
    href: /href=["']([^"']+)/.exec(attributes)?.[1] ?? null,
  }))
  const link = links.find(({ rel, href }) => rel === 'alternate' && href)
  return link?.href ? decodeHTML(link.href) : null
}

function permanentGuid(inner: string): string | null {
  const found = /<guid([^>]*)>([\s\S]*?)<\/guid>/.exec(inner)
  return found && !/isPermaLink=["']false/i.test(found[1]!) && /^https?:/.test(value(found[2]!) ?? '')
    ? value(found[2]!)
    : null
}

const whole = (link: string | null, base: string | undefined): string | null =>
  link && base && !URL.canParse(link) ? (URL.parse(link, base)?.href ?? link) : link

const PORTUGUESE: Record<string, string> = {
  Fev: 'Feb',
  Abr: 'Apr',
  Mai: 'May',
  Ago: 'Aug',
  Set: 'Sep',
  Out: 'Oct',
  Dez: 'Dec',
}

function time(written: string | null): string | null {
  if (!written) return null
  const english = written
    .replace(/\b(Fev|Abr|Mai|Ago|Set|Out|Dez)\b/, (month) => PORTUGUESE[month]!)
    .replace(/^[A-Za-z\u00c0-\u00ff]+,\s*/, '')
  const zoned = /(?:Z|[+-]\d{2}:?\d{2}|[A-Z]{2,4})$/.test(english)
    ? english
    : `${english}${english.includes('T') ? 'Z' : ' UTC'}`
  const ms = Date.parse(zoned)
  return Number.isNaN(ms) ? null : new Date(ms).toISOString()
}
