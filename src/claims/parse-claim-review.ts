import { parseHTML } from 'linkedom'
import type { Claim, Problem, Review } from '../model.ts'
import { type ClaimImport, claimId, type ImportOptions, words } from './import-claims.ts'

type Thing = Record<string, unknown>

/**
 * schema.org ClaimReview as it is found: one review, a list, an `@graph`, a DataFeed dump, or a page that embeds it.
 * Arrays where an object is meant, HTML in texts, relative links and odd dates are put right where that is possible.
 *
 * @see https://schema.org/ClaimReview
 */
export function parseClaimReviews(content: string, options: ImportOptions): ClaimImport {
  const { where } = options
  const claims: Claim[] = []
  const problems: Problem[] = []
  for (const { json, where: place, base } of blocks(content, where)) {
    let value: unknown
    try {
      value = JSON.parse(json)
    } catch (error) {
      problems.push({ where: place, reason: `is no JSON (${(error as Error).message})` })
      continue
    }
    const found = reviewsIn(value)
    if (found.length === 0 && !content.trimStart().startsWith('<'))
      problems.push({ where: place, reason: 'holds no ClaimReview' })
    for (const [i, thing] of found.entries()) {
      const at = found.length > 1 ? `${place}#${i + 1}` : place
      const claim = toReviewedClaim(thing, base, options.owner ?? 'operator', (reason) =>
        problems.push({ where: at, reason }),
      )
      if (claim) claims.push(claim)
    }
  }
  if (claims.length === 0 && problems.length === 0) problems.push({ where, reason: 'holds no ClaimReview' })
  return { claims, problems }
}

/** A JSON text as it is; of a page, its JSON-LD scripts. */
function blocks(content: string, where: string): { json: string; where: string; base: string | null }[] {
  if (!content.trimStart().startsWith('<')) return [{ json: content, where, base: null }]
  const { document } = parseHTML(content)
  const base =
    document.querySelector('link[rel=canonical]')?.getAttribute('href') ??
    document.querySelector('meta[property="og:url"]')?.getAttribute('content') ??
    null
  return [...document.querySelectorAll('script')]
    .filter((script) => /ld\+json/i.test(script.getAttribute('type') ?? ''))
    .map((script, i) => ({
      json: (script.textContent ?? '').replace(/^\s*(?:\/\/)?<!\[CDATA\[|(?:\/\/)?\]\]>\s*$/g, ''),
      where: `${where}, script ${i + 1}`,
      base,
    }))
}

/** Every ClaimReview in a value, however deep a dump wraps it. */
function reviewsIn(value: unknown, depth = 0): Thing[] {
  if (depth > 8 || typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap((one) => reviewsIn(one, depth + 1))
  const thing = value as Thing
  if (isA(thing, 'ClaimReview') || 'claimReviewed' in thing) return [thing]
  return ['@graph', 'dataFeedElement', 'item', 'itemListElement', 'mainEntity', 'review', 'hasPart'].flatMap((key) =>
    reviewsIn(thing[key], depth + 1),
  )
}

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
    figures: [],
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
