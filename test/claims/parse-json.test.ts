import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseJson } from '../../src/claims/parse-json.ts'

describe('JSON with its lines', () => {
  test('has the value that JSON.parse gives, however it is laid out', () =>
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(undefined, 2, '\t'), (json, space) => {
        const text = JSON.stringify(JSON.parse(json), null, space)
        const { value, fault } = parseJson(text)
        expect(fault).toBeNull()
        expect(value).toEqual(JSON.parse(text))
        expect(Object.getPrototypeOf(value ?? {})).toBe(Object.getPrototypeOf(JSON.parse(text) ?? {}))
      }),
    ))

  test('is never thrown at by what is none, and says so wherever JSON.parse does', () =>
    fc.assert(
      fc.property(fc.string(), fc.json(), fc.nat(), (noise, json, at) => {
        for (const text of [
          noise,
          json.slice(0, at % (json.length + 1)),
          `${json.slice(0, at % json.length)}${noise}`,
        ]) {
          let fails = false
          try {
            JSON.parse(text)
          } catch {
            fails = true
          }
          expect(parseJson(text).fault !== null).toBe(fails)
        }
      }),
    ))

  test('knows the line of every object and item', () => {
    const { value, lineOf, lineOfItem } = parseJson('[\n1,\n\n{"a":\n[]}\n]')
    const list = value as [number, { a: unknown[] }]
    expect([lineOf(list), lineOfItem(list, 0), lineOf(list[1]), lineOf(list[1].a)]).toEqual([1, 2, 4, 5])
  })

  test('that is cut off keeps what stood before, and knows what is not whole', () => {
    const { value, fault, isWhole } = parseJson('[{"a": 1},\n{"b": 2')
    const list = value as object[]
    expect(fault?.line).toBe(2)
    expect(list).toHaveLength(2)
    expect(list.map(isWhole)).toEqual([true, false])
  })

  test('of a hundred thousand open lists is read', () => expect(parseJson('['.repeat(100_000)).fault).not.toBeNull())
})
