import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { allCommands } from '../../src/commands/all.ts'
import { openScene, record, type Scene } from '../support/commands.ts'
import { IDS } from '../support/discord-channels.ts'
import { Person } from '../support/discord-person.ts'

let scene: Scene
let stray: unknown[]
const heard = (reason: unknown) => void stray.push(reason)
beforeEach(async () => {
  stray = []
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) process.on(event, heard)
  scene = await openScene({}, true)
  await record(scene.store, { match: 'lamps' })
})
afterEach(async () => {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) process.off(event, heard)
  const { faults } = scene.server
  await scene[Symbol.asyncDispose]()
  expect({ stray, faults }).toEqual({ stray: [], faults: [] })
})

/** Bounded by number and by time: a busy machine tries fewer. Another FUZZ_SEED tries others. */
const BOUNDS = {
  seed: Number(process.env.FUZZ_SEED ?? 1),
  numRuns: 100,
  interruptAfterTimeLimit: 20_000,
  markInterruptAsFailure: false,
}
const LONG_MS = 120_000

type Definition = { name: string; type?: number; autocomplete?: boolean; options?: Definition[] }
type Leaf = { name: string; subs: string[]; kind: number; options: Definition[] }

function leaves(): Leaf[] {
  const below = (one: Definition, subs: string[]): Leaf[] => {
    const deeper = (one.options ?? []).filter(({ type }) => type === 1 || type === 2)
    if (deeper.length > 0) return deeper.flatMap((sub) => below(sub, [...subs, sub.name]))
    return [{ name: '', subs, kind: 1, options: one.options ?? [] }]
  }
  return (scene.server.commands as unknown as Definition[]).flatMap((command) =>
    below(command, []).map((leaf) => ({ ...leaf, name: command.name, kind: command.type ?? 1 })),
  )
}

const HOSTILE = [
  '',
  ' ',
  '__proto__',
  'constructor',
  'toString',
  'null',
  '-1',
  '0',
  '\0',
  '\u202e\u2066Mira Sol\u2069',
  '\u200b\u200b',
  '\ud83e',
  '@everyone <@1> <#2> </claim add:3>',
  '`'.repeat(50),
  '*'.repeat(500),
  'a'.repeat(6000),
  '👩‍👩‍👧‍👦'.repeat(300),
  'lamps OR (NEAR/3 * --',
  '((((((((((',
  'javascript:alert(1)',
  'file:///etc/passwd',
  'http://127.0.0.1:9/',
  'wayback:twitter.com/__proto__',
  "' or 1=1 --",
  '99999999999999999999',
  '2026-13-45',
  'daily 25:61',
  '22:00-22:00',
  'lamps',
  'mira-sol',
  IDS.channel,
  IDS.otherChannel,
]
const words = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...HOSTILE) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
)
const anything = fc.oneof(
  { weight: 4, arbitrary: words },
  fc.constantFrom<unknown>(0, -1, 1.5, 2 ** 53, 1e308, true, false, null, [], {}, ['x'], { id: 'x' }),
)
/** Where Discord would say what an id stands for. */
const resolved = fc.constantFrom<unknown>(
  undefined,
  {},
  { channels: {}, roles: {}, users: {}, attachments: {}, messages: {} },
  { channels: { [IDS.channel]: { id: IDS.channel, type: 99 } } },
  { attachments: { [IDS.channel]: { id: IDS.channel, filename: '../../x', size: -1, url: 'file:///etc/passwd' } } },
)
const value = ({ type }: Definition): fc.Arbitrary<unknown> =>
  type === 3
    ? fc.oneof({ weight: 5, arbitrary: words }, { weight: 1, arbitrary: anything })
    : fc.oneof(
        { weight: 1, arbitrary: anything },
        { weight: 1, arbitrary: fc.constantFrom<unknown>(1, 5, IDS.channel) },
      )

/** Options of a command as no client sends them: left out, of another type, twice, with words for numbers. */
const optionsOf = (leaf: Leaf) =>
  fc.tuple(
    ...leaf.options.map((one) =>
      fc.option(
        fc.record({
          name: fc.constant(one.name),
          type: fc.oneof(
            { weight: 6, arbitrary: fc.constant(one.type ?? 3) },
            { weight: 1, arbitrary: fc.constantFrom(3, 4, 5, 6, 7, 8, 10, 11) },
          ),
          value: value(one),
        }),
        { nil: null, freq: 4 },
      ),
    ),
  )
