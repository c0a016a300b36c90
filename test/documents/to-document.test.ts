import { describe, expect, test } from 'vitest'
import { canonicalUrl, urlKey } from '../../src/documents/canonical-url.ts'
import { htmlToText } from '../../src/documents/html-to-text.ts'
import { documentKeys, toDocument, toDocuments } from '../../src/documents/to-document.ts'
import type { RawItem } from '../../src/model.ts'
import { workBegun } from '../support/work.ts'

const article = (more: Partial<RawItem> = {}): RawItem => ({
  kind: 'article',
  guid: 'g-1',
  url: 'https://harbour.example/ferry',
  title: 'Ferry sails',
  html: '<p>The ferry sails.</p>',
  text: null,
  summaryOnly: false,
  author: null,
  publisher: 'Harbour News',
  published: '2026-03-03T09:30:00.000Z',
  publishedFrom: 'feed',
  updated: null,
  language: 'en',
  archivedAt: [],
  provenance: { source: 'feed.xml', locator: 'entry 1' },
  post: null,
  ...more,
})

describe('the words of markup', () => {
  test('are paragraphs parted by a blank line, with references decoded', () =>
    expect(htmlToText('<p>Fish &amp; chips,&nbsp;5&#8239;&euro;</p><p>Second\n  line<br>third</p>tail')).toBe(
      'Fish & chips, 5\u202f€\n\nSecond line\nthird\n\ntail',
    ))
  test('leave out scripts, styles, forms, share boxes and what is hidden', () =>
    expect(
      htmlToText(
        '<p>One</p><script>x("<p>no</p>")</script><style>p{}</style><div class="feedflare"><a>Share</a></div><div class="post share-buttons">Tweet</div><p hidden>no</p><p style="display:none">no</p><noscript><p>no</p></noscript><p>Two</p>',
      ),
    ).toBe('One\n\nTwo'))
  test('stand whole where markup is broken', () =>
    expect(htmlToText('<p>One <b>two <p>three</i> <a href="x>four')).toBe('One two\n\nthree'))
  test('keep words apart across blocks and together across inline marks', () =>
    expect(htmlToText('<li>one</li><li>two</li><b>bo</b>ld')).toBe('one\n\ntwo\n\nbold'))
  test('are found in time that grows with the length alone', () => {
    const worked = workBegun()
    for (const unit of ['<div>', '<p', '</b>', '&amp', '<!--', '<script>']) htmlToText(unit.repeat(60_000))
    expect(worked()).toBeLessThan(4000)
  })
})

describe('an address', () => {
  test.each([
    ['https://a.example/x?utm_source=rss&utm_medium=feed', 'https://a.example/x'],
    ['https://a.example/x?id=7&fbclid=abc', 'https://a.example/x?id=7'],
    ['https://a.example/x?b=2&a=1', 'https://a.example/x?b=2&a=1'],
    ['HTTPS://A.example/%C3%BC', 'HTTPS://A.example/%C3%BC'],
  ])('%s becomes %s', (address, canonical) => expect(canonicalUrl(address)).toBe(canonical))
  test('that is none of the web becomes nothing', () => {
    for (const address of ['mailto:a@b.example', 'tag:x,2026:1', '', null]) expect(canonicalUrl(address)).toBeNull()
  })
  test.each([
    ['https://www.a.example/story', 'http://a.example/story/'],
    ['https://m.a.example/story', 'https://a.example/story#top'],
    ['https://a.example/story/amp/', 'https://a.example/story'],
    ['https://amp.a.example/story?amp=1', 'https://a.example/story'],
    ['https://a-example.cdn.ampproject.org/c/s/a.example/story', 'https://a.example/story'],
    ['https://a.example/story?b=2&a=1&utm_campaign=z', 'https://a.example/story?a=1&b=2'],
    ['https://www.google.com/url?q=https://a.example/story&sa=D', 'https://a.example/story'],
  ])('%s and %s are one article’s', (one, other) => expect(urlKey(one)).toBe(urlKey(other)))
  test('of another article stays another', () => {
    expect(urlKey('https://a.example/story?id=1')).not.toBe(urlKey('https://a.example/story?id=2'))
    expect(urlKey('https://m.example/story')).toBe('m.example/story')
  })
})

describe('a document', () => {
  test('has the same id wherever its article is read again', () => {
    const id = toDocument(article(), 'a').id
    expect(
      toDocument(
        article({ url: 'https://www.harbour.example/ferry?utm_source=rss', guid: 'other', title: 'Ferry sails again' }),
        'b',
      ).id,
    ).toBe(id)
    expect(toDocument(article({ url: 'https://harbour.example/other' }), 'a').id).not.toBe(id)
  })
  test('without an address is known by its guid within its source', () => {
    const at = (source: string) => toDocument(article({ url: null }), source).id
    expect(at('a')).toBe(at('a'))
    expect(at('a')).not.toBe(at('b'))
  })
  test('is known to other copies by guid, address and words', () => {
    const long = article({ html: `<p>${'The ferry sails on Monday. '.repeat(20)}</p>` })
    const copy = { ...long, url: 'https://elsewhere.example/copy', guid: 'x' }
    const shared = documentKeys(toDocument(long, 'a'), 'a', 'g-1').filter((key) =>
      documentKeys(toDocument(copy, 'b'), 'b', 'x').includes(key),
    )
    expect(shared).toHaveLength(1)
    expect(shared[0]).toMatch(/^text:/)
  })
  test('has a title on one line without markup', () =>
    expect(toDocument(article({ title: 'Fish &amp; <b>chips</b>\n a &lt; b &#8217;' }), 'a').title).toBe(
      'Fish & chips a < b ’',
    ))
  test('holds no control characters and is in NFC', () =>
    expect(toDocument(article({ html: '<p>Fa\u0308hre\u0000\u200b\u0007 sails\ud800</p>' }), 'a').text).toBe(
      'Fähre\u200b sails',
    ))
})

