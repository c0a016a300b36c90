import { parseFeed } from 'feedsmith'
import { z } from 'zod'
import { authorOf, clean, type FeedEntry, type FeedHead } from './feed-entry.ts'
import type { FeedReadout } from './parse-feed.ts'

const text = z.string().nullish().catch(null)
const texts = z.array(z.string()).nullish().catch(null)
const Link = z.object({ href: text, rel: text, type: text })
const Text = z
  .union([z.string(), z.object({ value: text, type: text })])
  .nullish()
  .catch(null)
const Person = z.union([z.string(), z.object({ name: text, uri: text, email: text })])
const Dc = z
  .object({
    titles: texts,
    creators: texts,
    dates: texts,
    languages: texts,
    title: text,
    creator: text,
    date: text,
    publisher: text,
    publishers: texts,
  })
  .partial()
  .nullish()
  .catch(null)
const Entry = z.object({
  id: text,
  guid: z
    .union([z.string(), z.object({ value: text, isPermaLink: z.boolean().nullish() })])
    .nullish()
    .catch(null),
  title: Text,
  link: text,
  links: z.array(Link).nullish().catch(null),
  description: Text,
  summary: Text,
  content: z
    .union([z.string(), z.object({ value: text, type: text, encoded: text })])
    .nullish()
    .catch(null),
  pubDate: text,
  published: text,
  updated: text,
  authors: z.array(Person).nullish().catch(null),
  author: Person.nullish().catch(null),
  rdf: z.object({ about: text }).nullish().catch(null),
  dc: Dc,
  source: z.object({ title: Text }).nullish().catch(null),
  comments: text,
})
const Feed = z.object({
  title: Text,
  link: text,
  links: z.array(Link).nullish().catch(null),
  language: text,
  items: z.array(z.unknown()).nullish(),
  entries: z.array(z.unknown()).nullish(),
})

/** Reads a feed with feedsmith. @returns null where it takes the text for no feed */
export function readWithFeedsmith(xml: string): FeedReadout | null {
  try {
    const { format, feed } = parseFeed(xml)
    const parsed = Feed.parse(feed)
    const entries = (parsed.items ?? parsed.entries ?? []).flatMap((raw) => {
      const entry = Entry.safeParse(raw)
      return entry.success ? [toEntry(entry.data)] : []
    })
    const head: FeedHead = {
      format: format === 'json' ? 'json' : format,
      title: wordsOf(parsed.title),
      link: clean(parsed.link) ?? linkOf(parsed.links),
      language: clean(parsed.language),
      author: null,
      self: clean(parsed.links?.find(({ rel }) => rel === 'self')?.href),
      ttlSeconds: null,
      skipHours: [],
      skipDays: [],
    }
    return { head, entries }
  } catch {
    return null
  }
}

const wordsOf = (value: z.output<typeof Text> | z.output<typeof Entry>['content']): string | null =>
  clean(typeof value === 'string' ? value : value?.value)

const linkOf = (links: z.output<typeof Link>[] | null | undefined): string | null =>
  clean(links?.find(({ rel }) => !rel || rel === 'alternate')?.href)

function toEntry(entry: z.output<typeof Entry>): FeedEntry {
  const { guid, dc } = entry
  const person = entry.authors?.[0] ?? entry.author ?? dc?.creators?.[0] ?? dc?.creator
  const encoded = typeof entry.content === 'object' ? clean(entry.content?.encoded) : null
  return {
    guid: clean(typeof guid === 'string' ? guid : guid?.value) ?? clean(entry.id) ?? clean(entry.rdf?.about),
    guidIsLink: guid != null && (typeof guid === 'string' || guid.isPermaLink !== false),
    link: clean(entry.link) ?? linkOf(entry.links),
    title: wordsOf(entry.title) ?? clean(dc?.titles?.[0] ?? dc?.title),
    content: encoded ?? wordsOf(entry.content),
    plain: typeof entry.content === 'object' && entry.content?.type === 'text',
    summary: wordsOf(entry.summary) ?? wordsOf(entry.description),
    author: typeof person === 'object' ? authorOf(person?.name, person?.uri ?? null) : authorOf(person),
    date: clean(entry.pubDate) ?? clean(entry.published) ?? clean(dc?.dates?.[0] ?? dc?.date),
    updated: clean(entry.updated),
    language: clean(dc?.languages?.[0]),
    outlet: wordsOf(entry.source?.title) ?? clean(dc?.publishers?.[0] ?? dc?.publisher),
    categories: [],
    enclosures: [],
    comments: clean(entry.comments),
    base: null,
    parser: 'feedsmith',
  }
}
