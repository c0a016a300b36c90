import { SourceError, type SourceFailure } from '../errors.ts'
import type { Problem, RawItem, Source, SourceState } from '../model.ts'
import type { FeedHead } from './feed-entry.ts'
import type { Net } from './net.ts'
import type { Parsers } from './parsers.ts'

/** What one look at a feed gave, and what the server asked of the next look. */
export type FeedReading = {
  items: RawItem[]
  problems: Problem[]
  notModified: boolean
  etag: string | null
  lastModified: string | null
  head: FeedHead | null
  /** Least time until the next look, as Cache-Control, Expires and ttl wish; null where nobody said. */
  freshSeconds: number | null
  /** Where permanent redirects lead, null where there were none or not all were permanent. */
  movedTo: string | null
  bytes: number
}

const FAILURES: Record<number, [SourceFailure, string]> = {
  401: ['refused', 'it asks for a password; feeds behind one are not read'],
  402: ['refused', 'it asks for payment'],
  403: ['refused', 'its server refuses us (403); ask the publisher, or find another feed of the same outlet'],
  404: ['unreachable', 'there is nothing at this address (404); look for the feed’s new address with “sources test”'],
  410: ['gone', 'its publisher has ended it (410); take it out of the config'],
  429: ['rate-limited', 'its server asks for fewer visits (429)'],
  503: ['rate-limited', 'its server is overloaded or under maintenance (503)'],
}
const ACCEPT =
  'application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml, application/xml;q=0.9, text/xml;q=0.8, */*;q=0.1'

/**
 * Reads a feed if it has changed since we last looked (RFC 9110 §13.1.2).
 *
 * @throws {SourceError} with the server's wish in `retryAfterSeconds`
 */
export async function readFeed(
  { source, state }: { source: Source; state: Pick<SourceState, 'etag' | 'lastModified' | 'movedTo'> | null },
  { net, parsers }: { net: Net; parsers: Parsers },
): Promise<FeedReading> {
  const headers: Record<string, string> = { accept: ACCEPT }
  if (state?.etag) headers['if-none-match'] = state.etag
  if (state?.lastModified) headers['if-modified-since'] = state.lastModified
  const response = await net.get(state?.movedTo ?? source.address, headers)
  const { status } = response
  const kept = { etag: state?.etag ?? null, lastModified: state?.lastModified ?? null }
  const freshSeconds = freshness(response.headers)
  const movedTo = movedPermanently(response.redirects)
  const unchanged = { items: [], problems: [], head: null, freshSeconds, movedTo, bytes: 0 }
  if (status === 304) return { ...unchanged, ...kept, notModified: true }
  if (status < 200 || status > 299) {
    const retryAfterSeconds = retryAfter(response.headers)
    if (retryAfterSeconds !== null) net.holdOff(response.url, Math.min(retryAfterSeconds, 3600))
    const [reason, detail] = FAILURES[status] ?? [
      'unreachable',
      `its server answers ${status}; it is tried again later`,
    ]
    throw new SourceError(reason as SourceFailure, source.address, detail, { retryAfterSeconds })
  }
  const bytes = await response.bytes()
  const parsed = await parsers.feed(bytes, response.headers.get('content-type'), response.url)
  if (parsed.items.length === 0 && parsed.problems[0])
    throw new SourceError('unreadable', source.address, parsed.problems[0].reason)
  const items = parsed.items.map((item) => ({ ...item, provenance: { ...item.provenance, source: source.address } }))
  // What came damaged may have been cut on its way: “unchanged” would then keep the rest from us.
  const whole = parsed.problems.length === 0
  return {
    items,
    problems: parsed.problems,
    notModified: false,
    etag: whole ? response.headers.get('etag') : null,
    lastModified: whole ? response.headers.get('last-modified') : null,
    head: parsed,
    freshSeconds: Math.max(freshSeconds ?? 0, parsed.ttlSeconds ?? 0) || null,
    movedTo,
    bytes: bytes.length,
  }
}

function movedPermanently(redirects: { status: number; to: string }[]): string | null {
  const permanent = redirects.length > 0 && redirects.every(({ status }) => status === 301 || status === 308)
  return permanent ? (redirects.at(-1)?.to ?? null) : null
}

/** Seconds that Retry-After asks for, as a count or as a date (RFC 9110 §10.2.3). At most a week. */
export function retryAfter(headers: Headers): number | null {
  const wish = headers.get('retry-after')?.trim()
  if (!wish) return null
  const seconds = /^\d+$/.test(wish) ? Number(wish) : (Date.parse(wish) - Date.now()) / 1000
  return Number.isFinite(seconds) ? Math.min(Math.max(0, Math.ceil(seconds)), 604_800) : null
}

/** Seconds that an answer stays fresh (RFC 9111 §4.2.1), null where nothing is said or it must not be kept. */
export function freshness(headers: Headers): number | null {
  const control = headers.get('cache-control')?.toLowerCase() ?? ''
  if (/\bno-(store|cache)\b/.test(control)) return null
  const age = /\bmax-age\s*=\s*"?(\d{1,9})/.exec(control)?.[1]
  if (age !== undefined) return Number(age) > 0 ? Number(age) : null
  const expires = headers.get('expires')
  if (!expires) return null
  const base = Date.parse(headers.get('date') ?? '') || Date.now()
  const seconds = (Date.parse(expires) - base) / 1000
  return seconds > 0 ? Math.round(seconds) : null
}
