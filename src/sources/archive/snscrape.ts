import type { RawItem } from '../../model.ts'
import { type StatedEntity, statedTime, toPostItem, twitterAuthor } from './post-item.ts'
import { idOf } from './tweet-v1.ts'

type Json = Record<string, unknown>
const object = (value: unknown): Json | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null
const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)
const list = (value: unknown): Json[] => (Array.isArray(value) ? value.filter((one) => object(one)) : [])

/** True for a line of snscrape. */
export const isSnscrape = (value: Json): boolean =>
  typeof value.url === 'string' &&
  /\/status\/\d+/.test(value.url) &&
  object(value.user) !== null &&
  (typeof value.rawContent === 'string' || typeof value.content === 'string')

/** One post with those it quotes or reposts. Ids are numbers there, so they are read from the address. */
export function readSnscrape(post: Json, provenance: RawItem['provenance']): RawItem[] {
  const id = /\/status\/(\d+)/.exec(text(post.url) ?? '')?.[1] ?? idOf(undefined, post.id)
  if (!id) return []
  const reposted = object(post.retweetedTweet)
  const quoted = object(post.quotedTweet)
  const inner = [reposted, quoted].flatMap((one) => (one ? readSnscrape(one, provenance) : []))
  const other = inner[0]
  const source = reposted ?? post
  const user = object(post.user)
  const replied =
    /\/status\/(\d+)/.exec(text(post.inReplyToTweetUrl) ?? '')?.[1] ?? idOf(undefined, post.inReplyToTweetId)
  const item = toPostItem({
    id,
    author: twitterAuthor(text(user?.username), text(user?.displayname), idOf(user?.id, user?.id)),
    text: text(source.rawContent) ?? text(source.content),
    truncated: false,
    entities: entitiesOf(source),
    stated: statedTime(post.date),
    statedBy: 'field',
    language: text(post.lang),
    inReplyTo: replied ? `twitter:${replied}` : null,
    shared: other
      ? { id: other.guid!, author: other.author, text: other.text, kind: reposted ? 'repost' : 'quote' }
      : null,
    originalUrls: [text(post.url)!],
    deleted: null,
    editHistory: [],
    provenance: { parser: 'snscrape', ...provenance },
  })
  return [item, ...inner]
}

function entitiesOf(post: Json): StatedEntity[] {
  const nowhere = { start: null, end: null }
  const words = (value: unknown) => (Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [])
  const links = list(post.links).length > 0 ? list(post.links) : list(post.tcooutlinks)
  return [
    ...list(post.mentionedUsers).flatMap((one) => {
      const handle = text(one.username)
      return handle ? [{ kind: 'mention' as const, shown: `@${handle}`, value: handle, ...nowhere }] : []
    }),
    ...words(post.hashtags).map((tag) => ({ kind: 'hashtag' as const, shown: `#${tag}`, value: tag, ...nowhere })),
    ...words(post.cashtags).map((tag) => ({ kind: 'cashtag' as const, shown: `$${tag}`, value: tag, ...nowhere })),
    ...links.flatMap((one) => {
      const short = text(one.tcourl) ?? text(one.url)
      return short ? [{ kind: 'link' as const, shown: short, value: text(one.url) ?? short, ...nowhere }] : []
    }),
  ]
}
