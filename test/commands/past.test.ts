import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { analyseStored } from '../../src/jobs/analyse.ts'
import { composeFor } from '../../src/jobs/digest.ts'
import { askPast, pastRound } from '../../src/jobs/past.ts'
import { openScene, type Scene } from '../support/commands.ts'
import { IDS } from '../support/discord-channels.ts'
import { Person, type Reply } from '../support/discord-person.ts'
import { type HeldCapture, startWayback, type WaybackServer } from '../support/wayback-server.ts'

let scene: Scene
let archive: WaybackServer
let curator: Person
beforeEach(async () => {
  archive = await startWayback()
  scene = await openScene({}, true, archive.url)
  curator = new Person(scene.server)
})
afterEach(async () => {
  const { faults } = scene.server
  await scene[Symbol.asyncDispose]()
  await archive[Symbol.asyncDispose]()
  expect(faults).toEqual([])
})

const idAt = (i: number) => String(2028730275483095040n + BigInt(i))
const posted = (i: number, more: Partial<HeldCapture> = {}): HeldCapture => ({
  original: `https://twitter.com/mirasol/status/${idAt(i)}`,
  timestamp: `202603031000${String(i).padStart(2, '0')}`,
  mimetype: 'application/json',
  body: JSON.stringify({
    created_at: 'Tue Mar 03 07:12:44 +0000 2026',
    id_str: idAt(i),
    text: `Lamp number ${i} burns all night on the old quay.`,
    user: { id_str: '9', screen_name: 'mirasol', name: 'Mira Sol' },
    entities: {},
  }),
  ...more,
})
const hold = (count: number) => archive.hold(...Array.from({ length: count }, (_, i) => posted(i)))
const wish = (over: object = {}) => ({
  name: 'mirasol',
  from: null,
  to: null,
  askedBy: { guildId: IDS.guild, channelId: IDS.channel, userId: IDS.user, locale: 'en-US' },
  ...over,
})
const on = (guildId: string, i: number) => scene.store.seenBy(guildId).documents.get(`twitter:${idAt(i)}`)
const lastEdit = (reply: Reply, words: RegExp) =>
  scene.server.until(() => (words.test(JSON.stringify(reply.edits.at(-1) ?? '')) ? true : null), String(words))
const inChannel = () =>
  [...scene.server.messages.values()].filter((one) => one.channel_id === IDS.channel).map((one) => JSON.stringify(one))

