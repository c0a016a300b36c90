import { describe, expect, test } from 'vitest'
import { nextPoll, type PollFacts } from '../../src/sources/next-poll.ts'

const NOW = '2026-03-03T12:00:00.000Z'
const facts = (more: Partial<PollFacts> = {}): PollFacts => ({
  now: NOW,
  pollSeconds: 900,
  failures: 0,
  jitter: 0,
  ...more,
})
const seconds = (more: Partial<PollFacts>) => (Date.parse(nextPoll(facts(more)).at) - Date.parse(NOW)) / 1000
const ago = (...hours: number[]) => hours.map((hour) => new Date(Date.parse(NOW) - hour * 3_600_000).toISOString())

describe('the next look at a source', () => {
  test('is as often as the config says where nothing else is known', () => {
    expect(nextPoll(facts())).toEqual({ at: '2026-03-03T12:15:00.000Z', because: { code: 'config', seconds: 900 } })
  })
  test('follows a rhythm that is slower than the config, within bounds', () => {
    expect(seconds({ published: ago(1, 2, 3, 4) })).toBe(1800)
    expect(nextPoll(facts({ published: ago(1, 2, 3, 4) })).because).toEqual({ code: 'rhythm', seconds: 3600 })
    expect(seconds({ published: ago(24, 48, 72) })).toBe(7200)
    expect(seconds({ published: ago(0.01, 0.02, 0.03) })).toBe(900)
  })
  test('slows down for a source that has fallen silent', () => {
    expect(seconds({ published: ago(10, 10.2, 10.4, 10.6) })).toBe(7200)
  })
  test('is not before the server or the feed wishes, but within a day', () => {
    expect(seconds({ freshSeconds: 3600 })).toBe(3600)
    expect(seconds({ freshSeconds: 60 })).toBe(900)
    expect(seconds({ freshSeconds: 9_999_999 })).toBe(86_400)
    expect(nextPoll(facts({ freshSeconds: 3600 })).because).toEqual({ code: 'asked', seconds: 3600 })
  })
  test('waits twice as long after each failure, at most a day', () => {
    expect([1, 2, 3, 4, 20].map((failures) => seconds({ failures }))).toEqual([900, 1800, 3600, 7200, 86_400])
    expect(nextPoll(facts({ failures: 3 })).because).toEqual({ code: 'failed', times: 3 })
  })
  test('obeys Retry-After even beyond its own wait', () => {
    expect(seconds({ failures: 1, retryAfterSeconds: 5000 })).toBe(5000)
    expect(seconds({ failures: 3, retryAfterSeconds: 10 })).toBe(3600)
  })
  test('leaves out the hours and days that the publisher keeps free', () => {
    expect(nextPoll(facts({ skipHours: [12, 13] }))).toMatchObject({
      at: '2026-03-03T14:00:00.000Z',
      because: { code: 'config', moved: true },
    })
    expect(nextPoll(facts({ skipDays: ['tuesday'] })).at).toBe('2026-03-04T00:00:00.000Z')
    expect(seconds({ skipHours: Array.from({ length: 24 }, (_, i) => i) })).toBe(900)
  })
  test('is spread a little, so that not all come at once', () => {
    expect(seconds({ jitter: 1 })).toBeCloseTo(990, 5)
  })
  test('falls anywhere within the wait after the first one, so that what was added together is read apart', () => {
    expect([0, 0.5, 1].map((jitter) => seconds({ jitter, isFirst: true }))).toEqual([90, 450, 900])
    expect(seconds({ jitter: 0.5, isFirst: true, freshSeconds: 3600 })).toBeCloseTo(3780, 5)
    expect(seconds({ jitter: 0.5, isFirst: true, failures: 1 })).toBeCloseTo(945, 5)
  })
})
