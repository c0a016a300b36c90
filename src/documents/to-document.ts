import { createHash } from 'node:crypto'
import { decodeHTML } from 'entities'
import type { Document, RawItem } from '../model.ts'
import { canonicalUrl, urlKey } from './canonical-url.ts'
import { htmlToText } from './html-to-text.ts'

/** Everything Unicode calls a control but the line end, and characters that only steer how text runs. */
const CONTROLS =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

/**
 * Turns an item into a document: its words as plain text in NFC with paragraphs parted by a blank line, its address
 * without tracking, an id that stays the same wherever it is read again.
 *
 * @param sourceId tells apart entries that have neither an address nor a guid of their own
 */
export function toDocument(item: RawItem, sourceId: string): Document {
  const url = item.kind === 'post' ? item.url : canonicalUrl(item.url)
  const text = item.kind === 'post' ? postText(item.text ?? '') : articleText(item)
  const document: Document = {
    id: '',
    kind: item.kind,
    url,
    title: item.title === null ? null : plainTitle(item.title) || null,
    text,
    author: item.author && { ...item.author, name: item.author.name && plainTitle(item.author.name) },
    publisher: item.publisher && plainTitle(item.publisher),
    published: item.published,
    publishedFrom: item.publishedFrom,
    language: item.language,
    archivedAt: item.archivedAt,
    provenance: [item.provenance],
    post: item.post,
  }
  return { ...document, id: documentId(item, document, sourceId) }
}

/**
 * What other copies of a document are known by: its guid within its source, its address without AMP, mobile and
 * tracking forms, its words.
 */
export function documentKeys(document: Document, sourceId: string, guid: string | null = null): string[] {
  if (document.kind === 'post') return [document.id]
  const keys = [document.id]
  const address = urlKey(document.url)
  if (guid) keys.push(`guid:${sourceId}:${guid}`)
  if (address) keys.push(`url:${address}`)
  // Short texts are alike by chance.
  if (document.text.length >= 200) keys.push(`text:${contentHash(document.text)}`)
  return keys
}

function documentId(item: RawItem, document: Document, sourceId: string): string {
  if (item.kind === 'post' && item.guid) return item.guid
  const address = urlKey(document.url)
  const basis = address
    ? `url ${address}`
    : item.guid
      ? `guid ${sourceId} ${item.guid}`
      : `text ${document.title} ${document.text}`
  return createHash('sha256').update(basis).digest('hex').slice(0, 16)
}

/** Words alone decide: case, punctuation and space do not. */
const contentHash = (text: string): string =>
  createHash('sha256')
    .update(
      text
        .normalize('NFKC')
        .toLowerCase()
        .replace(/[^\p{L}\p{N}]+/gu, ' ')
        .trim(),
    )
    .digest('hex')
    .slice(0, 32)

function articleText(item: RawItem): string {
  const text = item.html !== null ? htmlToText(item.html) : plainParagraphs(item.text ?? '')
  return text
    .replace(/\r\n?/g, '\n')
    .replace(CONTROLS, (one) => (/[\t\u2028\u2029\u0085]/.test(one) ? ' ' : ''))
    .normalize('NFC')
    .trim()
}

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

/** A heading or name on one line, without the markup that many feeds put in. */
function plainTitle(title: string): string {
  const bare = title.replace(INLINE, '')
  const decoded = /&(?:#\d|#x|[a-z])/i.test(bare) ? decodeHTML(bare).replace(INLINE, '') : bare
  return decoded.replace(CONTROLS, ' ').replace(/\s+/g, ' ').normalize('NFC').trim()
}
