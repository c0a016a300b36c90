import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { feedsNamedBy, feedsOfHost, findFeeds } from '../../src/sources/find-feeds.ts'
import { createNet, type Net } from '../../src/sources/net.ts'
import { readOpml, writeOpml } from '../../src/sources/opml.ts'
import { notTheArticle } from '../../src/sources/page-quality.ts'
import { createParsers, type Parsers } from '../../src/sources/parsers.ts'
import { startServer } from '../support/http-server.ts'

let net: Net
let parsers: Parsers
beforeAll(() => {
  net = createNet({ allowAddresses: ['127.0.0.0/8'], hostGapMs: 0 })
  parsers = createParsers({ size: 1 })
})
afterAll(() => Promise.all([net.close(), parsers.close()]))
const FEED = '<rss version="2.0"><channel><title>Harbour</title><item><title>One</title></item></channel></rss>'

describe('the feeds of a site', () => {
  test('are those that its page names, each read before it is told', async () => {
    await using server = await startServer('127.0.0.11')
    server.on('/', {
      headers: { 'content-type': 'text/html' },
      body: '<!doctype html><html><head><link rel="alternate" type="application/rss+xml" href="news.xml"><link rel="alternate" type="application/atom+xml" href="/gone.xml"><link rel="alternate" hreflang="de" href="/de"></head><body>Hi</body></html>',
    })
    server.on('/news.xml', { body: FEED })
    expect(await findFeeds(`${server.url}/`, { net, parsers })).toEqual([
      { address: `${server.url}/news.xml`, title: 'Harbour', entries: 1, how: 'named by the page' },
    ])
  })
  test('are the address itself where it is one, or lie at a common path', async () => {
    await using server = await startServer('127.0.0.12')
    server.on('/', { body: '<!doctype html><html><body>Hi</body></html>' })
    server.on('/rss.xml', { body: FEED })
    expect((await findFeeds(`${server.url}/rss.xml`, { net, parsers }))[0]).toMatchObject({ how: 'the address itself' })
    expect((await findFeeds(`${server.url}/`, { net, parsers }))[0]).toMatchObject({
      address: `${server.url}/rss.xml`,
      how: 'a common path',
    })
  })
  test('that cannot be asked for are not “none”', async () => {
    await expect(findFeeds('http://127.0.0.13:9/', { net, parsers })).rejects.toMatchObject({ reason: 'unreachable' })
  })
  test.each([
    ['https://www.youtube.com/channel/UCabc', 'https://www.youtube.com/feeds/videos.xml?channel_id=UCabc'],
    ['https://old.reddit.com/r/news/', 'https://www.reddit.com/r/news/.rss'],
    ['https://github.com/nodejs/node', 'https://github.com/nodejs/node/releases.atom'],
    ['https://social.example/@ines', 'https://social.example/@ines.rss'],
    ['https://bsky.app/profile/ines.example', 'https://bsky.app/profile/ines.example/rss'],
    ['https://tide.substack.com/p/one', 'https://tide.substack.com/feed'],
  ])('of %s are known', (address, feed) => expect(feedsOfHost(address)).toContain(feed))
  test('are told from other alternates and resolved against the base', () =>
    expect(
      feedsNamedBy(
        '<base href="https://a.example/b/"><link rel="alternate" type="application/json+oembed" href="/oembed"><link rel="ALTERNATE" type="application/rss+xml" href="c"><a href="/feed/">RSS</a>',
        'https://a.example/',
      ),
    ).toEqual(['https://a.example/b/c', 'https://a.example/feed/']))
})

describe('a list of feeds', () => {
  test('is read with its folders, each feed once, and written so that it is read again', () => {
    const opml =
      '<opml version="2.0"><head><title>L</title></head><body><outline text="News"><outline text="Harbour" xmlUrl="https://h.example/feed" htmlUrl="https://h.example/"/><outline text="Again" xmlUrl="https://h.example/feed"/></outline><outline title="Tide &amp; time" text="x" xmlUrl="feed://t.example/rss"/><outline text="no feed"/></body></opml>'
    const feeds = readOpml(opml)
    expect(feeds).toEqual([
      { address: 'https://h.example/feed', title: 'Harbour', site: 'https://h.example/', folder: 'News' },
      { address: 'https://t.example/rss', title: 'Tide & time', site: null, folder: null },
    ])
    expect(readOpml(writeOpml(feeds!, 'Mine'))).toEqual(expect.arrayContaining(feeds!))
  })
  test('that is none is told', () => expect(readOpml('<rss/>')).toBeNull())
})

describe('a page', () => {
  const words = 'The ferry to the outer islands will sail again on Monday, the harbour office said. '
  test.each([
    [
      'consent',
      {
        title: 'Harbour News',
        text: 'We and our 842 partners use cookies and similar means to store data. Accept all cookies or manage your consent below. Read our cookie settings for more.',
        free: true,
      },
    ],
    ['paywall', { title: 'Ferry sails', text: `${words}${words}Subscribe now to continue reading.`, free: true }],
    ['paywall', { title: 'Ferry sails', text: words.repeat(5), free: false }],
    [
      'error',
      {
        title: '404 Not Found',
        text: 'The page you asked for could not be found on this server. Please go back to the front page and try again.',
        free: true,
      },
    ],
    [
      'robot-check',
      {
        title: 'Just a moment...',
        text: 'Checking your browser before accessing the site. This process is automatic.',
        free: true,
      },
    ],
  ])('that is really a %s is not taken for the article', (kind, page) => expect(notTheArticle(page)?.kind).toBe(kind))
  test.each([
    ['an article', words.repeat(10)],
    ['a long article about cookies', `${words.repeat(40)}The site uses cookies. We use cookies.`],
    ['an article that ends in an invitation', `${words.repeat(20)}Already a subscriber? Thank you.`],
  ])('that is %s is one', (_, text) => expect(notTheArticle({ title: 'Ferry sails', text, free: true })).toBeNull())
})
