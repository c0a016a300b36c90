import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createMarkFinder } from '../../../src/sources/archive/find-marks.ts'

/** All places that are found, one after another. */
function places(marks: string[], text: string): number[] {
  const finder = createMarkFinder(marks)!
  finder.take(Buffer.from(text, 'latin1'))
  const found: number[] = []
  for (let at = finder.next(0); at !== -1; at = finder.next(at + 1)) found.push(at)
  return found
}

describe('marks in bytes', () => {
  const sign = fc.constantFrom('a', 'B', 'b', '_', '"', '\\', 'é', '1')
  const mark = fc.string({ unit: fc.constantFrom('a', 'b', '_', '"', '\\', '1'), minLength: 1, maxLength: 5 })

  test('are all found, whatever their case and wherever they stand', () => {
    fc.assert(
      fc.property(
        fc.array(mark, { minLength: 1, maxLength: 4 }),
        fc.string({ unit: sign, maxLength: 120 }),
        (marks, text) => {
          const found = new Set(places(marks, text))
          const lower = text.toLowerCase()
          for (let at = 0; at < text.length; at += 1)
            if (marks.some((one) => lower.startsWith(one, at))) expect(found).toContain(at)
        },
      ),
      { numRuns: 2000 },
    )
  })

  test('are not seen in what was there before, nor past the end', () => {
    const finder = createMarkFinder(['quay'])!
    finder.take(Buffer.from('a long text that ends with quay'))
    expect(finder.next(0)).toBe(27)
    finder.take(Buffer.from('a short text'))
    expect(finder.next(0)).toBe(-1)
    finder.take(Buffer.alloc(0))
    expect(finder.next(0)).toBe(-1)
  })

  test('are found in more bytes than there is room for at first', () => {
    const bytes = Buffer.alloc(5_000_000, 'x')
    bytes.write('QUAY', 4_999_990)
    const finder = createMarkFinder(['quay'])!
    finder.take(bytes)
    expect(finder.next(0)).toBe(4_999_990)
  })

  test('that are empty or very long are not looked for in this way', () => {
    expect(createMarkFinder([''])).toBe(null)
    expect(createMarkFinder(['x'.repeat(2000)])).toBe(null)
  })
})
