import pino from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { viewDigest } from '../../src/digests/digest-view.ts'
import { connectDiscord, type DiscordConnection } from '../../src/discord/client.ts'
import { renderDigest } from '../../src/discord/render-digest.ts'
import { editMessage, nonceOf, type Sending, sendDelivery } from '../../src/discord/send.ts'
import { aDigest, anEntry } from '../support/digests.ts'
import { IDS } from '../support/discord-channels.ts'
import { DiscordServer } from '../support/discord-server.ts'

let server: DiscordServer
let connection: DiscordConnection
const connect = () =>
  connectDiscord({
    token: IDS.token,
    apiUrl: server.url,
    guildId: null,
    commands: [],
    log: pino({ level: 'silent' }),
  })
beforeEach(async () => {
  server = await DiscordServer.start()
  connection = await connect()
})
afterEach(async () => {
  await connection.close()
  await server[Symbol.asyncDispose]()
  expect(server.faults).toEqual([])
})

const pauses: number[] = []
const patience = {
  tries: 4,
  firstMs: 100,
  mostMs: 1000,
  chance: () => 1,
  wait: async (ms: number) => void pauses.push(ms),
}
const delivery = {
  target: { kind: 'discord' as const, guildId: IDS.guild, channelId: IDS.channel },
  nonce: 'abcdefabcdefabcdef12',
  attempts: 0,
  shownAs: 'digest-1',
}
const short = renderDigest(viewDigest(aDigest()))
const long = renderDigest(viewDigest(aDigest({ unmatched: [{ speaker: 'Mira Sol', entries: many(24) }] })))
function many(count: number) {
  return Array.from({ length: count }, (_, i) => anEntry({ id: `entry-${i}` }))
}
const send = (messages = short, over: Partial<Sending> = {}) =>
  sendDelivery({ ...delivery, ...over }, messages, connection, patience)
const posts = () => server.requests('POST', /\/messages$/)

