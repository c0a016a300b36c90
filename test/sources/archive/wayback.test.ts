import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toDocuments } from '../../../src/documents/to-document.ts'
import type { Document, Source } from '../../../src/model.ts'
import type { WaybackLimits } from '../../../src/sources/archive/ask-wayback.ts'
import { readCdxPage } from '../../../src/sources/archive/cdx.ts'
import {
  createWayback,
  type WaybackCursor,
  type WaybackStep,
  waybackTarget,
} from '../../../src/sources/archive/wayback.ts'
import { createNet, type Net } from '../../../src/sources/net.ts'
import { createParsers, type Parsers } from '../../../src/sources/parsers.ts'
import { readSource } from '../../../src/sources/read-source.ts'
import { type HeldCapture, startWayback, type WaybackServer } from '../../support/wayback-server.ts'

let parsers: Parsers
let net: Net
beforeAll(() => {
  parsers = createParsers({ size: 1 })
  net = createNet({ allowAddresses: ['127.0.0.0/8'], hostGapMs: 0 })
})
afterAll(() => Promise.all([parsers.close(), net.close()]))

const QUICK: Partial<WaybackLimits> = { cdxGapMs: 0, replayGapMs: 0, limitedMs: 5, refusedMs: 5 }
const ID = 2028730275483095040n
const idAt = (i: number) => String(ID + BigInt(i))
const json = (i: number, text = `Post ${i}`): HeldCapture => ({
  original: `https://twitter.com/tidewatch_demo/status/${idAt(i)}`,
  timestamp: `202603031000${String(i).padStart(2, '0')}`,
  mimetype: 'application/json',
  body: JSON.stringify({
    created_at: 'Tue Mar 03 07:12:44 +0000 2026',
    id_str: idAt(i),
    text,
    user: { id_str: '9', screen_name: 'tidewatch_demo', name: 'Tidewatch' },
    entities: {},
  }),
})
const page = (i: number, text: string, timestamp = `202003031000${String(i).padStart(2, '0')}`): HeldCapture => ({
  original: `https://twitter.com/tidewatch_demo/status/${idAt(i)}?s=20`,
  timestamp,
  mimetype: 'text/html',
  body: `<html><body><div class="tweet" data-tweet-id="${idAt(i)}" data-screen-name="tidewatch_demo" data-name="Tidewatch"><p class="js-tweet-text">${text}</p></div></body></html>`,
})

type Whole = { documents: Document[]; problems: string[]; last: WaybackStep | undefined }
async function reading(
  server: WaybackServer,
  limits: Partial<WaybackLimits> = {},
  name = 'tidewatch_demo',
): Promise<Whole> {
  const wayback = createWayback({ net, parsers, base: server.url, limits: { ...QUICK, ...limits } })
  const whole: Whole = { documents: [], problems: [], last: undefined }
  for await (const step of wayback.steps(waybackTarget(`wayback:twitter.com/${name}`)!, null)) {
    whole.documents.push(...step.items.flatMap((item) => toDocuments(item, 'w')))
    whole.problems.push(...step.problems.map(({ reason }) => reason))
    whole.last = step
  }
  return whole
}
const indexAsked = (server: WaybackServer) => server.arrivals.filter(({ path }) => path.startsWith('/cdx'))

