import { readFileSync } from 'node:fs'
import { constants, gunzipSync } from 'node:zlib'
import { decodeHTML } from 'entities'

/** What a file says of one post; a field that cannot be told without the program's own means is left out. */
export type ExpectedPost = { id: string; text?: string; handle?: string; time: string | null }
type Json = Record<string, unknown>

/** The posts in a file, found by looking for their marks in its bytes: no reader of the program is used. */
export function expectedPosts(path: string): ExpectedPost[] {
  const text = everyMember(readFileSync(path)).toString('utf8')
  if (/wayback-html/.test(path)) return text.includes('data-testid="tweetText"') ? rendered(text) : served(text)
  if (/embeds|oembed/.test(path)) return embedded(text)
  if (/v2-json/.test(path)) return binaries(text).flatMap((body) => walk(JSON.parse(body)))
  if (/\.warc/.test(path)) return archivedBodies(everyMember(readFileSync(path))).flatMap((body) => walk(attempt(body)))
  if (/note-tweet|tweet_index|cdx|bluesky|mastodon/.test(path)) return []
  return jsonBodies(text.replace(/^[\w.\s]+=\s*/, '')).flatMap((body) => walk(body))
}

/** A gzip file may hold member after member, as web archives do. */
const everyMember = (bytes: Buffer): Buffer =>
  bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }) : bytes

/** The bodies of archived answers, cut out by their lengths. */
function archivedBodies(warc: Buffer): string[] {
  const bodies: string[] = []
  for (let at = warc.indexOf('WARC-Type: response'); at !== -1; at = warc.indexOf('WARC-Type: response', at + 1)) {
    const record = warc.lastIndexOf('WARC/1', at)
    const http = warc.indexOf('\r\n\r\n', at) + 4
    const length = Number(/Content-Length: (\d+)/.exec(warc.toString('latin1', record, http))?.[1])
    const body = warc.subarray(warc.indexOf('\r\n\r\n', http) + 4, http + length)
    const plain = /transfer-encoding: chunked/i.test(warc.toString('latin1', http, http + 4000))
      ? dechunked(body)
      : body
    bodies.push(everyMember(plain).toString('utf8'))
  }
  return bodies
}

function dechunked(body: Buffer): Buffer {
  const parts: Buffer[] = []
  for (let at = 0; at < body.length; ) {
    const end = body.indexOf('\r\n', at)
    const size = Number.parseInt(body.toString('latin1', at, end), 16)
    if (!(size > 0)) break
    parts.push(body.subarray(end + 2, end + 2 + size))
    at = end + 4 + size
  }
  return Buffer.concat(parts)
}

const binaries = (yaml: string): string[] =>
  Array.from(yaml.matchAll(/string: !!binary \|\n((?: {8}\S+\n)+)/g), ([, body = '']) =>
    gunzipSync(Buffer.from(body.replace(/\s/g, ''), 'base64')).toString('utf8'),
  )

/** Every line or run of lines that is JSON by itself. */
function jsonBodies(text: string): unknown[] {
  const whole = attempt(text)
  if (whole !== undefined) return [whole]
  const lines = text
    .split(/\r?\n/)
    .map((line) => (/^[{[]/.test(line) ? attempt(line) : undefined))
    .filter((one) => one !== undefined)
  if (lines.length > 0) return lines
  return text
    .split(/(?<=\n\})\s*\n?(?=\{\n)/)
    .map(attempt)
    .filter((one) => one !== undefined)
}

function attempt(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const timeOf = (id: string): string | null =>
  BigInt(id) < 29_700_859_247n ? null : new Date(Number(BigInt(id) / 4_194_304n + 1_288_834_974_657n)).toISOString()
const unescaped = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&')

function walk(value: unknown): ExpectedPost[] {
  if (Array.isArray(value)) return value.flatMap(walk)
  if (typeof value !== 'object' || value === null) return []
  const json = value as Json
  const inner = Object.values(json).flatMap(walk)
  const own = ownPost(json)
  return own ? [own, ...inner] : inner
}

function ownPost(json: Json): ExpectedPost | null {
  const words = ((json.extended_tweet as Json | undefined)?.full_text ?? json.full_text ?? json.text) as
    | string
    | undefined
  const id = (json.id_str ?? (typeof json.id === 'string' && /^\d+$/.test(json.id) ? json.id : undefined)) as
    | string
    | undefined
  if (
    typeof words !== 'string' ||
    !id ||
    !(
      'created_at' in json ||
      'edit_history_tweet_ids' in json ||
      'public_metrics' in json ||
      Object.keys(json).length <= 3
    )
  )
    return null
  const handle = (json.user as Json | undefined)?.screen_name as string | undefined
  const isRepost = 'retweeted_status' in json || JSON.stringify(json.referenced_tweets ?? '').includes('retweeted')
  return { id, time: timeOf(id), ...(handle ? { handle } : {}), ...(isRepost ? {} : { text: unescaped(words) }) }
}

/** Pages that the server rendered: marks in the post's own element. */
function served(html: string): ExpectedPost[] {
  return Array.from(
    html.matchAll(
      /data-tweet-id="(\d+)"[\s\S]*?data-screen-name="(\w+)"[\s\S]*?<p class="[^"]*js-tweet-text[^"]*"[^>]*>([\s\S]*?)<\/p>/g,
    ),
    ([, id = '', handle = '', words = '']) => ({
      id,
      handle,
      time: timeOf(id),
      ...(/<a |<img /.test(words) ? {} : { text: decodeHTML(words.replace(/<[^>]+>/g, '')).trim() }),
    }),
  )
}

function rendered(html: string): ExpectedPost[] {
  return html
    .split('<article')
    .slice(1)
    .map((article) => {
      const [, handle = '', id = ''] = /href="\/(\w+)\/status\/(\d+)"[^>]*><time/.exec(article) ?? []
      return { id, handle, time: timeOf(id) }
    })
}

function embedded(html: string): ExpectedPost[] {
  const decoded = html
    .replaceAll('\\/', '/')
    .replaceAll('\\u003C', '<')
    .replaceAll('\\u003E', '>')
    .replaceAll('\\"', '"')
  return Array.from(
    decoded.matchAll(/<blockquote[^>]*class="twitter-(?:tweet|video)[^>]*>([\s\S]*?)<\/blockquote>/g),
  ).flatMap(([, inner = '']) => {
    const [, handle = '', id = ''] =
      Array.from(inner.matchAll(/(?:twitter|x)\.com\/(\w+)\/status(?:es)?\/(\d+)/g)).at(-1) ?? []
    const words = /<p(?:\s[^>]*)?>([\s\S]*?)<\/p>/.exec(inner)?.[1]
    const signed = /\(@\w+\)/.test(inner)
    const text =
      signed && words && !/<br/.test(words)
        ? decodeHTML(words.replace(/<[^>]+>/g, ''))
            .replace(/\s+/g, ' ')
            .trim()
        : undefined
    return id ? [{ id, handle, time: timeOf(id), ...(text ? { text } : {}) }] : []
  })
}
