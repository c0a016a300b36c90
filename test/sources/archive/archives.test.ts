import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toDocuments } from '../../../src/documents/to-document.ts'
import type { Document, Problem } from '../../../src/model.ts'
import { lineBatches } from '../../../src/sources/archive/lines.ts'
import { type FileOptions, readLocalFile } from '../../../src/sources/file.ts'
import { createParsers, type Parsers } from '../../../src/sources/parsers.ts'
import { tarOf, warcOf, zipOf } from '../../support/zip.ts'

let folder: string
let parsers: Parsers
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'onrecord-'))
  parsers = createParsers({ size: 1 })
})
afterAll(async () => {
  await parsers.close()
  rmSync(folder, { recursive: true })
})

type Outcome = { documents: Document[]; problems: Problem[]; deleted: string[]; path: string }
async function reading(name: string, content: string | Buffer, options: FileOptions = {}): Promise<Outcome> {
  const path = join(folder, name)
  writeFileSync(path, content)
  const outcome: Outcome = { documents: [], problems: [], deleted: [], path }
  for await (const read of readLocalFile(path, parsers, options)) {
    if ('item' in read) outcome.documents.push(...toDocuments(read.item, path))
    else if ('problem' in read) outcome.problems.push(read.problem)
    else outcome.deleted.push(read.deleted)
  }
  return outcome
}
const texts = ({ documents }: Outcome) => documents.map(({ text }) => text)

const ID = '2028730275483095040'
const idAt = (i: number) => String(2028730275483095040n + BigInt(i))
const v1 = (more: object = {}) => ({
  created_at: 'Tue Mar 03 07:12:44 +0000 2026',
  id: 2028730275483095000,
  id_str: ID,
  full_text: 'We ask @harbourlight_x &amp; all: switch off. https://t.co/Ab1 #PortEllery',
  user: { id_str: '9', screen_name: 'tidewatch_demo', name: 'Tidewatch' },
  entities: {
    hashtags: [{ text: 'PortEllery', indices: [62, 73] }],
    user_mentions: [{ screen_name: 'harbourlight_x', indices: [7, 22] }],
    urls: [{ url: 'https://t.co/Ab1', expanded_url: 'https://gazette.example/cameras', indices: [45, 61] }],
  },
  lang: 'en',
  ...more,
})
const line = (more: object = {}) => `${JSON.stringify(v1(more))}\n`

