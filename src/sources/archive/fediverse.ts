import type { Author, RawItem } from '../../model.ts'

type Json = Record<string, unknown>
const object = (value: unknown): Json | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null
const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)
const first = (value: unknown): unknown => (Array.isArray(value) ? value[0] : value)

type Place = RawItem['provenance']

/** A post of another network as far as its source tells it. Mentions and tags are found in the words. */
function networkPost(parts: {
  platform: 'bluesky' | 'mastodon'
  id: string
  url: string | null
  author: Author | null
  html?: string | null
  words?: string | null
  published: unknown
  language?: string | null
  inReplyTo?: string | null
  shared?: { id: string | null; author: Author | null; text: string | null; kind: 'repost' | 'quote' } | null
  place: Place
  parser: string
  citation?: { value: string; start: number; end: number }[]
}): RawItem {
  const ms = Date.parse(text(parts.published) ?? '')
  return {
    kind: 'post',
    guid: `${parts.platform}:${parts.id}`,
    url: parts.url,
    title: null,
    html: parts.html ?? null,
    text: parts.words ?? null,
    summaryOnly: false,
    author: parts.author,
    publisher: parts.platform === 'bluesky' ? 'Bluesky' : 'Mastodon',
    published: Number.isNaN(ms) ? null : new Date(ms).toISOString(),
    publishedFrom: Number.isNaN(ms) ? null : 'field',
    updated: null,
    language: parts.language ?? null,
    archivedAt: [],
    provenance: { ...parts.place, parser: parts.parser },
    post: {
      textStatus: parts.html || parts.words ? 'full' : 'none',
      postKind: parts.shared?.kind ?? (parts.inReplyTo ? 'reply' : 'post'),
      displayText: parts.words ?? '',
      mentions: [],
      keywords: [],
      citation: parts.citation ?? [],
      inReplyTo: parts.inReplyTo ?? null,
      sharedContent: parts.shared
        ? { id: parts.shared.id, author: parts.shared.author, text: parts.shared.text }
        : null,
      originalUrls: parts.url ? [parts.url] : [],
      deleted: null,
      editHistory: [],
      publishedConflict: null,
    },
  }
}

/**
 * Posts of Mastodon and Bluesky: ActivityStreams 1 and 2 objects and outboxes, Mastodon's own API, Bluesky's records,
 * post views and author feeds.
 *
 * @returns null where the value is none of these; [] where it is one that holds no words, such as a like
 */
export function readNetworkPosts(value: Json, place: Place): RawItem[] | null {
  return readBluesky(value, place) ?? readMastodonApi(value, place) ?? readActivity(value, place)
}

const BLUESKY_POST = 'app.bsky.feed.post'

function readBluesky(value: Json, place: Place): RawItem[] | null {
  const type = text(value.$type)
  if (Array.isArray(value.feed)) return value.feed.flatMap((one) => readBlueskyView(object(one), place))
  if (object(value.post) && object(object(value.post)?.record)) return readBlueskyView(value, place)
  const record = object(value.record)
  if (record && text(value.uri)?.startsWith('at://')) return readBlueskyView({ post: value }, place)
  if (type === BLUESKY_POST) return [blueskyPost({ record: value, uri: null, author: null, place })]
  return type?.startsWith('app.bsky.') ? [] : null
}

function readBlueskyView(view: Json | null, place: Place): RawItem[] {
  const post = object(view?.post)
  const record = object(post?.record)
  const uri = text(post?.uri)
  if (!post || !record || !uri) return []
  return [blueskyPost({ record, uri, author: blueskyAuthor(object(post.author)), place })]
}

function blueskyAuthor(author: Json | null): Author | null {
  const handle = text(author?.handle)
  const did = text(author?.did)
  return handle || did
    ? {
        name: text(author?.displayName),
        alternateName: handle,
        identifier: did,
        url: `https://bsky.app/profile/${handle ?? did}`,
      }
    : null
}

function blueskyPost({
  record,
  uri,
  author,
  place,
}: {
  record: Json
  uri: string | null
  author: Author | null
  place: Place
}): RawItem {
  const words = text(record.text) ?? ''
  const [, did, key] = /^at:\/\/([^/]+)\/app\.bsky\.feed\.post\/(\w+)/.exec(uri ?? '') ?? []
  const embed = object(record.embed)
  const quoted = text(object(object(embed?.record)?.record)?.uri) ?? text(object(embed?.record)?.uri)
  return networkPost({
    platform: 'bluesky',
    id: uri ?? `record:${text(record.createdAt)}`,
    url: did && key ? `https://bsky.app/profile/${did}/post/${key}` : text(record.fooOriginalUrl),
    author,
    words,
    published: record.createdAt,
    language: text(first(record.langs)),
    inReplyTo: blueskyKey(text(object(object(record.reply)?.parent)?.uri)),
    shared:
      embed && text(embed.$type)?.startsWith('app.bsky.embed.record')
        ? { id: blueskyKey(quoted), author: null, text: null, kind: 'quote' }
        : null,
    citation: facetLinks(record.facets, words),
    place,
    parser: 'bluesky',
  })
}

const blueskyKey = (uri: string | null): string | null => (uri ? `bluesky:${uri}` : null)

