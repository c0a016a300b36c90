import { describe, expect, test } from 'vitest'
import { composeDigest, type DigestInput, type Recorded } from '../../src/digests/compose-digest.ts'
import type { Match } from '../../src/model.ts'
import { aClaim, aDocument, aStatement } from '../support/nouns.ts'

const recorded = (id: string, over: { document?: object; statement?: object; matches?: Match[] } = {}): Recorded => ({
  document: aDocument({ id: `doc-${id}`, ...over.document }),
  statement: aStatement({ id, documentId: `doc-${id}`, turnId: `turn-${id}`, ...over.statement }),
  matches: over.matches ?? [],
})
const composed = (over: Partial<DigestInput>) =>
  composeDigest({
    id: 'd',
    title: 'Who said what',
    sample: false,
    composedAt: '2026-03-03T08:00:00.000Z',
    since: null,
    fresh: [],
    earlier: [],
    clusters: [],
    discrepancies: [],
    claims: [],
    sources: 1,
    troubles: [],
    ...over,
  })
const sameQuote = (...members: string[]) => [{ id: 'c', kind: 'same-quote' as const, members, first: members[0]! }]
const match = (statementId: string, over: Partial<Match> = {}): Match => ({
  statementId,
  claimId: 'lamps',
  rank: 1,
  score: 0.9,
  decision: 'match',
  relation: 'repeats',
  evidence: { words: [], figures: [] },
  ...over,
})

describe('the same words in two documents', () => {
  const a = recorded('a', { document: { publisher: 'The Gazette', published: '2026-03-02T10:00:00.000Z' } })
  const b = recorded('b', { document: { publisher: 'Northern Wire', published: '2026-03-01T10:00:00.000Z' } })

  test('are one entry with both reports, first seen in the earlier one', () => {
    const digest = composed({ fresh: [a, b], clusters: sameQuote('a', 'b') })
    const entries = digest.unmatched.flatMap((group) => group.entries)
    expect(entries).toHaveLength(1)
    expect(entries[0]?.reports.map(({ publisher }) => publisher)).toEqual(['Northern Wire', 'The Gazette'])
    expect(entries[0]?.firstSeen).toBe('2026-03-01T10:00:00.000Z')
  })

  test('are two entries where no cluster holds them together', () => {
    expect(composed({ fresh: [a, b] }).counts.statements).toBe(2)
  })

  test('are no news when both were told before', () => {
    const earlier = [a, b].map((one) => ({ ...one, told: true }))
    expect(composed({ earlier, clusters: sameQuote('a', 'b') }).counts.statements).toBe(0)
  })

  test('told before and now reported again say so', () => {
    const digest = composed({ fresh: [a], earlier: [{ ...b, told: true }], clusters: sameQuote('a', 'b') })
    expect(digest.unmatched[0]?.entries[0]).toMatchObject({ again: true, reports: [{}, {}] })
  })

  test('that only a backlog knew are not called told', () => {
    const digest = composed({ fresh: [a], earlier: [{ ...b, told: false }], clusters: sameQuote('a', 'b') })
    expect(digest.unmatched[0]?.entries[0]?.again).toBe(false)
  })
})

describe('the segments of one utterance', () => {
  test('stand in one entry, in reading order', () => {
    const turn = { turnId: 't', documentId: 'doc' }
    const first = recorded('x', {
      document: { id: 'doc' },
      statement: { ...turn, start: 1, content: 'The lamps stay on' },
    })
    const second = recorded('y', {
      document: { id: 'doc' },
      statement: { ...turn, start: 40, content: 'whatever it costs' },
    })
    const [group] = composed({ fresh: [second, first] }).unmatched
    expect(group?.entries[0]?.words.map(({ content }) => content)).toEqual(['The lamps stay on', 'whatever it costs'])
  })
})

describe('an entry', () => {
  test('stands under the claim it bears on, with the verdict and who reviewed it', () => {
    const reviews = [{ publisher: 'Desk', url: null, rating: 'False', reviewed: '2026-03-01' }]
    const digest = composed({ fresh: [recorded('a', { matches: [match('a')] })], claims: [aClaim({ reviews })] })
    expect(digest.claims[0]?.speakers[0]?.entries[0]?.match).toMatchObject({ verdict: 'False', reviewedBy: 'Desk' })
    expect(digest.unmatched).toEqual([])
  })

  test('that is decided to bear on none stands with the unmatched', () => {
    const digest = composed({
      fresh: [recorded('a', { matches: [match('a', { decision: 'none' })] })],
      claims: [aClaim()],
    })
    expect([digest.claims.length, digest.unmatched.length]).toEqual([0, 1])
  })

  test('of a tracked speaker comes before others, one without a speaker last', () => {
    const digest = composed({
      fresh: [
        recorded('a', { statement: { speaker: null } }),
        recorded('b', { statement: { speaker: { name: 'A Passer-by', entityId: null, mention: null } } }),
        recorded('c'),
      ],
    })
    expect(digest.unmatched.map(({ speaker }) => speaker)).toEqual(['Mira Sol', 'A Passer-by', 'Speaker not named'])
  })
})

describe('a digest', () => {
  test('is the same for the same input in any order', () => {
    const found = ['a', 'b', 'c', 'd'].map((id, i) =>
      recorded(id, {
        document: { published: `2026-03-0${(i % 2) + 1}T10:00:00.000Z` },
        statement: { speaker: { name: id, entityId: null, mention: null } },
      }),
    )
    const clusters = sameQuote('a', 'c')
    expect(composed({ fresh: found.toReversed(), clusters })).toEqual(composed({ fresh: found, clusters }))
  })

  test('keeps only the discrepancies that bear on what it shows', () => {
    const member = (statementId: string) => ({ statementId, text: '34', value: 34, unit: null, modifier: null })
    const discrepancies = [{ members: [member('a'), member('z')] }, { members: [member('x'), member('y')] }]
    expect(composed({ fresh: [recorded('a')], discrepancies }).discrepancies).toEqual([discrepancies[0]])
  })
})
