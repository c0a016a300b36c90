// As in the running program: both doors to the outside in one process, ours first.
import '../../src/sources/net.ts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openDiscord } from '../../src/commands/open-discord.ts'
import { tellRound } from '../../src/jobs/queue.ts'
import { record } from '../support/commands.ts'
import { IDS } from '../support/discord-channels.ts'
import { Person } from '../support/discord-person.ts'
import { DiscordServer } from '../support/discord-server.ts'
import { openBelts, openPosting, type Posting } from '../support/outlet.ts'
import { scratch } from '../support/scratch.ts'

const STATUS = '300000000000000007'
const OTHER = '300000000000000008'
const ROLE = '600000000000000001'
const DIRECT = `9${IDS.user.slice(1)}`
const NIGHTS = ['Lamps: the first night was calm', 'Gulls ate a lamp, we think', 'Bells rang; every lamp went out']

describe('a trouble with a subscription', () => {
  let scene: Posting
  beforeEach(async () => {
    scene = await openPosting()
    const { server } = scene
    for (const id of [STATUS, OTHER]) server.channels.set(id, { id, type: 0, guild_id: IDS.guild, name: `c${id}` })
    await scene.person.slash('setup', { status_channel: STATUS })
  })
  afterEach(async () => {
    await scene[Symbol.asyncDispose]()
    expect(scene.server.faults).toEqual([])
  })

  const here = () => scene.server.channels.get(IDS.channel)!
  const dispatch = (name: string, data: object) => scene.server.gateway.dispatch(name, data)
  const reached = async (look: () => Promise<unknown>, what: string) => {
    for (let tries = 0; tries < 500; tries++) {
      if (await look()) return
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    throw new Error(`waited in vain: ${what}`)
  }
  const paused = () => reached(async () => (await scene.subscription()).pausedBecause, 'it is paused')
  const resumed = () => reached(async () => !(await scene.subscription()).pausedBecause, 'it goes on')
  const role = { id: ROLE, name: 'watchers', permissions: '0', position: 1, color: 0, hoist: false, managed: false }
  const mayPost = (may: boolean) => {
    const deny = may ? '0' : String(1n << 11n)
    here().permission_overwrites = [{ id: IDS.guild, type: 0, allow: '0', deny }]
    dispatch('CHANNEL_UPDATE', here())
  }
  const lock = (locked: boolean) => {
    Object.assign(here(), { type: 11, thread_metadata: { archived: locked, locked } })
    dispatch('THREAD_UPDATE', { ...here(), parent_id: OTHER })
  }

  type Trouble = {
    begin(): Promise<void> | void
    mend(): Promise<unknown> | unknown
    where?: string
    says: RegExp
    tells?: string
  }
  const TROUBLES: Record<string, () => Trouble> = {
    'a permission taken away': () => ({
      begin() {
        scene.server.trouble('POST', /\/channels\/300000000000000001\/messages$/, { status: 403, code: 50013 })
        mayPost(false)
      },
      mend: () => mayPost(true),
      says: /may not post there/,
    }),
    'a deleted channel': () => ({
      async begin() {
        scene.server.channels.delete(IDS.channel)
        dispatch('CHANNEL_DELETE', { id: IDS.channel, guild_id: IDS.guild, type: 0, name: 'gone' })
        await paused()
      },
      async mend() {
        const [from] = await scene.person.typing('subscriptions move', 'from', 'longer exists')
        const reply = await scene.person.slash('subscriptions move', { from: from?.value ?? '', to: OTHER })
        expect(reply.text).toContain(`It goes to <#${OTHER}>`)
      },
      where: OTHER,
      says: /no longer exists/,
    }),
    'a thread that is archived and locked': () => ({
      begin: () => lock(true),
      mend: () => lock(false),
      says: /unlock/,
    }),
    'a bot that was removed': () => ({
      async begin() {
        dispatch('GUILD_DELETE', { id: IDS.guild })
        await paused()
      },
      mend: () => dispatch('GUILD_CREATE', scene.server.gateway.guild(IDS.guild)),
      says: /no longer in that server/,
      // Nobody can be told there before it is back.
      tells: 'and is back',
    }),
  }

  test.each(Object.keys(TROUBLES))('%s: what three days missed comes as one digest', async (name) => {
    const trouble = TROUBLES[name]!()
    await trouble.begin()
    for (const [i, words] of NIGHTS.entries()) {
      await scene.say(`abcdef0${i}`, words)
      await scene.tick(`2026-03-0${i + 2}T13:00:05.000Z`)
    }
    expect((await scene.subscription()).pausedBecause).toMatch(trouble.says)
    expect(scene.inChannel()).toEqual([])
    await trouble.mend()
    await resumed()
    await scene.tick('2026-03-05T13:00:05.000Z')
    await scene.tick('2026-03-06T13:00:05.000Z')
    const posted = scene.inChannel(trouble.where)
    expect(posted).toHaveLength(1)
    for (const words of NIGHTS) expect(JSON.stringify(posted)).toContain(words)
    for (const [place, words] of [
      [STATUS, trouble.tells ?? 'are paused'],
      [DIRECT, 'are paused'],
    ] as const) {
      expect(scene.inChannel(place)).toHaveLength(1)
      expect(JSON.stringify(scene.inChannel(place))).toContain(words)
    }
  })

  test('a thread that stays locked is told once, however much the server is edited', async () => {
    lock(true)
    await scene.say('abcdef01', NIGHTS[0]!)
    await scene.tick('2026-03-02T13:00:05.000Z')
    const looks = () => scene.server.requests('GET', /\/guilds\/\d+\/members/).length
    for (let i = 0; i < 3; i++) {
      const before = looks()
      lock(true)
      await scene.server.until(() => looks() > before, 'a look')
      await scene.tick(`2026-03-02T13:1${i}:05.000Z`)
    }
    expect(scene.inChannel(STATUS)).toHaveLength(1)
  })

  test('a role that was deleted is mentioned no more; the digest comes all the same, and that is told once', async () => {
    dispatch('GUILD_ROLE_CREATE', { guild_id: IDS.guild, role })
    await scene.person.slash('subscriptions edit', { role: ROLE })
    dispatch('GUILD_ROLE_DELETE', { guild_id: IDS.guild, role_id: ROLE })
    await reached(async () => (await scene.subscription()).roleId === null, 'the role is dropped')
    await scene.say('abcdef01', NIGHTS[0]!)
    await scene.tick('2026-03-02T13:00:05.000Z')
    expect(scene.inChannel()).toHaveLength(1)
    expect(JSON.stringify(scene.inChannel())).not.toContain(ROLE)
    for (const place of [STATUS, DIRECT]) {
      await scene.server.until(() => scene.inChannel(place).length > 0, 'a notice')
      expect(JSON.stringify(scene.inChannel(place))).toContain('was deleted')
    }
  })

  test('a role that was deleted while the program was off is mentioned no more, too', async () => {
    await scene.person.slash('subscriptions edit', { role: ROLE })
    await scene.restart()
    expect((await scene.subscription()).roleId).toBeNull()
  })
})

describe('a subscription that is moved', () => {
  let scene: Posting
  beforeEach(async () => {
    scene = await openPosting()
    scene.server.channels.set(OTHER, { id: OTHER, type: 0, guild_id: IDS.guild, name: 'elsewhere' })
  })
  afterEach(async () => {
    await scene[Symbol.asyncDispose]()
    expect(scene.server.faults).toEqual([])
  })

  test('keeps what was asked for, and repeats nothing', async () => {
    await scene.person.slash('subscriptions edit', { schedule: 'daily 14:00', words: 'lamp*', nothing_new: true })
    await scene.say('abcdef01', NIGHTS[0]!)
    await scene.tick('2026-03-02T14:00:05.000Z')
    expect(scene.inChannel()).toHaveLength(1)
    await scene.person.slash('subscriptions move', { from: IDS.channel, to: OTHER })
    expect(await scene.subscription()).toMatchObject({
      target: { channelId: OTHER },
      schedule: '0 14 * * *',
      filter: { query: 'lamp*' },
      nothingNew: true,
    })
    await scene.say('abcdef02', NIGHTS[2]!)
    await scene.tick('2026-03-03T14:00:05.000Z')
    expect(scene.inChannel()).toHaveLength(1)
    const moved = JSON.stringify(scene.inChannel(OTHER))
    expect(moved).toContain(NIGHTS[2])
    expect(moved).not.toContain(NIGHTS[0])
    expect((await scene.person.slash('status changes')).text).toContain(`moved a subscription to <#${OTHER}>`)
  })

  test('is not moved to a channel that has one, nor from one that has none', async () => {
    await scene.person.slash('subscribe', { channel: OTHER })
    const taken = await scene.person.slash('subscriptions move', { from: IDS.channel, to: OTHER })
    expect(taken.text).toContain('is subscribed already')
    expect(await scene.kit.store.subscriptions.list(IDS.guild)).toHaveLength(2)
    const none = await scene.person.slash('subscriptions move', { from: '300000000000000099', to: OTHER })
    expect(none.text).toContain('is not subscribed')
  })

  test('can be removed though its channel is gone, and brought back with what nobody saw', async () => {
    await scene.say('abcdef01', NIGHTS[0]!)
    await scene.tick('2026-03-02T12:30:00.000Z')
    scene.server.channels.delete(IDS.channel)
    const removed = await scene.person.slash('subscriptions remove', { from: IDS.channel })
    expect(await scene.kit.store.subscriptions.list(IDS.guild)).toEqual([])
    await scene.tick('2026-03-02T13:00:05.000Z')
    expect((await scene.person.press(removed.custom(/Undo/))).text).toContain('Undone')
    await scene.person.slash('subscriptions move', { from: IDS.channel, to: OTHER })
    await scene.tick('2026-03-03T13:00:05.000Z')
    expect(JSON.stringify(scene.inChannel(OTHER))).toContain(NIGHTS[0])
  })
})

describe('a forum and a thread', () => {
  let scene: Posting
  beforeEach(async () => {
    scene = await openPosting()
  })
  afterEach(async () => {
    await scene[Symbol.asyncDispose]()
    expect(scene.server.faults).toEqual([])
  })

  test.each([
    ['a forum', 15],
    ['a thread', 11],
  ])('%s can be picked wherever a channel is, and gets its digest', async (_, type) => {
    const commands = scene.server.commands as { name: string; options?: { name: string; channel_types?: number[] }[] }[]
    const { options = [] } = commands.find(({ name }) => name === 'subscribe') ?? {}
    expect(options.find(({ name }) => name === 'channel')?.channel_types).toContain(type)
    const place = { id: OTHER, type, guild_id: IDS.guild, name: 'place' }
    scene.server.channels.set(OTHER, type === 11 ? { ...place, parent_id: IDS.channel } : place)
    await scene.person.slash('subscribe', { channel: OTHER, schedule: 'daily 13:00' })
    await scene.say('abcdef01', NIGHTS[0]!)
    await scene.tick('2026-03-03T13:00:05.000Z')
    const inside = [
      OTHER,
      ...[...scene.server.channels.values()].flatMap((one) => (one.parent_id === OTHER ? one.id : [])),
    ]
    const posted = [...scene.server.messages.values()].filter(({ channel_id }) => inside.includes(channel_id))
    expect(posted).toHaveLength(1)
    expect(JSON.stringify(posted)).toContain(NIGHTS[0])
  })
})

describe('a process that ends, and another over the same file', () => {
  test('answers the buttons of lists, removals, setup, entries and approvals that the first one posted', async () => {
    const data = scratch()
    const clock = { now: '2026-03-02T12:00:00.000Z' }
    await using server = await DiscordServer.start()
    server.channels.set(OTHER, { id: OTHER, type: 0, guild_id: IDS.guild, name: 'desk' })
    const open = async () => {
      const kit = await openBelts(server, clock, () => outlet, data)
      const outlet = await openDiscord(kit)
      return {
        kit,
        async [Symbol.asyncDispose]() {
          await outlet[Symbol.asyncDispose]()
          await kit.store[Symbol.asyncDispose]()
        },
      }
    }
    const me = new Person(server)
    const ids: string[] = []
    {
      await using first = await open()
      await me.slash('subscribe', { schedule: 'daily 13:00', approval: OTHER })
      await record(first.kit.store, { statement: { id: 'abcdef01' } })
      for (let i = 0; i < 30; i++) await me.slash('watch add', { term: `lamps ${i}` })
      await me.slash('watch add', { term: 'lamps' })
      ids.push((await me.slash('watch list')).custom(/Next/))
      ids.push((await me.slash('watch remove', { term: 'lamps 7' })).custom(/Undo/))
      ids.push((await me.slash('setup')).custom(/This channel/))
      clock.now = '2026-03-02T13:00:05.000Z'
      await tellRound(first.kit)
    }
    const waiting = JSON.stringify([...server.messages.values()].at(-1))
    const post = /approve:post:[\w-]+:\d+:0/.exec(waiting)?.[0] ?? ''
    await using second = await open()
    expect(await second.kit.store.watchTerms.list(IDS.guild)).toHaveLength(30)
    const words = [/Page 2 of \d/, /Undone/, /Step 2 of 2/]
    for (const [i, id] of ids.entries()) expect((await me.press(id)).text).toMatch(words[i]!)
    expect((await me.press(post)).text).toContain('Posted by')
    const inChannel = [...server.messages.values()].filter(({ channel_id }) => channel_id === IDS.channel)
    expect(inChannel).toHaveLength(1)
    const more = /entry:[\w-]+/.exec(JSON.stringify(inChannel))?.[0] ?? ''
    expect((await me.press(more)).text).toContain('The lamps stay on')
    expect(server.faults).toEqual([])
  })
})
