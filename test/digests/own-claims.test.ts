import { describe, expect, test } from 'vitest'
import { withOwnClaims } from '../../src/digests/own-claims.ts'
import { aDigest, anEntry } from '../support/digests.ts'
import { aClaim } from '../support/nouns.ts'

const boats = anEntry({
  id: 'boats',
  words: [{ content: 'No ferry boat sails from the old harbour tonight', directness: 'direct' }],
})
const tax = anEntry({
  id: 'tax',
  words: [{ content: 'The council lowers the parking fee for teachers', directness: 'direct' }],
})
const digest = aDigest({ unmatched: [{ speaker: 'Mira Sol', entries: [boats, tax] }] })
const own = aClaim({ id: 'own', text: 'No ferry boat sails from the old harbour tonight.', owner: 'guild' })

describe('a server’s own claim', () => {
  test('gathers what bears on it, and leaves the rest', () => {
    const { claims, unmatched } = withOwnClaims(digest, [own])
    expect(claims.map(({ claim }) => claim.id)).toEqual(['own'])
    expect(claims[0]?.speakers[0]?.entries.map(({ id }) => id)).toEqual(['boats'])
    expect(unmatched[0]?.entries.map(({ id }) => id)).toEqual(['tax'])
  })

  test('that is retired, or fits nothing, changes nothing', () => {
    expect(withOwnClaims(digest, [{ ...own, status: 'retired' }])).toEqual(digest)
    expect(withOwnClaims(digest, [aClaim({ text: 'Snow falls in the mountains of the moon.' })])).toEqual(digest)
  })
})
