import { hash } from 'node:crypto'
import type { Author, RawItem } from '../../model.ts'
import { brokenOff, type Read } from './json-lines.ts'
import { elementsOf } from './json-values.ts'
import { statedTime, twitterAuthor } from './post-item.ts'
import { readPosts } from './read-posts.ts'

type Json = Record<string, unknown>
const object = (value: unknown): Json | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null
const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)

/** A long post as `note-tweet.js` keeps it: without the id of the post that it belongs to. */
export type LongPost = { createdAt: number; text: string }

/** True for a script of a personal archive, of any generation. */
export const isArchiveScript = (start: string): boolean =>
  /^\s*(?:window\.YTD\.\w+\.part\d+|Grailbird\.data\.\w+|var\s+(?:tweet_index|user_details|payload_details))\s*=/.test(
    start,
  )

/**
 * The posts of one script (`tweets.js`, `tweet.js`, `data/js/tweets/2012_11.js`), read as data and never run.
 *
 * @param owner whose archive it is: its posts do not say so
 * @param member the file inside an archive, null where it lies alone
 */
export async function* readArchivePosts(
  bytes: AsyncIterable<Buffer>,
  source: string,
  {
    member = null,
    owner = null,
    notes = [],
    deleted = false,
  }: { member?: string | null; owner?: Author | null; notes?: LongPost[]; deleted?: boolean } = {},
): AsyncGenerator<Read> {
  let count = 0
  let posts = 0
  const locator = () => (member ? `${member}, item ${count}` : `item ${count}`)
  const where = () => `${source}, ${locator()}`
  try {
    for await (const raw of elementsOf(bytes)) {
      count += 1
      const value = raw && parsed(raw)
      if (!raw || value === undefined) {
        yield {
          problem: {
            where: where(),
            reason: raw ? 'this entry is no JSON; it was passed over' : 'this entry is too long and was passed over',
          },
        }
        continue
      }
      const place = { source, locator: locator(), sha256: hash('sha256', raw) }
      const { items, known } = readPosts(object(value)?.tweet ?? value, place, owner)
      if (!known && !isOther(value))
        yield { problem: { where: where(), reason: 'this entry is no post that is known; it was passed over' } }
      posts += items.length
      for (const item of items) yield { item: marked(joined(item, notes), deleted) }
    }
  } catch (error) {
    yield { problem: { where: `${source}, after ${locator()}`, reason: brokenOff(error) } }
  }
  if (posts === 0 && member === null)
    yield {
      problem: {
        where: source,
        reason: 'there are no posts with an id in this script; name the whole archive (its ZIP) instead',
      },
    }
}

const parsed = (raw: Buffer): unknown => {
  try {
    return JSON.parse(raw.toString('utf8'))
  } catch {
    return undefined
  }
}

/** Entries of scripts that hold no posts: the index of months, long posts without their ids. */
const isOther = (value: unknown): boolean =>
  ['file_name', 'noteTweet', 'account'].some((key) => key in (object(value) ?? {}))

const marked = (item: RawItem, deleted: boolean): RawItem =>
  deleted && item.post ? { ...item, post: { ...item.post, deleted: true } } : item

/** Gives a cut post its whole text: the long post written in the same second that begins with the same words. */
function joined(item: RawItem, notes: LongPost[]): RawItem {
  if (!item.post || !item.text || notes.length === 0) return item
  const time = Date.parse(item.published ?? '')
  const beginning = item.text
    .replace(/\s*https:\/\/t\.co\/\w+$/, '')
    .replace(/…$/, '')
    .trimEnd()
    .slice(0, 200)
  const note = notes.find(({ createdAt, text }) => Math.abs(createdAt - time) <= 1000 && text.startsWith(beginning))
  if (!note || note.text.length <= item.text.length) return item
  const post = { ...item.post, textStatus: 'full' as const, displayText: '', mentions: [], keywords: [], citation: [] }
  return { ...item, text: note.text, post }
}

/** The long posts of `note-tweet.js`. */
export async function readLongPosts(bytes: AsyncIterable<Buffer>): Promise<LongPost[]> {
  const notes: LongPost[] = []
  for await (const raw of elementsOf(bytes)) {
    const note = raw && object(object(parsed(raw))?.noteTweet)
    const words = text(object(note?.core)?.text)
    const time = Date.parse(statedTime(note?.createdAt) ?? '')
    if (words && !Number.isNaN(time)) notes.push({ createdAt: time, text: words })
  }
  return notes
}

/** Whose archive it is, from `account.js` or the older `user_details.js`. */
export function readOwner(script: string): Author | null {
  const start = script.indexOf('=')
  try {
    const value: unknown = JSON.parse(
      script
        .slice(start + 1)
        .trim()
        .replace(/;$/, ''),
    )
    const one = object(Array.isArray(value) ? object(value[0])?.account : value)
    return one
      ? twitterAuthor(
          text(one.username) ?? text(one.screen_name),
          text(one.accountDisplayName) ?? text(one.full_name),
          text(one.accountId) ?? text(one.id),
        )
      : null
  } catch {
    return null
  }
}
