import { describe, expect, test } from 'vitest'
import { inline, neutral, plain, quotation } from '../../src/discord/markdown.ts'

describe('words from outside', () => {
  test.each([
    ['@everyone', '\\@everyone'],
    ['<@123> <#4> <@&5> </x:6> <t:1:R>', '\\<\\@123> \\<#4> \\<\\@&5> \\</x:6> \\<t:1:R>'],
    [
      '**bold** _it_ ~~gone~~ ||spoiler|| `code`',
      '\\*\\*bold\\*\\* \\_it\\_ \\~\\~gone\\~\\~ \\|\\|spoiler\\|\\| \\`code\\`',
    ],
    ['[bank.example](https://evil.example)', '\\[bank.example\\](https\\://evil.example)'],
    ['# heading', '\\# heading'],
    ['-# small', '\\-# small'],
    ['1. first', '1\\. first'],
    ['back\\slash', 'back\\\\slash'],
  ])('%s stand as they are', (words, escaped) => expect(neutral(words)).toBe(escaped))

  test('cannot turn the direction of what follows them', () => {
    expect(neutral('safe\u202Eelpmaxe')).toBe('safeelpmaxe')
    expect(neutral('אבג.example')).toBe('\u2068אבג.example\u2069')
  })

  test('lose control characters and half characters', () => {
    expect(neutral('a\u0000b\uD83D')).toBe('a b\uFFFD')
  })
})

describe('a link', () => {
  test('shows the host that it truly leads to', () => {
    const link = {
      type: 'link',
      text: 'https://bank.example/login',
      url: 'https://evil.example/(x)',
      host: 'evil.example',
    }
    expect(inline([link as never])).toBe('[bank.example/login](https://evil.example/%28x%29) (evil.example)')
  })

  test('whose words are nothing shows its host', () => {
    expect(inline([{ type: 'link', text: ' ', url: 'https://a.example/', host: 'a.example' }])).toBe(
      '[a.example](https://a.example/) (a.example)',
    )
  })
})

describe('a quotation', () => {
  test('marks every line, so that none of it stands as ours', () => {
    expect(quotation([{ type: 'text', text: '“One\n\n# two”' }])).toBe('> “One\n> \\# two”')
  })

  test('shows a figure in bold, and the spaces beside it outside', () => {
    expect(
      quotation([
        { type: 'text', text: 'on ' },
        { type: 'text', text: ' 37 ', strong: true },
        { type: 'text', text: 'nights' },
      ]),
    ).toBe('> on  **37** nights')
  })
})

describe('a time', () => {
  test('is one that each reader sees in their own zone', () => {
    const time = [{ type: 'time' as const, at: '2026-03-02T10:00:00.000Z' }]
    expect(inline(time)).toBe('<t:1772445600:f>')
    expect(plain(time)).toBe('2026-03-02 10:00 UTC')
  })
})
