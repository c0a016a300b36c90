import { describe, expect, test } from 'vitest'
import { plainWords, sameWords } from '../../src/documents/words.ts'
import { createChance } from '../torture/chance.ts'

const SIGNS = [
  ...'aZ09 \n\t.-_“”‘’–—…‐‑‧‘',
  'É',
  'ß',
  'ﬁ',
  'İ',
  '½',
  '\u0301',
  '\u00a0',
  '語',
  '٣',
  '😀',
  '\u2024',
  '\u2028',
]

describe('words of a text', () => {
  test('are the same whether Unicode is asked or not', () => {
    const chance = createChance(11)
    let plain = 0
    for (let i = 0; i < 3000; i++) {
      const few = i % 2 === 0 ? SIGNS.slice(0, 20) : SIGNS
      const text = Array.from({ length: chance.below(12) }, () => chance.pick(few)).join('')
      const asked =
        text
          .normalize('NFKC')
          .toLowerCase()
          .match(/[\p{L}\p{N}]+/gu) ?? []
      expect(sameWords(text)).toEqual(asked)
      const quick = plainWords(text)
      if (quick === null) continue
      plain += 1
      expect(quick).toEqual(asked)
    }
    expect(plain).toBeGreaterThan(1000)
  })
})
