import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { prepareDigest } from '../../src/jobs/digest.ts'
import { pollRound } from '../../src/jobs/queue.ts'
import type { Source } from '../../src/model.ts'
import { type FeedKit, feedKit, stateOf, untilDue } from '../support/feed-kit.ts'
import { startServer, type TestServer } from '../support/http-server.ts'
import { aSource } from '../support/nouns.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer('127.0.0.31')
})
afterAll(() => server.close())

const entry = (n: number, at: string) =>
  `<item><title>Ferry report ${n}</title><link>https://quay.example/${n}</link><guid>q${n}</guid><pubDate>${new Date(at).toUTCString()}</pubDate><description>The ferry sails, part ${n}.</description></item>`
const feed = (items: string, head = '') =>
  `<rss version="2.0"><channel><title>Quay</title>${head}${items}</channel></rss>`
const SPARSE = feed(entry(1, '2026-03-03T11:00:00Z'))
const at = (path: string, over: Partial<Source> = {}): Source =>
  aSource({ id: path.slice(1), address: server.url + path, publisher: null, ...over })
const asked = (path: string) => server.arrivals.filter((one) => one.path === path)
const minutesUntilDue = async (kit: FeedKit, id: string) =>
  (Date.parse((await stateOf(kit, id)).nextPollAt ?? '') - Date.parse(kit.clock.now)) / 60_000
const troubles = async (kit: FeedKit) =>
  (
    await prepareDigest(kit, {
      id: 'd',
      sequence: 0,
      since: null,
      subscription: { target: { kind: 'terminal' } },
      sample: false,
    })
  ).digest.troubles