describe('an account in the Wayback Machine', () => {
  test('is listed page by page and read post by post, with the copy’s address', async () => {
    await using server = await startWayback()
    server.hold(...Array.from({ length: 7 }, (_, i) => json(i)))
    const { documents, last } = await reading(server, { pageRows: 3 })
    expect(documents.map(({ id }) => id)).toEqual(Array.from({ length: 7 }, (_, i) => `twitter:${idAt(i)}`))
    expect(documents[0]).toMatchObject({
      text: 'Post 0',
      author: { alternateName: 'tidewatch_demo' },
      archivedAt: [
        {
          url: `${server.url}/web/20260303100000/https://twitter.com/tidewatch_demo/status/${idAt(0)}`,
          capturedAt: '2026-03-03T10:00:00.000Z',
        },
      ],
      provenance: [{ source: 'wayback:twitter.com/tidewatch_demo' }],
    })
    expect(last).toMatchObject({ done: true, cursor: { counts: { listed: 7, read: 7, withoutText: 0, failed: 0 } } })
    const asked = indexAsked(server).map(({ path }) => new URL(path, server.url).searchParams)
    expect(asked.map((one) => one.get('url'))).toEqual([
      ...Array(3).fill('twitter.com/tidewatch_demo/status/'),
      'mobile.twitter.com/tidewatch_demo/status/',
      'x.com/tidewatch_demo/status/',
    ])
    expect(asked[1]?.get('resumeKey')).toBe('com,twitter)/x 20263%2B')
  })

  test('prefers JSON to pages, and reads a page where the JSON holds no post', async () => {
    await using server = await startWayback()
    server.hold(
      page(1, 'from a page'),
      json(1, 'from JSON'),
      { ...json(2), body: '<html>moved</html>' },
      page(2, 'only the page'),
    )
    const { documents } = await reading(server)
    expect(documents.map(({ text }) => text)).toEqual(['from JSON', 'only the page'])
  })

  test('that is not there is told as such, and is not the same as not having been asked', async () => {
    await using server = await startWayback()
    const source: Source = {
      id: 'w',
      kind: 'wayback',
      address: 'wayback:twitter.com/nobody',
      publisher: null,
      enabled: true,
      sample: false,
      pollSeconds: 86_400,
    }
    const wayback = createWayback({ net, parsers, base: server.url, limits: QUICK })
    const { problems } = await readSource(source, null, { net, parsers, wayback })
    expect(problems[0]?.reason).toMatch(/was asked and holds no captures/)
    server.troubles.cdx = Array(9).fill({ status: 500 })
    await expect(readSource(source, null, { net, parsers, wayback })).rejects.toThrow(/could not/)
  })

  test('that is excluded is not asked for again', async () => {
    await using server = await startWayback()
    server.troubles.cdx = [
      {
        status: 403,
        body: '<pre>org.archive.util.io.RuntimeIOException: org.archive.wayback.exception.AdministrativeAccessControlException: Blocked Site Error</pre>',
      },
    ]
    await expect(reading(server)).rejects.toMatchObject({ reason: 'refused' })
    expect(server.arrivals).toHaveLength(1)
  })

  test.each([
    ['a stack trace in place of JSON', { status: 200, body: '<html>java.lang.NullPointerException at x</html>' }],
    ['a 503', { status: 503 }],
    ['a 429 that says when', { status: 429, headers: { 'retry-after': '0' } }],
    ['a 429 that does not', { status: 429 }],
    [
      'a cut gzip',
      { headers: { 'content-encoding': 'gzip' }, body: gzipSync('[["urlkey"]]'.repeat(50)).subarray(0, 20) },
    ],
  ])('is asked for again after %s', async (_, trouble) => {
    await using server = await startWayback()
    server.hold(json(1))
    server.troubles.cdx = [trouble]
    server.troubles.replay = ['body' in trouble && 'status' in trouble ? { status: 502 } : trouble]
    expect((await reading(server)).documents).toHaveLength(1)
  })

  test('is asked for again after a reset', async () => {
    await using server = await startWayback()
    server.hold(json(1))
    const reset = (request: { socket: { resetAndDestroy?(): void } }) => request.socket.resetAndDestroy?.()
    server.troubles.cdx = [reset as never]
    server.troubles.replay = [reset as never]
    expect((await reading(server)).documents).toHaveLength(1)
  })

  test('whose archive asks for a longer wait than we have is left for later, with the time', async () => {
    await using server = await startWayback()
    server.troubles.cdx = [{ status: 429, headers: { 'retry-after': '600' } }]
    await expect(reading(server)).rejects.toMatchObject({ reason: 'rate-limited', retryAfterSeconds: 600 })
    expect(server.arrivals).toHaveLength(1)
  })

  test('is left alone for an hour after three refused connections', async () => {
    const server = await startWayback('127.0.0.9')
    await server.close()
    const wayback = createWayback({ net, parsers, base: server.url, limits: QUICK })
    const steps = () => wayback.steps(waybackTarget('wayback:twitter.com/tidewatch_demo')!, null).next()
    await expect(steps()).rejects.toThrow(/could not be asked/)
    await expect(steps()).rejects.toThrow(/left alone for an hour/)
  })

  test('has captures that say 429 or moved: they are content, and the next capture is read', async () => {
    await using server = await startWayback()
    const memento = { 'memento-datetime': 'Tue, 03 Mar 2020 09:00:00 GMT' }
    server.hold({ ...json(1), replay: { status: 429, headers: memento } }, page(1, 'on the page'))
    server.hold(
      {
        ...json(2),
        replay: {
          status: 302,
          headers: {
            ...memento,
            location: `/web/20260303100003id_/https://twitter.com/tidewatch_demo/status/${idAt(3)}`,
          },
        },
      },
      { ...json(3), original: `https://twitter.com/tidewatch_demo/status/${idAt(3)}` },
    )
    const { documents } = await reading(server)
    expect(documents.map(({ text }) => text)).toContain('on the page')
    expect(server.arrivals.length).toBeLessThan(9)
  })

  test('moved to a capture of another day is not taken for it', async () => {
    await using server = await startWayback()
    server.hold({
      ...json(2),
      replay: {
        status: 302,
        headers: { location: `/web/20190101000000id_/https://twitter.com/tidewatch_demo/status/${idAt(2)}` },
      },
    })
    server.hold({ ...json(2, 'an old one'), timestamp: '20190101000000', statuscode: '404' })
    const { documents, problems } = await reading(server)
    expect(documents).toEqual([])
    expect(problems[0]).toMatch(/gave a capture of 2019/)
  })

  test('is asked one question at a time, with a gap between them', async () => {
    await using server = await startWayback('127.0.0.8')
    server.hold(...Array.from({ length: 4 }, (_, i) => json(i)))
    await reading(server, { cdxGapMs: 120, replayGapMs: 60 })
    expect(server.busiest()).toBe(1)
    const times = indexAsked(server).map(({ at }) => at)
    expect(Math.min(...times.slice(1).map((at, i) => at - times[i]!))).toBeGreaterThan(80)
  })

  test('is read from a revisit, whose words stand in another capture', async () => {
    await using server = await startWayback()
    server.hold({ ...json(1, 'as before'), mimetype: 'warc/revisit', statuscode: '-' })
    expect((await reading(server)).documents.map(({ text }) => text)).toEqual(['as before'])
  })

  test('is read though the answer comes byte by byte', async () => {
    await using server = await startWayback()
    const whole = json(1, 'drop by drop')
    server.hold({
      ...whole,
      replay: (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'memento-datetime': 'x' })
        const left = [...whole.body]
        const drip = () => {
          const next = left.splice(0, 7).join('')
          if (next === '') response.end()
          else response.write(next, () => setImmediate(drip))
        }
        drip()
      },
    })
    expect((await reading(server)).documents.map(({ text }) => text)).toEqual(['drop by drop'])
  })

  test('is asked once for each capture that is needed, whatever step the reading is stopped at', async () => {
    await using server = await startWayback()
    server.hold(page(1, 'cut …'), { ...json(1), body: '{}' }, json(2), json(3))
    const target = waybackTarget('wayback:twitter.com/tidewatch_demo')!
    let cursor: WaybackCursor | null = null
    for (let done = false; !done; ) {
      // A new client each time: nothing is known but the cursor.
      const client = createWayback({ net, parsers, base: server.url, limits: { ...QUICK, pageRows: 2 } })
      const step: WaybackStep = (await client.steps(target, cursor && JSON.parse(JSON.stringify(cursor))).next()).value!
      cursor = step.cursor
      done = step.done
    }
    const paths = server.arrivals.map(({ path }) => path)
    expect(new Set(paths).size).toBe(paths.length)
    expect(cursor?.counts).toMatchObject({ listed: 4, read: 3, failed: 0 })
  })
})

describe('the address of an account', () => {
  test.each([
    'wayback:twitter.com/Tide_1',
    'wayback:x.com/@Tide_1',
    'wayback:mobile.twitter.com/Tide_1/',
    'wayback:www.twitter.com/Tide_1',
  ])('may be %s', (address) => expect(waybackTarget(address)?.name).toBe('Tide_1'))
  test('may name a time', () =>
    expect(waybackTarget('wayback:twitter.com/tide?from=2015&to=2015-12-31')).toMatchObject({
      from: '2015',
      to: '20151231',
    }))
  test.each(['wayback:example.org/x', 'wayback:twitter.com/', 'twitter.com/x'])('is not %s', (address) =>
    expect(waybackTarget(address)).toBeNull(),
  )
})

test('a page of the index is read by the names in its first row', () => {
  expect(readCdxPage('[]')).toEqual({ rows: [], resumeKey: null })
  const page = readCdxPage(
    '[["timestamp","original"],["20260303100000","https://twitter.com/a/status/1"],[],["key%2B"]]',
  )
  expect(page).toMatchObject({
    rows: [{ timestamp: '20260303100000', original: 'https://twitter.com/a/status/1', mimetype: '' }],
    resumeKey: 'key%2B',
  })
})
