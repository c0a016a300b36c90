import { describe, expect, test } from 'vitest'
import { orderCopies } from '../../src/jobs/order-copies.ts'
import { type Answer, startServer, type TestServer } from '../support/http-server.ts'
import { reported } from '../support/reported.ts'

const KEY = 'access1:secret2'
const json = (body: object, over: object = {}) => ({ body: JSON.stringify(body), ...over })
const MADE = json({
  status: 'success',
  job_id: 'spn2-1',
  timestamp: '20260303120100',
  original_url: 'https://harbour.example/ferry',
})
const TAKEN = json({ url: 'https://harbour.example/ferry', job_id: 'spn2-1' })

/** Save Page Now on loopback. @returns the forms that were sent */
function playing(server: TestServer, orders: Answer[], looks: Answer[]): URLSearchParams[] {
  const forms: URLSearchParams[] = []
  const left = [...orders]
  server.on('/save', async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    forms.push(new URLSearchParams(body))
    const answer = (left.length > 1 ? left.shift() : left[0]) as Exclude<Answer, (...args: never[]) => void>
    response.writeHead(answer.status ?? 200, answer.headers).end(answer.body)
  })
  server.on('/save/status/spn2-1', ...looks)
  return forms
}
const wait = (kit: { clock: { now: string } }, seconds: number) => {
  kit.clock.now = new Date(Date.parse(kit.clock.now) + seconds * 1000).toISOString()
}
const asked = ({ arrivals }: TestServer) => arrivals.map(({ method, path }) => `${method} ${path}`)
const kept = async ({ store }: Awaited<ReturnType<typeof reported>>, id = 'a') => (await store.documents.get(id))!
const start = (over: Parameters<typeof reported>[1] = {}) => ({ findCopies: false, archiveKey: KEY, ...over })

describe('a copy of what is reported', () => {
  test('is ordered with the operator’s key, looked after, and kept as evidence, once', async () => {
    await using server = await startServer('127.0.0.22')
    const forms = playing(server, [TAKEN], [json({ status: 'pending', job_id: 'spn2-1' }), MADE])
    await using kit = await reported(server, start())
    expect(await orderCopies(kit)).toBe('ordered')
    expect(Object.fromEntries(forms[0]!)).toMatchObject({
      url: 'https://harbour.example/ferry',
      skip_first_archive: '1',
    })
    expect(server.arrivals[0]?.headers.authorization).toBe('LOW access1:secret2')
    expect(await orderCopies(kit)).toBe('nothing')
    wait(kit, 21)
    expect(await orderCopies(kit)).toBe('waiting')
    wait(kit, 21)
    expect(await orderCopies(kit)).toBe('kept')
    expect(await kept(kit)).toMatchObject({
      archivedAt: [
        {
          url: `${server.url}/web/20260303120100/https://harbour.example/ferry`,
          capturedAt: '2026-03-03T12:01:00.000Z',
        },
      ],
      copyOrder: { done: true },
    })
    wait(kit, 86_400)
    expect(await orderCopies(kit)).toBe('nothing')
    expect(asked(server)).toEqual(['POST /save', 'GET /save/status/spn2-1', 'GET /save/status/spn2-1'])
  })

  test('is not ordered before another one is made', async () => {
    await using server = await startServer('127.0.0.22')
    playing(server, [TAKEN], [MADE])
    const others = [
      { id: 'b', url: 'https://harbour.example/tide', text: '“We are here,” Mira Sol said of Cloudflare.' },
    ]
    await using kit = await reported(server, start({ others }))
    const outcomes: string[] = []
    for (let i = 0; i < 5; i += 1) {
      outcomes.push(await orderCopies(kit))
      wait(kit, 21)
    }
    expect(outcomes).toEqual(['ordered', 'kept', 'ordered', 'kept', 'nothing'])
    expect(server.busiest()).toBe(1)
  })

  test.each([
    [
      'its limits',
      json({ status: 'error', status_ext: 'error:too-many-daily-captures', message: 'Come back tomorrow' }),
    ],
    ['an error page', { status: 502, body: '<html>' }],
  ])('that meets %s is told in words and tried again later, less and less often, six times', async (_, answer) => {
    await using server = await startServer('127.0.0.22')
    const forms = playing(server, [answer], [])
    await using kit = await reported(server, start())
    for (let i = 0; i < 8; i += 1) {
      await orderCopies(kit)
      expect(await orderCopies(kit)).toBe('nothing')
      wait(kit, 86_400)
    }
    expect(forms).toHaveLength(6)
    expect((await kept(kit)).copyOrder).toMatchObject({ tries: 6, done: true })
    expect(kit.logged.map(({ msg }) => msg)).toEqual(
      Array(6).fill(expect.stringMatching(/no copy was made: .*Wayback/)),
    )
  })

  test('that fails while it is made is ordered anew', async () => {
    await using server = await startServer('127.0.0.22')
    const broken = json({ status: 'error', status_ext: 'error:browsing-timeout', message: 'Timed out' })
    const forms = playing(server, [TAKEN], [broken, MADE])
    await using kit = await reported(server, start())
    await orderCopies(kit)
    wait(kit, 21)
    expect(await orderCopies(kit)).toBe('failed')
    wait(kit, 16 * 60)
    expect(await orderCopies(kit)).toBe('ordered')
    wait(kit, 21)
    expect(await orderCopies(kit)).toBe('kept')
    expect(forms).toHaveLength(2)
    expect((await kept(kit)).copyOrder).not.toHaveProperty('trouble')
  })

  test('that is never made is not asked for again', async () => {
    await using server = await startServer('127.0.0.22')
    const forms = playing(server, [json({ status: 'error', status_ext: 'error:blocked-url', message: 'Excluded' })], [])
    await using kit = await reported(server, start())
    expect(await orderCopies(kit)).toBe('failed')
    wait(kit, 90_000)
    expect(await orderCopies(kit)).toBe('nothing')
    expect(forms).toHaveLength(1)
  })

  test.each([
    ['a wrong key', { status: 401, body: '{}' }, 3600, /ARCHIVE_ORG_KEY/],
    ['429', { status: 429, headers: { 'retry-after': '120' }, body: '' }, 120, /asks to wait/],
  ])('that meets %s holds all orders back, and counts as no try', async (_, answer, seconds, words) => {
    await using server = await startServer('127.0.0.22')
    const forms = playing(server, [answer, TAKEN], [])
    const others = [
      { id: 'b', url: 'https://harbour.example/tide', text: '“We are here,” Mira Sol said of Cloudflare.' },
    ]
    await using kit = await reported(server, start({ others }))
    expect(await orderCopies(kit)).toBe('failed')
    expect(kit.logged[0]?.msg).toMatch(words)
    expect(JSON.stringify(kit.logged)).not.toContain('secret2')
    wait(kit, seconds - 10)
    expect(await orderCopies(kit)).toBe('nothing')
    expect(forms).toHaveLength(1)
    expect([(await kept(kit)).copyOrder?.tries, (await kept(kit, 'b')).copyOrder]).toEqual([0, undefined])
  })

  test.each([
    ['there is no key', { archiveKey: undefined }],
    ['it is on record only', { backlog: true }],
    ['it is one server’s own', { owner: '200000000000000001' }],
    ['the archive was not asked yet whether it has one', { findCopies: true }],
  ])('is not ordered where %s', async (_, over) => {
    await using server = await startServer('127.0.0.22')
    await using kit = await reported(server, start(over as object))
    expect(await orderCopies(kit)).toBe('nothing')
    expect(server.arrivals).toEqual([])
  })
})