describe('polling a source', () => {
  test('asks only for what has changed, and keeps its rhythm over answers that say “unchanged”', async () => {
    const hourly = [0, 1, 2, 3, 4].map((n) => entry(n, `2026-03-03T0${8 - n}:00:00Z`)).join('')
    server.on('/kept', { headers: { etag: '"v1"' }, body: feed(hourly, '<ttl>150</ttl>') }, { status: 304 })
    await using kit = await feedKit([at('/kept')])
    await pollRound(kit)
    expect(await stateOf(kit, 'kept')).toMatchObject({
      nextPollBecause: { code: 'asked', seconds: 9000 },
    })
    await untilDue(kit, 'kept')
    await pollRound(kit)
    expect(asked('/kept').map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"v1"'])
    expect(await minutesUntilDue(kit, 'kept')).toBeGreaterThanOrEqual(150)
    expect((await stateOf(kit, 'kept')).published).toHaveLength(5)
  })

  test('passes over what it has shown before, word for word, and reads what has changed', async () => {
    const both = [entry(1, '2026-03-03T11:00:00Z'), entry(2, '2026-03-03T10:00:00Z')]
    const changed = both[1]!.replace('part 2', 'part 2, corrected')
    server.on(
      '/shown',
      { body: feed(both.join('')) },
      { body: feed(both.toReversed().join('')) },
      { body: feed(changed) },
    )
    await using kit = await feedKit([at('/shown')])
    await pollRound(kit)
    const [first, second] = await kit.store.documents.unanalysed('none', 9)
    expect([first?.title, second?.title].sort()).toEqual(['Ferry report 1', 'Ferry report 2'])
    expect((await stateOf(kit, 'shown')).seen).toHaveLength(2)
    // What was let go of for its age does not come back with the next look.
    await kit.store.retention.dropDocuments('2026-04-01T00:00:00.000Z')
    expect((await kit.store.counts()).documents).toBe(0)
    await untilDue(kit, 'shown')
    await pollRound(kit)
    expect((await kit.store.counts()).documents).toBe(0)
    await untilDue(kit, 'shown')
    await pollRound(kit)
    const [again] = await kit.store.documents.unanalysed('none', 9)
    expect(again?.text).toBe('The ferry sails, part 2, corrected.')
    expect((await kit.store.counts()).documents).toBe(1)
    expect(asked('/shown')).toHaveLength(3)
  })

  test('does not come before it is due', async () => {
    server.on('/due', { body: SPARSE })
    await using kit = await feedKit([at('/due')])
    await pollRound(kit)
    // Its second look comes anywhere within the wait, the later ones a whole wait after the one before.
    await untilDue(kit, 'due')
    await pollRound(kit)
    expect(asked('/due')).toHaveLength(2)
    kit.clock.now = new Date(Date.parse(kit.clock.now) + 15 * 60_000 - 1000).toISOString()
    await pollRound(kit)
    expect(asked('/due')).toHaveLength(2)
    await untilDue(kit, 'due')
    await pollRound(kit)
    expect(asked('/due')).toHaveLength(3)
  })

  test('adapts to how often it publishes, within the curator’s bounds', async () => {
    const rare = [1, 2, 3, 4].map((n) => entry(n, `2026-02-0${n}T12:00:00Z`)).join('')
    server.on('/rare', { body: feed(rare) })
    await using kit = await feedKit([at('/rare', { id: 'free' }), at('/rare', { id: 'bound', slowestSeconds: 1200 })])
    await pollRound(kit)
    kit.clock.now = '2026-03-03T17:00:00.000Z'
    await pollRound(kit)
    expect(await minutesUntilDue(kit, 'free')).toBeGreaterThanOrEqual(120)
    expect(await minutesUntilDue(kit, 'bound')).toBeLessThanOrEqual(22)
    expect((await stateOf(kit, 'bound')).nextPollBecause).toMatchObject({ code: 'bound', slowestSeconds: 1200 })
  })

  test.each([
    ['max-age', { 'cache-control': 'max-age=7200' }],
    ['Expires', { date: 'Tue, 03 Mar 2026 12:00:00 GMT', expires: 'Tue, 03 Mar 2026 14:00:00 GMT' }],
  ])('waits as long as %s asks', async (name, headers) => {
    server.on(`/${name}`, { headers, body: SPARSE })
    await using kit = await feedKit([at(`/${name}`)])
    await pollRound(kit)
    expect(await minutesUntilDue(kit, name)).toBeGreaterThanOrEqual(120)
  })

  test('leaves out the hours and days that the feed names, also after an answer without a feed', async () => {
    const head = `<skipHours>${[12, 13, 14].map((hour) => `<hour>${hour}</hour>`).join('')}</skipHours><skipDays><day>Wednesday</day></skipDays>`
    server.on(
      '/free',
      { headers: { etag: '"1"' }, body: feed(entry(1, '2026-03-03T11:00:00Z'), head) },
      { status: 304 },
    )
    await using kit = await feedKit([at('/free')])
    await pollRound(kit)
    expect((await stateOf(kit, 'free')).nextPollAt).toBe('2026-03-03T15:00:00.000Z')
    kit.clock.now = '2026-03-03T23:55:00.000Z'
    await pollRound(kit)
    expect((await stateOf(kit, 'free')).nextPollAt).toBe('2026-03-05T00:00:00.000Z')
  })

  test('takes a new address over only when three answers in a row agree, and says so in the log', async () => {
    const moved = (to: string) => ({ status: 301, headers: { location: to } })
    server.on('/old', moved('/new'), moved('/new'), moved('/elsewhere'), moved('/new'), moved('/new'), moved('/new'))
    server.on('/new', { body: SPARSE })
    server.on('/elsewhere', { body: SPARSE })
    await using kit = await feedKit([at('/old')])
    for (let poll = 0; poll < 5; poll += 1) {
      await pollRound(kit)
      await untilDue(kit, 'old')
    }
    expect((await stateOf(kit, 'old')).movedTo ?? null).toBeNull()
    expect(kit.logged.filter(({ to }) => to)).toEqual([])
    await pollRound(kit)
    expect((await stateOf(kit, 'old')).movedTo).toBe(`${server.url}/new`)
    expect(kit.logged.filter(({ to }) => to)).toMatchObject([
      { source: 'old', from: `${server.url}/old`, to: `${server.url}/new` },
    ])
    await untilDue(kit, 'old')
    await pollRound(kit)
    expect(asked('/old')).toHaveLength(6)
  })

  test('goes back to the old address where the new one fails', async () => {
    server.on('/back', { status: 301, headers: { location: '/gone-wrong' } })
    server.on('/gone-wrong', { body: SPARSE }, { body: SPARSE }, { body: SPARSE }, { status: 404 })
    await using kit = await feedKit([at('/back')])
    for (let poll = 0; poll < 6; poll += 1) {
      await pollRound(kit)
      await untilDue(kit, 'back')
    }
    expect((await stateOf(kit, 'back')).movedTo ?? null).toBeNull()
    expect(asked('/back')).toHaveLength(3)
    await pollRound(kit)
    expect(asked('/back')).toHaveLength(4)
  })

  test('ends with 410: it is never asked again, and those who read digests are told for a week', async () => {
    server.on('/ended', { status: 410 })
    await using kit = await feedKit([at('/ended')])
    await pollRound(kit)
    expect(await troubles(kit)).toMatchObject([{ sourceId: 'ended', kind: 'ended', since: '2026-03-03T12:00:00.000Z' }])
    kit.clock.now = '2026-03-30T12:00:00.000Z'
    await pollRound(kit)
    await pollRound(kit, { all: true })
    expect(asked('/ended')).toHaveLength(1)
    expect(await troubles(kit)).toEqual([])
  })

  test('begins anew where the config gives an ended source another address', async () => {
    server.on('/over', { status: 410 })
    server.on('/begun', { body: SPARSE })
    await using kit = await feedKit([at('/over')])
    await pollRound(kit)
    await kit.store.sources.configure([at('/begun', { id: 'over' })])
    expect(await pollRound(kit)).toMatchObject({ polled: 1, failed: 0, fresh: 1 })
  })

  test.each([
    [429, '7200', 120],
    [503, '7200', 120],
    [503, new Date(Date.now() + 3 * 3_600_000).toUTCString(), 178],
  ])('answered with %i and Retry-After %s waits as long', async (status, wish, least) => {
    await using own = await startServer('127.0.0.32')
    own.on('/busy', { status, headers: { 'retry-after': wish } })
    own.on('/beside', { body: SPARSE })
    const source = (path: string) => aSource({ id: path.slice(1), address: own.url + path })
    await using kit = await feedKit([source('/busy')])
    await pollRound(kit)
    expect(await minutesUntilDue(kit, 'busy')).toBeGreaterThanOrEqual(least)
    // Its host wants a pause: what else lies there is put off too, without asking and without being blamed.
    await kit.store.sources.configure([source('/busy'), source('/beside')])
    expect(await pollRound(kit)).toMatchObject({ polled: 1, failed: 0 })
    expect(own.arrivals).toHaveLength(1)
    expect(await stateOf(kit, 'beside')).toMatchObject({
      failures: 0,
      trouble: null,
      nextPollBecause: { code: 'held' },
    })
  })

  test('that fails is tried less and less often, at least once a day, and told after a day', async () => {
    server.on('/fails', { body: SPARSE }, { status: 500 })
    await using kit = await feedKit([at('/fails')])
    const waits: number[] = []
    for (let poll = 0; poll < 12; poll += 1) {
      await pollRound(kit)
      const state = await stateOf(kit, 'fails')
      const failing = state.troubleSince ? Date.parse(kit.clock.now) - Date.parse(state.troubleSince) : 0
      expect((await troubles(kit)).map(({ kind }) => kind)).toEqual(failing >= 86_400_000 ? ['failing'] : [])
      waits.push(Math.round(await minutesUntilDue(kit, 'fails')))
      await untilDue(kit, 'fails')
    }
    const failed = waits.slice(1)
    for (const [i, wait] of failed.entries()) expect(wait).toBeGreaterThanOrEqual(failed[i - 1] ?? 15)
    expect(failed.at(-1)).toBeLessThanOrEqual(24 * 60 * 1.1)
    expect((await troubles(kit))[0]?.reason).toMatch(/^its server answers 500/)
  })

  test('that falls silent against its own habit is told', async () => {
    const hourly = [0, 1, 2, 3, 4, 5].map((n) => entry(n, `2026-03-03T0${8 - n}:00:00Z`)).join('')
    server.on('/lively', { headers: { etag: '"1"' }, body: feed(hourly) }, { status: 304 })
    await using kit = await feedKit([at('/lively')])
    await pollRound(kit)
    expect(await troubles(kit)).toEqual([])
    kit.clock.now = '2026-03-05T12:00:00.000Z'
    await pollRound(kit)
    expect(await troubles(kit)).toMatchObject([
      { kind: 'silent', reason: expect.stringMatching(/nothing new since 2026-03-03/) },
    ])
  })

  test('spreads sources of one interval apart', async () => {
    server.on('/spread', { body: SPARSE })
    await using kit = await feedKit([1, 2, 3, 4].map((n) => at('/spread', { id: `s${n}` })))
    await pollRound(kit)
    const due = (await kit.store.sources.list()).map(({ state }) => state.nextPollAt)
    expect(new Set(due).size).toBe(4)
  })
})

test('sources of one host are read one after another with a gap, at most two at once', async () => {
  await using own = await startServer('127.0.0.33')
  own.on('*', { body: SPARSE })
  await using kit = await feedKit(
    [1, 2, 3].map((n) => aSource({ id: `h${n}`, address: `${own.url}/${n}` })),
    {},
  )
  await pollRound(kit)
  expect(own.busiest()).toBeLessThanOrEqual(2)
  // Two gaps of a second, less what a busy machine may be late with the first.
  expect((own.arrivals.at(-1)?.at ?? 0) - (own.arrivals[0]?.at ?? 0)).toBeGreaterThan(1500)
})
