import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import iconv from 'iconv-lite'
import { describe, expect, test } from 'vitest'
import { feedDate } from '../../src/sources/feed-dates.ts'
import { parseFeed } from '../../src/sources/parse-feed.ts'
import { repairXml } from '../../src/sources/repair-xml.ts'
import { shared, sharedIsMissing } from '../support/shared.ts'
import { workBegun } from '../support/work.ts'

const read = (text: string | Buffer, contentType: string | null = null) =>
  parseFeed(Buffer.from(text as string), contentType, 'https://feeds.example/news.xml')
const rss = (inner: string, head = '') =>
  `<?xml version="1.0"?>\n<rss version="2.0"><channel><title>Harbour News</title>${head}${inner}</channel></rss>`
const item = (title: string, more = '') =>
  `<item><title>${title}</title><link>https://harbour.example/${encodeURIComponent(title)}</link>${more}</item>`
const titles = async (text: string | Buffer, type: string | null = null) =>
  (await read(text, type)).items.map(({ title }) => title)

const CHARSETS: [string, string][] = [
  ['utf-8', 'Überfahrt – 渡し船'],
  ['utf-16', 'Überfahrt – 渡し船'],
  ['iso-8859-1', 'Überfahrt für später'],
  ['iso-8859-2', 'Řeka a přístav'],
  ['iso-8859-5', 'Паром уходит'],
  ['iso-8859-7', 'Το λιμάνι'],
  ['iso-8859-15', 'Fähre für 5 €'],
  ['windows-1250', 'Žlutý přívoz'],
  ['windows-1251', 'Паром уходит'],
  ['windows-1252', '“Fähre” für 5 €'],
  ['koi8-r', 'Паром уходит'],
  ['shift_jis', '渡し船が出る'],
  ['euc-jp', '渡し船が出る'],
  ['gb2312', '渡船离开'],
  ['big5', '渡船離開'],
  ['euc-kr', '나룻배가 떠난다'],
]
const encoded = (text: string, charset: string) =>
  charset === 'utf-16' ? iconv.encode(text, 'utf-16le', { addBOM: true }) : iconv.encode(text, charset)

describe('the charset of a feed', () => {
  test.each(CHARSETS)('%s is read as its declaration says', async (charset, title) => {
    const text = rss(item(title)).replace('version="1.0"?', `version="1.0" encoding="${charset}"?`)
    expect(await titles(encoded(text, charset))).toEqual([title])
  })

  test.each(CHARSETS.filter(([charset]) => charset !== 'utf-16'))(
    '%s is read as the header says, against a wrong declaration',
    async (charset, title) => {
      const wrong = charset === 'iso-8859-5' ? 'koi8-r' : 'iso-8859-5'
      const text = rss(item(title)).replace('version="1.0"?', `version="1.0" encoding="${wrong}"?`)
      expect(await titles(encoded(text, charset), `application/rss+xml; charset="${charset}"`)).toEqual([title])
    },
  )

  test('a byte order mark outweighs header and declaration', async () => {
    const text = rss(item('Überfahrt')).replace('version="1.0"?', 'version="1.0" encoding="koi8-r"?')
    for (const charset of ['utf-8', 'utf-16le', 'utf-16be'])
      expect(await titles(iconv.encode(text, charset, { addBOM: true }), 'text/xml; charset=windows-1251')).toEqual([
        'Überfahrt',
      ])
  })

  test('bytes that nobody names are UTF-8 where they can be, else windows-1252', async () => {
    expect(await titles(Buffer.from(rss(item('Fähre')), 'utf8'))).toEqual(['Fähre'])
    expect(await titles(iconv.encode(rss(item('“Fähre”')), 'windows-1252'))).toEqual(['“Fähre”'])
  })

  test('iso-2022-jp is read too', async () => {
    const bytes = Buffer.concat([
      Buffer.from('<?xml version="1.0" encoding="iso-2022-jp"?><rss version="2.0"><channel><item><title>'),
      Buffer.from([0x1b, 0x24, 0x42, 0x45, 0x4f, 0x1b, 0x28, 0x42]),
      Buffer.from('</title></item></channel></rss>'),
    ])
    expect(await titles(bytes)).toEqual(['渡'])
  })
})

