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

  test('says that a channel is gone', async () => {
    server.channels.delete(IDS.channel)
    expect((await check())[2]).toMatchObject({ ok: false, detail: expect.stringContaining('no longer exists') })
  })

  test('says that a token is unknown', async () => {
    const [first] = await check('MTAwMDAwMDAwMDAwMDAwMDAx.AAAAAA.nobodyknowsthistoken00000000000000000', [])
    expect(first).toMatchObject({ what: 'Discord token', ok: false, detail: expect.stringContaining('DISCORD_TOKEN') })
  })
})
