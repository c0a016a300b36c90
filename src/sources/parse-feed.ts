import type { Problem, RawItem } from '../model.ts'
import { decode, gunzip, isGzip } from './decode.ts'
import { withoutFalseNames } from './false-names.ts'
import { type FeedEntry, type FeedHead, toRawItem } from './feed-entry.ts'
import { readWithFeedsmith } from './feedsmith-entries.ts'
import { looksLikeJsonFeed, readJsonFeed } from './json-feed.ts'
import { repairXml } from './repair-xml.ts'
import { readWithRssParser } from './rss-parser-entries.ts'
import { salvage } from './salvage-feed.ts'

/** What one feed says: its head, its entries in their order, and what could not be read of it. */
export type ParsedFeed = FeedHead & { items: RawItem[]; problems: Problem[]; charset: string }

/** What a parser made of a feed. */
export type FeedReadout = { head: FeedHead; entries: FeedEntry[] }

const NOTHING: FeedHead = {
  format: 'rss',
  title: null,
  link: null,
  language: null,
  author: null,
  self: null,
  ttlSeconds: null,
  skipHours: [],
  skipDays: [],
}
const MAX_UNPACKED = 20_000_000

/**
 * Reads RSS 0.9x to 2.0, RDF, Atom 0.3 and 1.0 or JSON Feed. Never throws: what is no feed gives one problem that
 * says what to do, a damaged feed the entries that are whole.
 *
 * @param bytes as they came, gzip files included
 * @param contentType the Content-Type header, null where there was none
 * @param address the feed's own address or path
 */
export async function parseFeed(bytes: Uint8Array, contentType: string | null, address: string): Promise<ParsedFeed> {
  let raw = bytes
  if (isGzip(bytes)) {
    try {
      raw = gunzip(bytes, MAX_UNPACKED)
    } catch {
      return failed(address, 'its gzip packing is damaged, cut or unpacks to more than 20 MB; fetch it again')
    }
  }
  const { text, charset } = decode(raw, contentType)
  if (text.trim() === '') return failed(address, 'it is empty; look at the address in a browser')
  if (looksLikeJsonFeed(text)) {
    const read = readJsonFeed(text)
    return typeof read === 'string' ? failed(address, read) : finished(read, address, charset, [])
  }
  const framed = loneEntry(text)
    ? `<feed xmlns="http://www.w3.org/2005/Atom">${text.slice(loneEntry(text) - 1)}</feed>`
    : text
  const unfit = notAFeed(framed)
  if (unfit) return failed(address, unfit)
  const { readout, problem } = await readXml(repairXml(framed))
  if (!readout) return failed(address, problem ?? 'it is no feed that can be read')
  return finished(readout, address, charset, problem ? [{ where: address, reason: problem }] : [])
}

/** An Atom entry may be a document of its own (RFC 4287 §2). @returns where it begins, counted from 1; 0 where it is none */
const loneEntry = (text: string): number =>
  1 + text.slice(0, 5000).search(/(?<=^\s*(?:<\?[^>]{0,500}\?>\s*)?)<(?:[\w.-]+:)?entry[\s>]/)

/** rss-parser reads every feed; feedsmith is asked where it throws or leaves a gap; then what is whole is salvaged. */
async function readXml(xml: string): Promise<{ readout: FeedReadout | null; problem?: string }> {
  const first = await readWithRssParser(xml).catch((error: Error) => error)
  if (!(first instanceof Error)) {
    if (first.entries.length === 0 && ENTRY.test(xml)) {
      // Entries where no format puts them: beside the channel, or of another format.
      const strays = await salvage(xml)
      if (strays?.entries.length) return { readout: strays }
    }
    if (!hasGaps(first)) return { readout: first }
    const second = readWithFeedsmith(xml)
    return { readout: second ? fillGaps(first, second) : first }
  }
  const second = withoutCutEntry(readWithFeedsmith(xml))
  const saved = await salvage(xml)
  if (second && second.entries.length >= Math.max(1, saved?.entries.length ?? 0)) {
    const both = saved && saved.entries.length === second.entries.length
    return { readout: both ? fillGaps(second, saved) : second }
  }
  if (saved && saved.entries.length > 0) {
    const told = `the feed is damaged (${reason(first)}): the ${saved.entries.length} entries that are whole were read${saved.lost > 0 ? `, ${saved.lost} were not` : ''}; tell its publisher`
    return saved.complete ? { readout: saved } : { readout: saved, problem: told }
  }
  if (second) return { readout: second }
  return {
    readout: null,
    problem: `it is damaged and no entry of it can be read (${reason(first)}); tell its publisher`,
  }
}

