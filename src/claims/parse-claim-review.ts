import { parseHTML } from 'linkedom'
import type { Claim, Problem, Review } from '../model.ts'
import { findFigures } from '../statements/figures.ts'
import { type ClaimImport, claimId, type ImportOptions, words } from './import-claims.ts'
import { type LinedJson, parseJson } from './parse-json.ts'

type Thing = Record<string, unknown>

/**
 * schema.org ClaimReview as it is found: one review, a list, an `@graph`, a DataFeed dump, or a page that embeds it.
 * Arrays where an object is meant, HTML in texts, relative links and odd dates are put right where that is possible.
 * Of a dump that is cut off, what stands whole is read. A problem is told with line and item: `dump.json:12#3`.
 *
 * @param firstLine the line of the file on which `content` begins
 * @see https://schema.org/ClaimReview
 */
export function parseClaimReviews(content: string, options: ImportOptions, firstLine = 1): ClaimImport {
  const { where, owner = 'operator' } = options
  const isPage = content.trimStart().startsWith('<')
  const claims: Claim[] = []
  const problems: Problem[] = []
  for (const { json, line: before, base } of isPage ? scriptsIn(content) : [{ json: content, line: 1, base: null }]) {
    const read = parseJson(json)
    const at = (line: number) => `${where}:${firstLine + before + line - 2}`
    const found = reviewsIn(read, !isPage)
    for (const [i, { line, thing, reason }] of found.entries()) {
      const place = found.length > 1 ? `${at(line)}#${i + 1}` : at(line)
      const say = (told: string) => void problems.push({ where: place, reason: told })
      const claim = thing && toReviewedClaim(thing, base, owner, say)
      if (claim) claims.push(claim)
      if (reason) say(reason)
    }
    if (read.fault) problems.push({ where: at(read.fault.line), reason: `is no JSON (${read.fault.reason})` })
  }
  if (claims.length === 0 && problems.length === 0) problems.push({ where, reason: 'holds no ClaimReview' })
  return { claims, problems }
}

/** The JSON-LD scripts of a page with the line on which each begins. */
function scriptsIn(content: string): { json: string; line: number; base: string | null }[] {
  const { document } = parseHTML(content)
  const base =
    document.querySelector('link[rel=canonical]')?.getAttribute('href') ??
    document.querySelector('meta[property="og:url"]')?.getAttribute('content') ??
    null
  let from = 0
  let line = 1
  return [...document.querySelectorAll('script')]
    .filter((script) => /ld\+json/i.test(script.getAttribute('type') ?? ''))
    .map((script) => {
      const text = script.textContent ?? ''
      const start = content.indexOf(text, from)
      if (start >= 0) {
        line += content.slice(from, start).split('\n').length - 1
        from = start
      }
      const json = text.replace(/^\s*(?:\/\/)?<!\[CDATA\[|(?:\/\/)?\]\]>\s*$/g, (mark: string) =>
        mark.replace(/[^\n]/g, ''),
      )
      return { json, line, base }
    })
}

/** One ClaimReview as it stands in a file, or why something that stands where one is meant is none. */
type Entry = { line: number; thing: Thing | null; reason: string | null }

/** Where a dump keeps what it is a list of: whatever stands there and is no ClaimReview is told. */
const LISTS = ['dataFeedElement', 'itemListElement', 'item']
/** Where a page or a graph keeps other things too. */
const PLACES = ['@graph', 'mainEntity', 'review', 'hasPart']
const DEEPEST = 8

/** Every ClaimReview in a file, however deep a dump wraps it, in the order of the file. */
function reviewsIn(read: LinedJson, isMeant: boolean): Entry[] {
  const entries: Entry[] = []
  const walk = (value: unknown, line: number, meant: boolean, depth: number): void => {
    const before = entries.length
    const tell = (reason: string) => {
      if (meant && entries.length === before) entries.push({ line, thing: null, reason })
    }
    if (typeof value !== 'object' || value === null) tell(`is ${nameOf(value)}, no ClaimReview`)
    else if (depth > DEEPEST) tell('is wrapped too deep to be read')
    else if (Array.isArray(value))
      for (const [i, one] of value.entries()) walk(one, read.lineOfItem(value, i), meant, depth + 1)
    else walkThing(value as Thing, line, meant, depth, tell)
  }
  const walkThing = (thing: Thing, line: number, meant: boolean, depth: number, tell: (reason: string) => void) => {
    const isReview = isA(thing, 'ClaimReview') || 'claimReviewed' in thing
    // What is cut off is told with the fault that cut it off.
    const isWhole = read.isWhole(thing)
    if (isReview && isWhole) entries.push({ line, thing, reason: null })
    if (isReview) return
    descend(thing, meant, depth)
    const type = [thing['@type']].flat().find((one) => typeof one === 'string')
    if (isWhole) tell(type ? `is of the type ${type.slice(0, 60)} and holds no ClaimReview` : 'holds no ClaimReview')
  }
  const descend = (thing: Thing, meant: boolean, depth: number) => {
    for (const key of [...LISTS, ...PLACES]) {
      const inner = thing[key]
      if (inner === undefined) continue
      const line = typeof inner === 'object' && inner !== null ? read.lineOf(inner) : read.lineOf(thing)
      walk(inner, line, key === 'dataFeedElement' || (meant && LISTS.includes(key)), depth + 1)
    }
  }
  const { value } = read
  const line = typeof value === 'object' && value !== null ? read.lineOf(value) : 1
  if (value !== undefined) walk(value, line, isMeant, 0)
  return entries
}