describe('posts as JSON lines', () => {
  test('have exact ids, words, times and places of what they name', async () => {
    const { documents, path } = await reading('v1.jsonl', line())
    const [post] = documents
    expect(post).toMatchObject({
      id: `twitter:${ID}`,
      url: `https://twitter.com/i/status/${ID}`,
      text: 'We ask @harbourlight_x & all: switch off. https://t.co/Ab1 #PortEllery',
      author: {
        name: 'Tidewatch',
        alternateName: 'tidewatch_demo',
        identifier: '9',
        url: 'https://twitter.com/tidewatch_demo',
      },
      published: '2026-03-03T07:12:44.318Z',
      publishedFrom: 'snowflake',
      language: 'en',
      post: {
        textStatus: 'full',
        postKind: 'post',
        displayText: 'We ask @harbourlight_x & all: switch off. https://gazette.example/cameras #PortEllery',
        publishedConflict: null,
      },
    })
    expect(post?.provenance[0]).toMatchObject({ source: path, locator: 'line 1' })
    const { mentions, keywords, citation } = post!.post!
    expect([...mentions, ...keywords, ...citation].map(({ start, end }) => post!.text.slice(start, end))).toEqual([
      '@harbourlight_x',
      '#PortEllery',
      'https://t.co/Ab1',
    ])
  })

  test('place entities behind emoji, and search where offsets are wrong', async () => {
    const full_text = '👩‍👩‍👦 👍🏽 #Tide &lt;3 #Tide'
    const hashtags = [
      { text: 'Tide', indices: [9, 14] },
      { text: 'Tide', indices: [99, 104] },
    ]
    const [post] = (await reading('emoji.jsonl', line({ full_text, entities: { hashtags } }))).documents
    expect(post?.post?.keywords.map(({ start, end }) => post.text.slice(start, end))).toEqual(['#Tide', '#Tide'])
    expect(post?.post?.keywords[0]?.start).not.toBe(post?.post?.keywords[1]?.start)
  })

  test('take the long form of a streamed post, and the whole original of a repost', async () => {
    const streamed = line({
      full_text: undefined,
      text: 'We ask…',
      truncated: true,
      extended_tweet: { full_text: 'We ask once more, at length.', entities: {} },
      entities: {},
    })
    const repost = line({
      id_str: '2028730275483095041',
      full_text: 'RT @tidewatch_demo: We ask @har…',
      user: { id_str: '8', screen_name: 'other_demo', name: 'Other' },
      retweeted_status: v1(),
    })
    const { documents } = await reading('forms.jsonl', streamed + repost)
    expect(documents[0]).toMatchObject({ text: 'We ask once more, at length.', post: { textStatus: 'full' } })
    expect(documents[1]).toMatchObject({
      author: { alternateName: 'other_demo' },
      text: 'We ask @harbourlight_x & all: switch off. https://t.co/Ab1 #PortEllery',
      post: { postKind: 'repost', sharedContent: { id: `twitter:${ID}`, author: { alternateName: 'tidewatch_demo' } } },
    })
    expect(documents[2]?.id).toBe(`twitter:${ID}`)
  })

  test('keep a stated time that the id contradicts, and none for ids from before they held one', async () => {
    const { documents } = await reading(
      'times.jsonl',
      line({ created_at: 'Mon Mar 02 07:12:44 +0000 2020' }) +
        line({ id_str: '20', created_at: 'Tue Mar 21 20:50:14 +0000 2006' }) +
        line({ id_str: '21', created_at: undefined }),
    )
    expect(documents[0]).toMatchObject({
      published: '2026-03-03T07:12:44.318Z',
      post: { publishedConflict: '2020-03-02T07:12:44.000Z' },
    })
    expect(documents[1]).toMatchObject({ published: '2006-03-21T20:50:14.000Z', publishedFrom: 'field' })
    expect(documents[2]).toMatchObject({ published: null, publishedFrom: null })
  })

  test('of v2 are read from pages and flattened, with what they refer to', async () => {
    const user = { id: '9', username: 'tidewatch_demo', name: 'Tidewatch' }
    const data = [
      {
        id: ID,
        text: 'Short…',
        note_tweet: { text: 'The long post, whole.' },
        author_id: '9',
        created_at: '2026-03-03T07:12:44.000Z',
        lang: 'und',
        edit_history_tweet_ids: [ID],
      },
      {
        id: '2028730275483095041',
        text: 'RT @x: cut…',
        author_id: '9',
        created_at: '2026-03-03T07:12:45.000Z',
        referenced_tweets: [{ type: 'retweeted', id: '2028730275483095001' }],
      },
    ]
    const includes = {
      users: [user],
      tweets: [
        { id: '2028730275483095001', text: 'The original.', author_id: '7', created_at: '2026-03-03T07:12:40.000Z' },
      ],
    }
    const flat = { ...data[0], author: user }
    const lines = [{ data, includes, __twarc: {} }, flat, { meta: { result_count: 0 } }]
      .map((one) => JSON.stringify(one))
      .join('\n')
    const outcome = await reading('v2.jsonl', lines)
    expect(outcome.problems).toEqual([])
    expect(texts(outcome)).toEqual(['The long post, whole.', 'The original.', 'The original.', 'The long post, whole.'])
    expect(outcome.documents[0]).toMatchObject({
      language: null,
      author: { alternateName: 'tidewatch_demo' },
      post: { editHistory: [`twitter:${ID}`] },
    })
  })

  test('of snscrape take their id from the address', async () => {
    const post = {
      _type: 'snscrape.modules.twitter.Tweet',
      url: `https://twitter.com/tidewatch_demo/status/${ID}`,
      date: '2026-03-03T07:12:44+00:00',
      rawContent: 'We ask.',
      id: 2028730275483095000,
      user: { username: 'tidewatch_demo', displayname: 'Tidewatch', id: 9 },
    }
    expect((await reading('sns.jsonl', JSON.stringify(post))).documents[0]).toMatchObject({
      id: `twitter:${ID}`,
      text: 'We ask.',
      author: { name: 'Tidewatch' },
    })
  })

  test('tell what was deleted, and pass over signs of life', async () => {
    const outcome = await reading(
      'stream.jsonl',
      `${line()}\r\n{"delete":{"status":{"id_str":"${ID}","user_id_str":"9"}}}\n{"limit":{"track":1}}\n`,
    )
    expect(outcome).toMatchObject({ problems: [], deleted: [`twitter:${ID}`] })
    expect(outcome.documents).toHaveLength(1)
  })

  test('with a bad line lose that line alone', async () => {
    const { documents, problems } = await reading(
      'bad.jsonl',
      `${line()}{"id_str": nonsense}\n{"hello":1}\n${line({ id_str: '2028730275483095041' })}`,
    )
    expect(documents).toHaveLength(2)
    expect(problems.map(({ where }) => where.split(', ').at(-2))).toEqual(['line 2', 'line 3'])
  })

  test.each(['gzip', 'zstd'] as const)('damaged inside their %s packing say so and end', async (packing) => {
    const text = Buffer.from('{"id_str":"2028730275483095040","text":"The lamps stay on"}\n'.repeat(2000))
    const bytes = packing === 'gzip' ? gzipSync(text) : zstdCompressSync(text)
    bytes.fill(0xff, 12)
    const { problems } = await reading(`damaged.jsonl.${packing === 'gzip' ? 'gz' : 'zst'}`, bytes)
    expect(problems[0]?.reason).toMatch(/damaged or cut/)
  })

  test('cut in the middle of their packing give what came before', async () => {
    const many = Array.from({ length: 3000 }, (_, i) =>
      line({ id_str: String(2028730275483095040n + BigInt(i)), full_text: `Count ${i} ${Math.sin(i)}` }),
    ).join('')
    const packed = gzipSync(many)
    const { documents, problems } = await reading('cut.jsonl.gz', packed.subarray(0, packed.length / 2))
    expect(documents.length).toBeGreaterThan(1000)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatchObject({
      where: expect.stringMatching(/after line \d+/),
      reason: expect.stringMatching(/damaged or cut/),
    })
  })

  test('may hold a line that is far too long', async () => {
    const source = (async function* () {
      yield Buffer.from('one\n')
      for (let i = 0; i < 40; i += 1) yield Buffer.alloc(1000, 'x')
      yield Buffer.from('\nthree')
    })()
    const found: (string | null)[] = []
    for await (const batch of lineBatches(source, { maxLine: 10_000 }))
      for (const [, one] of batch) found.push(one === null ? null : one.toString())
    expect(found).toEqual(['one', null, 'three'])
  })

  test('of one author are found among others, with the numbers of their lines, wherever a chunk ends', async () => {
    const lines = Array.from({ length: 500 }, (_, i) =>
      line({
        id_str: idAt(i),
        user: { id_str: String(i % 5), screen_name: i % 5 === 3 ? 'Tide_Demo' : `other_${i % 5}` },
      }),
    )
    const { documents, problems } = await reading('many.jsonl', lines.join(''), { follow: ['tide_demo'] })
    expect(problems).toEqual([])
    expect(documents.map(({ provenance }) => provenance[0]?.locator)).toEqual(
      Array.from({ length: 100 }, (_, i) => `line ${i * 5 + 4}`),
    )
  })

  const BZIP2_OF_TWO_STREAMS =
    'QlpoOTFBWSZTWfGoV38AAGBfgEAQWA1/8AICRICvb57qIACKhqeqang1Jo9TI9TQADRtNIQFTzVP1T9UDIYTTEMQ0PR+cLMNTeqvL7cJUvCB+INS1Z7gSKj8uG1QdZsIlfcXVkjmyjWXWx0VuUXUoqbIQDBDnexBxmzMPhh3XH+EmVhMtEw4in6dB2CGMEisM0vBE1taK8cglphH3rYX5doa47wI2eOwClMYpDgHGSMKy8yhoLuSKcKEh41Cu/hCWmg5MUFZJlNZBpETRAAAXd+AwBBQLHfwAAIEgK/nnsoACCAAioamVPKfpqDUaPQIxD1D01A0mVPbVT0mg0BhNDTQP1RLac5Q45is7pJK8KNPgI+DKRBEDL1tG9gizDKBOWJgl5JOwEXdEvZReaPNQjOtUhbt5KM7Eh1BzI7ZUHZO4eu7mTDyG42+qDuR5hq1zBibW9aGFtJIOhUaAsC5DxIcJNPYI9tUkZRop/F3JFOFCQBpETRA'
  test.each([
    ['gzip', (text: string) => gzipSync(text)],
    ['gzip of two members', (text: string) => Buffer.concat(text.split(/(?<=\n)/).map((one) => gzipSync(one)))],
    ['zstd', (text: string) => zstdCompressSync(text)],
    ['bzip2 of two streams', () => Buffer.from(BZIP2_OF_TWO_STREAMS, 'base64')],
  ])('are read out of %s', async (name, pack) => {
    const outcome = await reading(`${name}.bin`, pack(line() + line({ id_str: '2029265659027787777' })))
    expect(outcome.problems).toEqual([])
    expect(outcome.documents.map(({ id }) => id)).toEqual([`twitter:${ID}`, 'twitter:2029265659027787777'])
  })

  test('damaged inside their bzip2 packing say so', async () => {
    const bytes = Buffer.from(BZIP2_OF_TWO_STREAMS, 'base64')
    bytes[bytes.length - 60]! ^= 0xff
    const { documents, problems } = await reading('damaged.bz2', bytes)
    expect(documents).toHaveLength(1)
    expect(problems[0]?.reason).toMatch(/damaged or cut/)
  })

  test('are read out of a tar, packed files and all, with the member named', async () => {
    const { documents, problems } = await reading(
      'grab.tar',
      tarOf({
        '2026/03/03/07/12.json.gz': gzipSync(line()),
        'notes.md': 'no',
        '13.json': line({ id_str: '2028730275483095041' }),
      }),
    )
    expect(problems).toEqual([])
    expect(documents.map(({ provenance }) => provenance[0]?.locator)).toEqual([
      '2026/03/03/07/12.json.gz, line 1',
      '13.json, line 1',
    ])
  })
})