const nested = (subs: string[], options: object[]): object[] =>
  subs.reduceRight<object[]>(
    (inner, name, i) => [{ name, type: i === subs.length - 1 ? 1 : 2, options: inner }],
    options,
  )

const who = fc.record({
  permissions: fc.constantFrom(0n, 1n << 5n, (1n << 53n) - 1n),
  locale: fc.constantFrom('en-US', 'de', 'fr', 'es-ES', 'xx', '', '__proto__'),
  guild: fc.constantFrom<string | null>(IDS.guild, IDS.otherGuild, null),
})

describe('whatever somebody sends', () => {
  test(
    'as a command is answered',
    async () => {
      const commands = leaves().filter(({ kind }) => kind === 1)
      const asked = fc
        .constantFrom(...commands)
        .chain((leaf) => fc.tuple(fc.constant(leaf), optionsOf(leaf), resolved, who))
      await fc.assert(
        fc.asyncProperty(asked, async ([{ name, subs }, options, known, from]) => {
          const sent = options.filter((one) => one !== null)
          const data = { id: '1', name, type: 1, options: nested(subs, sent), resolved: known }
          const { first } = await new Person(scene.server, from).sends(2, data)
          expect(first).not.toBeNull()
        }),
        BOUNDS,
      )
    },
    LONG_MS,
  )

  test(
    'while typing is answered with suggestions, or with none',
    async () => {
      const typed = leaves().flatMap((leaf) =>
        leaf.options.filter(({ autocomplete }) => autocomplete).map(({ name }) => ({ leaf, focused: name })),
      )
      const asked = fc.constantFrom(...typed).chain((one) => fc.tuple(fc.constant(one), words, who))
      await fc.assert(
        fc.asyncProperty(asked, async ([{ leaf, focused }, text, from]) => {
          const options = nested(leaf.subs, [{ name: focused, type: 3, value: text, focused: true }])
          const { first } = await new Person(scene.server, from).sends(4, {
            id: '1',
            name: leaf.name,
            type: 1,
            options,
          })
          expect(first).toMatchObject({ type: 8 })
        }),
        BOUNDS,
      )
    },
    LONG_MS,
  )

  test(
    'by a button, a menu or a form is answered',
    async () => {
      const names = [...allCommands(scene.context).components.map(({ name }) => name), 'nobody', '__proto__', '']
      const id = fc
        .tuple(
          fc.constantFrom(...names),
          fc.array(fc.oneof(words, fc.constantFrom('remove', 'mute', 'post', 'abcdef08')), { maxLength: 4 }),
        )
        .map(([name, rest]) => [name, ...rest].join(':'))
      const pressed = fc.record({
        custom_id: id,
        component_type: fc.constantFrom(2, 3, 5, 6, 7, 8),
        values: fc.option(fc.array(words, { maxLength: 30 }), { nil: undefined }),
        resolved,
      })
      const field = fc.record({ type: fc.constant(4), id: fc.constant(2), custom_id: words, value: anything })
      const filled = fc.record({
        custom_id: id,
        components: fc.array(
          field.map((component) => ({ type: 18, id: 1, component })),
          { maxLength: 5 },
        ),
      })
      const message = {
        id: '900000000000000001',
        channel_id: IDS.channel,
        content: '',
        author: { id: IDS.bot, username: 'onrecord' },
        timestamp: '2026-03-02T10:00:00Z',
        attachments: [],
        embeds: [],
        mentions: [],
        mention_roles: [],
        components: [],
        type: 0,
      }
      await fc.assert(
        fc.asyncProperty(fc.boolean(), pressed, filled, who, async (isForm, press, form, from) => {
          const person = new Person(scene.server, from)
          const { first } = isForm ? await person.sends(5, form) : await person.sends(3, press, { message })
          expect(first).not.toBeNull()
        }),
        BOUNDS,
      )
    },
    LONG_MS,
  )

  test(
    'in a message that is looked up is answered',
    async () => {
      await fc.assert(
        fc.asyncProperty(words, who, async (text, from) => {
          const menus = leaves().filter(({ kind }) => kind === 3)
          for (const { name } of menus)
            expect((await new Person(scene.server, from).menu(name, text)).first).not.toBeNull()
        }),
        { ...BOUNDS, numRuns: 20 },
      )
    },
    LONG_MS,
  )
})
