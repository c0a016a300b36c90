import type { Author, PostFields, RawItem } from '../../model.ts'

/** One entity of a post as its source states it, in code points of the text as sent; offsets may be missing or wrong. */
export type StatedEntity = {
  kind: 'mention' | 'hashtag' | 'cashtag' | 'link'
  shown: string
  value: string
  start: number | null
  end: number | null
}

export type PostParts = {
  /** Twitter's, as text: it does not fit into a number. */
  id: string
  author: Author | null
  /** As sent: still with `&amp;`, `&lt;` and `&gt;`. */
  text: string | null
  truncated: boolean
  entities: StatedEntity[]
  /** ISO 8601, as the source states it. */
  stated: string | null
  statedBy: 'field' | 'page' | 'embed'
  language: string | null
  inReplyTo: string | null
  shared: { id: string | null; author: Author | null; text: string | null; kind: 'repost' | 'quote' } | null
  originalUrls: string[]
  deleted: boolean | null
  editHistory: string[]
  provenance: RawItem['provenance']
  /** False where the text is as shown, its references decoded already. */
  escaped?: boolean
  /** True where it is known to answer a post that is not named. */
  reply?: boolean
}

/** Builds the one record of a post that every archive leads to (schema.org SocialMediaPosting). Times stay as stated. */
export function toPostItem(parts: PostParts): RawItem {
  const { text, spans } = placed(parts.text ?? '', parts.entities, parts.escaped !== false)
  const post: PostFields = {
    textStatus: parts.text === null ? 'none' : parts.truncated ? 'truncated' : 'full',
    postKind: parts.shared?.kind ?? (parts.inReplyTo || parts.reply ? 'reply' : 'post'),
    displayText: writtenOut(text, spans),
    mentions: pick(spans, 'mention'),
    keywords: [...pick(spans, 'hashtag'), ...pick(spans, 'cashtag')].sort((a, b) => a.start - b.start),
    citation: pick(spans, 'link'),
    inReplyTo: parts.inReplyTo,
    sharedContent: parts.shared && { id: parts.shared.id, author: parts.shared.author, text: parts.shared.text },
    originalUrls: parts.originalUrls,
    deleted: parts.deleted,
    editHistory: parts.editHistory,
    publishedConflict: null,
  }
  return {
    kind: 'post',
    guid: `twitter:${parts.id}`,
    url: `https://twitter.com/i/status/${parts.id}`,
    title: null,
    html: null,
    text,
    summaryOnly: false,
    author: parts.author,
    publisher: 'Twitter',
    published: parts.stated,
    publishedFrom: parts.stated ? parts.statedBy : null,
    updated: null,
    language: postLanguage(parts.language),
    archivedAt: [],
    provenance: parts.provenance,
    post,
  }
}

type PlacedEntity = StatedEntity & { start: number; end: number }

const pick = (spans: PlacedEntity[], kind: StatedEntity['kind']) =>
  spans.filter((span) => span.kind === kind).map(({ value, start, end }) => ({ value, start, end }))

/**
 * Unescapes the text and puts every entity at its true place in it. Stated offsets count code points of the escaped
 * text; each is held against the words it must cover, and searched for where they do not agree.
 */
function placed(sent: string, entities: StatedEntity[], escaped: boolean): { text: string; spans: PlacedEntity[] } {
  const { text, offsets } = escaped ? unescaped(sent) : { text: sent, offsets: [] }
  const found: PlacedEntity[] = []
  const from = new Map<string, number>()
  const lower = text.toLowerCase()
  for (const entity of [...entities].sort((a, b) => (a.start ?? 0) - (b.start ?? 0))) {
    const shown = entity.shown.toLowerCase()
    const start = entity.start === null ? undefined : offsets[entity.start]
    const fits = start !== undefined && sameSign(lower.slice(start, start + shown.length), shown)
    const after = from.get(shown) ?? 0
    const at = fits ? start : searchFor(lower, shown, after)
    if (at === -1 || shown === '') continue
    from.set(shown, at + shown.length)
    found.push({ ...entity, start: at, end: at + shown.length })
  }
  return { text, spans: found.sort((a, b) => a.start - b.start) }
}

/** Full-width signs are the same signs. */
const sameSign = (a: string, b: string): boolean => a === b || a.replace('＃', '#').replace('＠', '@') === b