describe('a personal archive', () => {
  const tweets = (...posts: object[]) =>
    `window.YTD.tweets.part0 = ${JSON.stringify(
      posts.map((tweet) => ({ tweet })),
      null,
      2,
    )}`
  const own = (more: object = {}) => ({
    ...v1({ user: undefined, id: ID }),
    entities: { hashtags: [{ text: 'PortEllery', indices: ['62', '73'] }] },
    ...more,
  })
  const account =
    'window.YTD.account.part0 = [ {"account": {"username": "tidewatch_demo", "accountId": "9", "accountDisplayName": "Tidewatch", "email": "secret@harbour.example"}} ]'

  test('is read with its owner as author; nothing private is opened', async () => {
    const outcome = await reading(
      'archive.zip',
      zipOf({
        'data/account.js': account,
        'data/tweets.js': tweets(own()),
        'data/direct-messages.js': 'window.YTD.direct_messages.part0 = [{"dmConversation":{"text":"private"}}]',
        'data/tweets-part1.js': tweets(own({ id_str: '2028730275483095041' })).replace('part0', 'part1'),
      }),
    )
    expect(outcome.problems).toEqual([])
    expect(outcome.documents).toHaveLength(2)
    expect(outcome.documents[0]).toMatchObject({
      id: `twitter:${ID}`,
      author: { alternateName: 'tidewatch_demo', name: 'Tidewatch', identifier: '9' },
      provenance: [{ locator: 'data/tweets.js, item 1' }],
    })
    expect(JSON.stringify(outcome)).not.toMatch(/private|secret@/)
  })

  test('joins long posts by their second and their beginning', async () => {
    const long = `${'We ask again and again, '.repeat(20)}and that is all.`
    const note = `window.YTD.note_tweet.part0 = ${JSON.stringify([{ noteTweet: { noteTweetId: '1', createdAt: '2026-03-03T07:12:44.000Z', core: { text: long } } }])}`
    const cut = own({ full_text: `${long.slice(0, 200)}… https://t.co/x`, truncated: true })
    const { documents } = await reading(
      'notes.zip',
      zipOf({ 'data/note-tweet.js': note, 'data/tweets.js': tweets(cut) }),
    )
    expect(documents[0]).toMatchObject({ text: long, post: { textStatus: 'full' } })
  })

  test('of the first generation is read too', async () => {
    const script = `Grailbird.data.tweets_2026_03 = \n ${JSON.stringify([{ ...v1(), created_at: '2026-03-03 07:12:44 +0000', geo: {} }])}`
    const { documents } = await reading(
      'old.zip',
      zipOf({
        'data/js/tweets/2026_03.js': script,
        'data/js/tweet_index.js': 'var tweet_index = [{"file_name":"x"}]',
        'data/js/user_details.js': 'var user_details = {"screen_name":"tidewatch_demo"}',
      }),
    )
    expect(documents[0]).toMatchObject({ id: `twitter:${ID}`, published: '2026-03-03T07:12:44.318Z' })
  })

  test('of the second generation has its script beside, without a wrapper', async () => {
    const { documents } = await reading(
      'middle.zip',
      zipOf({ 'tweet.js': `window.YTD.tweet.part0 = ${JSON.stringify([own()])};`, 'account.js': account }),
    )
    expect(documents[0]).toMatchObject({ author: { alternateName: 'tidewatch_demo' } })
  })

  test('gives deleted posts only on request, marked so', async () => {
    const files = {
      'data/tweets.js': tweets(),
      'data/deleted-tweets.js': tweets(own()).replace('YTD.tweets', 'YTD.deleted_tweets'),
    }
    expect((await reading('deleted.zip', zipOf(files))).documents).toEqual([])
    expect((await reading('deleted.zip', zipOf(files), { deleted: true })).documents[0]?.post?.deleted).toBe(true)
  })

  test('with a member that climbs out, and one that is damaged, gives the rest', async () => {
    const { documents, problems } = await reading(
      'climbs.zip',
      zipOf({
        '../../evil/data/tweets.js': tweets(own()),
        'data/tweets.js': tweets(own()),
        'data/tweets-part1.js': 'window.YTD.tweets.part1 = [ {"tweet": {"id_str": nonsense} }, ',
      }),
    )
    expect(documents).toHaveLength(1)
    expect(problems.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(/leads out/),
      expect.stringMatching(/no JSON/),
      expect.stringMatching(/damaged or cut/),
    ])
  })

  test('that is cut says so in one line', async () => {
    const bytes = zipOf({ 'data/tweets.js': tweets(own()) })
    const { documents, problems } = await reading('cut.zip', bytes.subarray(0, bytes.length - 30))
    expect(documents).toEqual([])
    expect(problems).toHaveLength(1)
  })

  test('is data, never a program', async () => {
    const script = `window.YTD.tweets.part0 = [ ${JSON.stringify({ tweet: own() })} ]; globalThis.ran = true`
    const { documents } = await reading('tweets.js', script)
    expect(documents).toHaveLength(1)
    expect((globalThis as { ran?: boolean }).ran).toBeUndefined()
  })
})

