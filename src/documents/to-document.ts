import { createHash } from 'node:crypto'
import { decodeHTML } from 'entities'
import type { Document, PostFields, RawItem } from '../model.ts'
import { canonicalUrl, urlKey } from './canonical-url.ts'
import { type EmbeddedPost, splitHtmlEmbeds, splitTextEmbeds } from './embeds.ts'
import { extractEntities } from './extract-entities.ts'
import { htmlToText } from './html-to-text.ts'
import { postTime } from './post-time.ts'
import { sameWords } from './words.ts'

/** Everything Unicode calls a control but the line end, and characters that only steer how text runs. */
const CONTROLS =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

/** Most texts hold none of them, nor half of a pair: that is told at a glance. */
const MAYBE_CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]/

/**
 * Turns an item into its documents: the article without the posts it embeds, then each of those posts as a document of
 * its own. An article that says nothing beside its embeds is left out.
 *
 * @param sourceId tells apart entries that have neither an address nor a guid of their own
 */
export function toDocuments(item: RawItem, sourceId: string): Document[] {
  if (item.kind === 'post') return [postDocument(item)]
  const marked = item.html === null ? null : splitHtmlEmbeds(item.html)
  const { text, posts } = splitTextEmbeds(articleText(marked ? marked.html : null, item.text))
  const embedded = [...(marked?.posts ?? []), ...posts].map((post) => postDocument(embeddedItem(post, item)))
  return text === '' && embedded.length > 0 ? embedded : [articleDocument(item, text, sourceId), ...embedded]
}

/**
 * Turns an item into a document: its words as plain text in NFC with paragraphs parted by a blank line, its address
 * without tracking, an id that stays the same wherever it is read again. Posts that an article embeds are no part of
 * its words: `toDocuments` gives them too.
 */
export const toDocument = (item: RawItem, sourceId: string): Document => toDocuments(item, sourceId)[0]!

function articleDocument(item: RawItem, text: string, sourceId: string): Document {
  const more = {
    ...(item.updated && item.updated !== item.published ? { updated: item.updated } : {}),
    ...(item.extras ? { extras: item.extras } : {}),
  }
  const document = { ...shared(item), kind: 'article' as const, url: canonicalUrl(item.url), text, post: null, ...more }
  return { id: articleId(item, document, sourceId), ...document }
}

function postDocument(item: RawItem): Document {
  const text = item.text === null && item.html !== null ? articleText(item.html, null) : postText(item.text ?? '')
  const key = item.guid ?? `text:${contentHash(text)}`
  const { exact, conflict } = postTime(key, item.published)
  const post = item.post && {
    ...withEntities(item.post, text),
    publishedConflict: conflict ?? item.post.publishedConflict,
  }
  const times = exact ? { published: exact, publishedFrom: 'snowflake' as const } : {}
  return { id: key, ...shared(item), ...times, kind: 'post', url: item.url, text, post }
}

/** The record of a post of which only its deletion is known. */
export function deletedPost(id: string, source: string): Document {
  const provenance = { source, locator: 'deletion', parser: 'delete' }
  const item = embeddedItem({ key: id, url: '', text: null, author: null, day: null }, { url: null, provenance })
  const document = postDocument({ ...item, provenance })
  return {
    ...document,
    post: document.post && { ...document.post, textStatus: 'none', originalUrls: [], deleted: true },
  }
}

function shared(item: RawItem) {
  const { published, publishedFrom, language, archivedAt } = item
  return {
    title: item.title === null ? null : plainTitle(item.title) || null,
    author: item.author && { ...item.author, name: item.author.name && plainTitle(item.author.name) },
    publisher: item.publisher && plainTitle(item.publisher),
    published: published !== null && published.length === 10 ? `${published}T00:00:00.000Z` : published,
    publishedFrom,
    language,
    archivedAt,
    provenance: [item.provenance],
  }
}

/** Where a source marks no mentions, tags or links, the words themselves tell them. */
function withEntities(post: PostFields, text: string): PostFields {
  const { mentions, hashtags, cashtags, links } = extractEntities(text)
  const keywords = [...hashtags, ...cashtags].sort((a, b) => a.start - b.start)
  return {
    ...post,
    displayText: post.displayText || text,
    mentions: post.mentions.length > 0 ? post.mentions : mentions,
    keywords: post.keywords.length > 0 ? post.keywords : keywords,
    citation: post.citation.length > 0 ? post.citation : links,
  }
}

