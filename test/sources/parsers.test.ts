import { afterEach, describe, expect, test } from 'vitest'
import { createParsers, type Parsers } from '../../src/sources/parsers.ts'

const FEED = Buffer.from('<rss version="2.0"><channel><item><title>One</title></item></channel></rss>')
/** Markup that a document builder needs far longer than a moment for. */
const HEAVY = Buffer.from(`<!doctype html><html><body>${'<div><p>words, words, words. '.repeat(60_000)}</body></html>`)
let parsers: Parsers | undefined
afterEach(() => parsers?.close())

describe('a reader under a limit', () => {
  test('is replaced when it hangs; its task fails with a reason and the others are done', async () => {
    parsers = createParsers({ size: 1, limitMs: 400 })
    await parsers.feed(FEED, null, 'warm up')
    const hung = parsers.page(HEAVY, 'text/html', 'https://slow.example/').catch((error) => error)
    const next = parsers.feed(FEED, null, 'next')
    expect(await hung).toMatchObject({ name: 'SourceError', reason: 'timeout' })
    expect((await next).items).toHaveLength(1)
  })

  test('that runs out of memory harms nobody else', async () => {
    parsers = createParsers({ size: 1, limitMs: 20_000, limitMb: 24 })
    const starved = await parsers.page(HEAVY, 'text/html', 'https://large.example/').catch((error) => error)
    expect(starved).toMatchObject({ name: 'SourceError', reason: 'unreadable' })
    expect((await parsers.feed(FEED, null, 'next')).items).toHaveLength(1)
  })

  test('reads the article of a page with what the page says of itself', async () => {
    parsers = createParsers({ size: 1 })
    const paragraph =
      '<p>The ferry to the outer islands will sail again on Monday, the harbour office said, after a winter of repairs and quarrels about who should pay for them.</p>'
    const page = `<!doctype html><html lang="en-GB"><head><title>x</title><link rel="canonical" href="https://harbour.example/ferry"><script type="application/ld+json">{"@type":"NewsArticle","headline":"Ferry sails again","datePublished":"2026-03-03T09:30:00+01:00","author":{"name":"Ines Varga"},"publisher":{"name":"Harbour News"}}</script></head>
      <body><nav><a href="/">Home</a></nav><article><h1>Ferry sails again</h1>${paragraph.repeat(6)}<blockquote class="twitter-tweet"><p>Sailing on Monday!</p>— Harbour (@harbour_demo) <a href="https://twitter.com/harbour_demo/status/2028730275483095040">March 3, 2026</a></blockquote></article><footer>All rights</footer></body></html>`
    const { items } = await parsers.page(Buffer.from(page), 'text/html', 'https://harbour.example/ferry?utm_source=x')
    expect(items[0]).toMatchObject({
      title: 'Ferry sails again',
      url: 'https://harbour.example/ferry',
      published: '2026-03-03T08:30:00.000Z',
      publishedFrom: 'page',
      author: { name: 'Ines Varga' },
      publisher: 'Harbour News',
      language: 'en-GB',
    })
    expect(items[0]?.html).toContain('2028730275483095040')
    expect(items[0]?.html).not.toContain('All rights')
  })
})
