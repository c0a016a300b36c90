import { describe, expect, test } from 'vitest'
import { findEmerging, type Unclaimed } from '../../src/claims/emerging-claims.ts'
import { type Said, tracePosition } from '../../src/claims/positions.ts'

const said = (
  id: string,
  content: string,
  publisher: string,
  published: string | null = null,
  speaker: string | null = null,
): Unclaimed => ({
  statement: { id, content, speaker: speaker ? { name: speaker, entityId: null, mention: null } : null, figures: [] },
  publisher,
  published,
})
const recurring = [
  said('b', 'The reservoir above Kestrel holds only nine days of water', 'Gazette', '2026-02-02T00:00:00.000Z'),
  said('a', 'Kestrel reservoir now holds only nine days of water', 'Herald', '2026-02-01T00:00:00.000Z'),
  said('c', 'The opera opens its season with a comedy about bakers', 'Herald', '2026-02-01T00:00:00.000Z'),
]

describe('an emerging claim', () => {
  test('is what two outlets report and no claim covers, dated by its first report', async () =>
    expect(await findEmerging(recurring)).toMatchObject([
      {
        statementIds: ['a', 'b'],
        publishers: ['Herald', 'Gazette'],
        first: '2026-02-01T00:00:00.000Z',
        proposed: { paraphrases: [recurring[0]!.statement.content] },
      },
    ]))
  test('is the same in whatever order the statements come', async () =>
    expect(await findEmerging(recurring.toReversed())).toEqual(await findEmerging(recurring)))
  test('is not made of one outlet that repeats itself', async () =>
    expect(await findEmerging(recurring.map((one) => ({ ...one, publisher: 'Herald' })))).toEqual([]))
  test('is not made of two people who say the same', async () =>
    expect(
      await findEmerging(
        recurring.map((one, i) => ({
          ...one,
          statement: { ...one.statement, speaker: { name: `Person ${i}`, entityId: null, mention: null } },
        })),
      ),
    ).toEqual([]))
})

describe('a position', () => {
  const step = (id: string, when: string | null, content: string, relation: Said['match']['relation']): Said => ({
    statement: { id, content, said: when },
    match: { claimId: 'price', relation, score: 0.9 },
    published: null,
  })
  test('is told in order of time, with where it turned', () => {
    const found = tracePosition({ id: 'price' }, [
      step('late', '2026-03', 'We never raised our prices', 'opposes'),
      step('early', '2026-01', 'We raised our prices by 5 percent', 'repeats'),
      step('later', '2026-04', 'We raised our prices by 9 percent', 'repeats'),
      step('undated', null, 'Prices, prices', 'related'),
    ])
    expect(found.map(({ statementId }) => statementId)).toEqual(['early', 'late', 'later', 'undated'])
    expect(found.map(({ turned }) => turned?.what ?? null)).toEqual([null, 'stance', 'stance', null])
  })
  test('turns where a figure changes though the claim is upheld', () =>
    expect(
      tracePosition({ id: 'price' }, [
        step('one', '2026-01', 'We protect 40 websites', 'repeats'),
        step('two', '2026-02', 'We protect 70 websites', 'differs-in-figure'),
      ])[1]?.turned,
    ).toMatchObject({ from: '40', to: '70', what: 'figure', earlier: { statementId: 'one', when: '2026-01' } }))
})