function embeddedItem(post: EmbeddedPost, article: Pick<RawItem, 'url' | 'provenance'>): RawItem {
  const [platform = ''] = post.key.split(':', 1)
  const { source, locator } = article.provenance
  return {
    kind: 'post',
    guid: post.key,
    url: platform === 'twitter' ? `https://twitter.com/i/status/${post.key.slice(8)}` : post.url,
    title: null,
    html: null,
    text: post.text,
    summaryOnly: false,
    author: post.author,
    publisher: PLATFORMS[platform] ?? null,
    published: post.day,
    publishedFrom: post.day ? 'embed' : null,
    updated: null,
    language: null,
    archivedAt: [],
    provenance: {
      source,
      locator: [locator, article.url && `embedded in ${article.url}`].filter(Boolean).join(', ') || null,
      parser: 'embed',
    },
    post: {
      textStatus: post.text === null ? 'none' : 'full',
      postKind: 'post',
      displayText: post.text ?? '',
      mentions: [],
      keywords: [],
      citation: [],
      inReplyTo: null,
      sharedContent: null,
      originalUrls: [post.url],
      deleted: null,
      editHistory: [],
      publishedConflict: null,
    },
  }
}

const PLATFORMS: Record<string, string> = { twitter: 'Twitter', bluesky: 'Bluesky', mastodon: 'Mastodon' }

/**
 * What other copies of a document are known by: its guid within its source, its address without AMP, mobile and
 * tracking forms, its words.
 */
export function documentKeys(document: Document, sourceId: string, guid: string | null = null): string[] {
  if (document.kind === 'post') return [document.id]
  const keys = [document.id]
  const address = urlKey(document.url)
  if (guid) keys.push(`guid:${sourceId}:${guid}`)
  // Where its id was not made of its address, that address is shared by others.
  if (address && document.id === idOf(`url ${address}`)) keys.push(`url:${address}`)
  // Short words are alike by chance, but not under one headline of one source.
  const { title, text } = document
  if (title && title.length + 1 + text.length >= 30) keys.push(`same:${sourceId}:${contentHash(title, text)}`)
  // Short texts are alike by chance.
  if (text.length >= 200) keys.push(`text:${contentHash(text)}`)
  return keys
}

function articleId(item: RawItem, document: Omit<Document, 'id'>, sourceId: string): string {
  const address = item.sharedAddress ? null : urlKey(document.url)
  const basis = address
    ? `url ${address}`
    : item.guid
      ? `guid ${sourceId} ${item.guid}`
      : `text ${document.title} ${document.text}`
  return idOf(basis)
}

const idOf = (basis: string): string => createHash('sha256').update(basis).digest('hex').slice(0, 16)

/** Words alone decide: case, punctuation and space do not. */
const contentHash = (...texts: string[]): string =>
  createHash('sha256').update(texts.flatMap(sameWords).join(' ')).digest('hex').slice(0, 32)

function articleText(html: string | null, plain: string | null): string {
  const text = html !== null ? htmlToText(html) : plainParagraphs(plain ?? '')
  return (MAYBE_CONTROLS.test(text) ? withoutControls(text) : text).normalize('NFC').trim()
}

const withoutControls = (text: string): string =>
  text.replace(/\r\n?/g, '\n').replace(CONTROLS, (one) => (/[\t\u2028\u2029\u0085]/.test(one) ? ' ' : ''))

/** A post's words are kept as they are; only what no text may hold is taken out. Its offsets stay true. */
const postText = (text: string): string => (CONTROLS.test(text) ? text.replace(CONTROLS, ' ') : text)

/** Plain text whose paragraphs are parted by empty lines, or, where there are none, by line ends. */
function plainParagraphs(text: string): string {
  const unified = text.replace(/\r\n?/g, '\n').trim()
  return unified
    .split(/\n[^\S\n]*\n\s*/)
    .map((one) => one.trim())
    .filter(Boolean)
    .join('\n\n')
}

const INLINE =
  /<\/?(?:a|abbr|acronym|b|big|bdi|bdo|br|cite|code|del|em|font|i|img|ins|kbd|mark|p|q|s|small|span|strike|strong|sub|sup|tt|u|var|wbr|div)(?:\s[^<>]{0,500})?\/?>/gi

/** Has nothing that would be taken out. */
const PLAIN = /^[\w.,:;'"!?()@#-]+(?: [\w.,:;'"!?()@#-]+)*$/

/** A heading or name on one line, without the markup that many feeds put in. */
function plainTitle(title: string): string {
  if (PLAIN.test(title)) return title
  const bare = title.replace(INLINE, '')
  const decoded = /&(?:#\d|#x|[a-z])/i.test(bare) ? decodeHTML(bare).replace(INLINE, '') : bare
  return decoded.replace(CONTROLS, ' ').replace(/\s+/g, ' ').normalize('NFC').trim()
}