describe('/past', () => {
  test('reads an account’s archived posts, shows how far it is, and its end', async () => {
    hold(7)
    const reply = await curator.slash('past', { who: 'Mira Sol' })
    expect(reply.text).toContain('The past of @mirasol')
    expect(reply.ephemeral).toBe(true)
    await lastEdit(reply, /have been read/)
    expect(JSON.stringify(reply.edits.at(-1))).toContain('posts read: 7 · new on record: 7 · waiting: 0')
    expect(await on(IDS.guild, 6)).toMatchObject({ text: 'Lamp number 6 burns all night on the old quay.' })
    await pastRound(scene.kit)
    expect(await scene.store.readings.list()).toEqual([])
    expect(inChannel()).toEqual([])
  })

  test('brings nothing to other servers, and no old news to a channel', async () => {
    hold(2)
    await curator.slash('subscribe')
    const reply = await curator.slash('past', { who: '@mirasol' })
    await lastEdit(reply, /have been read/)
    await analyseStored(scene.kit)
    expect((await scene.store.statements.since(0, { sample: false, limit: 9 })).map(({ backlog }) => backlog)).toEqual([
      true,
      true,
    ])
    for (const one of await scene.store.subscriptions.list(IDS.guild)) await composeFor(scene.kit, one)
    expect(await scene.store.digests.latest(9)).toEqual([])
    expect(await on(IDS.guild, 1)).not.toBeNull()
    expect(await on(IDS.otherGuild, 1)).toBeNull()
  })

  test('asks only for the time that is wanted', async () => {
    archive.hold(posted(0, { timestamp: '20151119080000' }), posted(1, { timestamp: '20170102080000' }))
    const reply = await curator.slash('past', { who: '@mirasol', from: '2015-11', to: '2016' })
    await lastEdit(reply, /from 2015-11 to 2016/)
    expect([await on(IDS.guild, 0), await on(IDS.guild, 1)]).toMatchObject([{ id: `twitter:${idAt(0)}` }, null])
  })

  test('goes on after a restart behind what was kept, asks nothing twice, and tells its end in the channel', async () => {
    hold(5)
    const stopping = new AbortController()
    archive.troubles.replay.push((request, response) => {
      stopping.abort()
      response.writeHead(404)
      response.end(request.url)
    })
    const before = { ...scene.kit, stopping: stopping.signal, tellPast: undefined }
    await askPast(wish(), before)
    await pastRound(before)
    const [kept] = await scene.store.readings.list()
    expect(kept).toMatchObject({ documents: 0, askedBy: { channelId: IDS.channel } })
    expect(JSON.parse(kept?.cursor ?? '{}')).toMatchObject({ counts: { listed: 3, failed: 1 } })
    await pastRound(scene.kit)
    expect(inChannel()).toEqual([expect.stringMatching(new RegExp(`<@${IDS.user}> .*have been read.*posts read: 4`))])
    expect(await scene.store.readings.list()).toEqual([])
    const asked = archive.arrivals.map(({ path }) => path)
    expect(new Set(asked).size).toBe(asked.length)
  })

  test('tells its end in the channel where the answer can be changed no more', async () => {
    hold(1)
    scene.server.trouble('PATCH', /^\/webhooks\//, { status: 401, code: 50027, message: 'Invalid Webhook Token' })
    await curator.slash('past', { who: '@mirasol' })
    await scene.server.until(() => (inChannel().length > 0 ? true : null), 'a message in the channel')
    expect(inChannel()[0]).toContain('have been read')
  })

  test('is stopped by its button; what it brought stays', async () => {
    hold(3)
    const held = Promise.withResolvers<void>()
    archive.troubles.replay.push({ status: 404 }, (_, response) => {
      held.promise.then(() => response.writeHead(404).end())
    })
    const reply = await curator.slash('past', { who: '@mirasol' })
    await scene.server.until(() => (archive.arrivals.length >= 3 ? true : null), 'the second capture is asked for')
    const again = await curator.slash('past', { who: '@mirasol' })
    expect(again.text).toContain('Captures listed: 3')
    expect((await curator.press(reply.custom(/Stop/))).text).toContain('Stopped reading the past of @mirasol')
    held.resolve()
    await pastRound(scene.kit)
    expect(archive.arrivals).toHaveLength(3)
    expect((await curator.press(reply.custom(/Stop/))).text).toContain('is over')
    expect((await curator.slash('status changes')).text).toContain('stopped reading the past of')
  })

  test('waits where the archive wants a pause, and goes on then', async () => {
    hold(1)
    const pause = { status: 429, headers: { 'retry-after': '0' } }
    archive.troubles.cdx.push(pause, pause, pause, pause, pause)
    await askPast(wish(), scene.kit)
    await pastRound(scene.kit)
    const [waiting] = await scene.store.readings.list()
    expect(waiting?.waiting).toMatchObject({ reason: expect.stringContaining('fewer visits') })
    await pastRound(scene.kit)
    expect(archive.arrivals).toHaveLength(5)
    expect((await curator.slash('past', { who: '@mirasol' })).text).toMatch(/could not be asked .*goes on <t:/)
    scene.clock.now = waiting?.waiting?.until ?? ''
    await pastRound(scene.kit)
    expect(await on(IDS.guild, 0)).not.toBeNull()
  })

  test.each([
    ['holds nothing', { body: '[]' }, 'was asked and holds no captures'],
    ['does not show the account', { body: 'org.archive.AdministrativeAccessControlException: x' }, 'cannot be read: '],
  ])('says where the archive %s', async (_, answer, words) => {
    archive.troubles.cdx.push(answer, answer, answer)
    const reply = await curator.slash('past', { who: '@mirasol' })
    await lastEdit(reply, new RegExp(words))
  })

  test.each([
    [{ who: 'Nobody Known' }, 'neither tracked nor a handle'],
    [{ who: '@mirasol', from: '2015-13' }, 'is no date'],
    [{ who: '@mirasol', from: '2016', to: '2015-12' }, 'ends before it begins'],
  ])('refuses %j', async (values, words) => {
    expect((await curator.slash('past', values)).text).toContain(words)
    expect(await scene.store.readings.list()).toEqual([])
  })

  test('is for curators, and for three at a time', async () => {
    const reader = new Person(scene.server, { user: '400000000000000007', permissions: 0n })
    expect((await reader.slash('past', { who: '@mirasol' })).text).toContain('Manage Server')
    for (const name of ['one', 'two', 'three'])
      await scene.store.readings.put({
        id: name,
        address: `wayback:twitter.com/${name}`,
        askedAt: scene.clock.now,
        cursor: null,
        documents: 0,
        askedBy: wish().askedBy,
        waiting: { until: '9999', reason: 'x' },
      })
    expect((await curator.slash('past', { who: '@mirasol' })).text).toContain('3 readings are under way')
  })

  test('suggests those who are tracked with their handles, and the handle that is typed', async () => {
    expect(await curator.typing('past', 'who', 'mira')).toEqual([
      { name: 'Mira Sol · @mirasol', value: '@mirasol' },
      { name: '@mira', value: '@mira' },
    ])
    expect(await curator.typing('past', 'who', 'two words')).toEqual([])
  })
})