const nameOf = (value: unknown) =>
  typeof value === 'string'
    ? `the text “${value.slice(0, 40)}”`
    : value === null
      ? 'empty'
      : `the ${typeof value} ${value}`

const isA = (thing: Thing, type: string) =>
  [thing['@type']].flat().some((one) => typeof one === 'string' && one.replace(/^.*[/:]/, '') === type)

/** The first of an array, an object as it is, a bare text as an object with that name. */
function first(value: unknown): Thing {
  const one = Array.isArray(value) ? value[0] : value
  if (typeof one === 'string') return { name: one, url: /^https?:/.test(one) ? one : undefined }
  return typeof one === 'object' && one !== null ? (one as Thing) : {}
}

function toReviewedClaim(
  thing: Thing,
  base: string | null,
  owner: string,
  say: (reason: string) => void,
): Claim | null {
  const item = first(thing.itemReviewed)
  const text = plain(thing.claimReviewed) ?? plain(item.name) ?? plain(item.text)
  if (!text) {
    say('has no claimReviewed: a review without its claim is of no use')
    return null
  }
  const author = first(item.author)
  const claimant = plain(author.name)
  const said = date(item.datePublished ?? item.dateCreated, 'itemReviewed.datePublished', say)
  const link = [thing.url, thing['@id'], thing.mainEntityOfPage].flatMap(
    (value) => plain(first(value).url ?? first(value)['@id'] ?? value) ?? [],
  )[0]
  const review: Review = {
    publisher: plain(first(thing.author).name) ?? plain(first(thing.publisher).name),
    url: absolute(link ?? null, [base, plain(first(thing.author).url), plain(first(thing.publisher).url)], say),
    rating: rating(first(thing.reviewRating), say),
    reviewed: date(thing.datePublished ?? thing.dateModified, 'datePublished', say),
  }
  const title = plain(thing.headline) ?? plain(thing.name)
  return {
    id: claimId(text, claimant),
    text,
    title: title === text ? null : title,
    claimant,
    date: said,
    paraphrases: [],
    figures: findFigures(text),
    reviews: [review],
    status: 'active',
    owner,
  }
}

/** Text without markup and entities, null where there is none. */
function plain(value: unknown): string | null {
  const text = words(Array.isArray(value) ? value[0] : value)
  if (!text || !/[<&]/.test(text)) return text
  return words(parseHTML(`<html><body>${text}</body></html>`).document.body?.textContent ?? text)
}

function rating(value: Thing, say: (reason: string) => void): string | null {
  const named = plain(value.alternateName) ?? plain(value.name)
  if (named && !/^-?\d+(?:\.\d+)?$/.test(named)) return named
  const number = plain(value.ratingValue) ?? named
  if (number && value.bestRating !== undefined && Number(value.bestRating) > 0)
    return `${number} of ${plain(value.bestRating)}`
  if (!number) say('has no rating; the claim is kept without a verdict')
  return number
}

/** A link made whole from the page's or the publisher's address. */
function absolute(link: string | null, bases: (string | null)[], say: (reason: string) => void): string | null {
  if (!link) return null
  if (URL.canParse(link)) return /^https?:/.test(link) ? link : null
  const base = bases.find((one) => one !== null && URL.canParse(one))
  if (base && URL.canParse(link, base)) return new URL(link, base).href
  say(`“${link}” is a relative link and nothing says to what; it is left out`)
  return null
}

/** ISO 8601 to the day, null where the value is no date or none that can be. */
function date(value: unknown, field: string, say: (reason: string) => void): string | null {
  const text = plain(value)
  if (!text) return null
  const iso = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?!\d)/.exec(text)
  const year = Number(iso?.[1] ?? 0)
  if (iso && year >= 1000 && Number(iso[2] ?? 1) >= 1 && !Number.isNaN(Date.parse(iso[0]))) {
    if (!iso[3] || new Date(`${iso[0]}T00:00:00Z`).getUTCDate() === Number(iso[3])) return iso[0]
  } else {
    const parsed = new Date(`${text} UTC`)
    if (!iso && /\d{4}/.test(text) && !Number.isNaN(parsed.getTime())) return parsed.toISOString().slice(0, 10)
  }
  say(`${field} “${text.slice(0, 40)}” is no date; it is left out`)
  return null
}
