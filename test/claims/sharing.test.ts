import { describe, expect, test } from 'vitest'
import { createCore } from '../../src/claims/rank-claims.ts'
import { describeSharing, SHARING } from '../../src/claims/sharing.ts'
import type { Claim } from '../../src/model.ts'

const claim = (id: string, text: string): Claim => ({
  id,
  text,
  title: null,
  claimant: null,
  date: null,
  paraphrases: [],
  figures: [],
  reviews: [],
  status: 'active',
  owner: 'operator',
})

/** The numbers of one candidate by name. */
function sharing(query: string, claims: Claim[], of: string): Record<string, number> {
  const core = createCore()
  for (const one of claims) core.add(one)
  const ranked = core.rank(query)
  const i = ranked.candidates.findIndex(({ form }) => form.claim.id === of)
  const values = describeSharing(ranked.query, ranked.candidates, ranked.weigh)(i)
  return Object.fromEntries(SHARING.map((name, n) => [name, values[n]!]))
}
const sumOf = (numbers: Record<string, number>, start: string) =>
  Object.entries(numbers).reduce((sum, [name, value]) => sum + (name.startsWith(start) ? value : 0), 0)

describe('what a query and a claim share', () => {
  const claims = [
    claim('ferry', 'The Orlend ferry was sold to a Norwegian brewery'),
    claim('toll', 'The Orlend ferry raised its toll to nine crowns'),
  ]

  test('is counted word by word, met and missed, on both sides', () => {
    const numbers = sharing('Orlend ferry sold to brewery, mayor weeps', claims, 'ferry')
    expect(sumOf(numbers, 'query shared')).toBe(4)
    expect(sumOf(numbers, 'query missed')).toBe(2)
    // Without a title the text stands for it: each word counts for both.
    expect(sumOf(numbers, 'claim shared')).toBe(8)
    expect(sumOf(numbers, 'claim missed')).toBe(2)
  })

  test('weighs more where the other candidates do not hold it', () => {
    const query = 'Orlend ferry sold to brewery'
    expect(sharing(query, claims, 'ferry')['apart of query']).toBeGreaterThan(0.9)
    expect(sharing(query, claims, 'toll')['apart of query']).toBe(0)
  })
})
