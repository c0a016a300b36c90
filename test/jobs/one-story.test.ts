import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { composeFor, prepareDigest } from '../../src/jobs/digest.ts'
import { pollRound } from '../../src/jobs/queue.ts'
import type { Order } from '../../src/jobs/work.ts'
import type { Document, Source } from '../../src/model.ts'
import { type FeedKit, feedKit, untilDue } from '../support/feed-kit.ts'
import { startServer, type TestServer } from '../support/http-server.ts'
import { aSource, aSubscription } from '../support/nouns.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer('127.0.0.34')
})
afterAll(() => server.close())

type Item = { title?: string; link?: string | null; guid?: string; at?: string; text?: string }
const item = ({
  title = 'Lamps on the quay',
  link = 'https://quay.example/lamps',
  guid,
  at = '2026-03-03T10:00:00Z',
  text = 'Short.',
}: Item) =>
  `<item><title>${title}</title>${link ? `<link>${link.replaceAll('&', '&amp;')}</link>` : ''}${guid ? `<guid isPermaLink="false">${guid}</guid>` : ''}<pubDate>${new Date(at).toUTCString()}</pubDate><content:encoded><![CDATA[${text}]]></content:encoded></item>`
const feed = (...items: Item[]) => ({
  body: `<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Quay</title>${items.map(item).join('')}</channel></rss>`,
})
const at = (path: string, publisher: string | null = null): Source =>
  aSource({ id: path.slice(1), address: server.url + path, publisher })

/** An invented report of some length, whose words depend on its number. */
const report = (n: number, words = 160) =>
  `<p>${Array.from({ length: words }, (_, i) => `${['ferry', 'lamp', 'quay', 'harbour', 'crane', 'tide'][(i * 7 + n * i) % 6]}${(i * i + n * 31) % 97}x`).join(' ')}.</p>`

async function documentsOf(kit: FeedKit): Promise<Document[]> {
  return kit.store.documents.unanalysed('none', 500)
}
/** Reads what each path gives, one feed after another. */
async function polled(...feeds: [path: string, publisher: string | null, ...items: Item[]][]): Promise<Document[]> {
  await using kit = await feedKit(feeds.map(([path, publisher]) => at(path, publisher)))
  for (const [path, , ...items] of feeds) {
    server.on(path, feed(...items))
    await kit.store.sources.configure([at(path, feeds.find(([one]) => one === path)?.[1] ?? null)])
    await pollRound(kit, { all: true })
  }
  return documentsOf(kit)
}

describe('one story', () => {
  test.each([
    ['with tracking parameters', 'https://quay.example/lamps?utm_source=rss&utm_medium=feed'],
    ['at its AMP address', 'https://quay.example/lamps/amp'],
    ['in an AMP cache', 'https://quay-example.cdn.ampproject.org/c/s/quay.example/lamps'],
    ['at its mobile address', 'http://m.quay.example/lamps/'],
  ])('%s is the one that is known', async (_, link) => {
    const found = await polled(['/a', null, { text: report(1) }], ['/b', null, { link, text: report(1) }])
    expect(found).toHaveLength(1)
    expect(found[0]?.provenance).toHaveLength(2)
  })

  test('through several feeds is one document with all its appearances', async () => {
    const text = report(2)
    const agency = text.replace('<p>', '<p>QUAY (Wire) – ').replace(/(\S+ ){12}\S+\.<\/p>$/, 'said the office.</p>')
    const [document, ...others] = await polled(
      ['/gazette', 'The Gazette', { link: 'https://gazette.example/lamps', text }],
      ['/courier', 'The Courier', { link: 'https://courier.example/9', title: 'Quay keeps its lamps', text: agency }],
      ['/echo', 'The Echo', { link: 'https://echo.example/x', title: 'Lamps', text }],
    )
    expect(others).toEqual([])
    expect(document?.publisher).toBe('The Gazette')
    expect(document?.appearances?.map(({ publisher, title, url }) => [publisher, title, url])).toEqual([
      ['The Courier', 'Quay keeps its lamps', 'https://courier.example/9'],
      ['The Echo', 'Lamps', 'https://echo.example/x'],
    ])
  })

  test('with another title and a rewritten date keeps its first date, and what its text was', async () => {
    await using kit = await feedKit([at('/edited')])
    const before = `${report(3)}<p>The ferry sails at nine.</p>`
    const after = `${report(3)}<p>The ferry sails at noon.</p>`
    server.on(
      '/edited',
      feed({ guid: 'g', text: before }),
      feed({ guid: 'g', title: 'Changed', at: '2026-03-03T11:00:00Z', text: after }),
    )
    await pollRound(kit)
    await untilDue(kit, 'edited')
    await pollRound(kit)
    const [document, ...others] = await documentsOf(kit)
    expect(others).toEqual([])
    expect(document).toMatchObject({ title: 'Changed', published: '2026-03-03T10:00:00.000Z' })
    expect(document?.editions).toMatchObject([
      {
        title: 'Lamps on the quay',
        changes: { removed: ['The ferry sails at nine.'], added: ['The ferry sails at noon.'] },
      },
    ])
  })

  test('is known by its guid where its address changes', async () => {
    const found = await polled(
      ['/moved', null, { guid: 'g1', link: 'https://quay.example/old-slug' }],
      ['/moved', null, { guid: 'g1', link: 'https://quay.example/new-slug', title: 'Lamps on the quay stay' }],
    )
    expect(found).toHaveLength(1)
  })
})