describe('a web archive', () => {
  const page = `<html><body><div class="tweet permalink-tweet" data-tweet-id="${ID}" data-screen-name="tidewatch_demo" data-name="Tidewatch" data-user-id="9"><span class="_timestamp" data-time-ms="1772521964000"></span><p class="TweetTextSize js-tweet-text tweet-text" lang="en">We ask <a class="twitter-atreply" href="/harbourlight_x"><s>@</s><b>harbourlight_x</b></a> <img class="Emoji" alt="🌊"> <a href="https://t.co/Ab1" class="twitter-timeline-link" data-expanded-url="https://gazette.example/cameras"><span class="invisible">https://</span>gazette.example</a></p></div>
    <div class="tweet" data-tweet-id="2028730275483095041" data-screen-name="other_demo" data-name="Other"><p class="js-tweet-text tweet-text">A reply</p></div></body></html>`
  test('gives the posts in its answers, in JSON and on pages, and never looks into requests', async () => {
    const warc = warcOf([
      {
        address: 'https://api.twitter.com/1.1/statuses/user_timeline.json',
        type: 'application/json',
        headers: 'Content-Encoding: gzip\r\n',
        body: gzipSync(JSON.stringify([v1()])),
      },
      { address: `https://twitter.com/tidewatch_demo/status/${ID}`, type: 'text/html', body: page },
      { address: 'https://twitter.com/logo.png', type: 'image/png', body: 'PNG' },
    ])
    const outcome = await reading('crawl.warc', warc)
    expect(outcome.problems).toEqual([])
    expect(outcome.documents.map(({ id }) => id)).toEqual([
      `twitter:${ID}`,
      `twitter:${ID}`,
      'twitter:2028730275483095041',
    ])
    expect(outcome.documents[1]).toMatchObject({
      text: 'We ask @harbourlight_x 🌊 https://t.co/Ab1',
      author: { alternateName: 'tidewatch_demo' },
      published: '2026-03-03T07:12:44.318Z',
      post: { displayText: 'We ask @harbourlight_x 🌊 https://gazette.example/cameras' },
    })
    expect(outcome.documents[0]?.provenance[0]).toMatchObject({
      source: outcome.path,
      locator: expect.stringMatching(/^offset \d+, item 1$/),
    })
    expect(JSON.stringify(outcome)).not.toContain('very-secret')
  })

  test.each([
    ['an answer that found nothing', '{"meta":{"result_count":0}}', /its 2 records hold no post/],
    ['an empty answer', '', /empty, damaged or larger/],
  ])('that holds only %s says so', async (_, body, words) => {
    const answers = [{ address: 'https://api.example/search', type: 'application/json', body }]
    const { documents, problems } = await reading('empty.warc', warcOf(answers))
    expect(documents).toEqual([])
    expect(problems).toMatchObject([
      { where: expect.stringContaining('empty.warc'), reason: expect.stringMatching(words) },
    ])
  })

  test('that breaks off within a record, wherever that is, ends with what came before', async () => {
    const whole = warcOf([
      { address: 'https://a.example/x.json', type: 'application/json', body: JSON.stringify(v1()) },
      { address: 'https://a.example/logo.png', type: 'image/png', body: 'PNG'.repeat(40) },
    ])
    const first = whole.indexOf('logo.png')
    for (let end = first; end < whole.length - 4; end += 23) {
      const { documents } = await reading('cut.warc', whole.subarray(0, end))
      expect(documents.map(({ id }) => id)).toEqual([`twitter:${ID}`])
    }
    const { problems } = await reading('cut.warc', whole.subarray(0, whole.length - 60))
    expect(problems).toMatchObject([{ reason: expect.stringContaining('breaks off within a record') }])
  })

  test('packed as WACZ is read through its WARC', async () => {
    const warc = gzipSync(
      warcOf([{ address: 'https://a.example/x.json', type: 'application/json', body: JSON.stringify(v1()) }]),
    )
    const { documents } = await reading(
      'crawl.wacz',
      zipOf({
        'datapackage.json': '{}',
        'archive/data.warc.gz': warc,
        'pages/pages.jsonl': '{"format":"json-pages-1.0"}',
      }),
    )
    expect(documents[0]).toMatchObject({
      id: `twitter:${ID}`,
      provenance: [{ locator: expect.stringMatching(/^archive\/data\.warc\.gz, offset/) }],
    })
  })
})

