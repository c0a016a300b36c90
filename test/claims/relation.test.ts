import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { compareCounts, findCounts } from '../../src/claims/figures.ts'
import { relate } from '../../src/claims/relation.ts'
import { stem } from '../../src/claims/stem.ts'
import { terms } from '../../src/claims/tokens.ts'

describe('a relation', () => {
  test.each([
    ['The dam holds 80 litres.', 'The dam holds 60 litres.', 'differs-in-figure'],
    ['The clinic sold its data.', 'The clinic denies that it sold its data.', 'opposes'],
    ['The clinic sold its data.', 'The clinic never sold its data.', 'opposes'],
    ['All buses are electric.', 'Some buses are electric.', 'narrower'],
    ['Some buses are electric.', 'All buses are electric.', 'wider'],
    ['The clinic sold its data.', 'Its data was sold by the clinic.', 'repeats'],
    ['The clinic sold its data.', 'The clinic planted roses beside the gate.', 'related'],
    ['The city paid 40 million for lamps.', 'The city never paid 40 million for lamps.', 'opposes'],
    ['The city paid 40 million for lamps.', 'Why did the city not pay 40 million for lamps?', 'related'],
  ])('of “%s” and “%s” is %s', (claim, statement, relation) => expect(relate(claim, statement).relation).toBe(relation))

  test('is not turned round by a no that repeats the first', () =>
    expect(
      relate('The clinic never sold its data.', 'The clinic never sold its data, and it never will.').relation,
    ).toBe('repeats'))

  test('is not turned round by a reproach for something else that was left undone', () => {
    const claim = 'Harbourline shelters sites of the smugglers.'
    const reproach = 'Harbourline for not closing its service to sites of the smugglers'
    expect(relate(claim, reproach).relation).not.toBe('opposes')
    expect(relate(claim, 'Harbourline for not sheltering sites of the smugglers').relation).toBe('opposes')
  })

  test('is no denial where it says “not only”', () =>
    expect(
      relate('The clinic sold its data.', 'The clinic not only sold its data, it gave it away.').relation,
    ).not.toBe('opposes'))

  test('names the words that decided it', () => {
    expect(relate('The clinic sold its data.', 'The clinic denies that it sold its data.').because).toContain('denies')
    expect(relate('The price rose.', 'The price fell.').because.join()).toMatch(/\//)
  })

  test('is right on at least four in five of our own pairs, of every kind', () => {
    const rows = readFileSync(join(import.meta.dirname, '../fixtures/claims/relations.tsv'), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
    const right = rows.filter((row) => {
      const [relation, claim, statement] = row.split('\t')
      return relate(claim!, statement!).relation === relation
    })
    expect(rows.length).toBeGreaterThanOrEqual(200)
    expect(right.length / rows.length).toBeGreaterThan(0.8)
  })

  test('is told for long and odd texts', () => {
    expect(relate('not '.repeat(50_000), 'never '.repeat(50_000)).relation).toBe('related')
    expect(relate('', '🐺').relation).toBe('related')
  })
})

describe('counts', () => {
  test('are read from digits and words, with what they count', () =>
    expect(findCounts('Twenty-one of 1,200 wells hold $3.5 million; 45% of 2 000')).toMatchObject([
      { value: 1200, counted: 'well' },
      { value: 3.5e6, unit: 'USD' },
      { value: 45, unit: 'percent' },
      { value: 2 },
      { value: 0 },
    ]))
  test('that say the same in other words do not differ', () =>
    expect(compareCounts(findCounts('forty wolves'), findCounts('40 wolves'))).toEqual({ same: 1, differ: [] }))
})

describe('words', () => {
  test.each([
    ['protecting', 'protect'],
    ['protects', 'protect'],
    ['relational', 'relat'],
    ['happy', 'happi'],
    ['hopping', 'hop'],
    ['ponies', 'poni'],
    ['conflated', 'conflat'],
    ['sky', 'sky'],
    ['controlling', 'control'],
    ['generalizations', 'gener'],
  ])('%s is cut to %s, as Porter does', (word, cut) => expect(stem(word)).toBe(cut))
  test('of hashtags and handles are read apart, links not at all', () =>
    expect(terms('#AustralianFires by @fox_news https://example.org/burning 1,000')).toEqual([
      'australian',
      'fire',
      'fox',
      'new',
      '1000',
    ]))
})