describe('a feed', () => {
  test('of RSS gives its entries with addresses, times, authors and what comes besides', async () => {
    const more =
      '<guid isPermaLink="false">h-1</guid><pubDate>Tue, 03 Mar 2026 09:30:00 +0100</pubDate><author>desk@harbour.example (Ines Varga)</author><category>Ferries</category><enclosure url="https://harbour.example/a.mp3" type="audio/mpeg" length="1234"/><comments>https://harbour.example/1#talk</comments><description>Short.</description>'
    const { items, title, format } = await read(rss(item('First boat', more)))
    expect({ format, title }).toEqual({ format: 'rss', title: 'Harbour News' })
    expect(items[0]).toMatchObject({
      guid: 'h-1',
      title: 'First boat',
      url: 'https://harbour.example/First%20boat',
      published: '2026-03-03T08:30:00.000Z',
      publishedFrom: 'feed',
      author: { name: 'Ines Varga' },
      summaryOnly: true,
      extras: {
        categories: ['Ferries'],
        enclosures: [{ url: 'https://harbour.example/a.mp3', type: 'audio/mpeg', length: 1234 }],
        comments: 'https://harbour.example/1#talk',
      },
      provenance: { source: 'https://feeds.example/news.xml', parser: 'rss-parser' },
    })
  })

  test('of Atom keeps the order of XHTML content, resolves addresses and knows the update', async () => {
    const { items } =
      await read(`<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://blog.example/2026/"><title>Blog</title><link href="https://blog.example/"/>
      <entry><title type="html">Tide &amp;amp; time</title><id>tag:1</id><link rel="self" href="x"/><link href="tide"/><updated>2026-03-05T10:00:00Z</updated><published>2026-03-04T10:00:00Z</published>
      <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>One <b>two</b> three <i>four</i> five.</p></div></content></entry></feed>`)
    expect(items[0]).toMatchObject({
      url: 'https://blog.example/2026/tide',
      published: '2026-03-04T10:00:00.000Z',
      updated: '2026-03-05T10:00:00.000Z',
    })
    expect(items[0]?.html).toContain('One <b>two</b> three <i>four</i> five.')
  })

  test('of RDF and of RSS 0.91 is read', async () => {
    const rdf = `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:d="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://a.example/"><title>A</title></channel><item rdf:about="https://a.example/1"><title>One</title><link>https://a.example/1</link><d:date>2026-03-04T10:00:00+02:00</d:date></item></rdf:RDF>`
    expect((await read(rdf)).items[0]).toMatchObject({
      title: 'One',
      url: 'https://a.example/1',
      published: '2026-03-04T08:00:00.000Z',
    })
    expect(
      await titles('<rss version="0.91"><channel><title>Old</title><item><title>One</title></item></channel></rss>'),
    ).toEqual(['One'])
  })

  test('of JSON is read', async () => {
    const { items, format } = await read(
      JSON.stringify({
        version: 'https://jsonfeed.org/version/1.1',
        title: 'J',
        items: [
          {
            id: 7,
            url: 'https://j.example/7',
            title: 'Seven',
            content_text: 'Words.',
            date_published: '2026-03-04T10:00:00Z',
            authors: [{ name: 'Ada' }],
          },
          'no item',
        ],
      }),
    )
    expect(format).toBe('json')
    expect(items).toMatchObject([
      {
        guid: '7',
        title: 'Seven',
        text: 'Words.',
        html: null,
        author: { name: 'Ada' },
        published: '2026-03-04T10:00:00.000Z',
        provenance: { parser: 'json-feed' },
      },
    ])
  })

  test('with bare ampersands, HTML names, control characters and junk around it is mended', async () => {
    const broken = `PHP warning on line 3\n${rss(item('Fish & chips&nbsp;&eacute;\u0007 &copy 2026 &#128;'))}<script>alert(1)</script>`
    expect(await titles(broken)).toEqual(['Fish & chips\u00a0é &copy 2026 €'])
  })

  test('without a version, or with elements under a prefix, is read', async () => {
    expect(await titles('<rss><channel><item><title>One</title></item></channel></rss>')).toEqual(['One'])
    expect(
      await titles('<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:entry><a:title>One</a:title></a:entry></a:feed>'),
    ).toEqual(['One'])
  })

  test('with unescaped markup in its words keeps their order', async () => {
    const { items } = await read(
      rss('<item><title>A <b>bold</b> title</title><description>Some <i>words</i> here</description></item>'),
    )
    expect(items[0]).toMatchObject({ title: 'A <b>bold</b> title', html: 'Some <i>words</i> here' })
  })

  test('of the Channel Definition Format, or with packed titles and bases within bases, is read', async () => {
    expect(
      (
        await read(
          '<!-- not a <feed> --><CHANNEL HREF="https://c.example/"><ITEM HREF="https://c.example/1" LASTMOD="2002-11-12T21:20"><TITLE>One</TITLE></ITEM></CHANNEL>',
        )
      ).items[0],
    ).toMatchObject({ title: 'One', url: 'https://c.example/1', updated: '2002-11-12T21:20:00.000Z' })
    expect(
      await titles(
        '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><title mode="base64">VGlkZQ==</title></entry></feed>',
      ),
    ).toEqual(['Tide'])
    expect(
      (
        await read(
          '<feed xml:base="https://b.example/a/" xmlns="http://www.w3.org/2005/Atom"><entry xml:base="b/"><link href="c"/></entry></feed>',
        )
      ).items[0]?.url,
    ).toBe('https://b.example/a/b/c')
  })

  test('that breaks off anywhere gives no entry without what it is known by', async () => {
    for (const more of ['', '<description>Words of it</description>', '<guid>urn:3</guid>']) {
      const whole = rss(`${item('One')}${item('Two')}<item><title>Three</title>${more}</item>`)
      for (let end = whole.indexOf('Three'); end < whole.lastIndexOf('</item>'); end++) {
        const { items } = await read(whole.slice(0, end))
        for (const one of items.slice(2))
          expect(one.guid ?? one.url ?? one.html, whole.slice(end - 30, end)).not.toBeNull()
      }
    }
  })

  test('that breaks off gives the entries that are whole, and says so', async () => {
    const whole = rss(item('One') + item('Two') + item('Three'))
    const { items, problems } = await read(whole.slice(0, whole.indexOf('Three') + 30))
    expect(items.map(({ title }) => title)).toEqual(['One', 'Two'])
    expect(problems[0]?.reason).toMatch(/damaged.*2 entries/)
  })

  test('with one entry of broken markup gives the others, and of that one what can be told', async () => {
    const { items } = await read(rss(item('One', '<description><b>bold<i>mixed</b></i></description>') + item('Two')))
    expect(items.map(({ title }) => title)).toEqual(['One', 'Two'])
  })

  test('packed as a gzip file is unpacked; a damaged one says what to do', async () => {
    const packed = gzipSync(rss(item('One')))
    expect(await titles(packed)).toEqual(['One'])
    expect((await read(packed.subarray(0, 40))).problems[0]?.reason).toMatch(/fetch it again/)
  })

  test.each([
    ['a web page', '<!doctype html><html><body>Hello</body></html>', /web page.*address of its feed/],
    ['nothing', '  ', /empty/],
    ['a list of feeds', '<opml version="2.0"><body><outline/></body></opml>', /OPML.*sources import/],
    ['some JSON', '{"a":1}', /JSON/],
    ['some XML', '<note>Hi</note>', /no RSS/],
    ['plain words', 'hello', /no feed/],
  ])('that is really %s says so', async (_, text, reason) => {
    const { items, problems } = await read(text)
    expect(items).toEqual([])
    expect(problems).toHaveLength(1)
    expect(problems[0]?.reason).toMatch(reason)
  })

  test('that names entities which multiply, or files, gives neither', async () => {
    const laughs = `<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>${rss(item('&b;&f;')).replace(/^<\?xml[^>]*\?>/, '')}`
    expect(await titles(laughs)).toEqual(['&b;&f;'])
  })

  test('is repaired in time that grows with its length alone', () => {
    const worked = workBegun()
    for (const unit of ['<![CDATA[', '<!--', '&', '<content type="xhtml">', '<'])
      repairXml(`<rss>${unit.repeat(100_000)}`)
    expect(worked()).toBeLessThan(4000)
  })

  test('whose entries come from many outlets names the outlet of each', async () => {
    const creator = (name: string) => `<dc:creator>${name}</dc:creator>`
    const feed = rss(
      `<item><title>A</title><link>https://the-gazette.example/a</link>${creator('The Gazette')}</item><item><title>B</title><link>https://elsewhere.example/b</link>${creator('Ines Varga')}</item>`,
      '<link>https://gathered.example/</link>',
    ).replace('<rss', '<rss xmlns:dc="http://purl.org/dc/elements/1.1/"')
    expect((await read(feed)).items.map(({ publisher }) => publisher)).toEqual(['The Gazette', null])
  })
})

