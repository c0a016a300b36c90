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
const HASHTAG = new RegExp(
  `(?:(?<=[\\ufe0e\\ufe0f])|(?<![&${TAG_LETTER}${TAG_OTHER}]))[#＃](?!\\ufe0f|\\u20e3)(${TAG_CHARACTER}+)`,
  'gu',
)
/** What must not follow a hashtag. */
const AFTER_HASHTAG = /^(?:[#＃]|:\/\/)/u
/** A handle stands apart from the word before it, but `RT@name` counts. With a path behind it, it is the name of a list. */
const MENTION = /(?:(?<![\w!#$%&*@＠])|(?<=(?:^|[^\w+~.-])rt:?))[@＠](\w{1,20})(\/[a-z][\w-]{0,24})?/giu
/** What must not follow a handle: another sign, an accented letter, the rest of an address. */
const AFTER_MENTION =
  /^(?:[@＠]|[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u02bb\u1e00-\u1eff]|[\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268\u026f\u0272\u0289\u028b]|[\u0300-\u036f]|:\/\/)/u
const CASHTAG =
  /(?<=^|[\s\u200e\u200f\u202a-\u202e\u061c\u2066-\u2069])\$([a-z]{1,6}(?:[._][a-z]{1,2})?)(?=$|\s|[!'#%&"()*+,\\\-./:;<=>?@[\]^_{|}~$])/giu
const ACCENTED = '\\u00c0-\\u00d6\\u00d8-\\u00f6\\u00f8-\\u024f\\u1e00-\\u1eff'
const LINK = new RegExp(
  `(?<![a-z0-9@＠$#＃])https?:\\/\\/(?:[\\p{L}\\p{N}_-]+\\.)+(?:xn--[a-z0-9-]+|[a-z]{2,63}|[\\p{L}\\p{M}]+)(?![a-z0-9_@-])(?::\\d{1,5})?(?<path>\\/[a-z0-9\\u0400-\\u04ff${ACCENTED}!*';:=+,.$/%#[\\]\\-–_~@|&()]*)?(?<query>\\?[a-z0-9!?*'@();:&=+$/%#[\\]\\-_.,~|]*)?`,
  'giu',
)
/** What a link may end in: other signs belong to the sentence around it. */
const PATH_END = new RegExp(`[^a-z0-9\\u0400-\\u04ff${ACCENTED}=_#/+\\-)]+$`, 'iu')
const QUERY_END = /[^a-z0-9_&=#/-]+$/i

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
  return Array.from(text.matchAll(pattern), ({ index, 0: whole, 1: value = '', 2: list }) => ({
    list,
    behind: text.slice(index + whole.length, index + whole.length + 3),
    entity: { value, start: index, end: index + 1 + value.length },
  })).flatMap(({ list, behind, entity }) => (list === undefined && !refused?.test(behind) ? [entity] : []))
}

function linksOf(text: string): TextEntities['links'] {
  return Array.from(text.matchAll(LINK), ({ index, 0: whole, groups }) => {
    const short = /^https?:\/\/t\.co\/[a-z0-9]+/i.exec(whole)?.[0]
    const value = short ?? trimmed(whole, groups?.query !== undefined && groups.query.length > 1)
    return { value, start: index, end: index + value.length }
  })
}

/** A link up to the first bracket that is not closed, without the signs that end a sentence. */
function trimmed(link: string, hasQuery: boolean): string {
  const open: number[] = []
  let end = link.length
  for (let i = 0; i < link.length; i += 1) {
    if (link[i] === '(') open.push(i)
    else if (link[i] === ')' && open.pop() === undefined) {
      end = i
      break
    }
  }
  const whole = link.slice(0, Math.min(end, open[0] ?? end))
  return hasQuery && whole.includes('?') ? whole.replace(QUERY_END, '') : whole.replace(PATH_END, '')
}
