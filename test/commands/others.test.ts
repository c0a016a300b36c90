import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { allCommands } from '../../src/commands/all.ts'
import { IDS } from '../support/discord-channels.ts'
import { Person } from '../support/discord-person.ts'
import { type Furnished, openFurnished, showAll, tryAll, WORD } from '../support/furnished.ts'

let furnished: Furnished
beforeEach(async () => {
  furnished = await openFurnished()
  await showAll(furnished)
})
afterEach(async () => {
  const { faults } = furnished.scene.server
  await furnished[Symbol.asyncDispose]()
  expect(faults).toEqual([])
})

/** Buttons, menus and forms of which nobody was shown one: nothing that is registered may be left out below. */
function notShown(): string[] {
  const shown = new Set([...furnished.curator.shown.keys()].map((id) => id.split(':')[0]))
  const { components } = allCommands(furnished.scene.context)
  return components.map(({ name }) => name).filter((name) => !shown.has(name))
}

describe('another server', () => {
  test('sees nothing of the first one, whatever it uses, and changes nothing there', async () => {
    expect(notShown()).toEqual([])
    const stranger = new Person(furnished.scene.server, {
      guild: IDS.otherGuild,
      channel: IDS.otherChannel,
      user: '400000000000000007',
    })
    const before = await furnished.everythingOf(IDS.guild)
    const leaks: string[] = []
    await tryAll(stranger, furnished, (what, { text, files = [] }, theirs) => {
      const all = [text, ...files.map((file) => file.text)].join('\n').replaceAll('\\', '')
      // What it typed itself is shown to it again.
      if (new RegExp(WORD, 'i').test(theirs.reduce((rest, one) => rest.replaceAll(one, ''), all)))
        leaks.push(`${what}: ${all}`)
    })
    expect(leaks).toEqual([])
    expect(await furnished.everythingOf(IDS.guild)).toEqual(before)
  }, 180_000)
})

/** What everybody in a server may use; all else needs Manage Server, or the role that the server has set. */
const READING = [
  '/lookup text',
  '/lookup url',
  '/said',
  '/timeline claim',
  '/timeline quote',
  '/why',
  '/export',
  '/claim list',
  '/claim show',
  '/entity list',
  '/entity show',
  '/source list',
  '/watch list',
  '/watch test',
  '/help',
  'menu Look up statements',
]
const READABLE = /^(entry|picture|wrong|list:(claims|entities|reports|said|sources|watch|watch-test)):/

describe('somebody who may only read', () => {
  test('reads everything, configures nothing, whatever they type, press, choose or fill in', async () => {
    const reader = new Person(furnished.scene.server, { permissions: 0n, user: '400000000000000008' })
    const before = await furnished.everythingOf(IDS.guild)
    const allowed: string[] = []
    const refused: string[] = []
    await tryAll(reader, furnished, (what, { text }) => {
      const isTyping = what.startsWith('/') && text.startsWith('[')
      if (!isTyping) (text.includes('needs Manage Server') ? refused : allowed).push(what)
    })
    expect(refused.filter((what) => READING.includes(what) || READABLE.test(what))).toEqual([])
    expect(allowed.filter((what) => !READING.includes(what) && !READABLE.test(what))).toEqual([])
    expect(READING.filter((what) => !allowed.includes(what))).toEqual([])
    expect(await furnished.everythingOf(IDS.guild)).toEqual(before)
  }, 180_000)
})
