import pino from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { connectDiscord, connectPosting, type DiscordConnection, shardOf } from '../../src/discord/client.ts'
import type { Command } from '../../src/discord/command.ts'
import { textMessage } from '../../src/discord/message.ts'
import { IDS } from '../support/discord-channels.ts'
import { Person } from '../support/discord-person.ts'
import { DiscordServer } from '../support/discord-server.ts'

const log = pino({ level: 'silent' })
let server: DiscordServer
let connection: DiscordConnection | null = null

beforeEach(async () => {
  server = await DiscordServer.start()
})
afterEach(async () => {
  await connection?.close()
  connection = null
  await server[Symbol.asyncDispose]()
  expect(server.faults).toEqual([])
})

const definition = (name: string) => ({ name, description: `What ${name} does`, type: 1 }) as Command['definition']
const quick: Command = {
  definition: definition('quick'),
  run: () => ({ kind: 'message', message: textMessage('at once') }),
}
const connect = async (commands: Command[] = [quick], over: Partial<Parameters<typeof connectDiscord>[0]> = {}) => {
  connection = await connectDiscord({ token: IDS.token, apiUrl: server.url, guildId: null, commands, log, ...over })
  return connection
}

describe('logging in', () => {
  test('asks for the Guilds intent and nothing more', async () => {
    await connect()
    const identify = server.gateway.heard.find(({ op }) => op === 2)
    expect(identify?.d).toMatchObject({ intents: 1 })
  })

  test('with a wrong token says which variable to check', async () => {
    await expect(connect([quick], { token: 'MTIz.wrong.token' })).rejects.toMatchObject({
      name: 'DiscordError',
      reason: 'token',
      message: expect.stringContaining('DISCORD_TOKEN'),
    })
  })

  test('with a token that only the gateway refuses says the same', async () => {
    server.lenient = true
    const token = IDS.token.replace('abc', 'xyz')
    await expect(connect([quick], { token })).rejects.toMatchObject({ reason: 'token' })
  })

  test('where nobody listens says that Discord does not answer', async () => {
    await expect(connect([quick], { apiUrl: 'http://127.0.0.1:9/api' })).rejects.toMatchObject({
      reason: 'unreachable',
    })
  })
})

describe('commands', () => {
  test('are registered everywhere', async () => {
    await connect()
    expect(server.requests('PUT', /\/applications\/\d+\/commands$/)).toHaveLength(1)
    expect(server.commands).toMatchObject([{ name: 'quick' }])
  })

  test('are registered in one server where that is asked for', async () => {
    await connect([quick], { guildId: IDS.guild })
    expect(server.requests('PUT', new RegExp(`/guilds/${IDS.guild}/commands$`))).toHaveLength(1)
    expect(server.requests('PUT', /\/applications\/\d+\/commands$/)).toHaveLength(0)
  })

  test('of a bot that is not in that server yet do not stop it', async () => {
    server.trouble('PUT', /commands/, { status: 403, code: 50001, message: 'Missing Access' })
    await connect([quick], { guildId: IDS.guild })
    expect(server.gateway.isLive()).toBe(true)
  })
})

describe('an interaction', () => {
  test('is answered at once, to the asker alone', async () => {
    await connect()
    const reply = await new Person(server).slash('quick')
    expect(reply.first?.type).toBe(4)
    expect(reply).toMatchObject({ ephemeral: true, text: expect.stringContaining('at once') })
  })

  test('that takes long is deferred, then answered', async () => {
    const slow: Command = {
      definition: definition('slow'),
      run: async () => {
        await server.until(() => server.requests('POST', /callback$/)[0], 'the deferral')
        return { kind: 'message', message: textMessage('at last'), more: [textMessage('and more')] }
      },
    }
    await connect([slow])
    const reply = await new Person(server).slash('slow')
    expect(reply.first?.type).toBe(5)
    expect(reply.ephemeral).toBe(true)
    expect(reply.edits).toHaveLength(1)
    await server.until(() => server.requests('POST', /webhooks/)[0], 'the second message')
  })

  test('that fails is answered with an apology, and goes on', async () => {
    const broken: Command = {
      definition: definition('broken'),
      run: () => {
        throw new Error('a fault with a secret in it')
      },
    }
    await connect([broken, quick])
    const reply = await new Person(server).slash('broken')
    expect(reply.text).toContain('Something went wrong')
    expect(reply.text).not.toContain('secret')
    expect((await new Person(server).slash('quick')).text).toContain('at once')
  })

  test('while an option is typed gets suggestions, at most 25', async () => {
    const typed: Command = {
      ...quick,
      definition: {
        ...definition('typed'),
        options: [{ type: 3, name: 'word', description: 'Any word', autocomplete: true }],
      } as Command['definition'],
      complete: (interaction) =>
        Array.from({ length: 40 }, (_, i) => ({ name: `${interaction.options.getFocused()}${i}`, value: `${i}` })),
    }
    await connect([typed])
    const choices = await new Person(server).typing('typed', 'word', 'ab')
    expect(choices).toHaveLength(25)
    expect(choices[0]).toEqual({ name: 'ab0', value: '0' })
  })
})

describe('a lost socket', () => {
  test('is resumed, and an interaction that came meanwhile is answered', async () => {
    await connect()
    server.gateway.drop()
    await server.until(() => !server.gateway.isLive(), 'the drop')
    const reply = await new Person(server).slash('quick')
    expect(reply.text).toContain('at once')
    expect(server.gateway.heard.filter(({ op }) => op === 6)).toHaveLength(1)
    expect(server.gateway.heard.filter(({ op }) => op === 2)).toHaveLength(1)
  })

  test('after a request to reconnect is resumed too', async () => {
    await connect()
    server.gateway.askToReconnect()
    await server.until(() => server.gateway.heard.some(({ op }) => op === 6) && server.gateway.isLive(), 'the resume')
    expect((await new Person(server).slash('quick')).text).toContain('at once')
  })
})

describe('one of several processes', () => {
  test('holds its shard alone, waits for its turn to identify, and leaves the commands to the first shard', async () => {
    const turns: number[] = []
    await connect([quick], {
      shards: { ids: [1], of: 2 },
      identifyTurn: async (bucket) => void turns.push(bucket),
    })
    const identified = server.gateway.heard.filter(({ op }) => op === 2)
    expect(identified.map(({ d }) => (d as { shard: number[] }).shard)).toEqual([[1, 2]])
    expect(turns).toHaveLength(1)
    expect(server.requests('PUT', /\/commands$/)).toEqual([])
  })

  test('hears of the servers of its shard, and of no others', async () => {
    const { hears } = await connect([quick], { shards: { ids: [1], of: 2 } })
    const guilds = ['1', '2', '3', '4'].map((n) => String(BigInt(n) << 22n))
    expect(guilds.map((id) => shardOf(id, 2))).toEqual([1, 0, 1, 0])
    expect(guilds.map(hears)).toEqual([true, false, true, false])
  })

  test('that only posts never opens the gateway, and says which variable to check where its token is wrong', async () => {
    connection = await connectPosting({ token: IDS.token, apiUrl: server.url, log })
    expect(connection.botId).toBe(IDS.bot)
    expect(connection.guildIds()).toBeNull()
    expect(server.gateway.heard).toEqual([])
    const wrong = connectPosting({ token: 'MTIz.wrong.token', apiUrl: server.url, log })
    await expect(wrong).rejects.toMatchObject({ reason: 'token', message: expect.stringContaining('DISCORD_TOKEN') })
  })
})
