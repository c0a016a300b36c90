import { describe, expect, test } from 'vitest'
import { fitted } from '../../src/discord/message.ts'

describe('words that must fit', () => {
  test.each([
    ['Lamps', 10, 'Lamps'],
    ['Lamps on it', 10, 'Lamps on…'],
    ['😀😀😀😀', 8, '😀😀😀😀'],
    ['😀😀😀😀', 7, '😀😀😀…'],
  ])('%s into %i', (words, units, kept) => {
    expect(fitted(words, units)).toBe(kept)
    expect(fitted(words, units).length).toBeLessThanOrEqual(units)
  })
})