/** The last entry of a feed that breaks off may be no more than a title: under which name it is known stands behind that. */
function withoutCutEntry(read: FeedReadout | null): FeedReadout | null {
  const last = read?.entries.at(-1)
  if (!read || !last || last.guid || last.link || last.content || last.summary) return read
  return { ...read, entries: read.entries.slice(0, -1) }
}

const ENTRY = /<(?:[\w.-]+:)?(?:item|entry)[\s>]/i

const reason = (error: Error): string => error.message.split('\n')[0]!.replace(/\.$/, '').slice(0, 120)

const hasGaps = ({ entries }: FeedReadout): boolean =>
  entries.some(
    ({ title, link, guid, guidIsLink, date, updated }) =>
      !title || (!link && !(guid && guidIsLink)) || !(date ?? updated),
  )

/** Only what is missing is taken from the second reading; an entry that gained something names both parsers. */
function fillGaps(first: FeedReadout, second: FeedReadout): FeedReadout {
  if (first.entries.length === 0) return second
  if (first.entries.length !== second.entries.length) return first
  const entries = first.entries.map((entry, i) => {
    const other = second.entries[i]!
    const filled = { ...entry }
    for (const key of ['title', 'link', 'date', 'updated', 'content', 'summary', 'author', 'guid'] as const)
      if (filled[key] === null && other[key] !== null)
        Object.assign(filled, { [key]: other[key], parser: [...new Set([entry.parser, other.parser])].join('+') })
    return filled
  })
  return { head: { ...second.head, ...withoutNulls(first.head) }, entries }
}

const withoutNulls = <T extends object>(value: T): Partial<T> =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== null)) as Partial<T>

function finished(readout: FeedReadout, address: string, charset: string, problems: Problem[]): ParsedFeed {
  const items = readout.entries.map((entry, i) => toRawItem(entry, readout.head, address, `entry ${i + 1}`))
  return { ...readout.head, items: withoutFalseNames(items, readout.head.link), problems, charset }
}

const failed = (address: string, why: string): ParsedFeed => ({
  ...NOTHING,
  items: [],
  problems: [{ where: address, reason: why }],
  charset: 'utf-8',
})

/** Why a text is no feed, in words that tell what to do; null where it may be one. */
function notAFeed(text: string): string | null {
  const head = text.slice(0, 200_000)
  if (/<(?:[\w.-]+:)?(?:rss|feed|RDF|channel)[\s>]/i.test(head)) return null
  if (/<opml[\s>]/i.test(head)) return 'this is a list of feeds (OPML), not a feed: read it with “sources import”'
  if (/<!doctype\s+html|<html[\s>]|<body[\s>]|<head[\s>]/i.test(head))
    return 'this is a web page, not a feed: give the address of its feed, which “sources test <address of the page>” finds'
  if (/<(?:urlset|sitemapindex)[\s>]/i.test(head))
    return 'this is a sitemap, not a feed: give the address of the site’s feed'
  if (/^\s*[{[]/.test(text))
    return 'this is JSON, but neither JSON Feed nor posts that are known; see docs/sources.md for what is read'
  if (/^\s*</.test(text)) return 'this is XML, but no RSS, RDF or Atom feed; look at the address in a browser'
  return 'this is neither XML nor JSON, so no feed; look at the address in a browser'
}
