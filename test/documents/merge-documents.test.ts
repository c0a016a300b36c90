import { describe, expect, test } from 'vitest'
import { mergeDocuments } from '../../src/documents/merge-documents.ts'
import type { Document, PostFields } from '../../src/model.ts'

const post = (more: Partial<PostFields> = {}): PostFields => ({
  textStatus: 'full',
  postKind: 'post',
  displayText: '',
  mentions: [],
  keywords: [],
  citation: [],
  inReplyTo: null,
  sharedContent: null,
  originalUrls: [],
  deleted: null,
  editHistory: [],
  publishedConflict: null,
  ...more,
})
const reading = (
  parser: string,
  text: string,
  more: Partial<Document> = {},
  fields: Partial<PostFields> = {},
): Document => ({
  id: 'twitter:2028730275483095040',
  kind: 'post',
  url: 'https://twitter.com/i/status/2028730275483095040',
  title: null,
  text,
  author: null,
  publisher: 'Twitter',
  published: '2026-03-03T07:12:44.318Z',
  publishedFrom: 'snowflake',
  language: null,
  archivedAt: [],
  provenance: [{ source: `${parser}.file`, locator: 'line 1', parser }],
  post: post(fields),
  ...more,
})

describe('two readings of one post', () => {
  test('become one, in which the fuller text stands whatever came first', () => {
    const cut = reading('tweet-v1.1', 'We ask…', {}, { textStatus: 'truncated' })
    const whole = reading('embed', 'We ask once more.')
    for (const merged of [mergeDocuments(cut, whole), mergeDocuments(whole, cut)]) {
      expect(merged.text).toBe('We ask once more.')
      expect(merged.provenance).toHaveLength(2)
      expect(merged.editions).toMatchObject([{ text: 'We ask…', from: [{ parser: 'tweet-v1.1' }] }])
    }
  })
  test('prefer what the platform sent to what a page shows to what an article quotes', () => {
    const readings = ['embed', 'page-2012', 'tweet-v2'].map((parser) => reading(parser, `from ${parser}`))
    expect(readings.reduce(mergeDocuments).text).toBe('from tweet-v2')
    expect(readings.toReversed().reduce(mergeDocuments).text).toBe('from tweet-v2')
    expect(readings.reduce(mergeDocuments).editions).toHaveLength(2)
  })
  test('complete each other', () => {
    const copy = { url: 'https://web.archive.example/web/1/x', capturedAt: null }
    const one = reading(
      'embed',
      'x',
      { author: { name: 'Tide', alternateName: 'tide', identifier: null, url: null } },
      { originalUrls: ['a'] },
    )
    const two = reading(
      'tweet-v2',
      'x',
      { author: { name: null, alternateName: 'tide', identifier: '9', url: null }, archivedAt: [copy], language: 'en' },
      { originalUrls: ['b'], deleted: true },
    )
    expect(mergeDocuments(one, two)).toMatchObject({
      author: { name: 'Tide', identifier: '9' },
      archivedAt: [copy],
      language: 'en',
      post: { deleted: true, originalUrls: expect.arrayContaining(['a', 'b']) },
    })
    expect(mergeDocuments(one, two).editions).toBeUndefined()
  })
  test('merged again change nothing', () => {
    const one = reading('embed', 'x', {}, { textStatus: 'truncated' })
    const two = reading('tweet-v2', 'x y')
    const merged = mergeDocuments(one, two)
    expect(mergeDocuments(merged, two)).toEqual(merged)
    expect(mergeDocuments(merged, one)).toEqual(merged)
  })
})

describe('two readings of one article', () => {
  const article = (text: string, more: Partial<Document> = {}) => ({
    ...reading('rss-parser', text),
    id: 'a1',
    kind: 'article' as const,
    post: null,
    url: 'https://a.example/1',
    title: 'T',
    ...more,
  })
  test('keep the earlier text as an edition when the same source changes it', () => {
    const merged = mergeDocuments(
      article('The ferry sails on Monday, it said.'),
      article('The ferry sails on Tuesday, it said.', { title: 'New title' }),
    )
    expect(merged).toMatchObject({
      text: 'The ferry sails on Tuesday, it said.',
      title: 'New title',
      id: 'a1',
      editions: [{ text: 'The ferry sails on Monday, it said.', title: 'T' }],
    })
  })
  test('let no summary replace the whole', () => {
    const merged = mergeDocuments(
      article('The ferry sails on Monday, it said. '.repeat(10)),
      article('The ferry sails.'),
    )
    expect(merged.text.length).toBeGreaterThan(200)
    expect(merged.editions).toBeUndefined()
  })
  test('let no copy elsewhere replace the first', () => {
    const merged = mergeDocuments(
      article('The ferry sails.'),
      article('The ferry sails!!', { url: 'https://b.example/copy', provenance: [{ source: 'b', locator: null }] }),
    )
    expect(merged).toMatchObject({ text: 'The ferry sails.', url: 'https://a.example/1' })
    expect(merged.provenance).toHaveLength(2)
  })
})
