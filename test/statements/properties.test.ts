import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clusterStatements, quoteKeys } from '../../src/statements/cluster-statements.ts'
import { findQuotes } from '../../src/statements/find-quotes.ts'
import { aDocument, aStatement } from '../support/nouns.ts'
import { anEntity, statementsOf } from '../support/reading.ts'

const piece = fc.constantFrom(
  '“',
  '”',
  '"',
  "''",
  '``',
  '‘',
  '’',
  "'",
  '«',
  '»',
  ' ',
  '  ',
  '\n',
  '\n\n',
  ', ',
  '. ',
  ': ',
  ' - ',
  '—',
  '…',
  'Mira Sol',
  'Quayside',
  'she',
  'said',
  'told The Gazette',
  'according to',
  'that',
  'the company',
  'accuses',
  'of',
  'a',
  '34 lamps',
  'over 50',
  'https://x.example/a?b=c',
  '<https://x.example/>',
  '(@quayside)',
  '#Quayside',
  '🙂',
  '\ud83d',
  '\u202e',
  'مرحبا',
  '\u0000',
  'x'.repeat(300),
)
const text = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''))
const entities = [anEntity({ roles: ['company'], handles: ['quayside'] })]

describe('whatever the text', () => {
  test('every span holds the words it claims', () => {
    fc.assert(
      fc.property(text, (words) => {
        for (const { content, start, end, cue, speaker } of statementsOf(words, entities)) {
          expect(words.slice(start, end)).toBe(content)
          for (const span of [cue, speaker?.mention])
            if (span) expect(words.slice(span.start, span.end)).toBe(span.text)
        }
      }),
      { numRuns: 600 },
    )
  })

  test('quotations stand in order and never overlap', () => {
    fc.assert(
      fc.property(text, (words) => {
        const quotes = findQuotes(words)
        for (const [i, { start, end }] of quotes.entries()) {
          expect(end).toBeGreaterThan(start)
          if (i > 0) expect(start).toBeGreaterThanOrEqual(quotes[i - 1]!.end)
        }
      }),
      { numRuns: 600 },
    )
  })

  test.each([
    ['a megabyte without a space', 'x'.repeat(1_000_000)],
    ['nothing but opening marks', '“'.repeat(200_000)],
    ['nothing but straight marks', '" '.repeat(100_000)],
    ['nothing but cues', 'said '.repeat(40_000)],
    ['nothing but commas', 'Sol, '.repeat(40_000)],
    ['one endless sentence', `Mira Sol said that ${'the lamp is on and '.repeat(10_000)}`],
    ['nothing but abbreviations', 'U.S.'.repeat(50_000)],
    ['a megabyte of new lines', '\n'.repeat(1_000_000)],
  ])('%s is read to its end', (_what, words) => {
    expect(() => statementsOf(words, entities)).not.toThrow()
  })
})

describe('clusters', () => {
  const words = [
    'the',
    'lamps',
    'stay',
    'on',
    'whatever',
    'it',
    'costs',
    'this',
    'town',
    'and',
    'nobody',
    'asked',
    'us',
  ]
  const content = fc.array(fc.constantFrom(...words), { minLength: 3, maxLength: 16 }).map((list) => list.join(' '))

  test('are the same in whatever order the documents come', () => {
    fc.assert(
      fc.property(fc.array(content, { minLength: 2, maxLength: 12 }), fc.integer(), (contents, seed) => {
        const items = contents.map((one, i) => ({
          statement: aStatement({ id: `s${String(i).padStart(2, '0')}`, documentId: `d${i}`, content: one }),
          document: aDocument({
            id: `d${i}`,
            published: `2026-03-${String((i % 28) + 1).padStart(2, '0')}T00:00:00.000Z`,
          }),
        }))
        const shuffled = items.toSorted(
          (a, b) =>
            ((Number(a.statement.id.slice(1)) * 7919 + seed) % 13) -
            ((Number(b.statement.id.slice(1)) * 7919 + seed) % 13),
        )
        expect(clusterStatements(shuffled)).toEqual(clusterStatements(items))
      }),
      { numRuns: 300 },
    )
  })

  test('find the same words despite marks, dashes, case, cuts, brackets and ellipses', () => {
    const full =
      'The lamps on the quay stay on - whatever it costs this town, and nobody should doubt it for one minute.'
    const versions = [
      'the lamps on the quay stay on – whatever it costs this town, and nobody should doubt it for one minute',
      'The lamps [on the quay] stay on — whatever it costs this town … and nobody should doubt it for one minute',
      'THE LAMPS ON THE QUAY STAY ON, whatever it costs this town',
    ]
    for (const version of versions) {
      const items = [full, version].map((one, i) => ({
        statement: aStatement({ id: `s${i}`, content: one }),
        document: aDocument({ id: `d${i}` }),
      }))
      expect(clusterStatements(items).clusters).toHaveLength(1)
      expect(quoteKeys(full).some((key) => quoteKeys(version).includes(key))).toBe(true)
    }
  })

  test('keep near neighbours that are not the same apart', () => {
    const items = [
      'We have never had a request to remove those lamps from anybody',
      'We have had five requests to remove lamps from the council alone',
    ].map((one, i) => ({
      statement: aStatement({ id: `s${i}`, content: one }),
      document: aDocument({ id: `d${i}` }),
    }))
    expect(clusterStatements(items).clusters).toEqual([])
  })

  test('do not join one document with itself', () => {
    const items = [0, 1].map((i) => ({
      statement: aStatement({ id: `s${i}`, content: 'The lamps on the quay stay on this year' }),
      document: aDocument(),
    }))
    expect(clusterStatements(items).clusters).toEqual([])
  })
})

describe('figures that do not agree', () => {
  const counted = (i: number, content: string) => {
    const text = `Harbour Watch counted in Port Ellery. Harbour Watch said that ${content}.`
    const [statement] = statementsOf(text, [], { id: `d${i}` }).slice(-1)
    return { statement: statement!, document: aDocument({ id: `d${i}`, text }) }
  }

  test('are shown', () => {
    const { discrepancies } = clusterStatements([
      counted(1, '34 were broken lamps'),
      counted(2, '40 lamps were checked, including 37 that were broken'),
    ])
    expect(discrepancies.map(({ members }) => members.map(({ value }) => value).sort())).toEqual([[34, 37]])
  })

  test('are none where one says almost', () => {
    expect(
      clusterStatements([counted(1, 'almost 40 lamps were broken'), counted(2, '40 lamps were broken')]).discrepancies,
    ).toEqual([])
  })
})
