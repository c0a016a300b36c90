import { Parser } from 'htmlparser2'
import type { Author } from '../model.ts'
import { htmlToText } from './html-to-text.ts'

/** A post that an article shows, as far as the article tells it. */
export type EmbeddedPost = {
  /** `twitter:ID`, `bluesky:URI` or `mastodon:URL`. */
  key: string
  url: string
  author: Author | null
  /** Null where only the link is there. */
  text: string | null
  /** The day that the article shows, ISO 8601 without time; null where it is written in a way we do not read. */
  day: string | null
  /** In plain text: where its words stand, and from where to where the whole embed does. UTF-16, end exclusive. */
  place?: { start: number; end: number; from: number; to: number }
}

const STATUS = /^https?:\/\/(?:www\.|mobile\.|m\.)?(?:twitter|x)\.com\/(?:#!\/)?(\w{1,20})\/status(?:es)?\/(\d{1,19})/i
const EMBED_CLASS = /(?:^|\s)(?:twitter-(?:tweet|video)|bluesky-embed|mastodon-embed)(?:\s|-|$)/

/** An embed with all its markup is not longer than this, and no article holds more of them than these characters. */
const LONGEST = 20_000
const LOOKED_AT = 2_000_000

type Found = { start: number; end: number; attributes: Record<string, string> }

/**
 * Takes the embedded posts out of an article's markup: Twitter's and Bluesky's blockquotes, AMP's elements, Mastodon's
 * frames. A blockquote without a class counts where it ends as Twitter's do, in a handle and a link to the post.
 *
 * @returns the markup without them, and the posts in reading order
 */
export function splitHtmlEmbeds(html: string): { html: string; posts: EmbeddedPost[] } {
  if (!/twitter|x\.com|bsky|bluesky|mastodon/i.test(html)) return { html, posts: [] }
  const posts: EmbeddedPost[] = []
  const kept: string[] = []
  let at = 0
  let budget = LOOKED_AT
  for (const found of embedElements(html)) {
    if (found.start < at || found.end - found.start > LONGEST || budget < 0) continue
    budget -= found.end - found.start
    const post = readEmbed(found, html)
    if (!post) continue
    posts.push(post)
    kept.push(html.slice(at, found.start))
    at = found.end
  }
  kept.push(html.slice(at))
  return { html: kept.join('<p></p>'), posts: unique(posts) }
}

const unique = (posts: EmbeddedPost[]): EmbeddedPost[] => [...new Map(posts.map((post) => [post.key, post])).values()]

function embedElements(html: string): Found[] {
  const found: Found[] = []
  const open: { start: number; attributes: Record<string, string>; depth: number }[] = []
  let depth = 0
  const parser: Parser = new Parser({
    onopentag(name, attributes) {
      if (name === 'blockquote') {
        depth += 1
        open.push({ start: parser.startIndex, attributes, depth })
      } else if (name === 'amp-twitter' || (name === 'iframe' && EMBED_CLASS.test(attributes.class ?? ''))) {
        found.push({
          start: parser.startIndex,
          end: parser.endIndex + 1,
          attributes: { ...attributes, element: name },
        })
      }
    },
    onclosetag(name) {
      if (name !== 'blockquote') return
      depth -= 1
      const start = open.pop()
      if (!start) return
      const end = parser.endIndex + 1
      found.push({ start: start.start, end, attributes: start.attributes })
    },
  })
  parser.write(html)
  parser.end()
  return found.sort((a, b) => a.start - b.start || b.end - a.end)
}

function readEmbed({ start, end, attributes }: Found, whole: string): EmbeddedPost | null {
  const html = whole.slice(start, end)
  const tweetId = attributes['data-tweetid'] ?? attributes['data-tweet-id']
  if (attributes.element === 'amp-twitter' && tweetId && /^\d+$/.test(tweetId))
    return bare(`twitter:${tweetId}`, `https://twitter.com/i/status/${tweetId}`, null)
  if (attributes.element === 'iframe') {
    const url = /^https:\/\/[^/]+\/@[^/]+\/\d+/.exec(attributes.src ?? '')?.[0]
    return url ? bare(`mastodon:${url}`, url, null) : null
  }
  const bluesky = attributes['data-bluesky-uri']
  if (bluesky) return readBluesky(html, bluesky)
  return readTweet(html, EMBED_CLASS.test(attributes.class ?? ''))
}

const bare = (key: string, url: string, author: Author | null): EmbeddedPost => ({
  key,
  url,
  author,
  text: null,
  day: null,
})

/** `<p>words</p> — Name (@handle) <a href="…/status/ID">day</a>`, whatever stands around it. */
function readTweet(html: string, marked: boolean): EmbeddedPost | null {
  const links = [...html.matchAll(/<a\b[^<>]{0,500}?\bhref\s*=\s*["']?([^"'\s>]{1,500})/gi)].map((match) => ({
    href: match[1]!.replaceAll('&amp;', '&'),
    at: match.index,
  }))
  const status = links.filter(({ href }) => STATUS.test(href)).at(-1)
  const match = status && STATUS.exec(status.href)
  if (!status || !match) return null
  const [, handle = '', id = ''] = match
  const lines = htmlToText(html.slice(0, status.at)).trimEnd()
  const signed = /(?:^|\s)(?:—|–|--?|&mdash;)\s*([^\n]{0,120}?)\s*\(\s*[@＠](\w{1,20})\s*\)\s*$/u.exec(lines)
  const key = `twitter:${id}`
  const url = `https://twitter.com/${handle}/status/${id}`
  if (!signed) return marked ? bare(key, url, handleOnly(handle)) : null
  const day = /^<a\b[^>]*>([^<]{0,80})/i.exec(html.slice(status.at))?.[1]
  const text = lines.slice(0, signed.index).trim()
  const author = {
    name: signed[1]?.trim() || null,
    alternateName: signed[2]!,
    identifier: null,
    url: `https://twitter.com/${signed[2]}`,
  }
  return { key, url, author, text: text.replace(/\n\n/g, '\n') || null, day: dayOf(day ?? '') }
}

const handleOnly = (handle: string): Author | null =>
  /^(i|web|statuses)$/i.test(handle)
    ? null
    : { name: null, alternateName: handle, identifier: null, url: `https://twitter.com/${handle}` }

function readBluesky(html: string, uri: string): EmbeddedPost {
  const lines = htmlToText(html)
  const signed = /\n*—\s*([^\n]{0,120}?)\s*\(\s*@([\w.-]+)\s*\)([^\n]*)$/u.exec(lines)
  const [, did = '', post = ''] = /^at:\/\/([^/]+)\/app\.bsky\.feed\.post\/(\w+)/.exec(uri) ?? []
  const url = `https://bsky.app/profile/${did}/post/${post}`
  const author = signed
    ? {
        name: signed[1]?.trim() || null,
        alternateName: signed[2]!,
        identifier: did || null,
        url: `https://bsky.app/profile/${signed[2]}`,
      }
    : null
  return {
    key: `bluesky:${uri}`,
    url,
    author,
    text: lines.slice(0, signed?.index).trim() || null,
    day: dayOf(signed?.[3] ?? ''),
  }
}

const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
]

