import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isMistake, parseQuery } from '../../src/digests/query.ts'
import { readyPage, textTest } from '../../src/digests/text-test.ts'
import { createWatchIndex } from '../../src/digests/watch-index.ts'
import type { WatchTerm } from '../../src/model.ts'

type Term = Pick<WatchTerm, 'kind' | 'value'>
const keyOf = ({ kind, value }: Term) => `${kind} ${value}`

/** Few words, so that many of them meet. */
const word = fc.constantFrom('lamp', 'lamps', 'quay', 'ferry', 'fog', 'harbour', 'Öl', 'a', 'tide', 'tideway', 'ß')
const { query } = fc.letrec<{ query: string; operand: string }>((tie) => ({
  operand: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    word,
    word.map((one) => `${one.slice(0, 3)}*`),
    fc.array(word, { minLength: 2, maxLength: 3 }).map((words) => `"${words.join(' ')}"`),
    fc.tuple(word, fc.integer({ min: 1, max: 4 }), word).map(([a, n, b]) => `${a} NEAR/${n} ${b}`),
    tie('query').map((inner) => `(${inner})`),
  ),
  query: fc
    .tuple(
      tie('operand'),
      fc.array(fc.tuple(fc.constantFrom(' AND ', ' OR ', ' NOT ', ' '), tie('operand')), { maxLength: 3 }),
    )
    .map(([first, more]) => first + more.map(([joint, part]) => joint + part).join('')),
}))
const phrase = fc.array(word, { minLength: 1, maxLength: 3 }).chain((words) => {
  const whole = words.join(' ')
  return fc.integer({ min: 0, max: whole.length - 1 }).map((from) => whole.slice(from) || whole)
})
const term: fc.Arbitrary<Term> = fc.oneof(
  phrase.map((value) => ({ kind: 'phrase' as const, value })),
  query.map((value) => ({ kind: 'query' as const, value })),
)
const text = fc
  .array(fc.oneof(word, fc.constantFrom('.', ',', '\n', 'LAMP', 'Fog-Horn')), { maxLength: 25 })
  .map((words) => words.join(' '))

describe('the index over watch terms', () => {
  test('catches exactly what each term by itself does, whatever was added and removed before', () => {
    fc.assert(
      fc.property(fc.array(term, { maxLength: 25 }), fc.array(fc.nat(24)), text, (terms, removed, words) => {
        const index = createWatchIndex()
        for (const one of terms) index.add(one)
        const gone = new Set(removed)
        const left = terms.filter((_, i) => !gone.has(i))
        for (const i of gone) if (terms[i]) index.remove(terms[i])
        const wanted = new Set(left.filter((one) => textTest(one)(readyPage(words))).map(keyOf))
        expect(new Set(Array.from(index.caught(words), keyOf))).toEqual(wanted)
        expect(index.size()).toBe(new Set(left.map(keyOf)).size)
      }),
      { numRuns: 2000 },
    )
  })

  test('is tried with queries most of which can be read', () => {
    const read = fc.sample(query, { numRuns: 500, seed: 7 }).filter((one) => !isMistake(parseQuery(one)))
    expect(read.length).toBeGreaterThan(250)
  })

  test('finds one among ten thousand that cannot be in a text', () => {
    const index = createWatchIndex()
    for (let i = 0; i < 10_000; i++) index.add({ kind: 'query', value: `"lamp ${i.toString(36)}q" AND quay` })
    index.add({ kind: 'query', value: 'lamp' })
    expect(Array.from(index.caught('The quay has a lamp.'))).toEqual([{ kind: 'query', value: 'lamp' }])
  })

  test('names a term once that several servers watch, until the last of them lets it go', () => {
    const index = createWatchIndex()
    const fog: Term = { kind: 'phrase', value: 'Fog' }
    for (const one of [fog, fog]) index.add(one)
    index.remove(fog)
    expect(Array.from(index.caught('foghorn'))).toEqual([fog])
    index.remove(fog)
    expect(Array.from(index.caught('foghorn'))).toEqual([])
  })
})
