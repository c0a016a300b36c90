import { describe, expect, test } from 'vitest'
import { type Adjustments, adjustDigest } from '../../src/digests/adjust-digest.ts'
import type { Digest } from '../../src/model.ts'
import { aDigest, aMatch, anEntry, aReport } from '../support/digests.ts'
import { aClaim } from '../support/nouns.ts'

const claimed = anEntry({ id: 'a', statementIds: ['a'], match: aMatch({ score: 0.8 }) })
const loose = anEntry({
  id: 'b',
  statementIds: ['b'],
  speaker: { name: 'Ferry Guild', entityId: null, mention: null },
  words: [{ content: 'No boat sails tonight', directness: 'direct' }],
  reports: [aReport({ publisher: 'Ferry Post', documentId: 'doc-2' })],
})
const digest = aDigest({
  claims: [{ claim: aClaim(), speakers: [{ speaker: 'Mira Sol', entries: [claimed] }] }],
  unmatched: [{ speaker: 'Ferry Guild', entries: [loose] }],
  counts: { documents: 2, statements: 2, sources: 2 },
})
const ids = ({ claims, unmatched }: Digest) => ({
  claims: claims.flatMap(({ speakers }) => speakers).flatMap(({ entries }) => entries.map(({ id }) => id)),
  unmatched: unmatched.flatMap(({ entries }) => entries.map(({ id }) => id)),
})
const adjusted = (adjustments: Adjustments) => adjustDigest(digest, adjustments)

describe('a digest', () => {
  test('without adjustments stays as it is', () => expect(adjusted({})).toEqual(digest))

  test.each([
    [{ entityId: 'mira-sol' }, ['a'], []],
    [{ claimId: 'lamps' }, ['a'], []],
    [{ claimId: 'other' }, [], []],
    [{ publisher: 'ferry' }, [], ['b']],
    [{ query: 'BOAT -lamps' }, [], ['b']],
    [{ minimumScore: 0.75 }, ['a'], []],
    [{ minimumScore: 0.85 }, [], []],
  ])('filtered by %j holds what fits', (filter, claims, unmatched) => {
    expect(ids(adjusted({ filter }))).toEqual({ claims, unmatched })
  })

  test('counts what is left', () => {
    expect(adjusted({ filter: { query: 'boat' } }).counts).toEqual({ documents: 1, statements: 1, sources: 1 })
    expect(adjusted({ filter: { query: 'herring' } }).counts.statements).toBe(0)
  })

  test('leaves muted speakers out, tracked or not', () => {
    expect(ids(adjusted({ muted: ['ferry guild'] }))).toEqual({ claims: ['a'], unmatched: [] })
    expect(ids(adjusted({ muted: ['mira-sol'] }))).toEqual({ claims: [], unmatched: ['b'] })
  })

  test('parts an entry from a claim that curators say it is not', () => {
    const corrections = [{ entryId: 'a', claimId: 'lamps' }]
    expect(ids(adjusted({ corrections }))).toEqual({ claims: [], unmatched: ['b', 'a'] })
    expect(adjusted({ corrections }).unmatched.at(-1)?.entries[0]?.match).toBeNull()
    expect(ids(adjusted({ corrections: [{ entryId: 'a', claimId: 'other' }] })).claims).toEqual(['a'])
  })

  test('leaves out what was taken out by hand', () => {
    expect(ids(adjusted({ without: ['a'] }))).toEqual({ claims: [], unmatched: ['b'] })
  })
})
