import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { allCommands } from '../../src/commands/all.ts'
import { en } from '../../src/messages/en.ts'
import { IDS } from '../support/discord-channels.ts'
import { driven, opened, Person, type Reply } from '../support/discord-person.ts'
import { type Furnished, openFurnished, suggests, WORD } from '../support/furnished.ts'

let furnished: Furnished
let curator: Person
beforeEach(async () => {
  furnished = await openFurnished()
  curator = furnished.curator
})
afterEach(async () => {
  const { faults } = furnished.scene.server
  await furnished[Symbol.asyncDispose]()
  expect(faults).toEqual([])
})

describe('everything that is registered', () => {
  test('is driven by a test of this file, answers within Discord’s limits and to the asker alone', async () => {
    const { scene, leaves, menus } = furnished
    await driveAll()
    for (const { path, options } of leaves())
      for (const option of options.filter(suggests)) await curator.typing(path, option.name, 'a')
    const { components } = allCommands(scene.context)
    const wanted = [
      ...leaves().flatMap(({ path, options }) => [
        `/${path}`,
        ...options.filter(suggests).map(({ name }) => `/${path} ${name}`),
      ]),
      ...components.map(({ name }) => `button ${name}`),
      ...menus().map((name) => `menu ${name}`),
      ...[...opened].map((name) => `form ${name}`),
    ]
    expect(wanted.filter((one) => !driven.has(one))).toEqual([])
    expect(opened.size).toBeGreaterThan(1)
    expect([...curator.overheard]).toEqual([])
  }, 180_000)
})

/** Every command once, and every button, menu and form that comes of it. What is taken away last is the server's all. */
async function driveAll(): Promise<void> {
  const { scene, web, own } = furnished
  const { term, entity, claim, source, record } = await own()
  const said = (reply: Reply, words: string | RegExp) => expect(reply.text).toMatch(words)
  said(await curator.slash('watch list'), WORD)
  said(await curator.slash('watch test', { term }), 'lamps')
  said(await curator.slash('watch edit', { term, to: `${WORD} NEAR/3 lamps` }), 'NEAR/3')
  said(await curator.slash('entity alias', { name: entity, add: 'The Quill' }), 'The Quill')
  said(await curator.slash('entity edit', { name: entity, roles: 'harbour clerk', clear: 'near' }), 'harbour clerk')
  said(await curator.slash('entity show', { name: entity }), 'zephyrine')
  said(await curator.slash('entity list'), WORD)
  said(await curator.slash('source list'), WORD)
  said(await curator.slash('source test', { source }), /Entries: 1/)
  said(await curator.slash('source pause', { source }), 'held')
  said(await curator.slash('source resume', { source }), 'read again')
  const site = await curator.slash('source add', { address: web.url })
  said(await curator.press(site.custom(/Choose what is read/), [`${web.url}/two`]), 'is read from now on')
  const past = await curator.slash('past', { who: '@zephyrine', from: '2015', to: '2016-02' })
  said(past, 'The past of @zephyrine')
  // It may be over before the button is pressed.
  said(await curator.press(past.custom(/Stop/)), /Stopped reading|is over/)
  said(await curator.slash('claim list'), WORD)
  said(await curator.slash('claim show', { claim }), WORD)
  said(await curator.slash('claim edit', { claim, title: 'Lamps' }), 'Changed')
  const file = scene.server.attach('claims.csv', 'id,text\nc1,No beacon burns at noon.\nc2,\n')
  said(await curator.slash('claim import', { file }), /New: 1.*Not usable: 1/)
  said(await curator.slash('claim emerging'), 'no known claim yet')
  said(await curator.press('emerging:track:nothing'), 'offered no more')
  said(await curator.slash('claim threshold'), 'operator’s value')
  const chosen = await curator.slash('claim threshold', { value: 0.6 })
  said(chosen, '0.60')
  said(await curator.press(chosen.custom(/Undo/)), 'Undone')
  said(await curator.slash('lookup text', { words: 'the lamps burn every night' }), WORD)
  said(await curator.slash('lookup url', { address: `${web.url}/a/One` }), WORD)
  said(await curator.menu('Look up statements', 'the lamps burn every night'), WORD)
  said(await curator.slash('said', { who: entity }), 'lamps')
  said(await curator.slash('timeline claim', { claim }), 'Lamps')
  said(await curator.slash('timeline quote', { record }), 'lamps')
  said(await curator.slash('why', { record }), 'in the digest of')
  said(await curator.slash('export', { who: entity, format: 'csv' }), WORD)
  said(await curator.slash('digest preview'), /Nothing new|Who said what/)
  said(await curator.slash('digest last'), WORD)
  said(await curator.slash('digest search', { words: 'lamps' }), WORD)
  said(await curator.slash('digest now'), 'within a minute')
  said(await curator.slash('subscriptions list'), 'quiet 22:00–07:00')
  said(
    await curator.slash('subscriptions edit', { schedule: 'hourly', clear: 'quiet', nothing_new: true }),
    'gets digests',
  )
  said(await curator.slash('subscriptions pause'), 'paused')
  said(await curator.slash('subscriptions resume'), 'goes on')
  said(await curator.slash('status now'), 'On record')
  await driveHelp()
  await driveEntry(record)
  await driveRemovals(term, entity, source, claim)
}