describe('a time in a feed', () => {
  test.each([
    ['Thu, 19 Nov 2015 00:44:01 +0000', '2015-11-19T00:44:01.000Z'],
    ['19 Nov 15 00:44 EST', '2015-11-19T05:44:00.000Z'],
    ['Thursday, 19 November 2015 00:44:01 GMT', '2015-11-19T00:44:01.000Z'],
    ['Nov 19, 2015 3:04 pm PST', '2015-11-19T23:04:00.000Z'],
    ['2015-11-19', '2015-11-19T00:00:00.000Z'],
    ['2015-11-19T00:44:01.5+05:30', '2015-11-18T19:14:01.500Z'],
    ['2015-11-19 00:44', '2015-11-19T00:44:00.000Z'],
    ['Thu Nov 19 00:44:01 2015', '2015-11-19T00:44:01.000Z'],
    ['Seg, 24 Set 2018 19:42:40 -0300', '2018-09-24T22:42:40.000Z'],
    ['20151119', '2015-11-19T00:00:00.000Z'],
    ['2015-11', '2015-11-01T00:00:00.000Z'],
    ['2015', '2015-01-01T00:00:00.000Z'],
    ['15-11-19', '2015-11-19T00:00:00.000Z'],
    ['2015-323', '2015-11-19T00:00:00.000Z'],
    ['15323', '2015-11-19T00:00:00.000Z'],
    ['-1511', '2015-11-01T00:00:00.000Z'],
    ['2015-W47-4', '2015-11-19T00:00:00.000Z'],
    ['2015W474T12:00Z', '2015-11-19T12:00:00.000Z'],
    ['2020-W53-7', '2021-01-03T00:00:00.000Z'],
    ['2015년 11월 19일  09:44:01', '2015-11-19T00:44:01.000Z'],
    ['2015-11-19 오후 9:44:01', '2015-11-19T12:44:01.000Z'],
    ['2015年11月19日 09:44', '2015-11-19T09:44:00.000Z'],
    ['Πεμ, 19 Νοέ 2015 00:44:01 +0200', '2015-11-18T22:44:01.000Z'],
    ['2015-november-19T0:44+01:00', '2015-11-18T23:44:00.000Z'],
    ['Чт, 19 ноя 2015 00:44:01 +0300', '2015-11-18T21:44:01.000Z'],
    ['jeu., 19 août 2015 00:44:01 +0200', '2015-08-18T22:44:01.000Z'],
    ['19 de noviembre de 2015', '2015-11-19T00:00:00.000Z'],
    ['Thu Nov 19 00:44:01 CET 2015', '2015-11-18T23:44:01.000Z'],
    ['2015-11-19 00:44:01.7', '2015-11-19T00:44:01.700Z'],
  ])('written %s is %s', (written, time) => expect(feedDate(written)).toBe(time))

  test.each(['', 'yesterday', '2015-02-31', '31 Feb 2015', '2015-13-01', 'Thu, 99 Nov 2015', '0000-00-00 00:00:00'])(
    'written “%s” is none',
    (written) => expect(feedDate(written)).toBeNull(),
  )
})

describe.skipIf(sharedIsMissing)('a real feed', () => {
  test('that is itself packed, mis-declared or mis-nested is read', async () => {
    const count = async (name: string) =>
      (await parseFeed(readFileSync(shared('data', 'feeds', name)!), null, name)).items.length
    expect(await count('nodefeedparser_compressed.xml')).toBe(10)
    expect(await count('fastfeedparser_utf16_encoded.xml')).toBe(1)
    expect(await count('fastfeedparser_malformed_rss_namespaced.xml')).toBe(2)
    expect(await count('feedjira_DuplicateContentAtomFeed.xml')).toBe(10)
  })
})