/** `November 19, 2015` or `19 November 2015`. Other languages are left alone: the id holds the time. */
function dayOf(written: string): string | null {
  const match = /\b([a-z]{3,9})\.? (\d{1,2}),? (\d{4})\b|\b(\d{1,2}) ([a-z]{3,9})\.? (\d{4})\b/i.exec(
    written.replace(/\s+/g, ' '),
  )
  if (!match) return null
  const [name, day, year] = match[1] ? [match[1], match[2], match[3]] : [match[5], match[4], match[6]]
  const month = MONTHS.findIndex((one) => one.startsWith(name!.toLowerCase())) + 1
  return month > 0 ? `${year}-${String(month).padStart(2, '0')}-${day!.padStart(2, '0')}` : null
}

const ADDRESS =
  /<?https?:\/\/(?:www\.|mobile\.|m\.)?(?:twitter|x)\.com\/(\w{1,20})\/status(?:es)?\/(\d{1,19})[^\s<>]*>?/gi
/** A post is not longer than this, with its links written twice. */
const FARTHEST = 2500

/**
 * Takes embedded posts out of plain text, where an article was turned into words and its links stand behind them: a
 * name, `(@handle)`, the words, the post's address, its day, the address again.
 *
 * @returns the text without them, and the posts in reading order
 */
