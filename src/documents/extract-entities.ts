import type { PostFields } from '../model.ts'
import { ACCENTED, findLinks } from './find-links.ts'

type Entity = PostFields['mentions'][number]

/**
 * What Twitter links in a text by itself. Values stand without their sign; offsets take it in: UTF-16, end exclusive.
 * `mentionsAndLists` holds the mentions and, with the name of a list behind the handle, the lists; `replyTo` is the
 * handle that the text begins with.
 */
export type TextEntities = {
  mentions: Entity[]
  mentionsAndLists: (Entity & { list: string | null })[]
  replyTo: string | null
  hashtags: Entity[]
  cashtags: Entity[]
  links: PostFields['citation']
}

const SPACE = '\\t-\\r \\x85\\xa0\\u1680\\u180e\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'
/** Letters and marks of a hashtag; digits, and a few signs that join words in their script. */
const TAG_LETTER = '\\p{L}\\p{M}'
const TAG_OTHER =
  '\\p{Nd}_\\u200c\\u200d\\ua67e\\u05be\\u05f3\\u05f4\\uff5e\\u301c\\u309b\\u309c\\u30a0\\u30fb\\u3003\\u0f0b\\u0f0c\\u00b7'
const HASHTAG = new RegExp(
  `(?:(?<=[\\ufe0e\\ufe0f])|(?<![&${TAG_LETTER}${TAG_OTHER}]))[#＃](?!\\ufe0f|\\u20e3)([${TAG_LETTER}${TAG_OTHER}]+)`,
  'gu',
)
/** What must not follow a hashtag. */
const AFTER_HASHTAG = /^(?:[#＃]|:\/\/)/u
/** A handle stands apart from the word before it, but `RT@name` counts. With a path behind it, it is the name of a list. */
const MENTION =
  /(?:(?<![a-z0-9_!#$%&*@＠])|(?<=(?:^|[^a-z0-9_+~.-])rt:?))[@＠]([a-z0-9_]{1,20})(\/[a-z][a-z0-9_-]{0,24})?/gi
const REPLY = new RegExp(`^[${SPACE}]*[@＠]([a-z0-9_]{1,20})`, 'i')
/** What must not follow a handle: another sign, an accented letter, the rest of an address. */
const AFTER_MENTION = new RegExp(`^(?:[@＠]|[${ACCENTED}]|://)`)
const CASHTAG = new RegExp(
  `(?<=^|[${SPACE}\\u200e\\u200f\\u202a-\\u202e\\u061c\\u2066-\\u2069])\\$([a-z]{1,6}(?:[._][a-z]{1,2})?)(?=$|\\s|[!'#%&"()*+,\\\\\\-./:;<=>?@[\\]^_{|}~$])`,
  'gi',
)

/**
 * Finds mentions, hashtags, cashtags and links in the words of a post, by the rules that Twitter itself uses. Where two
 * overlap, the one that starts first counts.
 *
 * @param text as shown, references decoded
 * @returns in reading order; each value is as written
 */
export function extractEntities(text: string): TextEntities {
  const links = findLinks(text)
  const mentionsAndLists = mentionsOf(text)
  const hashtags = hashtagsOf(text)
  const cashtags = text.includes('$')
    ? Array.from(text.matchAll(CASHTAG), ({ index, 1: value = '' }) => entity(value, index))
    : []
  const kept = withoutOverlap([...links, ...mentionsAndLists, ...hashtags, ...cashtags])
  const handles = mentionsAndLists.filter((each) => kept.has(each))
  return {
    mentions: handles.flatMap(({ list, ...mention }) => (list === null ? [mention] : [])),
    mentionsAndLists: handles,
    replyTo: replyTo(text),
    hashtags: hashtags.filter((each) => kept.has(each)),
    cashtags: cashtags.filter((each) => kept.has(each)),
    links: links.filter((each) => kept.has(each)),
  }
}

function entity(value: string, start: number): Entity {
  return { value, start, end: start + 1 + value.length }
}

function mentionsOf(text: string): TextEntities['mentionsAndLists'] {
  if (!/[@＠]/.test(text)) return []
  return Array.from(text.matchAll(MENTION)).flatMap(({ index, 0: whole, 1: value = '', 2: path }) => {
    const end = index + whole.length
    if (AFTER_MENTION.test(text.slice(end, end + 3))) return []
    return [{ value, list: path?.slice(1) ?? null, start: index, end }]
  })
}

function replyTo(text: string): string | null {
  const reply = REPLY.exec(text)
  if (!reply) return null
  const { 0: whole, 1: handle = null } = reply
  return AFTER_MENTION.test(text.slice(whole.length, whole.length + 3)) ? null : handle
}

/** A hashtag holds a letter, and is not the beginning of something longer. */
function hashtagsOf(text: string): Entity[] {
  if (!/[#＃]/.test(text)) return []
  let behind = 0
  return Array.from(text.matchAll(HASHTAG)).flatMap(({ index, 0: whole, 1: value = '' }) => {
    if (behind > 0 && index <= behind) return []
    if (!/[\p{L}\p{M}]/u.test(value)) return []
    behind = index + whole.length
    return AFTER_HASHTAG.test(text.slice(behind, behind + 3)) ? [] : [entity(value, index)]
  })
}

function withoutOverlap(entities: Entity[]): Set<Entity> {
  let behind = 0
  const inOrder = entities.sort((a, b) => a.start - b.start)
  return new Set(
    inOrder.filter(({ start, end }) => {
      if (start < behind) return false
      behind = end
      return true
    }),
  )
}
