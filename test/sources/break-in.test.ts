import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Resolve } from '../../src/sources/addresses.ts'
import { createWayback } from '../../src/sources/archive/wayback.ts'
import { findFeeds } from '../../src/sources/find-feeds.ts'
import { createNet, type Net } from '../../src/sources/net.ts'
import { createParsers } from '../../src/sources/parsers.ts'
import { readPage, readSource, type SourceKit } from '../../src/sources/read-source.ts'
import { startServer, type TestServer } from '../support/http-server.ts'
import { aSource } from '../support/nouns.ts'

/**
 * A publisher who turned hostile stands at 127.0.0.2, which may be reached. The canary at 127.0.0.1 stands for whatever
 * else listens inside an operator's network: it must never hear anything.
 */
let evil: TestServer
let canary: TestServer
let kit: SourceKit
const allowed = { allowAddresses: ['127.0.0.2/32'], hostGapMs: 0 }
beforeAll(async () => {
  evil = await startServer('127.0.0.2')
  canary = await startServer('127.0.0.1', evil.port)
  canary.on('*', { body: 'you found me' })
  const net = createNet(allowed)
  const parsers = createParsers()
  kit = { net, parsers, wayback: createWayback({ net, parsers, base: evil.url }) }
})
afterAll(async () => {
  await kit.net.close()
  await kit.parsers.close()
  await evil.close()
  await canary.close()
})
const inside = () => canary.url
const read = (address: string) => readSource(aSource({ address, kind: 'feed' }), null, kit)
const page = (address: string) => readPage(address, kit)
const feed = (item: string, before = '') =>
  `<?xml version="1.0"?>${before}<rss version="2.0"><channel><title>T</title><link>${evil.url}</link><description>d</description><item><title>A lamp</title><link>${evil.url}/a</link><guid>1</guid>${item}</item></channel></rss>`

/** What the attack does is asked, whatever comes of it: it may fail or find nothing, and the canary stays unheard. */
async function unheard(attack: () => Promise<unknown>): Promise<void> {
  await attack().catch((error: Error) => expect(error.name).toBe('SourceError'))
  expect(canary.arrivals).toEqual([])
}

describe('a canary inside the operator’s network hears nothing', () => {
  test.each([
    'http://127.0.0.1:PORT/',
    'http://2130706433:PORT/',
    'http://0x7f000001:PORT/',
    'http://0177.0.0.1:PORT/',
    'http://127.1:PORT/',
    'http://127.0.0.1.:PORT/',
    'http://①②⑦.⓪.⓪.①:PORT/',
    'http://127。0。0。1:PORT/',
    'http://localhost:PORT/',
    'http://LOCALHOST.:PORT/',
    'http://0:PORT/',
    'http://[::1]:PORT/',
    'http://[::ffff:127.0.0.1]:PORT/',
    'http://[::ffff:7f00:1]:PORT/',
    'http://[::127.0.0.1]:PORT/',
    'http://[64:ff9b::7f00:1]:PORT/',
    'http://[64:ff9b:1::7f00:1]:PORT/',
    'http://[2002:7f00:1::]:PORT/',
    'http://127.0.0.2@127.0.0.1:PORT/',
    'http://127.0.0.2:80@127.0.0.1:PORT/',
    'http:\\\\127.0.0.1:PORT\\',
    'HtTp://127.0.0.1:PORT/',
    'ftp://127.0.0.1:PORT/',
    'file://127.0.0.1:PORT/etc/passwd',
    'gopher://127.0.0.1:PORT/_GET',
    'data:text/xml,<rss/>',
  ])('of the address %s, as a source and as a page', async (spelling) => {
    const address = spelling.replace('PORT', String(evil.port))
    await unheard(() => read(address))
    await unheard(() => page(address))
  })

  test.each([301, 302, 303, 307, 308])('of a redirect with %i', async (status) => {
    evil.on('/inwards', { status, headers: { location: `${inside()}/secret` } })
    await unheard(() => read(`${evil.url}/inwards`))
    await unheard(() => page(`${evil.url}/inwards`))
  })

  test('of a redirect behind another, without a scheme, and by other means than Location', async () => {
    evil.on('/one', { status: 302, headers: { location: '/two' } })
    evil.on('/two', { status: 302, headers: { location: `//127.0.0.1:${evil.port}/` } })
    evil.on('/refresh', { headers: { refresh: `0; url=${inside()}`, 'content-type': 'text/html' }, body: 'x' })
    const meta = `<html><head><meta http-equiv="refresh" content="0;url=${inside()}"></head><body>x</body></html>`
    evil.on('/meta', { headers: { 'content-type': 'text/html', link: `<${inside()}>; rel=preload` }, body: meta })
    for (const path of ['/one', '/refresh', '/meta']) {
      await unheard(() => read(`${evil.url}${path}`))
      await unheard(() => page(`${evil.url}${path}`))
    }
  })

  test.each([
    [
      'an external entity',
      () => feed('<description>&x;</description>', `<!DOCTYPE r [<!ENTITY x SYSTEM "${inside()}/x">]>`),
    ],
    ['a parameter entity', () => feed('', `<!DOCTYPE r [<!ENTITY % p SYSTEM "${inside()}/p"> %p;]>`)],
    ['an external DTD', () => feed('', `<!DOCTYPE rss SYSTEM "${inside()}/dtd">`)],
    ['a style sheet', () => feed('', `<?xml-stylesheet href="${inside()}/s.xsl" type="text/xsl"?>`)],
    ['an inclusion', () => feed(`<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="${inside()}/i"/>`)],
    [
      'pictures, scripts and frames',
      () =>
        feed(
          `<description><![CDATA[<img src="${inside()}/i"><script src="${inside()}/s"></script><iframe src="${inside()}/f"></iframe><link rel=stylesheet href="${inside()}/c">]]></description>`,
        ),
    ],
  ])('of %s in a feed, nor of the same on a page', async (_what, text) => {
    evil.on('/feed', { headers: { 'content-type': 'text/xml' }, body: text() })
    evil.on('/page', { headers: { 'content-type': 'text/html' }, body: `<html><body><article>${text()}</article>` })
    await unheard(() => read(`${evil.url}/feed`))
    await unheard(() => page(`${evil.url}/page`))
  })

  test('of a page that names feeds inside', async () => {
    const named = `<link rel="alternate" type="application/rss+xml" href="${inside()}/feed"><a href="${inside()}/rss">RSS</a>`
    evil.on('/', { headers: { 'content-type': 'text/html' }, body: `<html><head>${named}</head><body>${named}` })
    await unheard(() => findFeeds(evil.url, kit))
  })

  test('of robots.txt that leads inside', async () => {
    evil.on('/robots.txt', { status: 302, headers: { location: `${inside()}/robots.txt` } })
    evil.on('/article', { headers: { 'content-type': 'text/html' }, body: '<p>words</p>' })
    await unheard(() => page(`${evil.url}/article`))
  })

  test('of an archive that leads inside', async () => {
    evil.on('/cdx/search/cdx', { status: 302, headers: { location: `${inside()}/cdx` } })
    await unheard(() => readSource(aSource({ kind: 'wayback', address: 'wayback:twitter.com/lamps' }), null, kit))
  })
})

