import { stringify } from 'yaml'
import type { Claim } from '../model.ts'

export type ExportFormat = 'jsonl' | 'json' | 'tsv' | 'csv' | 'yaml'

/** Claims as a file that `parseClaims` reads again: JSON lines, schema.org ClaimReview, a table, or YAML. */
export function exportClaims(claims: Claim[], format: ExportFormat): string {
  switch (format) {
    case 'jsonl':
      return claims.map((claim) => `${JSON.stringify(claim)}\n`).join('')
    case 'json':
      return `${JSON.stringify(toDataFeed(claims), null, 2)}\n`
    case 'tsv':
      return toTable(claims, '\t')
    case 'csv':
      return toTable(claims, ',')
    case 'yaml':
      return stringify({ claims: claims.map(withoutNothing) })
  }
}

/** One ClaimReview for each review, and one without a rating for a claim that has none. @see https://schema.org/ClaimReview */
function toDataFeed(claims: Claim[]) {
  const item = (claim: Claim, review: Claim['reviews'][number] | null) => ({
    '@type': 'ClaimReview',
    claimReviewed: claim.text,
    ...(claim.title ? { name: claim.title } : {}),
    ...(review?.url ? { url: review.url } : {}),
    ...(review?.reviewed ? { datePublished: review.reviewed } : {}),
    ...(review?.publisher ? { author: { '@type': 'Organization', name: review.publisher } } : {}),
    itemReviewed: {
      '@type': 'Claim',
      ...(claim.claimant ? { author: { '@type': 'Thing', name: claim.claimant } } : {}),
      ...(claim.date ? { datePublished: claim.date } : {}),
    },
    ...(review?.rating ? { reviewRating: { '@type': 'Rating', alternateName: review.rating } } : {}),
  })
  return {
    '@context': 'https://schema.org',
    '@type': 'DataFeed',
    dataFeedElement: claims.flatMap((claim) =>
      (claim.reviews.length > 0 ? claim.reviews : [null]).map((review) => ({
        '@type': 'DataFeedItem',
        item: item(claim, review),
      })),
    ),
  }
}

const COLUMNS = [
  'id',
  'text',
  'title',
  'claimant',
  'date',
  'paraphrases',
  'status',
  'publisher',
  'url',
  'rating',
  'reviewed',
] as const

/** One row for each review; rows of one claim share its id. */
function toTable(claims: Claim[], separator: string): string {
  const cell = (value: string | null) => {
    const words = (value ?? '').replace(/\s+/g, ' ')
    // A spreadsheet would take such a cell for a formula. Reading it again takes the apostrophe off.
    const text = /^'*[=+\-@]/.test(words) ? `'${words}` : words
    return text.includes(separator) || text.includes('"') ? `"${text.replaceAll('"', '""')}"` : text
  }
  const rows = claims.flatMap((claim) =>
    (claim.reviews.length > 0 ? claim.reviews : [null]).map((review) =>
      [
        claim.id,
        claim.text,
        claim.title,
        claim.claimant,
        claim.date,
        claim.paraphrases.join('|'),
        claim.status,
        review?.publisher ?? null,
        review?.url ?? null,
        review?.rating ?? null,
        review?.reviewed ?? null,
      ]
        .map(cell)
        .join(separator),
    ),
  )
  return `${[COLUMNS.join(separator), ...rows].join('\n')}\n`
}

function withoutNothing({ owner: _, figures: __, ...claim }: Claim): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(claim).filter(([, value]) => value !== null && !(Array.isArray(value) && value.length === 0)),
  )
}