/** Facets count bytes of UTF-8. */
function facetLinks(facets: unknown, words: string): { value: string; start: number; end: number }[] {
  if (!Array.isArray(facets)) return []
  const bytes = Buffer.from(words, 'utf8')
  return facets.flatMap((facet) => {
    const { index, features } = (object(facet) ?? {}) as { index?: Json; features?: unknown }
    const link = Array.isArray(features) ? features.map((one) => text(object(one)?.uri)).find(Boolean) : null
    const [from, to] = [Number(index?.byteStart), Number(index?.byteEnd)]
    if (!link || !(from >= 0) || !(to > from) || to > bytes.length) return []
    const start = bytes.subarray(0, from).toString('utf8').length
    return [{ value: link, start, end: start + bytes.subarray(from, to).toString('utf8').length }]
  })
}

/** A status of Mastodon's API: HTML content, `account`, and the original of a boost inside `reblog`. */
function readMastodonApi(value: Json, place: Place): RawItem[] | null {
  const account = object(value.account)
  if (!account || typeof value.content !== 'string' || (!text(value.uri) && !text(value.url))) return null
  const reblog = object(value.reblog)
  const inner = reblog ? (readMastodonApi(reblog, place) ?? []) : []
  const original = inner[0]
  const url = text(value.url) ?? text(value.uri)
  const handle = text(account.acct) ?? text(account.username)
  const post = networkPost({
    platform: 'mastodon',
    id: text(value.uri) ?? url!,
    url,
    author: {
      name: text(account.display_name),
      alternateName: handle,
      identifier: text(account.id),
      url: text(account.url),
    },
    html: original ? original.html : value.content,
    published: value.created_at,
    language: text(value.language),
    inReplyTo: text(value.in_reply_to_id),
    shared: original ? { id: original.guid, author: original.author, text: null, kind: 'repost' } : null,
    place,
    parser: 'mastodon',
  })
  return [post, ...inner]
}

const NOTES = /^(?:note|article|comment|question|page)$/i

function readActivity(value: Json, place: Place): RawItem[] | null {
  const context = JSON.stringify(value['@context'] ?? '').includes('activitystreams')
  const kind = text(first(value.type)) ?? text(value.objectType)
  if (!kind || !(context || value.objectType !== undefined || text(value.attributedTo) || text(value.actor)))
    return null
  const list = value.orderedItems ?? (context ? value.items : undefined)
  if (Array.isArray(list))
    return list.flatMap((one) =>
      object(one) ? (readActivity({ '@context': value['@context'], ...object(one) }, place) ?? []) : [],
    )
  const inside = object(value.object)
  if (/^(?:create|update)$/i.test(kind) && inside)
    return readActivity({ '@context': value['@context'], ...inside }, place)
  if (/^announce$/i.test(kind)) return [announced(value, inside, place)]
  if (!NOTES.test(kind)) return []
  const id = text(value.id) ?? text(value.url)
  const url = text(first(value.url)) ?? (/^https?:/.test(id ?? '') ? id : null)
  const platform =
    /^at:|bsky\.app/.test(id ?? url ?? '') || text(value.author)?.startsWith('did:') ? 'bluesky' : 'mastodon'
  const replied = first(value.inReplyTo)
  const content = text(value.content) ?? text(value.summary)
  const isMarkup = content !== null && /<\/?[a-z][^<>]{0,500}>|&[a-z#\d]{1,30};/i.test(content)
  return [
    networkPost({
      platform,
      id: id ?? `note:${text(value.published)}`,
      url,
      author: actorOf(value.attributedTo ?? value.author ?? value.actor),
      html: isMarkup ? content : null,
      words: isMarkup ? null : content,
      published: value.published,
      language: Object.keys(object(value.contentMap) ?? {})[0] ?? null,
      inReplyTo: text(object(replied)?.id) ?? text(object(replied)?.url) ?? text(replied),
      place,
      parser: 'activitystreams',
    }),
  ]
}

/** A boost: the words belong to whoever wrote the object, which is often only named by its address. */
function announced(value: Json, inside: Json | null, place: Place): RawItem {
  const id = text(value.id) ?? 'announce'
  return networkPost({
    platform: 'mastodon',
    id,
    url: /^https?:/.test(id) ? id : null,
    author: actorOf(value.actor),
    html: text(inside?.content),
    published: value.published,
    shared: {
      id: text(inside?.id) ?? text(value.object),
      author: actorOf(inside?.attributedTo),
      text: null,
      kind: 'repost',
    },
    place,
    parser: 'activitystreams',
  })
}

function actorOf(value: unknown): Author | null {
  const actor = first(value)
  if (typeof actor === 'string') {
    const handle = actor.startsWith('did:') ? null : (/[@/]([\w.-]+)\/?$/.exec(actor)?.[1] ?? null)
    return { name: null, alternateName: handle, identifier: actor, url: /^https?:/.test(actor) ? actor : null }
  }
  const one = object(actor)
  if (!one) return null
  return {
    name: text(one.name) ?? text(one.displayName),
    alternateName: text(one.preferredUsername) ?? text(one.username),
    identifier: text(one.id),
    url: text(first(one.url)),
  }
}
