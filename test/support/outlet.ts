import pino from 'pino'
import { type DiscordOutlet, openDiscord } from '../../src/commands/open-discord.ts'
import { readConfig } from '../../src/config.ts'
import { openRooms } from '../../src/jobs/analyse.ts'
import type { Kit } from '../../src/jobs/kit.ts'
import { tellRound } from '../../src/jobs/queue.ts'
import type { Subscription } from '../../src/model.ts'
import { openStore } from '../../src/store/open-store.ts'
import { record } from './commands.ts'
import { IDS, type PostedMessage } from './discord-channels.ts'
import { Person } from './discord-person.ts'
import { DiscordServer } from './discord-server.ts'
import { scratch } from './scratch.ts'

/** The belts with a real store and config and no network, whose Discord is our own. */
export async function openBelts(
  server: DiscordServer,
  clock: { now: string },
  outlet: () => Pick<DiscordOutlet, 'deliver' | 'redraw'>,
  data = scratch(),
): Promise<Kit> {
  const config = readConfig({ DISCORD_TOKEN: IDS.token, DISCORD_API_URL: server.url }, { data })
  const store = await openStore(config)
  return {
    store,
    config,
    rooms: await openRooms(config, store),
    reader: {
      read: () => Promise.reject(new Error('no network')),
      // biome-ignore lint/correctness/useYield: it fails before its first part
      async *parts() {
        throw new Error('no network')
      },
      page: () => Promise.reject(new Error('no network')),
      find: () => Promise.reject(new Error('no network')),
      file: () => Promise.reject(new Error('no network')),
      async [Symbol.asyncDispose]() {},
    },
    now: () => clock.now,
    log: pino({ level: 'silent' }),
    deliver: (delivery) => outlet().deliver(delivery),
    redraw: (posting) => outlet().redraw(posting),
    progress: () => {},
    stopping: new AbortController().signal,
  }
}

/** The belts with a real store, logged in to a Discord of our own; the clock is the test's. */
export type Posting = AsyncDisposable & {
  server: DiscordServer
  kit: Kit
  clock: { now: string }
  person: Person
  /** What the clock does each few seconds: compose what is due, hand over what is owed, change what was posted. */
  tick(now?: string): Promise<number>
  /** Ends this process without a word and begins another over the same store. */
  restart(): Promise<void>
  /** Puts one statement on record that nobody was told of. */
  say(id: string, words: string, claimId?: string): Promise<void>
  subscription(): Promise<Subscription>
  inChannel(channelId?: string): PostedMessage[]
}

/** A channel subscribed to a daily digest at 13:00 UTC, on 2 March 2026 at noon. */
export async function openPosting(): Promise<Posting> {
  const server = await DiscordServer.start()
  const clock = { now: '2026-03-02T12:00:00.000Z' }
  let outlet: DiscordOutlet
  const kit = await openBelts(server, clock, () => outlet)
  const { store } = kit
  outlet = await openDiscord(kit)
  const person = new Person(server)
  await person.slash('subscribe', { schedule: 'daily 13:00' })
  await person.slash('watch add', { term: 'lamps' })
  return {
    server,
    kit,
    clock,
    person,
    async tick(now) {
      if (now) clock.now = now
      return tellRound(kit)
    },
    async restart() {
      await outlet[Symbol.asyncDispose]()
      outlet = await openDiscord(kit)
    },
    say: (id, content, match) =>
      record(store, {
        statement: { id, content, turnId: id },
        document: {
          id: `doc-${id}`,
          url: `https://gazette.example/${id}`,
          text: `Of the lamps Mira Sol said “${content}”`,
        },
        now: clock.now,
        ...(match ? { match } : {}),
      }),
    async subscription() {
      return (await store.subscriptions.list(IDS.guild))[0] as Subscription
    },
    inChannel: (channelId = IDS.channel) =>
      [...server.messages.values()].filter(({ channel_id }) => channel_id === channelId),
    async [Symbol.asyncDispose]() {
      await outlet[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}
