import type { RawItem } from '../../model.ts'
import { type PostParts, type StatedEntity, statedTime, toPostItem, twitterAuthor } from './post-item.ts'

type Json = Record<string, unknown>
const object = (value: unknown): Json | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null
const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)
const list = (value: unknown): Json[] => (Array.isArray(value) ? value.filter((one) => object(one)) : [])
/** Ids are taken from texts: a number past 2^53 has lost its last digits. */
export const idOf = (value: unknown, number?: unknown): string | null => {
  if (typeof value === 'string' && /^\d{1,20}$/.test(value)) return value
  if (typeof number === 'string' && /^\d{1,20}$/.test(number)) return number
  return typeof number === 'number' && Number.isSafeInteger(number) && number > 0 ? String(number) : null
}

/** True for a status of the v1.1 API in any of its forms: REST, extended, compatible, streaming, personal archive. */
export const isTweetV1 = (value: Json): boolean =>
  idOf(value.id_str, value.id) !== null &&
  (typeof value.text === 'string' || typeof value.full_text === 'string' || object(value.extended_tweet) !== null) &&
  (typeof value.created_at === 'string' || object(value.user) !== null || object(value.entities) !== null)

/**
 * One status with those it carries inside: the original of a repost or of a quote is a post of its own.
 *
 * @param owner whose archive it is, where statuses do not name their author
 */
export function readTweetV1(
  status: Json,
  provenance: RawItem['provenance'],
  owner: PostParts['author'] = null,
): RawItem[] {
  const id = idOf(status.id_str, status.id)
  if (!id) return []
  const reposted = object(status.retweeted_status)
  const quoted = object(status.quoted_status)
  const inner = [reposted, quoted].flatMap((one) => (one ? readTweetV1(one, provenance) : []))
  const original = reposted ? inner[0] : undefined
  const quote = quoted && !reposted ? inner.at(0) : undefined
  const own = wordsOf(status)
  const words = original ? null : own
  const author = authorOf(status.user) ?? owner
  const handle = author?.alternateName
  const quotedId = idOf(status.quoted_status_id_str, status.quoted_status_id)
  const parts: PostParts = {
    id,
    author,
    text: words?.text ?? null,
    truncated: words?.truncated ?? false,
    entities: words?.entities ?? [],
    stated: statedTime(status.created_at),
    statedBy: 'field',
    language: text(status.lang),
    inReplyTo: postId(idOf(status.in_reply_to_status_id_str, status.in_reply_to_status_id)),
    shared: original
      ? { id: original.guid!, author: original.author, text: original.text, kind: 'repost' }
      : quotedId || quote
        ? {
            id: quote?.guid ?? `twitter:${quotedId}`,
            author: quote?.author ?? null,
            text: quote?.text ?? null,
            kind: 'quote',
          }
        : unnamedOriginal(own),
    originalUrls: handle ? [`https://twitter.com/${handle}/status/${id}`] : [],
    deleted: null,
    editHistory: editsOf(status),
    provenance: { parser: 'tweet-v1.1', ...provenance },
  }
  const item = toPostItem(parts)
  // The words of a repost are the original's, whole; the prefix `RT @name:` and the cut belong to nobody.
  if (original?.post && item.post) {
    item.text = original.text
    const { textStatus, displayText, mentions, keywords, citation } = original.post
    Object.assign(item.post, { textStatus, displayText, mentions, keywords, citation })
  }
  return [item, ...inner]
}

/** A personal archive keeps of a repost only `RT @name: words`, cut, and not whose post it was. */
function unnamedOriginal(own: { text: string } | null): PostParts['shared'] {
  const [, handle = '', words] = /^RT @(\w{1,20}): ([\s\S]*)$/.exec(own?.text ?? '') ?? []
  return words === undefined
    ? null
    : {
        id: null,
        author: twitterAuthor(handle, null, null),
        text: words.replace(/&amp;|&lt;|&gt;/g, (code) => UNESCAPED[code]!),
        kind: 'repost',
      }
}

const UNESCAPED: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>' }

const postId = (id: string | null): string | null => id && `twitter:${id}`

/** Extended text first, then full text, then the compatible one, which may be cut. Each has its own entities. */
function wordsOf(status: Json): { text: string; truncated: boolean; entities: StatedEntity[] } | null {
  const extended = object(status.extended_tweet)
  const source = extended && text(extended.full_text) !== null ? extended : status
  const whole = text(source.full_text)
  const found = whole ?? text(source.text) ?? ''
  const cut = whole === null && (status.truncated === true || status.truncated === 'true')
  return { text: found, truncated: cut || /^RT @\w+: .*…$/s.test(found), entities: entitiesOf(source) }
}

/** The entities of a status. Their offsets may be texts (personal archives) or missing. */
export function entitiesOf(source: Json): StatedEntity[] {
  const entities = object(source.entities) ?? {}
  const media = list(object(source.extended_entities)?.media)
  const links = [...list(entities.urls), ...(media.length > 0 ? media.slice(0, 1) : list(entities.media).slice(0, 1))]
  return [
    ...list(entities.user_mentions).flatMap((one) => stated('mention', '@', text(one.screen_name), one)),
    ...list(entities.hashtags).flatMap((one) => stated('hashtag', '#', text(one.text), one)),
    ...list(entities.symbols).flatMap((one) => stated('cashtag', '$', text(one.text), one)),
    ...links.flatMap((one) => {
      const url = text(one.url) ?? text(one.expanded_url)
      return url ? [{ kind: 'link' as const, shown: url, value: text(one.expanded_url) ?? url, ...indicesOf(one) }] : []
    }),
  ]
}

const stated = (kind: StatedEntity['kind'], sign: string, value: string | null, one: Json): StatedEntity[] =>
  value ? [{ kind, shown: sign + value, value, ...indicesOf(one) }] : []

function indicesOf(one: Json): { start: number | null; end: number | null } {
  const [start, end] = Array.isArray(one.indices) ? one.indices.map(Number) : []
  return Number.isInteger(start) && Number.isInteger(end) ? { start: start!, end: end! } : { start: null, end: null }
}

function authorOf(value: unknown) {
  const user = object(value)
  return user && twitterAuthor(text(user.screen_name), text(user.name), idOf(user.id_str, user.id))
}

function editsOf(status: Json): string[] {
  const info = object(status.edit_info) ?? object(status.edit_controls)
  const initial = object(info?.initial) ?? object(object(info?.edit)?.editControlInitial) ?? info
  const ids = initial?.editTweetIds ?? initial?.edit_tweet_ids ?? status.edit_tweet_ids
  return Array.isArray(ids) ? ids.flatMap((id) => postId(idOf(id)) ?? []) : []
}
