import { z } from 'zod'
import { clean, type FeedEntry } from './feed-entry.ts'
import type { FeedReadout } from './parse-feed.ts'

const text = z.string().nullish().catch(null)
const Person = z.object({ name: text, url: text })
const Item = z.object({
  id: z
    .union([z.string(), z.number().transform(String)])
    .nullish()
    .catch(null),
  url: text,
  external_url: text,
  title: text,
  content_html: text,
  content_text: text,
  summary: text,
  date_published: text,
  date_modified: text,
  author: Person.nullish().catch(null),
  authors: z.array(Person).nullish().catch(null),
  tags: z.array(z.string()).nullish().catch(null),
  language: text,
  attachments: z
    .array(z.object({ url: z.string(), mime_type: text, size_in_bytes: z.number().nullish().catch(null) }))
    .nullish()
    .catch(null),
})
const Feed = z.object({
  version: z
    .string()
    .startsWith('https://jsonfeed.org/version/')
    .or(z.string().startsWith('http://jsonfeed.org/version/')),
  title: text,
  home_page_url: text,
  feed_url: text,
  language: text,
  author: Person.nullish().catch(null),
  authors: z.array(Person).nullish().catch(null),
  items: z.array(z.unknown()),
})

/** True where a text claims to be JSON Feed 1 or 1.1. */
export const looksLikeJsonFeed = (text: string): boolean =>
  /^\s*\{/.test(text) && /"version"\s*:\s*"https?:(?:\\?\/){2}(?:www\.)?jsonfeed\.org/.test(text)

/** Reads JSON Feed. Entries that are no objects are passed over. @returns words on what to do where it cannot be read */
export function readJsonFeed(text: string): FeedReadout | string {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return 'this JSON Feed is damaged or cut; tell its publisher'
  }
  const feed = Feed.safeParse(json)
  if (!feed.success) return 'this JSON Feed lacks its list of items; tell its publisher'
  const { data } = feed
  const entries = data.items.flatMap((raw) => {
    const item = Item.safeParse(raw)
    return item.success ? [toEntry(item.data)] : []
  })
  const head = {
    format: 'json' as const,
    title: clean(data.title),
    link: clean(data.home_page_url),
    language: clean(data.language),
    author: personOf(data.authors?.[0] ?? data.author),
    self: clean(data.feed_url),
    ttlSeconds: null,
    skipHours: [],
    skipDays: [],
  }
  return { head, entries }
}

const personOf = (person: z.output<typeof Person> | null | undefined) =>
  person?.name || person?.url
    ? { name: clean(person.name), alternateName: null, identifier: null, url: clean(person.url) }
    : null

function toEntry(item: z.output<typeof Item>): FeedEntry {
  const html = clean(item.content_html)
  return {
    guid: clean(item.id),
    guidIsLink: false,
    link: clean(item.url) ?? clean(item.external_url),
    title: clean(item.title),
    content: html ?? clean(item.content_text),
    plain: html === null && clean(item.content_text) !== null,
    summary: clean(item.summary),
    author: personOf(item.authors?.[0] ?? item.author),
    date: clean(item.date_published),
    updated: clean(item.date_modified),
    language: clean(item.language),
    outlet: null,
    categories: item.tags ?? [],
    enclosures: (item.attachments ?? []).map(({ url, mime_type, size_in_bytes }) => ({
      url,
      type: clean(mime_type),
      length: size_in_bytes ?? null,
    })),
    comments: null,
    base: null,
    parser: 'json-feed',
  }
}
