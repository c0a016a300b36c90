import pino from 'pino'
import { describe, expect, test } from 'vitest'
import { allCommands } from '../../src/commands/all.ts'
import { documentCommands } from '../../src/commands/document.ts'
import { commandFaults } from '../support/discord-limits.ts'
import { schemaFaults } from '../support/discord-schema.ts'

const none = () => {
  throw new Error('a definition needs nothing')
}
const { commands } = allCommands({
  store: {} as never,
  entities: () => [],
  track: none,
  threshold: none,
  claimsChanged: none,
  importClaims: none,
  emerging: none,
  outside: { read: none, find: none, file: none },
  readNow: none,
  readPast: none,
  stopPast: none,
  packs: none,
  lookup: none,
  previewDigest: none,
  tell: none,
  channelName: none,
  post: none,
  now: none,
  log: pino({ level: 'silent' }),
})

describe('docs/commands.md', () => {
  test('is what the command definitions say', async () => {
    await expect(documentCommands(commands)).toMatchFileSnapshot('../../docs/commands.md')
  })

  test('has an example of every command with options', () => {
    const bare = commands.filter(
      ({ definition, examples = [] }) => 'options' in definition && definition.options?.length && examples.length === 0,
    )
    expect(bare.map(({ definition }) => definition.name)).toEqual([])
  })

  test('gives examples that the definitions know', () => {
    for (const { definition, examples = [] } of commands) {
      const text = JSON.stringify(definition)
      for (const example of examples) {
        const [name, ...words] = example.slice(1).split(' ')
        expect(name).toBe(definition.name)
        for (const [, option] of words.join(' ').matchAll(/(?:^| )([a-z_]+):(?!\/\/)/g))
          expect(text).toContain(`"name":"${option}"`)
      }
    }
  })
})

describe('the list of commands', () => {
  const definitions = commands.map(({ definition }) => definition)
  test('is inside Discord’s limits', () => expect(commandFaults(definitions as never)).toEqual([]))
  test('agrees with Discord’s own description, where this machine has it', () => {
    expect(schemaFaults('put /applications/{application_id}/commands', definitions)).toEqual([])
  })
})
