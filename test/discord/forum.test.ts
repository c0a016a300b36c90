import pino from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { viewDigest } from '../../src/digests/digest-view.ts'
import { connectDiscord, type DiscordConnection } from '../../src/discord/client.ts'
import { renderDigest } from '../../src/discord/render-digest.ts'
import { editMessage, type Sending, sendDelivery } from '../../src/discord/send.ts'
import { aDigest, anEntry } from '../support/digests.ts'
import { IDS } from '../support/discord-channels.ts'
import { DiscordServer } from '../support/discord-server.ts'

const FORUM = '300000000000000015'
let server: DiscordServer
let connection: DiscordConnection
beforeEach(async () => {
  server = await DiscordServer.start()
  server.channels.set(FORUM, { id: FORUM, type: 15, guild_id: IDS.guild, name: 'forum' })
  const log = pino({ level: 'silent' })
  connection = await connectDiscord({ token: IDS.token, apiUrl: server.url, guildId: null, commands: [], log })
})
afterEach(async () => {
  await connection.close()
  await server[Symbol.asyncDispose]()
  expect(server.faults).toEqual([])
})

const patience = { tries: 4, firstMs: 1, mostMs: 1, wait: async () => {} }
const target = { kind: 'discord' as const, guildId: IDS.guild, channelId: FORUM }
const sending: Sending = { target, nonce: 'digest-1', attempts: 0, title: 'Who said what' }
const entries = Array.from({ length: 24 }, (_, i) => anEntry({ id: `entry-${i}` }))
const messages = renderDigest(viewDigest(aDigest({ unmatched: [{ speaker: 'Mira Sol', entries }] })))
const send = (over: Partial<Sending> = {}) => sendDelivery({ ...sending, ...over }, messages, connection, patience)
const posts = () => [...server.channels.values()].filter(({ parent_id }) => parent_id === FORUM)

describe('a digest for a forum', () => {
  test('is one post with all its messages, found again by the id in its name', async () => {
    const { messageIds } = await send()
    expect(posts()).toEqual([expect.objectContaining({ name: 'Who said what · digest-1', id: messageIds[0] })])
    expect([...server.messages.values()].map(({ channel_id }) => channel_id)).toEqual(messages.map(() => messageIds[0]))
  })

  test.each([{ archived: false }, { archived: true }])(
    'whose answer was lost is found, archived: $archived',
    async ({ archived }) => {
      server.trouble('POST', /\/threads$/, { reset: true, taken: true })
      await expect(send()).rejects.toMatchObject({ reason: 'unknown-outcome', mayHavePosted: true })
      expect(server.requests('POST', /\/threads$/)).toHaveLength(1)
      if (archived) posts()[0]!.thread_metadata = { archived: true, locked: false }
      const found = posts()[0]!.id
      expect((await send({ attempts: 1 })).messageIds[0]).toBe(found)
      expect(posts()).toEqual([expect.objectContaining({ thread_metadata: { archived: false, locked: false } })])
      expect(server.messages.size).toBe(messages.length)
    },
  )

  test('whose post was archived is changed after that post was opened again, not the forum', async () => {
    const { messageIds } = await send()
    posts()[0]!.thread_metadata = { archived: true, locked: false }
    const place = { channelId: messageIds[0]!, messageId: messageIds[1]! }
    await editMessage(place, messages[1]!, connection, patience)
    expect(server.requests('PATCH', /^\/channels\/\d+$/).map(({ path }) => path)).toEqual([
      `/channels/${place.channelId}`,
    ])
    posts()[0]!.thread_metadata = { archived: true, locked: true }
    await expect(editMessage(place, messages[1]!, connection, patience)).rejects.toMatchObject({ reason: 'forbidden' })
  })

  test('that never came is posted after the forum was looked through', async () => {
    server.trouble('POST', /\/threads$/, { reset: true })
    await expect(send()).rejects.toMatchObject({ reason: 'unknown-outcome' })
    await send({ attempts: 1 })
    expect(posts()).toHaveLength(1)
  })

  test('goes on in its post where a part is missing', async () => {
    server.trouble('POST', /\/messages$/, { status: 403, code: 50013 })
    const seen: string[][] = []
    const progress = async (ids: string[]) => void seen.push([...ids])
    await expect(sendDelivery(sending, messages, connection, patience, progress)).rejects.toMatchObject({
      reason: 'forbidden',
      mayHavePosted: false,
    })
    await send({ messageIds: seen.at(-1)! })
    expect(server.messages.size).toBe(messages.length)
    expect(posts()).toHaveLength(1)
  })
})
