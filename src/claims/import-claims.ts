import { createHash } from 'node:crypto'
import type { Claim, Problem } from '../model.ts'
import { findFigures } from '../statements/figures.ts'
import { parseClaimReviews } from './parse-claim-review.ts'
import { parseClaimTable } from './parse-claim-table.ts'
import { parseClaimYaml } from './parse-claim-yaml.ts'

/** What a file of claims held: what is usable, and what is not, with line (or place) and reason. */
export type ClaimImport = { claims: Claim[]; problems: Problem[] }
/** `format`: the ending of the file's name without its dot. `where`: what to call the file. */
export type ImportOptions = { format: string; where: string; owner?: string }

/**
 * Reads claims: JSON lines, CSV or TSV with named columns, YAML, or schema.org ClaimReview (JSON-LD or a page that
 * embeds it). What cannot be used is listed and the rest is returned. Never throws. Identical claims become one.
 */
export function parseClaims(text: string, options: ImportOptions): ClaimImport {
  const content = text.replace(/^\uFEFF/, '')
  return mergeSame(parse(content, options))
}

function parse(content: string, options: ImportOptions): ClaimImport {
  switch (options.format) {
    case 'tsv':
      return parseClaimTable(content, '\t', options)
    case 'csv':
      return parseClaimTable(content, ',', options)
    case 'yaml':
    case 'yml':
      return parseClaimYaml(content, options)
    case 'jsonl':
    case 'ndjson':
      return parseLines(content, options)
    case 'html':
    case 'htm':
    case 'json':
    case 'jsonld':
      return parseClaimReviews(content, options)
    default:
      return {
        claims: [],
        problems: [
          {
            where: options.where,
            reason: `“.${options.format}” is no format of claims; use jsonl, tsv, csv, yaml, json or html`,
          },
        ],
      }
  }
}

function parseLines(content: string, options: ImportOptions): ClaimImport {
  const claims: Claim[] = []
  const problems: Problem[] = []
  for (const [i, line] of content.split('\n').entries()) {
    if (line.trim() === '') continue
    const where = `${options.where}:${i + 1}`
    try {
      const value: unknown = JSON.parse(line)
      const found = isReview(value) ? parseClaimReviews(line, options, i + 1) : toClaim(value, options.owner)
      if (typeof found === 'string') problems.push({ where, reason: found })
      else if ('claims' in found) {
        claims.push(...found.claims)
        problems.push(...found.problems)
      } else claims.push(found)
    } catch (error) {
      problems.push({ where, reason: `is no JSON (${(error as Error).message})` })
    }
  }
  return { claims, problems }
}

const isReview = (value: unknown) =>
  typeof value === 'object' && value !== null && ('@type' in value || '@graph' in value || 'claimReviewed' in value)

/** A claim from named fields, as JSON, YAML and tables have them. A text where it is none: the reason. */
export function toClaim(value: unknown, owner = 'operator'): Claim | string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'is no object with an id and a text'
  const fields = value as Record<string, unknown>
  const text = words(fields.text)
  if (!text) return 'has no text'
  const status = words(fields.status) ?? 'active'
  if (status !== 'active' && status !== 'retired') return `status must be active or retired, not “${status}”`
  const claimant = words(fields.claimant)
  return {
    id: words(fields.id) ?? claimId(text, claimant),
    text,
    title: words(fields.title),
    claimant,
    date: words(fields.date),
    paraphrases: list(fields.paraphrases).flatMap((one) => words(one) ?? []),
    figures: findFigures(text),
    reviews: list(fields.reviews).flatMap((one) => {
      if (typeof one !== 'object' || one === null) return []
      const review = one as Record<string, unknown>
      return [
        {
          publisher: words(review.publisher),
          url: words(review.url),
          rating: words(review.rating),
          reviewed: words(review.reviewed),
        },
      ]
    }),
    status,
    owner,
  }
}

const list = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]

/** Text with its white space tidied, null where there is none. Numbers and truth values are written out. */
export function words(value: unknown): string | null {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (value instanceof Date) return value.toISOString().slice(0, 10)
  if (typeof value !== 'string') return null
  return value.replace(/\s+/g, ' ').trim() || null
}

/** A stable id for a claim that came without one: the same words by the same claimant get the same. */
export function claimId(text: string, claimant: string | null): string {
  return `claim-${createHash('sha256').update(sameKey(text, claimant)).digest('hex').slice(0, 16)}`
}

/** Claims with the same key are the same claim: case, punctuation and white space do not tell them apart. */
export function sameKey(text: string, claimant: string | null): string {
  const plain = (words: string) =>
    words
      .normalize('NFKC')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}%$€£]+/gu, ' ')
      .trim()
  return `${plain(text)}\n${plain(claimant ?? '')}`
}

/**
 * Identical claims as one, with all their reviews and paraphrases.
 *
 * @param keptAs filled with the id under which each claim is found afterwards
 */
export function mergeSame({ claims, problems }: ClaimImport, keptAs = new Map<string, string>()): ClaimImport {
  const byKey = new Map<string, Claim>()
  const byId = new Map<string, string>()
  for (const claim of claims) {
    const key = sameKey(claim.text, claim.claimant)
    const known = byKey.get(key)
    if (known) {
      byKey.set(key, mergeClaims(known, claim))
      keptAs.set(claim.id, known.id)
      continue
    }
    const taken = byId.get(claim.id)
    if (taken !== undefined) {
      problems.push({ where: claim.id, reason: 'this id stands twice with different texts; the first is kept' })
      continue
    }
    keptAs.set(claim.id, claim.id)
    byId.set(claim.id, key)
    byKey.set(key, claim)
  }
  return { claims: [...byKey.values()], problems }
}

/** The first claim with what only the second knows. */
export function mergeClaims(first: Claim, second: Claim): Claim {
  const reviews = new Map(
    [...first.reviews, ...second.reviews].map((review) => [JSON.stringify(Object.values(review)), review]),
  )
  const title = first.title ?? second.title
  const others = second.title && second.title !== title ? [second.title] : []
  return {
    ...first,
    title,
    date: first.date ?? second.date,
    paraphrases: [...new Set([...first.paraphrases, ...others, ...second.paraphrases])],
    figures: first.figures.length > 0 ? first.figures : second.figures,
    reviews: [...reviews.values()],
  }
}
