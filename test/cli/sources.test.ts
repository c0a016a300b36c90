import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { verb } from '../../src/cli/sources.ts'
import { UsageError } from '../../src/errors.ts'
import { readOpml } from '../../src/sources/opml.ts'
import { startServer } from '../support/http-server.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'onrecord-'))
  writeFileSync(
    join(folder, 'onrecord.yaml'),
    'sources:\n  - { id: harbour, kind: feed, publisher: Harbour News, address: "https://harbour.example/feed" }\n  - { id: posts, kind: tweets, address: posts.jsonl, enabled: false }\n',
  )
  vi.stubEnv('ALLOW_ADDRESSES', '127.0.0.0/8')
})
afterAll(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

async function running(...args: string[]) {
  const out: string[] = []
  const code = await verb.run(args, { out: (line) => void out.push(line), err: () => {}, progress: false })
  return { code, out: out.join('\n') }
}
const config = () => ['--config', join(folder, 'onrecord.yaml')]

describe('sources', () => {
  test('lists those of the config', async () => {
    const { out, code } = await running('list', ...config())
    expect(code).toBe(0)
    expect(out.split('\n').map((line) => line.split('\t').slice(0, 4))).toEqual([
      ['harbour', 'feed', 'on', 'Harbour News'],
      ['posts', 'tweets', 'off', '-'],
    ])
  })
  test('exports feeds as a list that is read again, and imports one as config entries', async () => {
    const { out } = await running('export', ...config())
    expect(readOpml(out)).toEqual([
      { address: 'https://harbour.example/feed', title: 'Harbour News', site: null, folder: null },
    ])
    writeFileSync(join(folder, 'list.opml'), out)
    expect((await running('import', join(folder, 'list.opml'))).out).toMatch(
      /kind: feed\n {2}publisher: Harbour News\n {2}address: https:\/\/harbour\.example\/feed/,
    )
    writeFileSync(join(folder, 'no.opml'), '<rss/>')
    await expect(running('import', join(folder, 'no.opml'))).rejects.toThrow(/no OPML/)
  })
  test('tests a feed as the bot would read it, and finds the feed of a site', async () => {
    await using server = await startServer('127.0.0.15')
    server.on('/robots.txt', { status: 404 })
    server.on('/', {
      headers: { 'content-type': 'text/html' },
      body: '<!doctype html><html><head><link rel="alternate" type="application/rss+xml" href="/feed"></head><body>Hi</body></html>',
    })
    server.on('/feed', {
      headers: { etag: '"1"' },
      body: '<rss version="2.0"><channel><title>T</title><item><title>Ferry sails</title><link>https://t.example/1</link><pubDate>Tue, 03 Mar 2026 09:30:00 GMT</pubDate></item></channel></rss>',
    })
    const feed = await running('test', `${server.url}/feed`, ...config())
    expect(feed.code).toBe(0)
    expect(feed.out).toMatch(
      /1 entries, 0 problems[\s\S]*with title 1 of 1, link 1 of 1, date 1 of 1[\s\S]*Ferry sails[\s\S]*changes alone: ETag\n {2}next visit: /,
    )
    const site = await running('test', `${server.url}/`, ...config())
    expect(site.out).toMatch(
      /web page, not a feed[\s\S]*feed: http:\/\/127\.0\.0\.15:\d+\/feed {2}T \(1 entries, named by the page\)/,
    )
    expect((await running('test', `${server.url}/gone`, ...config())).code).toBe(1)
  }, 30_000)
  test('says how it is used', async () => {
    await expect(running('nonsense', ...config())).rejects.toThrow(UsageError)
    await expect(running('import')).rejects.toThrow(UsageError)
  })
})