function searchFor(lower: string, shown: string, after: number): number {
  const at = lower.indexOf(shown, after)
  if (at !== -1) return at
  if (shown.startsWith('#')) return lower.indexOf(`＃${shown.slice(1)}`, after)
  return shown.startsWith('@') ? lower.indexOf(`＠${shown.slice(1)}`, after) : -1
}

const ESCAPES: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" }

/** The text without its escapes, and for each code point of the text as sent its place (UTF-16) in the result. */
function unescaped(sent: string): { text: string; offsets: number[] } {
  if (!sent.includes('&') && !/[\ud800-\udbff]/.test(sent)) return { text: sent, offsets: plainOffsets(sent.length) }
  const offsets: number[] = []
  let text = ''
  for (let i = 0; i < sent.length; ) {
    const code = sent[i] === '&' ? /^&(?:amp|lt|gt|quot|#39);/.exec(sent.slice(i, i + 6))?.[0] : undefined
    const taken = code ?? String.fromCodePoint(sent.codePointAt(i)!)
    for (let n = code ? code.length : 1; n > 0; n -= 1) offsets.push(text.length)
    text += code ? ESCAPES[code] : taken
    i += taken.length
  }
  offsets.push(text.length)
  return { text, offsets }
}

const counting: number[] = []
/** 0, 1, 2 …: shared by all texts that need no mapping. */
function plainOffsets(length: number): number[] {
  while (counting.length <= length) counting.push(counting.length)
  return counting
}

/** The text with its shortened links written out. */
function writtenOut(text: string, spans: PlacedEntity[]): string {
  let result = ''
  let at = 0
  for (const { kind, value, start, end } of spans) {
    if (kind !== 'link' || start < at) continue
    result += text.slice(at, start) + value
    at = end
  }
  return result + text.slice(at)
}

/** BCP 47 out of Twitter's own codes. */
export const postLanguage = (code: string | null): string | null =>
  !code || /^(und|qam|qct|qht|qme|qst|zxx|art)$/.test(code)
    ? null
    : (({ in: 'id', iw: 'he' } as Record<string, string>)[code] ?? code)

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const MONTH_NUMBERS: Record<string, string> = Object.fromEntries(
  MONTHS.map((name, i) => [name, String(i + 1).padStart(2, '0')]),
)
/** Days that every month has, and times that every day has: only others have to be reckoned with. */
const COMMON_DAY = /^(?:0[1-9]|1\d|2[0-8])$/
const COMMON_CLOCK = /^(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d$/
const COMMON_YEAR = /^(?:19|20)\d\d$/

/** `Thu Nov 19 00:44:01 +0000 2015`, `2011-03-31 20:29:23 +0000` or ISO 8601, to ISO 8601 with milliseconds. */
export function statedTime(written: unknown): string | null {
  if (typeof written !== 'string') return null
  // A whole collection is written like `Thu Nov 19 00:44:01 +0000 2015`: its parts are put in another order.
  if (written.length === 30 && written.slice(19, 26) === ' +0000 ') {
    const [month, day, clock, year] = [
      written.slice(4, 7),
      written.slice(8, 10),
      written.slice(11, 19),
      written.slice(26),
    ]
    if (COMMON_DAY.test(day) && COMMON_CLOCK.test(clock) && COMMON_YEAR.test(year) && MONTH_NUMBERS[month])
      return `${year}-${MONTH_NUMBERS[month]}-${day}T${clock}.000Z`
    const part = (start: number, end: number) => Number(written.slice(start, end))
    const time = Date.UTC(part(26, 30), MONTHS.indexOf(month), part(8, 10), part(11, 13), part(14, 16), part(17, 19))
    return !MONTHS.includes(month) || Number.isNaN(time) ? null : new Date(time).toISOString()
  }
  const spaced = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2}(?:\.\d+)?) ?(Z|[+-]\d{2}:?\d{2})?$/.exec(written)
  if (!spaced) return null
  const [, date, time, zone = 'Z'] = spaced
  const ms = Date.parse(`${date}T${time}${zone.replace(/^([+-]\d{2})(\d{2})$/, '$1:$2')}`)
  return Number.isNaN(ms) ? null : new Date(ms).toISOString()
}

/** An author by handle, as every archive names one. */
export const twitterAuthor = (handle: string | null, name: string | null, identifier: string | null): Author | null =>
  handle || name || identifier
    ? { name, alternateName: handle, identifier, url: handle ? `https://twitter.com/${handle}` : null }
    : null