describe('different stories', () => {
  const three = [1, 2, 3].map((n) => ({
    title: `Report ${['one', 'two', 'three'][n - 1]} of the harbour`,
    text: report(n),
  }))
  test.each([
    ['under one guid', three.map((one, n) => ({ ...one, guid: 'same', link: `https://quay.example/${n}` }))],
    ['under the address of the front page', three.map((one) => ({ ...one, link: 'https://quay.example/' }))],
    ['under one address', three.map((one, n) => ({ ...one, link: 'https://quay.example/news', guid: `g${n}` }))],
    ['without address and guid', three.map((one) => ({ ...one, link: null }))],
  ])('%s stay apart, however often they are read', async (_, items) => {
    const found = await polled(['/apart', null, ...items], ['/apart', null, ...items])
    expect(found.map(({ title }) => title).sort()).toEqual(three.map(({ title }) => title).sort())
  })

  test('that share one guid from poll to poll stay apart', async () => {
    const found = await polled(
      ['/constant', null, { guid: 'feed', link: 'https://quay.example/1', title: 'Lamps stay on', text: report(1) }],
      ['/constant', null, { guid: 'feed', link: 'https://quay.example/2', title: 'Ferry is late', text: report(2) }],
    )
    expect(found).toHaveLength(2)
  })

  test('of one form that differ in their numbers stay apart', async () => {
    const day = (n: number) =>
      report(5).replace('</p>', ` ${Array.from({ length: 9 }, (_, i) => n * 100 + i).join(' and ')} ships.</p>`)
    const found = await polled(
      ['/day1', 'A', { link: 'https://quay.example/1', title: 'Ships on Monday', text: day(3) }],
      ['/day2', 'B', { link: 'https://quay.example/2', title: 'Ships on Tuesday', text: day(7) }],
    )
    expect(found).toHaveLength(2)
  })
})