/** What each command is for, how it is written and an example, in every language there is. */
async function driveHelp(): Promise<void> {
  const { scene, leaves } = furnished
  const { commands } = allCommands(scene.context)
  for (const locale of ['en-US', 'de', 'fr', 'es-ES']) {
    const reader = new Person(scene.server, { locale, permissions: 0n })
    for (const { definition, examples = [] } of commands) {
      if (!('description' in definition)) continue
      const { name, description_localizations: localised } = definition
      const { text } = await reader.slash('help', { command: name })
      for (const { path } of leaves()) if (path.split(' ')[0] === name) expect(text).toContain(`**/${path}**`)
      for (const example of examples) expect(text).toContain(example)
      if (name === 'help') continue
      expect((await reader.slash('help')).text).toContain(localised?.[locale as 'de'] ?? definition.description)
    }
  }
}

async function driveEntry(record: string): Promise<void> {
  const more = await curator.press(`entry:${record}`)
  expect(more.text).toContain('lamps')
  await curator.press(more.custom(/The one report/))
  expect((await curator.press(more.custom(/Picture/))).text).toContain('First seen')
  await curator.slash('setup', { status_channel: IDS.channel })
  expect((await curator.press(more.custom(/Report an error/))).first?.type).toBe(9)
  expect((await curator.submit(`wrong:${record}`, { words: 'wrong' })).text).toContain('are told')
  expect((await curator.press(`track:${record}`)).text).toMatch(/Kept|keeps that claim/)
  expect((await curator.press(`correct:mute:${record}`)).text).toContain('muted')
  const corrections = await curator.slash('claim corrections')
  const value = corrections.parts.flatMap(({ options = [] }) => options)[0]?.value ?? ''
  expect((await curator.press(corrections.custom(/Take one back/), [value])).text).toContain('Nothing was corrected')
}

async function driveRemovals(term: string, entity: string, source: string, claim: string): Promise<void> {
  const { scene } = furnished
  const back = async (reply: Reply) => expect((await curator.press(reply.custom(/Undo/))).text).toContain('Undone')
  await back(await curator.slash('watch remove', { term }))
  await back(await curator.slash('entity remove', { name: entity }))
  await back(await curator.slash('source remove', { source }))
  await back(await curator.slash('entity alias', { name: entity, remove: 'The Quill' }))
  await back(await curator.slash('claim retire', { claim }))
  expect(await scene.store.claims.get(claim)).toMatchObject({ status: 'active' })
  const elsewhere = '300000000000000008'
  scene.server.channels.set(elsewhere, { id: elsewhere, type: 0, guild_id: IDS.guild, name: 'elsewhere' })
  for (const [from, to] of [
    [IDS.channel, elsewhere],
    [elsewhere, IDS.channel],
  ] as const)
    expect((await curator.slash('subscriptions move', { from, to })).text).toContain(`It goes to <#${to}>`)
  await back(await curator.slash('unsubscribe'))
  await curator.slash('subscriptions remove')
  const changes = await curator.slash('status changes')
  const offered = changes.parts.flatMap(({ options = [] }) => options)
  const last = offered.find(({ label = '' }) => label.includes('unsubscribed'))
  expect((await curator.press(changes.custom(/Undo a removal/), [last?.value ?? ''])).text).toContain('Undone')
  expect((await curator.slash('claim retire', { claim })).text).toContain('Retired')
  await driveApproval()
  await driveSetup()
  const noted = new Set((await scene.store.guilds.changes(IDS.guild, 500)).map(({ what }) => `change.${what}`))
  const kinds = Object.keys(en).filter((key) => key.startsWith('change.'))
  expect(kinds.filter((kind) => !noted.has(kind) && !ELSEWHERE.includes(kind))).toEqual([])
  const asked = await curator.slash('forget')
  expect((await curator.press(asked.custom(/Remove everything/))).text).toContain('is gone')
  expect(await scene.store.seenBy(IDS.guild).statements.since(0, { sample: false, limit: 9 })).toEqual([])
}

/** Changes whose notes are looked at where they are made: past.test.ts, claims.test.ts, open-discord.test.ts. */
const ELSEWHERE = ['change.past-stop', 'change.dismiss', 'change.correct']

/** A digest that waits: its panel is what a subscription with approval posts. */
async function driveApproval(): Promise<void> {
  const [digest] = await furnished.scene.store.digests.of(IDS.guild, null, 1)
  const reply = await curator.press(`approve:take:${digest?.id}:${IDS.channel}:0`, ['0'])
  expect(reply.text).toContain('taken out')
  expect((await curator.press(reply.custom(/Drop/))).text).toContain('Dropped')
  expect((await curator.press(`approve:post:${digest?.id}:${IDS.channel}:0`)).text).toContain('Posted by')
}

async function driveSetup(): Promise<void> {
  const start = await curator.slash('setup')
  const other = start.parts.find(({ type }) => type === 8)?.custom_id ?? ''
  const topics = await curator.press(other, [IDS.channel])
  expect((await curator.press(topics.custom(/Names of my own/))).first?.type).toBe(9)
  const done = await curator.submit(`setup:form:${IDS.channel}`, {
    names: 'Brindle Ferry',
    feed: `${furnished.web.url}/three`,
  })
  expect(done.text).toContain('Brindle Ferry')
}
