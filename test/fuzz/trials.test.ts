import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TRIALS } from './trials.ts'

const scrap = (...some: string[]) =>
  fc.array(fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...some) }, fc.string({ unit: 'binary', maxLength: 12 })), {
    maxLength: 60,
  })
const XML = scrap(
  '<rss version="2.0"><channel>',
  '<feed xmlns="http://www.w3.org/2005/Atom">',
  '<item>',
  '</item>',
  '<entry>',
  '<title>',
  '</title>',
  '<description>',
  '<![CDATA[',
  ']]>',
  '<pubDate>Tue, 31 Feb 2026</pubDate>',
  '<guid>',
  '&b;',
  '&#0;',
  '<!DOCTYPE a [<!ENTITY b "b">]>',
  '<p>“Lamps,” Anonymous said.</p>',
)
const JSON_LINES = scrap(
  '{"id_str":"2028730275483095040","text":"',
  '"}',
  '\n',
  '{"__proto__":{"a":1}}',
  '"created_at":"never"',
  '[',
  ']',
  '{',
  '}',
  ',',
  'null',
  '1e999',
  '"user":{"screen_name":"',
)
const HTML = scrap(
  '<html>',
  '<article>',
  '<p>',
  '</p>',
  '<script>',
  '<svg>',
  '<table>',
  '<!--',
  'said',
  '“',
  '”',
  '&nbsp;',
)
const YAML = scrap(
  'sources:',
  'entities:',
  '\n',
  '  - ',
  '{ ',
  ' }',
  ': ',
  '&a',
  '*a',
  '<<: ',
  'kind: feed',
  '!!js',
  '"',
  '|',
)
const QUERY = scrap('AND', 'OR', 'NOT', 'NEAR/3', '(', ')', '"', '“', '-', '*', ' ', 'lamp', 'quay')

/** A file of these words, given to one reader. */
const tried = (trial: string, name: string) => async (parts: string[]) => {
  const text = parts.join('')
  await TRIALS[trial]?.({ name, text, query: text, bytes: new TextEncoder().encode(text) })
}

describe('whatever it is given, nothing is thrown by', () => {
  test.each([
    ['feed', 'piece.xml', XML],
    ['feed', 'piece.json', JSON_LINES],
    ['page', 'piece.html', HTML],
    ['file', 'tweets.jsonl', JSON_LINES],
    ['file', 'piece.html', HTML],
    ['config', 'piece.yaml', YAML],
    ['query', 'piece.txt', QUERY],
    ['text', 'piece.txt', HTML],
  ])('the reader of a %s in %s', async (trial, name, parts) => {
    expect(TRIALS[trial]).toBeDefined()
    await fc.assert(fc.asyncProperty(parts, tried(trial, name)), { numRuns: 60 })
  })
})
