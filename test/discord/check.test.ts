import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { PermissionsBitField } from 'discord.js'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { checkDiscord, inviteAddress } from '../../src/discord/check.ts'
import { IDS } from '../support/discord-channels.ts'
import { DiscordServer } from '../support/discord-server.ts'

let server: DiscordServer
beforeEach(async () => {
  server = await DiscordServer.start()
})
afterEach(async () => {
  await server[Symbol.asyncDispose]()
})
const channel = { guildId: IDS.guild, channelId: IDS.channel }
const check = (token: string = IDS.token, channels = [channel]) => checkDiscord({ token, apiUrl: server.url }, channels)

/** As docs/discord.md names them. */
const RIGHTS = [
  'ViewChannel',
  'SendMessages',
  'EmbedLinks',
  'AttachFiles',
  'ReadMessageHistory',
  'SendMessagesInThreads',
]

describe('the invitation', () => {
  test('asks for the rights that a digest needs, and for no others', () => {
    const address = new URL(inviteAddress('123'))
    const asked = new PermissionsBitField(BigInt(address.searchParams.get('permissions') ?? '') as never)
    expect(asked.toArray().sort()).toEqual(RIGHTS.toSorted())
    expect(address.searchParams.get('scope')).toBe('bot applications.commands')
  })

  test('stands in the documentation with the same rights', () => {
    const text = readFileSync(resolve(import.meta.dirname, '../../docs/discord.md'), 'utf8')
    expect(text).toContain(inviteAddress('APPLICATION_ID'))
  })
})

describe('the doctor’s look at Discord', () => {
  test('says whose token it is and that the channel can be posted to', async () => {
    expect(await check()).toEqual([
      { what: 'Discord token', ok: true, detail: 'is that of onrecord' },
      { what: 'Discord invite', ok: true, detail: expect.stringContaining(`client_id=${IDS.application}`) },
      { what: `Discord channel ${IDS.channel}`, ok: true, detail: 'can be posted to (Harbour)' },
    ])
  })

  test('names the permissions that a channel takes away', async () => {
    const known = server.channels.get(IDS.channel)!
    const overwrites = [{ id: IDS.guild, type: 0, allow: '0', deny: String(1n << 11n) }]
    server.channels.set(IDS.channel, { ...known, permission_overwrites: overwrites } as typeof known)
    expect((await check())[2]).toEqual({
      what: `Discord channel ${IDS.channel}`,
      ok: false,
      detail: 'the bot lacks SendMessages in Harbour',
    })
  })

  test.each([
    ['a thread', 11, 'SendMessagesInThreads', 1n << 38n],
    ['a forum', 15, 'SendMessagesInThreads', 1n << 38n],
    ['a forum', 15, 'SendMessages', 1n << 11n],
    ['a channel', 0, 'SendMessages', 1n << 11n],
  ])('names what is missing in %s (%i): %s', async (_, type, name, bit) => {
    const known = server.channels.get(IDS.channel)!
    const overwrites = [{ id: IDS.guild, type: 0, allow: '0', deny: String(bit) }]
    const parent = { ...known, id: '300000000000000020', type: 0, permission_overwrites: overwrites }
    server.channels.set(parent.id, parent)
    // A thread has no overwrites of its own: those of its channel rule.
    const own = type === 11 ? { parent_id: parent.id } : { permission_overwrites: overwrites }
    server.channels.set(IDS.channel, { ...known, type, ...own })
    expect((await check())[2]).toMatchObject({ ok: false, detail: `the bot lacks ${name} in Harbour` })
  })

  test('needs no Send Messages for a thread', async () => {
    const known = server.channels.get(IDS.channel)!
    const overwrites = [{ id: IDS.guild, type: 0, allow: '0', deny: String(1n << 11n) }]
    server.channels.set('300000000000000020', { ...known, permission_overwrites: overwrites })
    server.channels.set(IDS.channel, { ...known, type: 11, parent_id: '300000000000000020' })
    expect((await check())[2]).toMatchObject({ ok: true })
  })

  test('says that a thread is locked', async () => {
    const known = server.channels.get(IDS.channel)!
    server.channels.set(IDS.channel, { ...known, type: 11, thread_metadata: { archived: true, locked: true } })
    expect((await check())[2]).toMatchObject({ ok: false, detail: expect.stringContaining('unlock') })
  })

  test('says that a channel is gone', async () => {
    server.channels.delete(IDS.channel)
    expect((await check())[2]).toMatchObject({ ok: false, detail: expect.stringContaining('no longer exists') })
  })

  test('says that a token is unknown', async () => {
    const [first] = await check('MTAwMDAwMDAwMDAwMDAwMDAx.AAAAAA.nobodyknowsthistoken00000000000000000', [])
    expect(first).toMatchObject({ what: 'Discord token', ok: false, detail: expect.stringContaining('DISCORD_TOKEN') })
  })
})