describe('a feed does not flood a channel', () => {
  const said = (n: number, more: Partial<Item> = {}): Item => ({
    title: `Report ${n} of the harbour office`,
    link: `https://quay.example/r/${n}`,
    guid: `g${n}`,
    at: new Date(Date.parse('2026-03-03T10:00:00Z') - n * 3_600_000).toISOString(),
    text: `<p>Cloudflare answered us today. “We counted ${n + 100} lamps on quay number ${n},” Mira Sol said.</p>`,
    ...more,
  })
  const FIFTY = Array.from({ length: 50 }, (_, n) => said(n))
  /** Entries that a digest of now would hold; with it they count as told. */
  async function told(kit: FeedKit): Promise<number> {
    const subscription = aSubscription({ id: 'terminal:t', target: { kind: 'terminal' } })
    const { sequence } = await kit.store.digests.cursor(subscription.id)
    const asked = { id: 'd', sequence, since: null, subscription, sample: false }
    const { digest } = await prepareDigest(kit, asked)
    await composeFor(kit, subscription)
    return digest.counts.statements
  }
  async function subscribed(path: string): Promise<FeedKit> {
    const kit = await feedKit([at(path)])
    await kit.store.subscriptions.configure([aSubscription({ id: 'terminal:t', target: { kind: 'terminal' } })])
    return kit
  }

  test('when it is new: only its newest few are news', async () => {
    server.on('/new', feed(...FIFTY))
    await using kit = await subscribed('/new')
    await pollRound(kit)
    expect((await kit.store.counts()).documents).toBe(50)
    expect(await told(kit)).toBe(5)
  })

  test.each([
    ['dates', (n: number) => ({ at: `2026-03-05T0${n % 10}:00:00Z` })],
    ['dates and guids', (n: number) => ({ at: `2026-03-05T0${n % 10}:00:00Z`, guid: `again-${n}` })],
    [
      'dates, guids and addresses',
      (n: number) => ({ at: `2026-03-05T0${n % 10}:00:00Z`, guid: `again-${n}`, link: `https://new.example/${n}` }),
    ],
  ])('when it returns with rewritten %s', async (name, rewritten) => {
    const path = `/again-${name.length}`
    server.on(path, feed(...FIFTY), feed(...FIFTY.map((_, n) => said(n, rewritten(n)))))
    await using kit = await subscribed(path)
    await pollRound(kit)
    await told(kit)
    kit.clock.now = '2026-03-05T12:00:00.000Z'
    expect(await pollRound(kit)).toMatchObject({ polled: 1, fresh: 0 })
    expect(await told(kit)).toBe(0)
  })

  test('when it comes back after months with what it published since, or shows its archive', async () => {
    const unknown = Array.from({ length: 40 }, (_, n) => said(200 + n, { at: `2026-0${4 + (n % 4)}-01T00:00:00Z` }))
    const archive = Array.from({ length: 40 }, (_, n) => said(300 + n, { at: `2019-0${1 + (n % 9)}-01T00:00:00Z` }))
    server.on('/away', feed(...FIFTY), feed(...unknown), feed(...unknown, ...archive))
    await using kit = await subscribed('/away')
    await pollRound(kit)
    await told(kit)
    kit.clock.now = '2026-08-05T12:00:00.000Z'
    expect(await pollRound(kit)).toMatchObject({ fresh: 40 })
    expect(await told(kit)).toBe(5)
    await untilDue(kit, 'away')
    expect(await pollRound(kit)).toMatchObject({ fresh: 40 })
    expect(await told(kit)).toBeLessThanOrEqual(5)
  })

  test('and what is new every day is told every day', async () => {
    server.on(
      '/daily',
      feed(...FIFTY),
      feed(said(400, { at: '2026-03-04T09:00:00Z' }), said(401, { at: '2026-03-04T10:00:00Z' }), ...FIFTY),
    )
    await using kit = await subscribed('/daily')
    await pollRound(kit)
    await told(kit)
    kit.clock.now = '2026-03-04T12:00:00.000Z'
    await pollRound(kit)
    expect(await told(kit)).toBe(2)
  })
})

describe('a feed that is read again', () => {
  const story = (n: number): Item => ({
    title: `Report ${n} of the quay`,
    link: `https://quay.example/${n}`,
    text: report(n),
  })
  /** What a reading wrote: the documents that it handed over, and how the first one looks then. */
  async function again(first: Item[], second: Item[]) {
    const source = at('/again')
    await using kit = await feedKit([source])
    server.on('/again', feed(...first))
    await pollRound(kit, { all: true })
    server.on('/again', feed(...second))
    const touched: Order[] = []
    kit.work = {
      owe: async (orders) => void touched.push(...orders),
      oweSoon: (orders) => void touched.push(...orders),
      hurry: async () => {},
    }
    await pollRound(kit, { all: true })
    const documents = await documentsOf(kit)
    return { orders: touched.length, documents }
  }

  test('and brings nothing new writes nothing, though its entries have moved down', async () => {
    const { orders, documents } = await again([story(1), story(2)], [story(2), story(1)])
    expect(orders).toBe(0)
    expect(documents.map(({ provenance }) => provenance.length)).toEqual([1, 1])
  })

  test('and brings one new entry hands over that one alone', async () => {
    const { orders, documents } = await again([story(1), story(2)], [story(3), story(1), story(2)])
    expect([orders, documents.length]).toEqual([1, 3])
  })

  test('and has changed an entry keeps the change', async () => {
    const changed = { ...story(1), text: `${report(1)}<p>The office adds that the crane was mended.</p>` }
    const { orders, documents } = await again([story(1)], [changed])
    expect(orders).toBe(1)
    expect(documents[0]?.text).toContain('the crane was mended')
  })
})
