import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openScene, type Scene } from '../support/commands.ts'
import { IDS } from '../support/discord-channels.ts'
import { Person } from '../support/discord-person.ts'
import { startServer, type TestServer } from '../support/http-server.ts'
import { aClaim, aSource } from '../support/nouns.ts'

let scene: Scene
let web: TestServer
let curator: Person
beforeEach(async () => {
  web = await startServer()
  scene = await openScene({}, true, web.url)
  curator = new Person(scene.server)
})
afterEach(async () => {
  const { faults } = scene.server
  await scene[Symbol.asyncDispose]()
  await web[Symbol.asyncDispose]()
  expect(faults).toEqual([])
})

describe('a large server', () => {
  const numbered = (i: number) => String(i).padStart(3, '0')
  beforeEach(async () => {
    const { store } = scene
    for (let i = 0; i < 200; i++)
      await store.watchTerms.add({
        id: `term-${i}`,
        guildId: IDS.guild,
        kind: i % 2 === 0 ? 'phrase' : 'query',
        value: i % 2 === 0 ? `harbour phrase ${numbered(i)}` : `harbour AND "query ${numbered(i)}" -ferry`,
        createdBy: IDS.user,
        createdAt: scene.clock.now,
      })
    for (let i = 0; i < 100; i++)
      await store.sources.put({
        id: `g${IDS.guild}-${numbered(i)}`,
        kind: 'feed',
        address: `https://tide-${numbered(i)}.example/a-rather-long-path/to/a/feed/of/articles.xml`,
        publisher: `Tide Post ${numbered(i)}`,
        enabled: true,
        sample: false,
        pollSeconds: 1800,
        owner: IDS.guild,
      })
    for (let i = 0; i < 50; i++) {
      const channelId = String(320000000000000000n + BigInt(i))
      await store.subscriptions.add({
        id: `discord:${channelId}`,
        target: { kind: 'discord', guildId: IDS.guild, channelId },
        schedule: '0 8 * * 1-5',
        timeZone: 'America/Argentina/Buenos_Aires',
        createdBy: IDS.user,
        createdAt: scene.clock.now,
        pausedBecause: null,
        nextDigestAt: scene.clock.now,
        filter: { query: `harbour ${numbered(i)} AND (lamp* OR "old quay")` },
      })
    }
  })

  test.each([
    ['watch list', 200, 'query 161'],
    ['source list', 100, 'tide-077'],
    ['subscriptions list', 50, 'harbour 041'],
  ])('pages %s to its end, and finds one of %i', async (path, count, search) => {
    let reply = await curator.slash(path)
    expect(reply.text).toContain(`${count} in all`)
    const pages = Number(/of (\d+) ·/.exec(reply.text)?.[1])
    for (let page = 2; page <= pages; page++) {
      reply = await curator.press(reply.custom(/Next/))
      expect(reply.text).toContain(`Page ${page} of ${pages}`)
    }
    expect(() => reply.custom(/Next/)).toThrow()
    const found = await curator.slash(path, { search })
    expect(found.text).toContain(search)
    expect(found.text).not.toContain('Page')
  })

  test('is told of an OPML list that does not fit, and tests a term over all of it', async () => {
    const opml = '<opml version="2.0"><body><outline text="A" xmlUrl="https://a.example/f"/></body></opml>'
    const reply = await curator.slash('source add', { opml: scene.server.attach('feeds.opml', opml) })
    expect(reply.text).toContain('1 more did not fit')
    expect((await curator.slash('watch test', { term: 'harbour AND lamp*' })).text).toContain('caught nothing')
  })
})

describe('a server that has reached a limit', () => {
  const many = async (count: number, add: (i: number) => Promise<unknown>) => {
    for (let i = 0; i < count; i++) await add(i)
  }
  const at = () => ({ createdBy: IDS.user, createdAt: scene.clock.now })
  const guildId = IDS.guild
  const nobody = { aliases: [], handles: [], roles: [], near: [], notNear: [], relations: [] }

  test.each<[string, number, (i: number) => Promise<unknown>, Record<string, string>]>([
    [
      'watch add',
      500,
      (i) => scene.store.watchTerms.add({ id: `t${i}`, guildId, kind: 'phrase', value: `phrase ${i}`, ...at() }),
      { term: 'one more' },
    ],
    [
      'subscribe',
      100,
      (i) => {
        const channelId = String(320000000000000000n + BigInt(i))
        const target = { kind: 'discord' as const, guildId, channelId }
        const when = { schedule: '0 8 * * *', timeZone: 'UTC', pausedBecause: null, nextDigestAt: null }
        return scene.store.subscriptions.add({ id: `discord:${channelId}`, target, ...when, ...at() })
      },
      {},
    ],
    [
      'entity add',
      200,
      (i) =>
        scene.store.entities.put({
          ...nobody,
          id: `g${guildId}-e${i}`,
          name: `Quill ${i}`,
          kind: 'person',
          owner: guildId,
        }),
      { name: 'One More', kind: 'person' },
    ],
    [
      'source add',
      100,
      (i) =>
        scene.store.sources.put({
          ...aSource({ id: `g${guildId}-s${i}`, address: `https://s${i}.example/` }),
          owner: guildId,
        }),
      { address: 'feed' },
    ],
    [
      'claim add',
      500,
      (i) => {
        const claim = aClaim({ id: `own-${i}`, text: `Ferry ${i} sails.`, owner: guildId })
        return scene.store.claims.add([{ claim, key: `k${i}` }], {
          merge: (one) => one,
          by: IDS.user,
          now: scene.clock.now,
        })
      },
      { text: 'One more ferry sails at night.' },
    ],
  ])('is told by /%s that %i is the limit, and keeps what it has', async (path, limit, add, values) => {
    await many(limit, add)
    const item = `<item><title>Lamps</title><link>${web.url}/a</link></item>`
    const body = `<rss version="2.0"><channel><title>T</title><link>${web.url}</link><description>x</description>${item}</channel></rss>`
    web.on('/feed', { headers: { 'content-type': 'application/rss+xml' }, body })
    const kept = async () => [
      await scene.store.watchTerms.list(guildId),
      await scene.store.subscriptions.list(guildId),
      await scene.store.seenBy(guildId).entities.list(),
      await scene.store.claims.list(guildId),
    ]
    const before = await kept()
    const { text } = await curator.slash(path, values.address ? { address: `${web.url}/feed` } : values)
    expect(text).toContain(`${limit}`)
    expect(text).toContain('which is the limit')
    expect(await kept()).toEqual(before)
  })
})
