import { describe, expect, test } from 'vitest'
import { linkTo } from '../../src/digests/runs.ts'

describe('a link', () => {
  test('to a host of look-alike letters shows what it truly is', () => {
    // The second letter is Cyrillic.
    expect(linkTo('https://gаzette.example/lamps', 'lamps')?.host).toBe('xn--gzette-3nf.example')
  })

  test.each([
    ['runs something', 'javascript:alert(1)'],
    ['opens a file', 'file:///etc/passwd'],
    ['holds a name and password', 'https://gazette.example@evil.example/'],
    ['is longer than Discord takes', `https://gazette.example/${'x'.repeat(600)}`],
    ['is none', 'gazette'],
  ])('that %s is not made', (_what, address) => expect(linkTo(address, 'x')).toBeNull())

  test('holds nothing that would end it early or turn it round', () => {
    expect(linkTo('https://gazette.example/a b<c>"d"\u202Eq`|^{}', 'x')?.url).not.toMatch(/[\s<>"`|^{}\u202E]/)
  })
})
