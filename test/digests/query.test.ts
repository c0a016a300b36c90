import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isMistake, matchesQuery, parseQuery, toWords } from '../../src/digests/query.ts'

const catches = (query: string, text: string) => {
  const parsed = parseQuery(query)
  return isMistake(parsed) ? parsed : matchesQuery(parsed, toWords(text))
}
const text = 'The harbour master keeps the old lamps on the quay burning for thirty nights, said Zoë.'

describe('a query', () => {
  test.each([
    ['lamps', true],
    ['lamp', false],
    ['lamp*', true],
    ['LAMPS', true],
    ['zoe', true],
    ['"old lamps"', true],
    ['“lamps old”', false],
    ['"harbour mast*"', true],
    ['lamps AND ferry', false],
    ['lamps ferry', false],
    ['lamps OR ferry', true],
    ['lamps -ferry', true],
    ['lamps NOT quay', false],
    ['ferry OR lamps -quay', false],
    ['(ferry OR lamps) quay', true],
    ['lamps AND (ferry OR (quay AND -tax))', true],
    ['harbour NEAR/3 keeps', true],
    ['keeps NEAR/2 harbour', true],
    ['harbour NEAR/1 keeps', false],
    ['"old lamps" NEAR/5 burning', true],
    ['lamps near', false],
  ])('%s finds what it says', (query, found) => expect(catches(query, text)).toBe(found))

  test.each([
    ['', 0, 'empty'],
    ['lamps "old quay', 6, 'quote'],
    ['lamps AND (ferry', 10, 'bracket'],
    ['lamps) ferry', 5, 'bracket'],
    ['lamps AND', 9, 'operand'],
    ['OR lamps', 0, 'operand'],
    ['lamps NEAR/3 (a OR b)', 6, 'near'],
    ['-lamps', 0, 'not-alone'],
    ['-lamps OR ferry', 0, 'not-alone'],
    ['a '.repeat(100), 120, 'long'],
  ])('%j is pointed at where it is wrong', (query, at, mistake) => expect(parseQuery(query)).toEqual({ at, mistake }))

  test('of any kind is read or pointed at, never thrown at', () => {
    const pieces = fc.constantFrom(
      'lamps',
      '"',
      '(',
      ')',
      'AND',
      'OR',
      'NOT',
      '-',
      'NEAR/3',
      '*',
      '“',
      '”',
      ' ',
      'é',
      '-x',
      '',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), fc.string(), (parts, words) => {
        const query = parseQuery(parts.join(' '))
        if (!isMistake(query)) expect(typeof matchesQuery(query, toWords(words))).toBe('boolean')
      }),
      { numRuns: 2000, endOnFailure: true },
    )
  })

  test('of hostile length takes little time', () => {
    for (const hostile of ['('.repeat(50_000), '"'.repeat(50_001), 'a '.repeat(50_000), '-'.repeat(50_000)])
      expect(isMistake(parseQuery(hostile))).toBe(true)
  })
})
