import type { Appearance, Author, Document, Edition, PostFields } from '../model.ts'
import { urlKey } from './canonical-url.ts'
import { textChanges } from './text-changes.ts'

/** How exactly a reader shows a post's words: what the platform sent before what a page shows before what others quote. */
const RANK: [RegExp, number][] = [
  [/^(?:tweet-|snscrape|bluesky|mastodon|activitystreams)/, 4],
  [/^page-description/, 1],
  [/^page-/, 3],
  [/^embed/, 2],
]
const rankOf = ({ provenance }: Document): number =>
  Math.max(0, ...provenance.map(({ parser }) => RANK.find(([pattern]) => pattern.test(parser ?? ''))?.[1] ?? 0))
const STATUS = { full: 2, truncated: 1, none: 0 }

/**
 * One record out of two readings of the same document. Of a post the fuller text wins, then the more exact reader; of
 * an article the newer text stands and the older one is kept as an edition. Every provenance, archived copy and
 * differing text stays. Merging again changes nothing.
 *
 * @param known what is on record
 * @param copy what was read now
 */
export function mergeDocuments(known: Document, copy: Document): Document {
  const isPost = known.kind === 'post'
  const [main, other] = !isPost || isBetter(copy, known) ? [copy, known] : [known, copy]
  // A copy from elsewhere (other outlet, other address) tells of the same story; it is no newer edition of it.
  const newer = isPost || isEdition(known, copy) ? main : known
  const older = newer === copy ? known : copy
  const merged: Document = {
    ...newer,
    id: known.id,
    title: newer.title ?? older.title,
    author: fullerAuthor(newer.author, older.author),
    publisher: known.publisher ?? copy.publisher,
    ...timesOf(known, copy),
    language: newer.language ?? older.language,
    url: known.url ?? copy.url,
    ...(known.copyAskedAt ? { copyAskedAt: known.copyAskedAt } : {}),
    ...(known.copyOrder ? { copyOrder: known.copyOrder } : {}),
    archivedAt: unique([...known.archivedAt, ...copy.archivedAt], ({ url }) => url),
    provenance: unique([...known.provenance, ...copy.provenance], placeOf),
    post: newer.post && mergePosts(newer.post, older.post ?? other.post),
  }
  // Of a copy elsewhere a summary is no text of its own.
  const differs = isPost || newer === copy || copy.text.length >= known.text.length * SUMMARY
  const editions = editionsOf(merged, newer, older, differs)
  const appearances = isPost ? [] : appearancesOf(known, copy)
  return {
    ...merged,
    ...(known.updated || copy.updated ? { updated: later(known.updated, copy.updated) } : {}),
    ...(newer.extras || older.extras ? { extras: newer.extras ?? older.extras } : {}),
    ...(editions.length > 0 ? { editions } : {}),
    ...(appearances.length > 0 ? { appearances } : {}),
  }
}

/** An entry moves down its feed with each new one: it is the same place. */
const placeOf = ({ source, locator }: Document['provenance'][number]): string =>
  `${source} ${locator?.replace(/^entry \d+/, 'entry')}`

const later = (a: string | null | undefined, b: string | null | undefined): string | null =>
  [a, b]
    .filter((one) => one != null)
    .sort()
    .at(-1) ?? null

/** Where a story stood beside the place that its record names: each outlet and address once. */
function appearancesOf(known: Document, copy: Document): Appearance[] {
  const place = ({ url, publisher }: Pick<Appearance, 'url' | 'publisher'>) => `${urlKey(url) ?? url} ${publisher}`
  const here = ({ url, publisher, title, published, provenance }: Document): Appearance => ({
    source: provenance[0]?.source ?? '',
    url,
    publisher,
    title,
    published,
  })
  const elsewhere = [...(known.appearances ?? []), ...(copy.appearances ?? []), here(copy)]
  return unique(elsewhere, place).filter((one) => place(one) !== place(known))
}

function isBetter(copy: Document, known: Document): boolean {
  const [a, b] = [STATUS[copy.post?.textStatus ?? 'none'], STATUS[known.post?.textStatus ?? 'none']]
  if (a !== b) return a > b
  return rankOf(copy) > rankOf(known)
}

/** Below this share of the known text a copy is a summary of the article, not a newer text of it. */
const SUMMARY = 0.7

const isEdition = (known: Document, copy: Document): boolean =>
  sameSource(known, copy) && copy.text.length >= known.text.length * SUMMARY

const sameSource = (known: Document, copy: Document): boolean =>
  known.provenance.some(({ source }) => copy.provenance.some((other) => other.source === source)) ||
  (known.url !== null && known.url === copy.url)

/** A computed time before a stated one, a feed's before a page's; the first known stays. */
function timesOf(known: Document, copy: Document): Pick<Document, 'published' | 'publishedFrom'> {
  const exact = [known, copy].find(({ publishedFrom }) => publishedFrom === 'snowflake')
  const { published, publishedFrom } = exact ?? (known.published ? known : copy)
  return { published, publishedFrom }
}

function fullerAuthor(a: Author | null, b: Author | null): Author | null {
  if (!a || !b) return a ?? b
  return {
    name: a.name ?? b.name,
    alternateName: a.alternateName ?? b.alternateName,
    identifier: a.identifier ?? b.identifier,
    url: a.url ?? b.url,
  }
}

function mergePosts(main: PostFields, other: PostFields | null): PostFields {
  if (!other) return main
  return {
    ...main,
    inReplyTo: main.inReplyTo ?? other.inReplyTo,
    postKind: main.postKind === 'post' ? other.postKind : main.postKind,
    sharedContent: main.sharedContent ?? other.sharedContent,
    originalUrls: [...new Set([...main.originalUrls, ...other.originalUrls])],
    // Once known to be deleted, a post stays so: older archives do not know.
    deleted: main.deleted || other.deleted || (main.deleted ?? other.deleted),
    editHistory: main.editHistory.length >= other.editHistory.length ? main.editHistory : other.editHistory,
    publishedConflict: main.publishedConflict ?? other.publishedConflict,
  }
}

function editionsOf(merged: Document, newer: Document, older: Document, differs: boolean): Edition[] {
  const earlier: Edition[] = [...(newer.editions ?? []), ...(older.editions ?? [])]
  if (differs && older.text !== '' && fold(older.text) !== fold(merged.text))
    earlier.push({ text: older.text, title: older.title, from: older.provenance })
  return unique(earlier, ({ text }) => fold(text))
    .filter(({ text }) => fold(text) !== fold(merged.text))
    .map((edition) =>
      merged.kind === 'post' ? edition : { ...edition, changes: textChanges(edition.text, merged.text) },
    )
}

const fold = (text: string): string => text.replace(/\s+/g, ' ').trim()

/** The first of each, in their order. */
function unique<T>(values: T[], key: (value: T) => string): T[] {
  const seen = new Set<string>()
  return values.filter((value) => !seen.has(key(value)) && Boolean(seen.add(key(value))))
}
