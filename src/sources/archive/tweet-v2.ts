import type { RawItem } from '../../model.ts'
import { type PostParts, type StatedEntity, statedTime, toPostItem, twitterAuthor } from './post-item.ts'
import { idOf } from './tweet-v1.ts'

type Json = Record<string, unknown>
const object = (value: unknown): Json | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null
const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)
const list = (value: unknown): Json[] => (Array.isArray(value) ? value.filter((one) => object(one)) : [])

/** What the posts of one page refer to. */
type Includes = { users: Map<string, Json>; tweets: Map<string, Json> }

/** True for one post of the v2 API, whether from a page or flattened by twarc. */
export const isTweetV2 = (value: Json): boolean =>
  idOf(value.id) !== null &&
  typeof value.text === 'string' &&
  value.id_str === undefined &&
  value.user === undefined &&
  [
    'author_id',
    'edit_history_tweet_ids',
    'author',
    'conversation_id',
    'public_metrics',
    'created_at',
    'referenced_tweets',
  ].some((key) => key in value)

/** True for an answer of the v2 API: posts under `data`, what they refer to under `includes`. */
export function isPageV2(value: Json): boolean {
  const { data } = value
  const first = Array.isArray(data) ? object(data[0]) : object(data)
  if (first) return isTweetV2(first) || (idOf(first.id) !== null && typeof first.text === 'string')
  return (
    object(value.meta)?.result_count === 0 ||
    (object(value.includes) !== null && Array.isArray(object(value.includes)?.tweets))
  )
}

/** The posts of one page, with the whole posts that they quote, repost or answer. */
export function readPageV2(page: Json, provenance: RawItem['provenance']): RawItem[] {
  const { data } = page
  const posts = list(Array.isArray(data) ? data : [data])
  const includes = includesOf(object(page.includes))
  const items = posts.flatMap((post) => readOne(post, includes, provenance))
  const seen = new Set(items.map(({ guid }) => guid))
  const referred = [...includes.tweets.values()].flatMap((post) => readOne(post, includes, provenance))
  return [...items, ...referred.filter(({ guid }) => !seen.has(guid))]
}

/** One flattened post: its author and what it refers to stand inside it. */
export function readTweetV2(post: Json, provenance: RawItem['provenance']): RawItem[] {
  const includes: Includes = { users: new Map(), tweets: new Map() }
  const gather = (one: Json) => {
    const author = object(one.author)
    const id = idOf(author?.id)
    if (author && id) includes.users.set(id, author)
    for (const other of list(one.referenced_tweets)) {
      const otherId = idOf(other.id)
      if (otherId && typeof other.text === 'string') includes.tweets.set(otherId, other)
      const inner = object(other.author)
      const innerId = idOf(inner?.id)
      if (inner && innerId) includes.users.set(innerId, inner)
    }
  }
  gather(post)
  return [post, ...includes.tweets.values()].flatMap((one) => readOne(one, includes, provenance))
}

function includesOf(includes: Json | null): Includes {
  const byId = (values: Json[]) =>
    new Map(
      values.flatMap((value) => {
        const id = idOf(value.id)
        return id ? [[id, value] as const] : []
      }),
    )
  return { users: byId(list(includes?.users)), tweets: byId(list(includes?.tweets)) }
}

function readOne(post: Json, includes: Includes, provenance: RawItem['provenance']): RawItem[] {
  const id = idOf(post.id)
  if (!id) return []
  const references = list(post.referenced_tweets)
  const refer = (type: string) => references.find((one) => one.type === type)
  const repost = refer('retweeted')
  const quote = refer('quoted')
  const shared = repost ?? quote
  const sharedId = idOf(shared?.id)
  const original = sharedId ? includes.tweets.get(sharedId) : undefined
  // A repost's own text is cut; the original's is whole.
  const source = repost && original ? original : post
  const words = wordsOf(source)
  const author = authorOf(post, includes)
  const handle = author?.alternateName
  const parts: PostParts = {
    id,
    author,
    text: words.text,
    truncated: !(repost && original) && /^RT @\w+: .*…$/s.test(words.text),
    entities: words.entities,
    stated: statedTime(post.created_at),
    statedBy: 'field',
    language: text(post.lang),
    inReplyTo: postId(idOf(refer('replied_to')?.id)),
    shared: sharedId
      ? {
          id: `twitter:${sharedId}`,
          author: original ? authorOf(original, includes) : null,
          text: original ? wordsOf(original).text : null,
          kind: repost ? 'repost' : 'quote',
        }
      : null,
    originalUrls: handle ? [`https://twitter.com/${handle}/status/${id}`] : [],
    deleted: null,
    editHistory: Array.isArray(post.edit_history_tweet_ids)
      ? post.edit_history_tweet_ids.flatMap((one) => postId(idOf(one)) ?? [])
      : [],
    provenance: { parser: 'tweet-v2', ...provenance },
  }
  return [toPostItem(parts)]
}

const postId = (id: string | null): string | null => id && `twitter:${id}`

/** A long post stands whole in `note_tweet`, with its own entities. */
function wordsOf(post: Json): { text: string; entities: StatedEntity[] } {
  const note = object(post.note_tweet)
  const source = note && text(note.text) !== null ? note : post
  return { text: text(source.text) ?? '', entities: entitiesOf(object(source.entities)) }
}

function entitiesOf(entities: Json | null): StatedEntity[] {
  if (!entities) return []
  const stated = (kind: StatedEntity['kind'], sign: string, value: string | null, one: Json): StatedEntity[] =>
    value ? [{ kind, shown: sign + value, value, ...placeOf(one) }] : []
  return [
    ...list(entities.mentions).flatMap((one) => stated('mention', '@', text(one.username), one)),
    ...list(entities.hashtags).flatMap((one) => stated('hashtag', '#', text(one.tag), one)),
    ...list(entities.cashtags).flatMap((one) => stated('cashtag', '$', text(one.tag), one)),
    ...uniqueByUrl(list(entities.urls)).flatMap((one) => {
      const url = text(one.url)
      return url ? [{ kind: 'link' as const, shown: url, value: text(one.expanded_url) ?? url, ...placeOf(one) }] : []
    }),
  ]
}

/** Several pictures of one post share one link: each is listed, at the same place. */
const uniqueByUrl = (urls: Json[]): Json[] => [...new Map(urls.map((one) => [`${one.start} ${one.url}`, one])).values()]

const placeOf = ({ start, end }: Json) =>
  typeof start === 'number' && typeof end === 'number' ? { start, end } : { start: null, end: null }

function authorOf(post: Json, includes: Includes) {
  const id = idOf(post.author_id) ?? idOf(object(post.author)?.id)
  const user = object(post.author) ?? (id ? includes.users.get(id) : undefined)
  return twitterAuthor(text(user?.username), text(user?.name), id)
}