describe('a file', () => {
  test.each([
    ['nothing', '', /empty/],
    ['words', 'Dear diary', /no feed/],
    ['half a JSON value', '{\n "id_str": "1",', /damaged or cut/],
    ['a web page without an article', '<!doctype html><html><body>Hi</body></html>', /web page, not a feed/],
    ['a damaged gzip', gzipSync('x'.repeat(5000)).subarray(0, 20), /damaged or cut/],
    ['other ZIP', zipOf({ 'a.txt': 'a' }), /neither a personal archive nor a web archive/],
  ])('that holds %s gives one problem that says what to do', async (name, content, reason) => {
    const { documents, problems } = await reading(`${name}.dat`, content)
    expect(documents).toEqual([])
    expect(problems).toHaveLength(1)
    expect(problems[0]?.reason).toMatch(reason)
  })
  test('that is not there says so', async () => {
    await expect(readLocalFile(join(folder, 'nowhere'), parsers).next()).rejects.toThrow(/no such file/)
    await expect(readLocalFile(folder, parsers).next()).rejects.toThrow(/folder/)
  })
  test('of another network is read: ActivityStreams, Mastodon, Bluesky', async () => {
    const note = {
      '@context': 'https://www.w3.org/ns/activitystreams',
      id: 'https://social.example/n/1',
      type: 'Note',
      published: '2026-03-03T07:12:04-07:00',
      attributedTo: 'https://social.example/@ines',
      content: '<p>Tide is &amp; high</p>',
    }
    const status = {
      id: '1',
      uri: 'https://social.example/s/1',
      url: 'https://social.example/@ines/1',
      created_at: '2026-03-03T07:12:44.000Z',
      content: '<p>Tide</p>',
      account: { id: '5', acct: 'ines', display_name: 'Ines', url: 'https://social.example/@ines' },
    }
    const view = {
      feed: [
        {
          post: {
            uri: 'at://did:plc:abc/app.bsky.feed.post/3k',
            author: { did: 'did:plc:abc', handle: 'ines.example', displayName: 'Ines' },
            record: { $type: 'app.bsky.feed.post', text: 'Fähre fährt', createdAt: '2026-03-03T07:12:44.000Z' },
          },
        },
      ],
    }
    expect((await reading('note.json', JSON.stringify(note))).documents[0]).toMatchObject({
      text: 'Tide is & high',
      author: { alternateName: 'ines' },
      published: '2026-03-03T14:12:04.000Z',
    })
    expect((await reading('status.json', JSON.stringify([status]))).documents[0]).toMatchObject({
      id: 'mastodon:https://social.example/s/1',
      text: 'Tide',
      author: { name: 'Ines' },
    })
    expect((await reading('view.json', JSON.stringify(view))).documents[0]).toMatchObject({
      id: 'bluesky:at://did:plc:abc/app.bsky.feed.post/3k',
      text: 'Fähre fährt',
      url: 'https://bsky.app/profile/did:plc:abc/post/3k',
    })
  })
})
