import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createIndex } from '../../src/claims/index.ts'
import { indexFromBytes, indexToBytes } from '../../src/claims/index-file.ts'
import { generateClaims, generateQueries } from '../bench/claims/generate.ts'

const filled = (count: number) => {
  const { claims, vocabulary } = generateClaims(count)
  const index = createIndex()
  for (const claim of claims) index.add(claim)
  return { claims, vocabulary, index }
}

describe('the index of claims', () => {
  test('gives the same best few whether it prunes or reads everything', () => {
    const { claims, vocabulary, index } = filled(30_000)
    for (const query of generateQueries(claims, vocabulary, 200))
      expect(index.search(query, 5)).toEqual(index.searchAll(query, 5))
  })

  test('sums up for terms that stand in most texts what it finds for each alone', () => {
    const texts = fc.array(fc.array(fc.nat(9), { minLength: 6, maxLength: 12 }), { minLength: 8, maxLength: 40 })
    fc.assert(
      fc.property(texts, fc.nat(39), (all, gone) => {
        const index = createIndex()
        for (const text of all) index.add(text)
        index.remove(gone)
        const asked = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
        const sums = new Map<number, number>()
        for (const term of asked)
          for (const { doc, score } of index.search([term], 50)) sums.set(doc, (sums.get(doc) ?? 0) + score)
        const found = index.search(asked, 50)
        expect(found).toHaveLength(sums.size)
        for (const { doc, score } of found) expect(score).toBeCloseTo(sums.get(doc) ?? 0, 9)
        const best = index.search(asked, 3)
        expect(best).toEqual(found.slice(0, 3))
      }),
      { numRuns: 200 },
    )
  })

  test('prunes exactly for any texts and queries, with texts removed', () => {
    const texts = fc.array(fc.array(fc.nat(30), { maxLength: 12 }), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(
        texts,
        fc.array(fc.nat(35), { maxLength: 15 }),
        fc.nat(59),
        fc.integer({ min: 1, max: 9 }),
        (all, query, gone, top) => {
          const index = createIndex()
          for (const text of all) index.add(text)
          index.remove(gone)
          expect(index.search(query, top)).toEqual(index.searchAll(query, top))
          expect(index.search(query, top).some(({ doc }) => doc === gone)).toBe(false)
        },
      ),
      { numRuns: 200 },
    )
  })

  test('ranks as the formula of BM25 does', () => {
    const index = createIndex({ k1: 1.5, b: 0.6 })
    index.add([1, 2, 2, 3])
    index.add([1, 4])
    const idf = Math.log(1 + (2 - 1 + 0.5) / (1 + 0.5))
    const expected = (idf * 2 * 2.5) / (2 + 1.5 * (1 - 0.6 + (0.6 * 4) / 3))
    expect(index.search([2], 5)).toEqual([{ doc: 0, score: expect.closeTo(expected, 10) }])
  })

  test('finds what was added after a search, and not what was removed', () => {
    const index = createIndex()
    const first = index.add([1, 2])
    expect(index.search([1], 5).map(({ doc }) => doc)).toEqual([first])
    const second = index.add([1, 3])
    expect(index.search([3], 5).map(({ doc }) => doc)).toEqual([second])
    index.remove(first)
    expect(index.search([1], 5).map(({ doc }) => doc)).toEqual([second])
    expect(index.size()).toBe(1)
  })

  test('leaves one text out when asked to, as if it were not there', () => {
    const index = createIndex()
    for (const text of [[1], [1, 2], [1, 3]]) index.add(text)
    expect(index.search([1, 2], 5, { without: 1 }).map(({ doc }) => doc)).toEqual([0, 2])
  })

  test('answers the same after it was written and read', () => {
    const { claims, vocabulary, index } = filled(2000)
    index.remove(5)
    const bytes = indexToBytes({
      fingerprint: 'f',
      terms: ['a', 'é'],
      ids: ['x', '', 'y'],
      words: index.snapshot(),
      grams: createIndex().snapshot(),
    })
    const kept = indexFromBytes(bytes)!
    expect(kept).toMatchObject({ fingerprint: 'f', terms: ['a', 'é'], ids: ['x', '', 'y'] })
    const opened = createIndex({ from: kept.words })
    for (const query of generateQueries(claims, vocabulary, 50))
      expect(opened.search(query, 5)).toEqual(index.search(query, 5))
    opened.add([1, 2, 3])
    expect(opened.size()).toBe(index.size() + 1)
  })

  test.each([
    ['nothing', new Uint8Array()],
    ['other bytes', new TextEncoder().encode('{"magic":"else"}\nabc')],
    [
      'half a file',
      indexToBytes({
        fingerprint: '',
        terms: [],
        ids: [],
        words: filled(50).index.snapshot(),
        grams: createIndex().snapshot(),
      }).slice(0, 400),
    ],
  ])('says of %s that it is no index', (_, bytes) => expect(indexFromBytes(bytes)).toBeNull())
})
