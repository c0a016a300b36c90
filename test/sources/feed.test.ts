import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Source } from '../../src/model.ts'
import { freshness, readFeed, retryAfter } from '../../src/sources/feed.ts'
import { createNet, type Net } from '../../src/sources/net.ts'
import { createParsers, type Parsers } from '../../src/sources/parsers.ts'
import { type Answer, startServer, type TestServer } from '../support/http-server.ts'

let server: TestServer
let net: Net
let parsers: Parsers
beforeAll(async () => {
  server = await startServer('127.0.0.5')
  net = createNet({ allowAddresses: ['127.0.0.0/8'], hostGapMs: 0 })
  parsers = createParsers({ size: 1, limitMs: 1500 })
})
afterAll(async () => {
  await Promise.all([server.close(), net.close(), parsers.close()])
})

const FEED =
  '<rss version="2.0"><channel><title>T</title><ttl>90</ttl><item><title>One</title><link>https://t.example/1</link><pubDate>Tue, 03 Mar 2026 09:30:00 GMT</pubDate></item></channel></rss>'
const source = (path: string): Source => ({
  id: 's',
  kind: 'feed',
  address: server.url + path,
  publisher: null,
  enabled: true,
  sample: false,
  pollSeconds: 900,
})
const reading = (path: string, state: { etag: string | null; lastModified: string | null } | null = null) =>
  readFeed({ source: source(path), state }, { net, parsers })
const answering = (path: string, ...answers: Answer[]) => server.on(path, ...answers)

describe('reading a feed', () => {
  test('remembers its validators and sends them the next time', async () => {
    answering(
      '/a',
      { headers: { etag: '"v1"', 'last-modified': 'Tue, 03 Mar 2026 09:30:00 GMT' }, body: FEED },
      { status: 304 },
    )
    const first = await reading('/a')
    expect(first).toMatchObject({
      notModified: false,
      etag: '"v1"',
      lastModified: 'Tue, 03 Mar 2026 09:30:00 GMT',
      freshSeconds: 5400,
    })
    const second = await reading('/a', first)
    expect(server.arrivals.at(-1)?.headers).toMatchObject({
      'if-none-match': '"v1"',
      'if-modified-since': 'Tue, 03 Mar 2026 09:30:00 GMT',
    })
    expect(second).toMatchObject({ notModified: true, items: [], etag: '"v1"' })
  })

  test('that came damaged keeps no validators: “unchanged” would keep what was cut off from us', async () => {
    answering('/cut', { headers: { etag: '"v1"' }, body: FEED.replace('</channel></rss>', '<item><title>Two</tit') })
    const first = await reading('/cut')
    expect(first).toMatchObject({ items: [{ title: 'One' }], etag: null, lastModified: null })
  })

  test.each([
    [410, 'gone'],
    [403, 'refused'],
    [404, 'unreachable'],
    [500, 'unreachable'],
  ])('that is answered with %i is %s', async (status, reason) => {
    answering(`/${status}`, { status })
    await expect(reading(`/${status}`)).rejects.toMatchObject({ name: 'SourceError', reason })
  })

  test.each([429, 503])('that is answered with %i passes the server’s wish on', async (status) => {
    answering('/later', { status, headers: { 'retry-after': '0' } })
    await expect(reading('/later')).rejects.toMatchObject({ reason: 'rate-limited', retryAfterSeconds: 0 })
  })

  test('tells where it has moved only when every step is permanent', async () => {
    answering('/new', { body: FEED })
    answering('/moved', { status: 301, headers: { location: '/new' } })
    answering('/for-now', { status: 302, headers: { location: '/moved' } })
    expect((await reading('/moved')).movedTo).toBe(`${server.url}/new`)
    expect((await reading('/for-now')).movedTo).toBeNull()
  })

  test('that is a web page says what to do', async () => {
    answering('/page', {
      headers: { 'content-type': 'text/html' },
      body: '<!doctype html><html><body>Hi</body></html>',
    })
    await expect(reading('/page')).rejects.toThrow(/web page, not a feed/)
  })

  test('built to hang its parser is cut off, and the next is read', async () => {
    answering('/hang', {
      body: `<rss version="2.0"><channel><item><title a="${'x'.repeat(4_900_000)}">One</title></item></channel></rss>`,
    })
    answering('/well', { body: FEED })
    const outcome = await reading('/hang').then(
      () => 'read',
      (error) => error.reason,
    )
    expect(['timeout', 'read']).toContain(outcome)
    expect((await reading('/well')).items).toHaveLength(1)
  })
})

describe('what a server asks for', () => {
  const headers = (values: Record<string, string>) => new Headers(values)
  test('is read as seconds or as a date', () => {
    expect(retryAfter(headers({ 'retry-after': '120' }))).toBe(120)
    expect(retryAfter(headers({ 'retry-after': new Date(Date.now() + 60_000).toUTCString() }))).toBeGreaterThan(50)
    expect(retryAfter(headers({ 'retry-after': 'soon' }))).toBeNull()
    expect(retryAfter(headers({}))).toBeNull()
  })
  test('is read from Cache-Control before Expires', () => {
    expect(
      freshness(headers({ 'cache-control': 'public, max-age=600', expires: 'Tue, 03 Mar 2037 09:30:00 GMT' })),
    ).toBe(600)
    expect(freshness(headers({ 'cache-control': 'no-cache' }))).toBeNull()
    expect(
      freshness(headers({ date: 'Tue, 03 Mar 2026 09:30:00 GMT', expires: 'Tue, 03 Mar 2026 09:45:00 GMT' })),
    ).toBe(900)
    expect(freshness(headers({ expires: '0' }))).toBeNull()
  })
})
