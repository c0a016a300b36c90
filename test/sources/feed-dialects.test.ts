import { describe, expect, test } from 'vitest'
import { toDocument } from '../../src/documents/to-document.ts'
import { parseFeed } from '../../src/sources/parse-feed.ts'

const HOME = 'https://quay.example/feeds/all.xml'
/** Title, address and day of each entry: what a reader of the file would write down. */
const entries = async (text: string) =>
  (await parseFeed(Buffer.from(text), null, HOME)).items.map((item) =>
    [toDocument(item, HOME).title, item.url, item.published?.slice(0, 10)].map((one) => one ?? '-').join(' | '),
  )
const rss = (inner: string, attributes = '', channel = '') =>
  `<rss version="2.0"${attributes}><channel${channel}><title>Quay</title>${inner}</channel></rss>`
const atom = (inner: string, attributes = '') =>
  `<feed xmlns="http://www.w3.org/2005/Atom"${attributes}>${inner}</feed>`
const DC = ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
const RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'

const DIALECTS: [string, string, string[]][] = [
  [
    'RSS 0.90, its items beside the channel',
    `<rdf:RDF ${RDF} xmlns="http://my.netscape.com/rdf/simple/0.9/"><channel><title>Quay</title></channel><image><title>Logo</title></image><item><title>Ferry</title><link>http://quay.example/1</link></item></rdf:RDF>`,
    ['Ferry | http://quay.example/1 | -'],
  ],
  [
    'RSS 0.91 with a document type and names of HTML',
    '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/publish/formats/rss-0.91.dtd"><rss version="0.91"><channel><item><title>F&auml;hre &ndash; neu</title><link>http://quay.example/1</link></item></channel></rss>',
    ['Fähre – neu | http://quay.example/1 | -'],
  ],
  [
    'RSS 1.0 without a channel',
    `<rdf:RDF ${RDF}${DC} xmlns="http://purl.org/rss/1.0/"><item rdf:about="http://quay.example/1"><title>Ferry</title><dcterms:modified>2015-11-19</dcterms:modified></item></rdf:RDF>`,
    ['Ferry | http://quay.example/1 | 2015-11-19'],
  ],
  [
    'RSS 1.1',
    `<Channel xmlns="http://purl.org/net/rss1.1#" ${RDF} rdf:about="x"><title>Quay</title><items rdf:parseType="Collection"><item rdf:about="http://quay.example/1"><title>Ferry</title><link>http://quay.example/1</link></item></items></Channel>`,
    ['Ferry | http://quay.example/1 | -'],
  ],
  [
    'RSS whose items stand outside the channel',
    '<rss version="2.0"><channel><title>Quay</title></channel><item><title>Ferry</title><link>http://quay.example/1</link></item></rss>',
    ['Ferry | http://quay.example/1 | -'],
  ],
  [
    'RSS 1.0 under a prefix',
    `<rdf:RDF ${RDF}${DC} xmlns:r="http://purl.org/rss/1.0/"><r:channel rdf:about="x"><r:title>Quay</r:title></r:channel><r:item rdf:about="http://quay.example/1"><r:title>Ferry</r:title><dc:date>2015-11-19</dc:date></r:item></rdf:RDF>`,
    ['Ferry | http://quay.example/1 | 2015-11-19'],
  ],
  [
    'RSS 1.0 whose items stand in the channel',
    `<rdf:RDF ${RDF} xmlns="http://purl.org/rss/1.0/"><channel><title>Quay</title><items><rdf:Seq><rdf:li rdf:resource="x"/></rdf:Seq></items><item><title>Ferry</title><link>http://quay.example/1</link></item></channel></rdf:RDF>`,
    ['Ferry | http://quay.example/1 | -'],
  ],
  [
    'RSS under a prefix',
    '<x:rss version="2.0" xmlns:x="http://blogs.law.harvard.edu/tech/rss"><x:channel><x:item><x:title>Ferry</x:title><x:link>http://quay.example/1</x:link></x:item></x:channel></x:rss>',
    ['Ferry | http://quay.example/1 | -'],
  ],
  [
    'RSS in capitals',
    '<RSS VERSION="2.0"><CHANNEL><ITEM><TITLE>Ferry</TITLE><LINK>http://quay.example/1</LINK><PUBDATE>Thu, 19 Nov 2015 00:44:01 GMT</PUBDATE></ITEM></CHANNEL></RSS>',
    ['Ferry | http://quay.example/1 | 2015-11-19'],
  ],
  [
    'a channel definition',
    '<CHANNEL HREF="http://quay.example/"><ITEM HREF="http://quay.example/1" LASTMOD="2015-11-19T10:00:00"><TITLE>Ferry</TITLE></ITEM><ITEM HREF="http://quay.example/2"><TITLE VALUE="Lamps"/></ITEM></CHANNEL>',
    ['Ferry | http://quay.example/1 | 2015-11-19', 'Lamps | http://quay.example/2 | -'],
  ],
  [
    'Atom 0.3 with its three modes',
    '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><title mode="escaped" type="text/html">&lt;b&gt;Late&lt;/b&gt; ferry</title><link rel="alternate" type="text/html" href="http://quay.example/1"/><issued>2015-11-19T10:00:00-08:00</issued></entry><entry><title mode="base64">TGFtcHM=</title><created>2015-11-19T10:00Z</created></entry><entry><title mode="xml" type="application/xhtml+xml"><div>The <b>quay</b></div></title><modified>2015-11-19T10:00Z</modified></entry></feed>',
    ['Late ferry | http://quay.example/1 | 2015-11-19', 'Lamps | - | 2015-11-19', 'The quay | - | 2015-11-19'],
  ],
  [
    'Atom with XHTML under a prefix',
    atom(
      '<entry><title type="xhtml"><h:div>A <h:em>late</h:em> ferry</h:div></title><link href="http://quay.example/1"/></entry>',
      ' xmlns:h="http://www.w3.org/1999/xhtml"',
    ),
    ['A late ferry | http://quay.example/1 | -'],
  ],
  [
    'an Atom entry by itself',
    '<entry xmlns="http://www.w3.org/2005/Atom"><title>Ferry</title><link href="http://quay.example/1"/></entry>',
    ['Ferry | http://quay.example/1 | -'],
  ],
  [
    'Atom elements in RSS',
    rss(
      '<item><a:title>Ferry</a:title><a:link rel="related" href="http://quay.example/x"/><a:link href="http://quay.example/1"/><a:published>2015-11-19T00:00:00Z</a:published></item>',
      ' xmlns:a="http://www.w3.org/2005/Atom"',
    ),
    ['Ferry | http://quay.example/1 | 2015-11-19'],
  ],
]