export function splitTextEmbeds(text: string): { text: string; posts: EmbeddedPost[] } {
  if (!/\/status(?:es)?\/\d/.test(text)) return { text, posts: [] }
  const addresses = [...text.matchAll(ADDRESS)].map((match) => ({
    handle: match[1]!,
    id: match[2]!,
    start: match.index,
    end: match.index + match[0].length,
  }))
  const posts: EmbeddedPost[] = []
  const kept: string[] = []
  let at = 0
  for (let i = 0; i < addresses.length; i += 1) {
    const first = addresses[i]!
    const second = addresses[i + 1]
    if (!second || second.id !== first.id || second.start - first.end > 60) continue
    const from = Math.max(at, first.start - FARTHEST)
    const signed = [...text.slice(from, first.start).matchAll(/\(\s*[@＠](\w{1,20})\s*\)/g)]
      .filter(([, handle]) => handle!.toLowerCase() === first.handle.toLowerCase())
      .at(-1)
    if (!signed) continue
    const name = nameBefore(text.slice(from, from + signed.index))
    const words = text.slice(from + signed.index + signed[0].length, first.start)
    const handle = signed[1]!
    posts.push({
      key: `twitter:${first.id}`,
      url: `https://twitter.com/${first.handle}/status/${first.id}`,
      author: {
        name: name.trim() || null,
        alternateName: handle,
        identifier: null,
        url: `https://twitter.com/${handle}`,
      },
      text: shownWords(words) || null,
      day: dayOf(text.slice(first.end, second.start)),
      place: {
        start: first.start - words.trimStart().length,
        end: first.start - (words.length - words.trimEnd().length),
        from: from + signed.index - name.length,
        to: second.end,
      },
    })
    kept.push(text.slice(at, from + signed.index - name.length).trimEnd())
    at = second.end
    i += 1
  }
  kept.push(text.slice(at).trimStart())
  return { text: posts.length > 0 ? kept.filter(Boolean).join('\n\n') : text, posts: unique(posts) }
}

/** The display name that ends here: what follows the last sentence, line or address, at most 50 characters. */
function nameBefore(text: string): string {
  const line = /[^\n]*\s*$/.exec(text.slice(-200))?.[0] ?? ''
  const name = /(?:^|[.!?>”"]\s+|https?:\S+\s+)?([^.!?<>“”"\n]{1,50}\s*)$/.exec(line)?.[1] ?? ''
  return name.slice(name.search(/\S/) === -1 ? name.length : 0)
}

/** The words as the post showed them: without the addresses behind its words, with the spaces that were lost. */
function shownWords(raw: string): string {
  const bracketed = raw.includes('<http')
  const unlinked = bracketed
    ? raw.replace(/\s?<https?:[^<>]{1,500}>/g, '\u0000')
    : raw
        .replace(/([#＃@＠$]\w+)\s+https?:\/\/(?:www\.)?(?:twitter|x)\.com\/\S*?(?=[,.;:!?)]*(?:\s|$))/g, '$1\u0000')
        .replace(/(https?:\/\/t\.co\/\w+)\s+\1/g, '$1\u0000')
  return unlinked
    .replace(/(?<=[\p{L}\p{N}.,;:!?…])([@#＃]\w+)(?=\u0000)/gu, ' $1')
    .replace(/(?<=[^\s(\u0000])(https?:\/\/t\.co\/)/g, ' $1')
    .replaceAll('\u0000', '')
    .replace(/\s+/g, ' ')
    .trim()
}
