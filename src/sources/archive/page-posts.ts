import type { RawItem } from '../../model.ts'
import { type PostParts, toPostItem, twitterAuthor } from './post-item.ts'
import { attribute, flat, type PostDocument, type PostElement, wordsOf } from './post-words.ts'

type Place = RawItem['provenance']

/**
 * Every post on a page of Twitter as web archives hold them, of whatever year: server-rendered pages, the pages of
 * 2006 to 2010, mobile pages, the rendered application. The words' place in the page tells whose they are; its
 * language does not matter.
 *
 * @param address of the page, which tells the target where the page itself does not
 * @returns [] where it is no such page
 */
export function readPagePosts(document: PostDocument, address: string, place: Place): RawItem[] {
  const readers = [readServerRendered, readApplication, readMobile, readOldest]
  for (const read of readers) {
    const posts = read(document, place)
    if (posts.length > 0) return unique(posts)
  }
  return readDescription(document, address, place)
}

function unique(posts: RawItem[]): RawItem[] {
  const byId = new Map<string, RawItem>()
  for (const post of posts) {
    const known = byId.get(post.guid!)
    if (!known || (post.text?.length ?? 0) > (known.text?.length ?? 0)) byId.set(post.guid!, post)
  }
  return [...byId.values()]
}

const shown = (element: PostElement | null): string | null => element?.textContent?.replace(/\s+/g, ' ').trim() || null

const post = (id: string, parts: Partial<PostParts>, place: Place, parser: string): RawItem => {
  const handle = parts.author?.alternateName
  return toPostItem({
    id,
    author: null,
    text: null,
    truncated: false,
    entities: [],
    stated: null,
    statedBy: 'page',
    language: null,
    inReplyTo: null,
    shared: null,
    originalUrls: handle ? [`https://twitter.com/${handle}/status/${id}`] : [],
    deleted: null,
    editHistory: [],
    escaped: false,
    provenance: { ...place, parser },
    ...parts,
  })
}

/** 2012 to 2020: everything stands in attributes of the post's own element. The time is the one in milliseconds. */
function readServerRendered(document: PostDocument, place: Place): RawItem[] {
  const found: RawItem[] = []
  for (const element of document.querySelectorAll(
    '.tweet[data-tweet-id], .stream-item[data-item-id] .tweet, [data-tweet-id].permalink-tweet',
  )) {
    const id = attribute(element, 'data-tweet-id') ?? attribute(element, 'data-item-id')
    const words = element.querySelector('.js-tweet-text, .tweet-text')
    if (!id || !/^\d+$/.test(id) || !words) continue
    const quoted = readQuoted(element, place)
    const { text, entities } = wordsOf(words)
    const { alternateName } = { alternateName: attribute(element, 'data-screen-name') }
    found.push(
      post(
        id,
        {
          author: twitterAuthor(alternateName, attribute(element, 'data-name'), attribute(element, 'data-user-id')),
          text,
          entities,
          stated: timeOf(element),
          language: attribute(words, 'lang'),
          reply:
            attribute(element, 'data-has-parent-tweet') === 'true' || attribute(element, 'data-is-reply-to') === 'true',
          shared: quoted ? { id: quoted.guid!, author: quoted.author, text: quoted.text, kind: 'quote' } : null,
        },
        place,
        'page-2012',
      ),
    )
    if (quoted) found.push(quoted)
  }
  return found
}

function readQuoted(element: PostElement, place: Place): RawItem | null {
  const quoted = element.querySelector('.QuoteTweet-innerContainer[data-item-id]')
  const words = quoted?.querySelector('.QuoteTweet-text')
  const id = attribute(quoted, 'data-item-id')
  if (!quoted || !words || !id || !/^\d+$/.test(id)) return null
  const { text, entities } = wordsOf(words)
  const author = twitterAuthor(
    attribute(quoted, 'data-screen-name'),
    shown(quoted.querySelector('.QuoteTweet-fullname')),
    attribute(quoted, 'data-user-id'),
  )
  return post(
    id,
    { author, text, entities, truncated: /…$/.test(text), language: attribute(words, 'lang') },
    place,
    'page-2012',
  )
}

function timeOf(element: PostElement): string | null {
  const stamp = element.querySelector('._timestamp[data-time-ms], [data-time-ms]')
  const seconds = element.querySelector('[data-time]')
  const ms = Number(attribute(stamp, 'data-time-ms') ?? Number(attribute(seconds, 'data-time')) * 1000)
  return ms > 0 ? new Date(ms).toISOString() : null
}