describe('a name', () => {
  const withNet = async (resolve: Resolve, work: (net: Net) => Promise<void>) => {
    const net = createNet({ ...allowed, resolve })
    try {
      await work(net)
    } finally {
      await net.close()
    }
  }
  const port = () => evil.port

  test('is asked for once: what was checked is what is connected to', async () => {
    evil.on('/rebound', { headers: { connection: 'close' }, body: 'outside' })
    let asked = 0
    const rebinding: Resolve = (_host, _options, answer) => {
      asked += 1
      answer(null, [{ address: asked === 1 ? '127.0.0.2' : '127.0.0.1', family: 4 }])
    }
    await withNet(rebinding, async (net) => {
      const address = `http://rebind.example:${port()}/rebound`
      expect((await (await net.get(address)).bytes()).toString()).toBe('outside')
      expect(asked).toBe(1)
      await expect(net.get(address)).rejects.toMatchObject({ reason: 'refused' })
    })
    expect(canary.arrivals).toEqual([])
  })

  test('with addresses of both kinds is reached at the allowed one only', async () => {
    evil.on('/both', { body: 'outside' })
    const both: Resolve = (_host, _options, answer) =>
      answer(null, [
        { address: '127.0.0.1', family: 4 },
        { address: '::1', family: 6 },
        { address: '127.0.0.2', family: 4 },
      ])
    await withNet(both, async (net) => {
      const answer = await net.get(`http://both.example:${port()}/both`)
      expect((await answer.bytes()).toString()).toBe('outside')
    })
    expect(canary.arrivals).toEqual([])
  })

  test('that is not found says so in words', async () => {
    const failing: Resolve = (host, _options, answer) =>
      answer(Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' }), [])
    await withNet(failing, async (net) => {
      await expect(net.get('http://nowhere.example/')).rejects.toThrow(/host name was not found/)
    })
  })
})

test('the canary would be heard, were it hit', async () => {
  const net = createNet({ allowAddresses: ['127.0.0.0/8'], hostGapMs: 0 })
  await net.get(`${canary.url}/control`)
  await net.close()
  expect(canary.arrivals.map(({ path }) => path)).toEqual(['/control'])
})
