import pino from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type DiscordOutlet, openDiscord } from '../../src/commands/open-discord.ts'
import { readConfig } from '../../src/config.ts'
import { openRooms } from '../../src/jobs/analyse.ts'
import { composeFor, deliverOwed } from '../../src/jobs/digest.ts'
import type { Kit } from '../../src/jobs/kit.ts'
import { openStore } from '../../src/store/open-store.ts'
import { record } from '../support/commands.ts'
import { Person } from '../support/discord-person.ts'
import { DiscordServer, IDS } from '../support/discord-server.ts'
import { scratch } from '../support/scratch.ts'

let server: DiscordServer
let kit: Kit
let outlet: DiscordOutlet
let clock: string

/** The belts with a real store and config, Discord being our own. */
async function openKit(): Promise<Kit> {
  const dataFolder = scratch()
  const config = readConfig({ DISCORD_TOKEN: IDS.token, DISCORD_API_URL: server.url }, { data: dataFolder })
  const store = await openStore(config)
  return {
    store,
    config,
    rooms: openRooms(config),
    reader: {
      read: () => Promise.reject(new Error('no network')),
      page: () => Promise.reject(new Error('no network')),
      async [Symbol.asyncDispose]() {},
    },
    now: () => clock,
    log: pino({ level: 'silent' }),
    deliver: (delivery) => outlet.deliver(delivery),
    progress: () => {},
    stopping: new AbortController().signal,
  }
}
/** What the clock does: compose what is due, hand over what is owed. */
async function tick(): Promise<number> {
  for (const subscription of await kit.store.subscriptions.due(clock)) await composeFor(kit, subscription)
  return deliverOwed(kit, kit.deliver)
}
const posts = () => server.requests('POST', new RegExp(`/channels/${IDS.channel}/messages$`))
const subscription = async () => (await kit.store.subscriptions.list(IDS.guild))[0]

beforeEach(async () => {
  clock = '2026-03-02T12:00:00.000Z'
  server = await DiscordServer.start()
  kit = await openKit()
  outlet = await openDiscord(kit)
})
afterEach(async () => {
  await outlet[Symbol.asyncDispose]()
  await kit.store[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
  expect(server.faults).toEqual([])
})

describe('a subscribed channel', () => {
  beforeEach(async () => {
    await new Person(server).slash('subscribe', { schedule: 'daily 13:00' })
    await new Person(server).slash('watch add', { term: 'lamps' })
    await record(kit.store)
  })

  test('gets its digest when it is due, once', async () => {
    expect(await tick()).toBe(0)
    clock = '2026-03-02T13:00:05.000Z'
    expect(await tick()).toBe(1)
    expect(JSON.stringify([...server.messages.values()])).toContain('The lamps stay on')
    clock = '2026-03-03T13:00:05.000Z'
    expect(await tick()).toBe(0)
    expect(posts()).toHaveLength(1)
  })

  test('gets it in the language that the server has set', async () => {
    await new Person(server).slash('setup', { language: 'de' })
    clock = '2026-03-02T13:00:05.000Z'
    await tick()
    expect(JSON.stringify([...server.messages.values()])).toContain('Lesen bei gazette.example')
  })

  test('gets it in embeds where the server has set them, once', async () => {
    await new Person(server).slash('setup', { form: 'embeds' })
    clock = '2026-03-02T13:00:05.000Z'
    await tick()
    const [message] = [...server.messages.values()]
    expect(message).toMatchObject({ flags: 0, embeds: [{ description: expect.stringContaining('The lamps stay on') }] })
  })

  test('gets it at once with /digest now', async () => {
    await new Person(server).slash('digest now')
    expect(await tick()).toBe(1)
  })

  test('sees it with /digest preview without moving anything', async () => {
    const reply = await new Person(server).slash('digest preview')
    expect(reply.text).toContain('The lamps stay on')
    clock = '2026-03-02T13:00:05.000Z'
    expect(await tick()).toBe(1)
    expect((await new Person(server).slash('digest last')).text).toContain('The lamps stay on')
    expect((await new Person(server).slash('digest search', { words: 'mira lamps' })).text).toContain(
      'The lamps stay on',
    )
    expect((await new Person(server).slash('digest search', { words: 'herring' })).text).toContain('Nothing fits')
  })

  test('looks a record up by its id', async () => {
    await record(kit.store, { statement: { id: 'abc123def' }, document: { id: 'doc-3', url: 'https://c.example/' } })
    expect((await new Person(server).slash('lookup text', { words: 'abc123def' })).text).toContain('The lamps stay on')
  })

  test('that refuses is paused with the reason, told once, and resumes with what was missed', async () => {
    const statusChannel = '300000000000000007'
    server.channels.set(statusChannel, { id: statusChannel, type: 0, guild_id: IDS.guild, name: 'status' })
    await new Person(server).slash('setup', { status_channel: statusChannel })
    server.trouble('POST', new RegExp(`${IDS.channel}/messages`), {
      status: 403,
      code: 50013,
      message: 'Missing Permissions',
    })
    clock = '2026-03-02T13:00:05.000Z'
    expect(await tick()).toBe(0)
    expect((await subscription())?.pausedBecause).toContain('may not post there')
    const notices = [...server.messages.values()].filter(({ channel_id }) => channel_id !== IDS.channel)
    expect(notices.map(({ channel_id }) => channel_id).sort()).toEqual([statusChannel, `9${IDS.user.slice(1)}`].sort())
    expect(JSON.stringify(notices)).toContain('Nothing is lost')

    await record(kit.store, {
      statement: { id: 'st-5', content: 'The lamps go out' },
      document: { id: 'doc-5', url: 'https://d.example/' },
    })
    clock = '2026-03-03T13:00:05.000Z'
    expect(await tick()).toBe(0)
    expect(posts()).toHaveLength(1)
    await new Person(server).slash('subscriptions resume')
    clock = '2026-03-04T13:00:05.000Z'
    expect(await tick()).toBeGreaterThan(0)
    const posted = JSON.stringify([...server.messages.values()].filter(({ channel_id }) => channel_id === IDS.channel))
    expect(posted).toContain('The lamps stay on')
    expect(posted).toContain('The lamps go out')
  })

  test('that is deleted is paused as soon as Discord says so', async () => {
    server.gateway.dispatch('CHANNEL_DELETE', { id: IDS.channel, guild_id: IDS.guild, type: 0, name: 'gone' })
    await server.until(() => server.messages.size > 0, 'the notice')
    expect((await subscription())?.pausedBecause).toContain('no longer exists')
  })
})

describe('a server that throws the bot out', () => {
  test('has its subscriptions paused', async () => {
    await new Person(server).slash('subscribe')
    server.gateway.dispatch('GUILD_DELETE', { id: IDS.guild })
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect((await subscription())?.pausedBecause).toContain('no longer in that server')
  })
})

describe('a start', () => {
  test('with a wrong token fails in words', async () => {
    const config = { ...kit.config, discord: { ...kit.config.discord!, token: 'MTIz.wrong.token-of-some-length' } }
    await expect(openDiscord({ ...kit, config })).rejects.toMatchObject({ reason: 'token' })
  })

  test('without a connection keeps what is owed', async () => {
    const config = { ...kit.config, discord: { ...kit.config.discord!, apiUrl: 'http://127.0.0.1:9/api' } }
    await using offline = await openDiscord({ ...kit, config })
    const target = { kind: 'discord' as const, guildId: IDS.guild, channelId: IDS.channel }
    expect(await offline.deliver({ target } as never)).toBe('later')
  })
})