/** From 2020: the rendered application. The link around the time names the post and its author. */
function readApplication(document: PostDocument, place: Place): RawItem[] {
  const found: RawItem[] = []
  for (const article of document.querySelectorAll('article')) {
    const words = article.querySelector('[data-testid="tweetText"]')
    const time = article.querySelector('time[datetime]')
    const link = attribute(time?.closest('a') ?? null, 'href') ?? statusLink(article)
    const [, handle = '', id] = /(?:^|twitter\.com|x\.com)\/(\w{1,20})\/status\/(\d+)/.exec(link ?? '') ?? []
    if (!id || !words) continue
    const { text, entities } = wordsOf(words)
    found.push(
      post(
        id,
        {
          author: twitterAuthor(handle, nameOf(article, handle), null),
          text,
          entities,
          stated: isoOf(attribute(time, 'datetime')),
          language: attribute(words, 'lang'),
        },
        place,
        'page-2020',
      ),
    )
  }
  return found
}

function statusLink(article: PostElement): string | null {
  for (const link of article.querySelectorAll('a[href*="/status/"]')) {
    const href = attribute(link, 'href')
    if (href && /\/status\/\d+$/.test(href)) return href
  }
  return null
}

/** The display name is the first text that links to the author and is not the handle. */
function nameOf(article: PostElement, handle: string): string | null {
  for (const link of article.querySelectorAll('a[href]')) {
    const href = attribute(link, 'href') ?? ''
    if (!new RegExp(`(?:^|twitter\\.com|x\\.com)/${handle}$`, 'i').test(href)) continue
    const name = flat(link).replace(/\s+/g, ' ').trim()
    if (name && !name.startsWith('@')) return name
  }
  return null
}

const isoOf = (time: string | null): string | null => {
  const ms = Date.parse(time ?? '')
  return Number.isNaN(ms) ? null : new Date(ms).toISOString()
}

/** mobile.twitter.com: no exact time stands there. */
function readMobile(document: PostDocument, place: Place): RawItem[] {
  const found: RawItem[] = []
  for (const words of document.querySelectorAll('.tweet-text[data-id]')) {
    const id = attribute(words, 'data-id')
    if (!id || !/^\d+$/.test(id)) continue
    const frame = words.closest('table.tweet, .main-tweet, .tweet')
    const { text, entities } = wordsOf(words.querySelector('.dir-ltr, .dir-rtl') ?? words)
    const handle = shown(frame?.querySelector('.username') ?? null)?.replace(/^@\s*/, '') ?? null
    found.push(
      post(
        id,
        {
          author: twitterAuthor(handle, shown(frame?.querySelector('.fullname') ?? null), null),
          text: text.trim(),
          entities,
        },
        place,
        'page-mobile',
      ),
    )
  }
  return found
}

/** 2006 to 2010: hAtom. */
function readOldest(document: PostDocument, place: Place): RawItem[] {
  const found: RawItem[] = []
  for (const entry of document.querySelectorAll('.hentry, #permalink')) {
    const words = entry.querySelector('.entry-content')
    const link = attribute(
      entry.querySelector('a.entry-date, .entry-date[href], a[rel="bookmark"], .meta a[href*="/status"]'),
      'href',
    )
    const [, linked, fromLink] = /(?:twitter\.com|^)\/(\w{1,20})\/status(?:es)?\/(\d+)/.exec(link ?? '') ?? []
    const id = /^(?:status_|permalink_)?(\d+)$/.exec(attribute(entry, 'id') ?? '')?.[1] ?? fromLink
    if (!id || !words) continue
    const { text, entities } = wordsOf(words)
    const handle =
      shown(entry.querySelector('.screen-name')) ??
      shown(document.querySelector('.user-info .screen-name, .screen-name')) ??
      linked ??
      null
    const name = shown(entry.querySelector('.full-name, .fn')) ?? shown(document.querySelector('.full-name'))
    const published = entry.querySelector('.published')
    const stated = /time:'([^']+)'/.exec(attribute(published, 'data') ?? '')?.[1] ?? attribute(published, 'title')
    found.push(
      post(
        id,
        { author: twitterAuthor(handle, name, null), text: text.trim(), entities, stated: isoOf(stated ?? null) },
        place,
        'page-2006',
      ),
    )
  }
  return found
}

/** A page without the post's own element: its description quotes it, and may cut it. */
function readDescription(document: PostDocument, address: string, place: Place): RawItem[] {
  const canonical =
    attribute(document.querySelector('meta[property="og:url"]'), 'content') ??
    attribute(document.querySelector('link[rel="canonical"]'), 'href') ??
    address
  const [, handle = '', id] =
    /^https?:\/\/(?:[\w.-]*\/web\/\d+\w*\/https?:\/\/)?(?:www\.|mobile\.|m\.)?(?:twitter|x)\.com\/(\w{1,20})\/status(?:es)?\/(\d+)/i.exec(
      canonical,
    ) ?? []
  const quoted = attribute(document.querySelector('meta[property="og:description"]'), 'content')
  if (!id || !quoted) return []
  const text = quoted.replace(/^[“"„«]([\s\S]*)[”"“»]$/, '$1')
  if (text === quoted) return []
  return [
    post(
      id,
      { author: twitterAuthor(handle, null, null), text, truncated: /(?:…|\.\.\.)$/.test(text) },
      place,
      'page-description',
    ),
  ]
}
