import { afterAll, describe, expect, test } from 'vitest'
import { createParsers, type Parsers } from '../../src/sources/parsers.ts'

/** Feeds and pages that want to hang, exhaust or poison whoever reads them. Read under the limits of the main job. */
const parsers: Parsers = createParsers({ limitMs: 3000 })
afterAll(() => parsers.close())
const address = 'https://hostile.example/feed'
const item = (words = 'A lamp') =>
  `<item><title>${words}</title><link>https://hostile.example/a</link><guid>1</guid></item>`
const rss = (inside: string, before = '') =>
  `<?xml version="1.0"?>${before}<rss version="2.0"><channel><title>T</title><link>https://hostile.example/</link><description>d</description>${inside}</channel></rss>`
const laughs = `<!DOCTYPE r [<!ENTITY a0 "ha">${Array.from({ length: 30 }, (_, i) => `<!ENTITY a${i + 1} "&a${i};&a${i};">`).join('')}]>`
const quadratic = `<!DOCTYPE r [<!ENTITY a "${'x'.repeat(50_000)}">]>`

const attacks: [string, string][] = [
  ['entities that double thirty times', rss(item('&a30;'), laughs)],
  ['one long entity named thousands of times', rss(item('&a;'.repeat(20_000)), quadratic)],
  [
    'two hundred thousand elements within each other',
    rss(`${'<a>'.repeat(200_000)}x${'</a>'.repeat(200_000)}${item()}`),
  ],
  ['an attribute of ten megabytes', rss(`<x y="${'z'.repeat(10_000_000)}"/>${item()}`)],
  [
    'a hundred thousand attributes',
    rss(`<x ${Array.from({ length: 100_000 }, (_, i) => `a${i}="1"`).join(' ')}/>${item()}`),
  ],
  ['marks that are never closed', rss(`${'<![CDATA['.repeat(100_000)}${item()}`)],
  ['a million ampersands', rss(item('&'.repeat(1_000_000)))],
  ['comments that open without end', rss(`${'<!--'.repeat(200_000)}${item()}`)],
  [
    'a hundred thousand name spaces',
    rss(`<x ${Array.from({ length: 100_000 }, (_, i) => `xmlns:n${i}="u"`).join(' ')}/>${item()}`),
  ],
]

/** Given back whole, given up in words: never a hang (the test would run into its own limit), never a crash. */
const outcome = (work: Promise<{ items: unknown[] }>) =>
  work.then(
    ({ items }) => `${items.length} items`,
    (error: Error) => error.name,
  )

describe.each(attacks)('%s', (_what, text) => {
  const bytes = () => Buffer.from(text)
  test('in a feed', async () => {
    expect(['1 items', '0 items', 'SourceError']).toContain(await outcome(parsers.feed(bytes(), 'text/xml', address)))
  }, 20_000)
  test('on a page', async () => {
    expect(['1 items', '0 items', 'SourceError']).toContain(await outcome(parsers.page(bytes(), 'text/html', address)))
  }, 20_000)
})

describe('after them all', () => {
  test('an honest feed is read', async () => {
    const { items } = await parsers.feed(Buffer.from(rss(item())), 'text/xml', address)
    expect(items.map(({ title }) => title)).toEqual(['A lamp'])
  })

  test('keys that every object has are words like any other', async () => {
    const json = `{"version":"https://jsonfeed.org/version/1.1","title":"T","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"items":[{"id":"__proto__","url":"https://hostile.example/a","title":"constructor","content_text":"hasOwnProperty","__proto__":{"polluted":1}}]}`
    const named = rss(`<__proto__><polluted>1</polluted></__proto__><constructor>1</constructor>${item('__proto__')}`)
    const fromJson = await parsers.feed(Buffer.from(json), 'application/feed+json', address)
    const fromXml = await parsers.feed(Buffer.from(named), 'text/xml', address)
    expect([fromJson.items[0]?.title, fromXml.items[0]?.title]).toEqual(['constructor', '__proto__'])
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })
})