describe('a delivery', () => {
  test('is posted with the nonce it was stored with, and pings nobody', async () => {
    const { messageIds } = await send()
    expect(messageIds).toEqual([...server.messages.keys()])
    expect(posts()[0]?.body).toMatchObject({
      nonce: delivery.nonce,
      enforce_nonce: true,
      allowed_mentions: { parse: [] },
      flags: 1 << 15,
    })
  })

  test('is posted although a question before it was lost', async () => {
    server.trouble('GET', /^\/channels\/\d+$/, { reset: true })
    await send()
    expect(server.messages.size).toBe(1)
  })

  test('of several messages gives each part a nonce of its own', async () => {
    expect(long.length).toBeGreaterThan(1)
    const { messageIds } = await send(long)
    expect(messageIds).toHaveLength(long.length)
    expect(new Set(posts().map(({ body }) => (body as { nonce: string }).nonce)).size).toBe(long.length)
    expect(nonceOf('n'.repeat(25), 99).length).toBeLessThanOrEqual(25)
  })

  test('waits as long as Discord asks', async () => {
    server.trouble('POST', /\/messages$/, { status: 429, retryAfter: 0.4 })
    await send()
    const [first, second] = posts()
    expect(second!.at - first!.at).toBeGreaterThanOrEqual(400)
    expect(server.messages.size).toBe(1)
  })

  test('tries again with growing pauses while Discord is busy', async () => {
    pauses.length = 0
    server.trouble('POST', /\/messages$/, { status: 502 }, { status: 503 }, { status: 500 })
    await send()
    expect(pauses).toEqual([100, 200, 400])
    expect(server.messages.size).toBe(1)
  })

  test('whose answer was lost is not posted twice', async () => {
    server.trouble('POST', /\/messages$/, { reset: true, taken: true })
    const { messageIds } = await send()
    expect(posts()).toHaveLength(2)
    expect([...server.messages.keys()]).toEqual(messageIds)
  })

  test('that a crash interrupted is completed, long after the nonces are forgotten', async () => {
    server.trouble('POST', /\/messages$/, { delayMs: 0 }, { status: 403, code: 50013 })
    await expect(send(long)).rejects.toMatchObject({ reason: 'forbidden' })
    server.place.forgetNonces()
    const { messageIds } = await send(long, { attempts: 1 })
    expect(messageIds).toHaveLength(long.length)
    expect(server.messages.size).toBe(long.length)
  })

  test('that went through before the crash is found and posted no more', async () => {
    const first = await send(long)
    server.place.forgetNonces()
    expect(await send(long, { attempts: 1 })).toEqual(first)
    expect(posts()).toHaveLength(long.length)
  })

  test.each([
    [{ status: 403, code: 50013 } as const, 'forbidden', 'may not post there'],
    [{ status: 404, code: 10003 } as const, 'gone', 'no longer exists'],
    [{ status: 400, code: 50035 } as const, 'rejected', 'posting a digest'],
  ])('that meets %j says %s', async (trouble, reason, words) => {
    server.trouble('POST', /\/messages$/, trouble)
    await expect(send()).rejects.toMatchObject({ reason, message: expect.stringContaining(words) })
  })

  test('to a channel that is deleted says so', async () => {
    server.channels.delete(IDS.channel)
    await expect(send()).rejects.toMatchObject({ reason: 'gone' })
  })

  test('that nobody answers has an unknown outcome', async () => {
    server.trouble('POST', /\/messages$/, ...Array.from({ length: 4 }, () => ({ reset: true }) as const))
    await expect(send()).rejects.toMatchObject({ reason: 'unknown-outcome' })
  })

  test('is told when to come back where Discord asks for a long wait', async () => {
    server.trouble('POST', /\/messages$/, { status: 429, retryAfter: 60 })
    await expect(send()).rejects.toMatchObject({ reason: 'rate-limited', retryAfterSeconds: 61, mayHavePosted: false })
  })

  test('that met silence before a long wait may stand there', async () => {
    server.trouble('POST', /\/messages$/, { reset: true, taken: true }, { status: 429, retryAfter: 60 })
    await expect(send()).rejects.toMatchObject({ reason: 'unknown-outcome', retryAfterSeconds: 61 })
    server.place.forgetNonces()
    // Discord asked this client to wait; another process asks later.
    const later = await connect()
    await sendDelivery({ ...delivery, attempts: 1 }, short, later, patience)
    await later.close()
    expect(server.messages.size).toBe(1)
  })

  test('is found beneath hundreds of newer messages', async () => {
    const first = await send(long)
    server.place.forgetNonces()
    for (let i = 0; i < 250; i++) server.place.post(IDS.channel, { content: `talk ${i}` }, [])
    expect(await send(long, { attempts: 1, startedAt: '2026-03-02T12:00:00.000Z' })).toEqual(first)
    expect(server.messages.size).toBe(long.length + 250)
  })

  test('whose fate cannot be looked up is not repeated blindly, unless its nonce still guards', async () => {
    await send()
    const forbidden = { status: 403, code: 50001 } as const
    server.trouble('GET', /\/messages$/, forbidden, forbidden)
    await expect(send(short, { attempts: 1 })).rejects.toMatchObject({ reason: 'unknowable' })
    await send(short, { attempts: 1, lately: true })
    expect(server.messages.size).toBe(1)
  })

  test('with parts that surely stand there is completed without a look', async () => {
    const { messageIds } = await send(long)
    const again = await send(long, { messageIds: messageIds.slice(0, 1) })
    expect(again).toEqual({ messageIds })
    expect(server.requests('GET', /\/messages$/)).toEqual([])
  })

  test('can be changed where it stands', async () => {
    const { messageIds } = await send()
    const [changed] = renderDigest(viewDigest(aDigest({ title: 'Corrected' })))
    await editMessage({ channelId: IDS.channel, messageId: messageIds[0]! }, changed!, connection)
    expect(JSON.stringify(server.messages.get(messageIds[0]!))).toContain('Corrected')
  })
})
