import type { PostFields } from '../model.ts'

/** What Twitter links in a text by itself: mentions, hashtags and cashtags, links. Offsets are UTF-16, end exclusive. */
export type TextEntities = {
  mentions: PostFields['mentions']
  hashtags: PostFields['keywords']
  cashtags: PostFields['keywords']
  links: PostFields['citation']
}

/** Letters and marks of a hashtag; a few marks of scripts that join words besides. */
const TAG_LETTER = '\\p{L}\\p{M}'
const TAG_OTHER =
  '\\p{Nd}_\\u200c\\u200d\\ua67e\\u05be\\u05f3\\u05f4\\uff5e\\u301c\\u309b\\u309c\\u30a0\\u30fb\\u3003\\u0f0b\\u0f0c\\u00b7'
const TAG_CHARACTER = `[${TAG_LETTER}${TAG_OTHER}]`
const HASHTAG = new RegExp(`(?<![&${TAG_LETTER}${TAG_OTHER}])[#＃](?!\\ufe0f|\\u20e3)(${TAG_CHARACTER}+)`, 'gu')
/** What must not follow a hashtag. */
const AFTER_HASHTAG = /^(?:[#＃]|:\/\/)/u
/** A handle stands apart from the word before it, but `RT@name` counts. */
const MENTION = /(?:(?<![\w!#$%&*@＠])|(?<=(?:^|[^\w+~.-])rt:?))[@＠](\w{1,20})/giu
/** What must not follow a handle: another sign, an accented letter, the rest of an address. */
const AFTER_MENTION =
  /^(?:[@＠]|[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u02bb\u1e00-\u1eff]|[\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268\u026f\u0272\u0289\u028b]|[\u0300-\u036f]|:\/\/)/u
const CASHTAG =
  /(?<=^|[\s\u200e\u200f\u202a-\u202e\u061c\u2066-\u2069])\$([a-z]{1,6}(?:[._][a-z]{1,2})?)(?=$|\s|[!'#%&"()*+,\\\-./:;<=>?@[\]^_{|}~$])/giu
const LINK = /(?<![\p{L}\p{N}@＠$#＃/])https?:\/\/[^\s<>"“”«»\u3000]+/giu

/**
 * Finds mentions, hashtags, cashtags and links in the words of a post, by the rules that Twitter itself uses. Bare
 * domains without `http` are left alone: which of them are links depends on a list of top-level domains.
 *
 * @param text as shown, references decoded
 * @returns values without their sign, in reading order
 */
export function extractEntities(text: string): TextEntities {
  const links = linksOf(text)
  const free = ({ start }: { start: number }) => !links.some((link) => start >= link.start && start < link.end)
  return {
    mentions: found(text, MENTION, AFTER_MENTION).filter(free),
    hashtags: found(text, HASHTAG, AFTER_HASHTAG)
      .filter(({ value }) => /\p{L}|\p{M}/u.test(value))
      .filter(free),
    cashtags: found(text, CASHTAG, null).filter(free),
    links,
  }
}

function found(text: string, pattern: RegExp, refused: RegExp | null) {
  return Array.from(text.matchAll(pattern), ({ index, 1: value = '' }) => ({
    value,
    start: index,
    end: index + 1 + value.length,
  })).filter(({ end }) => !refused?.test(text.slice(end, end + 3)))
}

/** Links without the punctuation that ends the sentence around them. */
function linksOf(text: string): TextEntities['links'] {
  return Array.from(text.matchAll(LINK), (match) => {
    let value = /^https?:\/\/t\.co\/[a-z0-9]+/i.exec(match[0])?.[0] ?? match[0].replace(/[.,;:!?'’…]+$/u, '')
    while (/[)\]]$/.test(value) && !balanced(value)) value = value.slice(0, -1).replace(/[.,;:!?'’…]+$/u, '')
    return { value, start: match.index, end: match.index + value.length }
  }).filter(({ value }) => /^https?:\/\/[^/?#\s]*[\p{L}\p{N}]/iu.test(value))
}

const balanced = (value: string): boolean => {
  const count = (sign: string) => value.split(sign).length
  return count('(') >= count(')') && count('[') >= count(']')
}
