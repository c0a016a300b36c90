import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Command } from '../../src/discord/command.ts'
import { deployCommands } from '../../src/discord/deploy.ts'
import { IDS } from '../support/discord-channels.ts'
import { DiscordServer } from '../support/discord-server.ts'

let server: DiscordServer
beforeEach(async () => {
  server = await DiscordServer.start()
})
afterEach(async () => {
  await server[Symbol.asyncDispose]()
  expect(server.faults).toEqual([])
})
const command = { definition: { name: 'quick', description: 'What it does', type: 1 } } as Command
const options = () => ({ token: IDS.token, apiUrl: server.url, guildId: null })

describe('deploying commands', () => {
  test('registers them without a session', async () => {
    expect(await deployCommands(options(), [command])).toMatchObject({ names: ['quick'] })
    expect(server.gateway.heard).toEqual([])
  })

  test('can put them into one server, or take them away', async () => {
    await deployCommands({ ...options(), guildId: IDS.guild }, [command])
    expect(server.requests('PUT', new RegExp(`guilds/${IDS.guild}`))).toHaveLength(1)
    await deployCommands(options(), [])
    expect(server.commands).toEqual([])
  })

  test('with a wrong token says so', async () => {
    await expect(deployCommands({ ...options(), token: 'MTIz.wrong.token' }, [command])).rejects.toMatchObject({
      reason: 'token',
    })
  })
})