const CITED =
  'The group calls for a boycott. Tidewatch (@tidewatch_demo) We ask@harbourlight_x https://twitter.com/harbourlight_x once more: switch off.https://t.co/Ab12 https://t.co/Ab12 #PortEllery https://twitter.com/hashtag/PortEllery?src=hash https://twitter.com/tidewatch_demo/status/2028730275483095040 March 3, 2026 https://twitter.com/tidewatch_demo/status/2028730275483095040 The company did not answer.'

describe('a post in an article', () => {
  const html = `<p>Before.</p><blockquote class="twitter-tweet" data-lang="de"><p lang="en" dir="ltr">31 lenses, no consent. <a href="https://t.co/x">pic.twitter.com/x</a></p>&mdash; Tidewatch (@tidewatch_demo) <a href="https://twitter.com/tidewatch_demo/status/2028730275483095040?ref_src=twsrc">3. März 2026</a></blockquote><p>After.</p>`
  test('is a document of its own, and no part of the article’s words', () => {
    const [whole, post] = toDocuments(article({ html }), 'a')
    expect(whole?.text).toBe('Before.\n\nAfter.')
    expect(post).toMatchObject({
      id: 'twitter:2028730275483095040',
      kind: 'post',
      url: 'https://twitter.com/i/status/2028730275483095040',
      text: '31 lenses, no consent. pic.twitter.com/x',
      author: { name: 'Tidewatch', alternateName: 'tidewatch_demo' },
      published: '2026-03-03T07:12:44.318Z',
      publishedFrom: 'snowflake',
      provenance: [
        { source: 'feed.xml', locator: 'entry 1, embedded in https://harbour.example/ferry', parser: 'embed' },
      ],
    })
  })
  test('is found without a class where it is signed as posts are', () =>
    expect(toDocuments(article({ html: html.replace(' class="twitter-tweet"', '') }), 'a').map(({ id }) => id)[1]).toBe(
      'twitter:2028730275483095040',
    ))
  test('is told from an ordinary quotation', () =>
    expect(
      toDocuments(
        article({
          html: '<blockquote>Nobody was asked. See <a href="https://twitter.com/a/status/20">this</a>.</blockquote>',
        }),
        'a',
      ),
    ).toHaveLength(1))
  test('of AMP, Bluesky and Mastodon is found too', () => {
    const more =
      '<p>Words.</p><amp-twitter data-tweetid="2028730275483095040"></amp-twitter><blockquote class="bluesky-embed" data-bluesky-uri="at://did:plc:abc/app.bsky.feed.post/3k"><p>Blue words</p>&mdash; Ines (<a href="https://bsky.app/profile/did:plc:abc">@ines.example</a>) <a href="#">March 3, 2026 at 9:00 AM</a></blockquote><iframe class="mastodon-embed" src="https://social.example/@ines/109/embed"></iframe>'
    const posts = toDocuments(article({ html: more }), 'a').slice(1)
    expect(posts.map(({ id }) => id)).toEqual([
      'twitter:2028730275483095040',
      'bluesky:at://did:plc:abc/app.bsky.feed.post/3k',
      'mastodon:https://social.example/@ines/109',
    ])
    expect(posts[0]?.post?.textStatus).toBe('none')
    expect(posts[1]).toMatchObject({ text: 'Blue words', author: { alternateName: 'ines.example' } })
  })
  test.each([
    ['with bare addresses', CITED],
    ['with addresses in angle brackets', CITED.replace(/(?<!\.)https:\/\/\S+/g, '<$&>')],
  ])('is found in plain text %s, its words as they were shown', (_, text) => {
    const [whole, post, ...rest] = toDocuments(article({ html: null, text }), 'a')
    expect(rest).toEqual([])
    expect(post).toMatchObject({
      text: 'We ask @harbourlight_x once more: switch off. https://t.co/Ab12 #PortEllery',
      author: { name: 'Tidewatch', alternateName: 'tidewatch_demo' },
    })
    expect(whole?.text).toBe('The group calls for a boycott.\n\nThe company did not answer.')
  })
  test('is looked for in time that grows with the length alone', () => {
    const worked = workBegun()
    for (const unit of [
      '<blockquote class="twitter-tweet">',
      '<blockquote><a href="https://twitter.com/a/status/1">',
      '<a ',
      '(@a) https://twitter.com/a/status/1 ',
    ])
      toDocuments(article({ html: `${unit.repeat(20_000)}twitter` }), 'a')
    expect(worked()).toBeLessThan(6000)
  })
  test('whose day contradicts its id keeps both', () => {
    const [, post] = toDocuments(article({ html: html.replace('3. März 2026', 'May 9, 2019') }), 'a')
    expect(post).toMatchObject({ published: '2026-03-03T07:12:44.318Z', post: { publishedConflict: '2019-05-09' } })
  })
})