describe('the dialect of a feed', () => {
  test.each(DIALECTS)('%s', async (_, text, wanted) => expect(await entries(text)).toEqual(wanted))
})

const ADDRESSES: [string, string, string[]][] = [
  [
    'begins at the feed',
    rss('<item><link>/1</link></item><item><link>2</link></item>'),
    ['https://quay.example/1', 'https://quay.example/feeds/2'],
  ],
  [
    'begins at the base of the root',
    rss('<item><link>1</link></item>', ' xml:base="http://base.example/a/"'),
    ['http://base.example/a/1'],
  ],
  [
    'begins at the base of the channel',
    rss('<item><link>1</link></item>', '', ' xml:base="http://base.example/a/"'),
    ['http://base.example/a/1'],
  ],
  [
    'begins at the innermost base, each within the one around it',
    atom(
      '<entry xml:base="b/"><link href="1"/></entry><entry><link xml:base="c/" href="2"/></entry>',
      ' xml:base="http://base.example/a/"',
    ),
    ['http://base.example/a/b/1', 'http://base.example/a/c/2'],
  ],
  [
    'is the one that stands for the entry',
    atom(
      '<entry><link rel="self" href="http://quay.example/s"/><link rel="enclosure" href="http://quay.example/e.mp3"/><link rel="alternate" type="application/pdf" href="http://quay.example/1.pdf"/><link rel="alternate" type="text/html" href="http://quay.example/1"/></entry><entry><link rel="http://www.iana.org/assignments/relation/alternate" href="http://quay.example/2"/></entry><entry><content src="http://quay.example/3" type="text/html"/></entry>',
    ),
    ['http://quay.example/1', 'http://quay.example/2', 'http://quay.example/3'],
  ],
  [
    'is the guid where that is one',
    rss(
      '<item><guid>http://quay.example/1</guid></item><item><guid isPermaLink="false">http://quay.example/2</guid><title>x</title></item><item><link>http://quay.example/3</link><guid>http://quay.example/g3</guid></item>',
    ),
    ['http://quay.example/1', '-', 'http://quay.example/3'],
  ],
]

describe('the address of an entry', () => {
  test.each(ADDRESSES)('%s', async (_, text, wanted) =>
    expect((await entries(text)).map((line) => line.split(' | ')[1])).toEqual(wanted),
  )
})

const DAMAGED: [string, string, string[]][] = [
  [
    'an item that is never closed',
    rss(
      '<item><title>Ferry</title><link>http://quay.example/1</link><item><title>Lamps</title><link>http://quay.example/2</link></item>',
    ),
    ['Ferry | http://quay.example/1 | -', 'Lamps | http://quay.example/2 | -'],
  ],
  [
    'an end tag that is misspelt',
    rss('<item><title>Ferry</titel><link>http://quay.example/1</link></item>'),
    ['Ferry | http://quay.example/1 | -'],
  ],
  [
    'attributes without quotes',
    '<rss version=2.0><channel><item><title>Ferry</title><link>http://quay.example/1</link></item></channel></rss>',
    ['Ferry | http://quay.example/1 | -'],
  ],
  [
    'a prefix that nobody declares',
    rss('<item><title>Ferry</title><dc:date>2015-11-19</dc:date><x:y>z</x:y></item>'),
    ['Ferry | - | 2015-11-19'],
  ],
  [
    'names that the document type declares',
    '<!DOCTYPE rss [<!ENTITY quay "Quay &amp; Sons">]><rss version="2.0"><channel><item><title>By &quay;</title></item></channel></rss>',
    ['By Quay & Sons | - | -'],
  ],
  [
    'a date that is none before one that is',
    rss('<item><title>Ferry</title><pubDate>soon</pubDate><dc:date>2015-11-19</dc:date></item>', DC),
    ['Ferry | - | 2015-11-19'],
  ],
]

describe('a slip in a feed', () => {
  test.each(DAMAGED)('%s', async (_, text, wanted) => expect(await entries(text)).toEqual(wanted))
})
