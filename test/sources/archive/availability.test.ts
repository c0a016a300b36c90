import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { closestCopy } from '../../../src/sources/archive/availability.ts'
import { createNet, type Net } from '../../../src/sources/net.ts'
import { startServer, type TestServer } from '../../support/http-server.ts'

let net: Net
let server: TestServer
beforeAll(async () => {
  net = createNet({ allowAddresses: ['127.0.0.0/8'], hostGapMs: 0 })
  server = await startServer('127.0.0.14')
})
afterAll(() => Promise.all([net.close(), server.close()]))
const asking = (near: string | null = null) =>
  closestCopy('https://harbour.example/ferry?a=1&b=2', near, { net, base: server.url })

describe('the archived copy of a report', () => {
  test('is the one nearest to its time', async () => {
    server.on('/wayback/available', {
      body: JSON.stringify({
        archived_snapshots: {
          closest: {
            available: true,
            status: '200',
            timestamp: '20260303100000',
            url: 'http://web.archive.org/web/20260303100000/https://harbour.example/ferry',
          },
        },
      }),
    })
    expect(await asking('2026-03-03T09:30:00.000Z')).toEqual({
      url: 'https://web.archive.org/web/20260303100000/https://harbour.example/ferry',
      capturedAt: '2026-03-03T10:00:00.000Z',
    })
    const query = new URL(server.arrivals.at(-1)!.path, server.url).searchParams
    expect([query.get('url'), query.get('timestamp')]).toEqual([
      'https://harbour.example/ferry?a=1&b=2',
      '20260303093000',
    ])
  })
  test('may not be there', async () => {
    server.on('/wayback/available', { body: '{"archived_snapshots":{}}' })
    expect(await asking()).toBeNull()
  })
  test.each([
    [
      { status: 429, headers: { 'retry-after': '60' } },
      { reason: 'rate-limited', retryAfterSeconds: 60 },
    ],
    [{ status: 500 }, { reason: 'unreachable' }],
    [{ body: '<html>' }, { reason: 'unreadable' }],
  ])('that could not be asked for (%j) is not the same as none', async (answer, error) => {
    server.on('/wayback/available', answer)
    await expect(asking()).rejects.toMatchObject(error)
  })
})
