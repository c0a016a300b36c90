import { type APIApplicationCommandOption, ApplicationCommandOptionType as Type } from 'discord.js'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { allCommands } from '../../src/commands/all.ts'
import { composeFor } from '../../src/jobs/digest.ts'
import { openScene, type Scene } from '../support/commands.ts'
import { IDS } from '../support/discord-channels.ts'
import { driven, opened, Person, type Reply } from '../support/discord-person.ts'
import { startServer, type TestServer } from '../support/http-server.ts'

let scene: Scene
let web: TestServer
let curator: Person
beforeEach(async () => {
  web = await startServer()
  web.on('/cdx/search/cdx', { body: '[]' })
  scene = await openScene({}, true, web.url)
  curator = new Person(scene.server)
})
afterEach(async () => {
  const { faults } = scene.server
  await scene[Symbol.asyncDispose]()
  await web[Symbol.asyncDispose]()
  expect(faults).toEqual([])
})

/** A word that stands in everything that the first server has, and nowhere else. */
const WORD = 'Zephyrine'

function serveFeeds(): void {
  const type = { 'content-type': 'application/rss+xml' }
  const feed = (
    title: string,
    words: string,
  ) => `<?xml version="1.0"?><rss version="2.0"><channel><title>${title}</title>
    <link>${web.url}</link><description>x</description><item><title>${words}</title><link>${web.url}/a/${title}</link>
    <description>&lt;p&gt;“The ${words} burn every night,” ${WORD} Quill told the harbour council on Monday.&lt;/p&gt;</description>
    <pubDate>Mon, 02 Mar 2026 10:00:00 GMT</pubDate></item></channel></rss>`
  web.on('/one', { headers: type, body: feed('One', `${WORD} lamps`) })
  web.on('/two', { headers: type, body: feed('Two', `${WORD} beacons`) })
  web.on('/three', { headers: type, body: feed('Three', `${WORD} lanterns`) })
  const links = ['two', 'three'].map((path) => `<link rel="alternate" type="application/rss+xml" href="/${path}">`)
  web.on('/', { headers: { 'content-type': 'text/html' }, body: `<html><head>${links.join('')}</head></html>` })
}

const own = async () => {
  const seen = scene.store.seenBy(IDS.guild)
  const [term] = await scene.store.watchTerms.list(IDS.guild)
  const [entity] = await seen.entities.list()
  const [claim] = await scene.store.claims.list(IDS.guild)
  const sources = (await seen.sources.list()).flatMap(({ source }) => (source.owner ? [source] : []))
  const [found] = await seen.statements.since(0, { sample: false, limit: 1 })
  return { term: term?.id, entity: entity?.id, claim: claim?.id, source: sources[0]?.id, record: found?.statement.id }
}

/** Whom it tracks, what it reads, follows, claims and posts; and one digest, composed from its own source. */
async function furnish(): Promise<Reply[]> {
  serveFeeds()
  const replies = [
    await curator.slash('entity add', {
      name: `${WORD} Quill`,
      kind: 'person',
      handles: '@zephyrine',
      near: 'harbour',
    }),
    await curator.slash('source add', { address: `${web.url}/one`, publisher: `${WORD} Post` }),
    await curator.slash('watch add', { term: `${WORD} AND (lamp* OR beacon*) -ferry` }),
    await curator.slash('claim add', { text: `The ${WORD} lamps burn every night.`, title: `${WORD} lamps` }),
    await curator.slash('subscribe', { words: WORD, quiet_hours: '22:00-07:00' }),
  ]
  const { source } = await own()
  await scene.context.readNow([source ?? ''])
  for (const subscription of await scene.store.subscriptions.list(IDS.guild)) await composeFor(scene.kit, subscription)
  return replies
}

type Definition = { name: string; type?: number; options?: APIApplicationCommandOption[] }
type Leaf = { path: string; options: APIApplicationCommandOption[] }
/** Every command and subcommand that can be typed. */
const leaves = (): Leaf[] =>
  (scene.server.commands as unknown as Definition[])
    .filter(({ type = 1 }) => type === 1)
    .flatMap(({ name, options = [] }) => {
      const subs = options.filter((option) => option.type === Type.Subcommand)
      return subs.length > 0
        ? subs.map((sub) => ({ path: `${name} ${sub.name}`, options: sub.options ?? [] }))
        : [{ path: name, options }]
    })
const suggests = (option: APIApplicationCommandOption) => 'autocomplete' in option && option.autocomplete === true

describe('everything that is registered', () => {
  test('is driven by a test of this file, and answers within Discord’s limits', async () => {
    await furnish()
    await driveAll()
    for (const { path, options } of leaves())
      for (const option of options.filter(suggests)) await curator.typing(path, option.name, 'a')
    const { components } = allCommands(scene.context)
    const menus = (scene.server.commands as unknown as Definition[]).filter(({ type }) => type === 3)
    const wanted = [
      ...leaves().flatMap(({ path, options }) => [
        `/${path}`,
        ...options.filter(suggests).map(({ name }) => `/${path} ${name}`),
      ]),
      ...components.map(({ name }) => `button ${name}`),
      ...menus.map(({ name }) => `menu ${name}`),
      ...[...opened].map((name) => `form ${name}`),
    ]
    expect(wanted.filter((one) => !driven.has(one))).toEqual([])
    expect(opened.size).toBeGreaterThan(1)
  }, 180_000)
})

/** Every command once, and every button, menu and form that comes of it. What is taken away last is the server's all. */
async function driveAll(): Promise<void> {
  const { term = '', entity = '', claim = '', source = '', record = '' } = await own()
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
  said(await curator.slash('help', { command: 'watch' }), 'NEAR')
  await driveEntry(record)
  await driveRemovals(term, entity, source, claim)
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
  const asked = await curator.slash('forget')
  expect((await curator.press(asked.custom(/Remove everything/))).text).toContain('is gone')
  expect(await scene.store.seenBy(IDS.guild).statements.since(0, { sample: false, limit: 9 })).toEqual([])
}

/** A digest that waits: its panel is what a subscription with approval posts. */
async function driveApproval(): Promise<void> {
  const [digest] = await scene.store.digests.of(IDS.guild, null, 1)
  const reply = await curator.press(`approve:take:${digest?.id}:${IDS.channel}:0`, ['0'])
  expect(reply.text).toContain('taken out')
  expect((await curator.press(reply.custom(/Drop/))).text).toContain('Dropped')
}

async function driveSetup(): Promise<void> {
  const start = await curator.slash('setup')
  const other = start.parts.find(({ type }) => type === 8)?.custom_id ?? ''
  const topics = await curator.press(other, [IDS.channel])
  expect((await curator.press(topics.custom(/Names of my own/))).first?.type).toBe(9)
  const done = await curator.submit(`setup:form:${IDS.channel}`, { names: 'Brindle Ferry', feed: `${web.url}/three` })
  expect(done.text).toContain('Brindle Ferry')
}

describe('another server', () => {
  const typed: Record<string, string[]> = {
    words: ['lamps burn every night'],
    search: [''],
    about: ['lamps'],
    to: ['lamps'],
    time_zone: ['UTC'],
    schedule: ['hourly'],
    quiet_hours: ['22:00-07:00'],
    text: ['The lamps burn every night there.'],
    publisher: ['Post'],
    command: ['watch'],
    rename: ['Other'],
    review_date: ['2026-03-02'],
    review_link: ['https://tide.example/'],
  }

  /** What the first server has, under each option that could name it. */
  async function pointed(): Promise<Record<string, string>> {
    const { term = '', entity = '', claim = '', source = '', record = '' } = await own()
    return {
      term,
      name: entity,
      entity,
      who: entity,
      claim,
      source,
      record,
      address: `${web.url}/a/One`,
      speaks_for: entity,
      from: IDS.channel,
    }
  }

  const chosenFor = (option: APIApplicationCommandOption, theirs: Record<string, string>) => {
    if ('choices' in option && option.choices?.length) return option.choices[0]?.value
    if (option.type === Type.Channel) return IDS.channel
    if (option.type === Type.String) return theirs[option.name] ?? typed[option.name]?.[0]
    return undefined
  }

  test('sees nothing of the first one, whatever it uses, and changes nothing there', async () => {
    await furnish()
    await showAll()
    const theirs = await pointed()
    const stranger = new Person(scene.server, {
      guild: IDS.otherGuild,
      channel: IDS.otherChannel,
      user: '400000000000000007',
    })
    const before = await everythingOf(IDS.guild)
    const leaks: string[] = []
    const look = (what: string, reply: { text: string; files?: Reply['files'] }, ...given: string[]) => {
      const all = [reply.text, ...(reply.files ?? []).map(({ text }) => text)].join('\n').replaceAll('\\', '')
      if (new RegExp(WORD, 'i').test(given.reduce((text, one) => text.replaceAll(one, ''), all)))
        leaks.push(`${what}: ${all}`)
    }
    for (const { path, options } of leaves()) {
      const values: Record<string, string | number | boolean> = {}
      for (const option of options) {
        const value = chosenFor(option, theirs)
        if (value !== undefined) values[option.name] = value
        if (option.type === Type.Attachment && option.required)
          values[option.name] = scene.server.attach('c.csv', 'text\nNo lamp burns.\n')
      }
      look(`/${path}`, await stranger.slash(path, values), ...Object.values(theirs))
      for (const option of options.filter(suggests))
        for (const text of ['', 'zeph'])
          look(`/${path} ${option.name}`, { text: JSON.stringify(await stranger.typing(path, option.name, text)) })
    }
    look('the menu', await stranger.menu('Look up statements', 'the lamps burn every night'))
    const more = ['entry', 'track', 'correct:mute', 'correct:part', 'list:reports:0'].map(
      (name) => `${name}:${theirs.record}`,
    )
    const lists = ['changes', 'claims', 'digests', 'entities', 'sources', 'subscriptions', 'watch'].map(
      (name) => `list:${name}:0:`,
    )
    // Whatever the first server was ever shown: buttons, menus with each thing they offered, forms.
    for (const [id, values] of curator.shown) {
      const reply =
        values === null ? null : await stranger.press(id, values.length > 0 ? values.slice(0, 1) : undefined)
      if (reply) look(id, reply, ...Object.values(theirs))
    }
    look('a form', await stranger.submit(`wrong:${theirs.record}`, { words: 'wrong' }), ...Object.values(theirs))
    for (const id of [...more, ...lists, `list:said:0:|${theirs.entity}|`, `list:watch-test:0:${theirs.term}`])
      look(id, await stranger.press(id), ...Object.values(theirs))
    expect(leaks).toEqual([])
    expect(await everythingOf(IDS.guild)).toEqual(before)
  }, 180_000)

  /** Each panel with buttons, menus or a form that this server can be shown, a waiting digest's among them. */
  async function showAll(): Promise<void> {
    const { term = '', claim = '', record = '' } = await own()
    await curator.slash('setup', { status_channel: IDS.channel })
    await curator.slash('source add', { address: web.url })
    await curator.slash('past', { who: '@zephyrine' })
    await curator.slash('claim emerging')
    await curator.slash('claim threshold', { value: 0.6 })
    await curator.slash('claim retire', { claim })
    await curator.slash('watch add', { term: `${WORD} beacons` })
    await curator.slash('watch remove', { term: `${WORD} beacons` })
    await curator.slash('watch test', { term })
    await curator.slash('digest last')
    await curator.slash('lookup text', { words: `the ${WORD} lamps burn every night` })
    const entry = await curator.press(`entry:${record}`)
    await curator.press(entry.custom(/Report an error/))
    await curator.press(`correct:mute:${record}`)
    await curator.slash('claim corrections')
    await curator.slash('status changes')
    const start = await curator.slash('setup')
    const topics = await curator.press(start.custom(/This channel/))
    await curator.press(topics.custom(/Names of my own/))
    await curator.slash('forget')
    const [digest] = await scene.store.digests.of(IDS.guild, null, 1)
    for (const action of ['post', 'drop']) curator.shown.set(`approve:${action}:${digest?.id}:${IDS.channel}:0`, [])
    curator.shown.set(`approve:take:${digest?.id}:${IDS.channel}:0`, ['0'])
  }

  async function everythingOf(guild: string) {
    const { store } = scene
    return {
      terms: await store.watchTerms.list(guild),
      subscriptions: await store.subscriptions.list(guild),
      claims: await store.claims.list(guild),
      entities: await store.seenBy(guild).entities.list(),
      sources: (await store.seenBy(guild).sources.list()).map(({ source }) => source),
      settings: await store.guilds.settings(guild),
      changes: await store.guilds.changes(guild, 100),
      digests: await store.digests.of(guild, null, 100),
      readings: await store.readings.list(),
    }
  }
})

describe('a large server', () => {
  const numbered = (i: number) => String(i).padStart(3, '0')
  beforeEach(async () => {
    const { store } = scene
    for (let i = 0; i < 200; i++)
      await store.watchTerms.add({
        id: `term-${i}`,
        guildId: IDS.guild,
        kind: i % 2 === 0 ? 'phrase' : 'query',
        value: i % 2 === 0 ? `harbour phrase ${numbered(i)}` : `harbour AND "query ${numbered(i)}" -ferry`,
        createdBy: IDS.user,
        createdAt: scene.clock.now,
      })
    for (let i = 0; i < 100; i++)
      await store.sources.put({
        id: `g${IDS.guild}-${numbered(i)}`,
        kind: 'feed',
        address: `https://tide-${numbered(i)}.example/a-rather-long-path/to/a/feed/of/articles.xml`,
        publisher: `Tide Post ${numbered(i)}`,
        enabled: true,
        sample: false,
        pollSeconds: 1800,
        owner: IDS.guild,
      })
    for (let i = 0; i < 50; i++) {
      const channelId = String(320000000000000000n + BigInt(i))
      await store.subscriptions.add({
        id: `discord:${channelId}`,
        target: { kind: 'discord', guildId: IDS.guild, channelId },
        schedule: '0 8 * * 1-5',
        timeZone: 'America/Argentina/Buenos_Aires',
        createdBy: IDS.user,
        createdAt: scene.clock.now,
        pausedBecause: null,
        nextDigestAt: scene.clock.now,
        filter: { query: `harbour ${numbered(i)} AND (lamp* OR "old quay")` },
      })
    }
  })

  test.each([
    ['watch list', 200, 'query 161'],
    ['source list', 100, 'tide-077'],
    ['subscriptions list', 50, 'harbour 041'],
  ])('pages %s to its end, and finds one of %i', async (path, count, search) => {
    let reply = await curator.slash(path)
    expect(reply.text).toContain(`${count} in all`)
    const pages = Number(/of (\d+) ·/.exec(reply.text)?.[1])
    for (let page = 2; page <= pages; page++) {
      reply = await curator.press(reply.custom(/Next/))
      expect(reply.text).toContain(`Page ${page} of ${pages}`)
    }
    expect(() => reply.custom(/Next/)).toThrow()
    const found = await curator.slash(path, { search })
    expect(found.text).toContain(search)
    expect(found.text).not.toContain('Page')
  })

  test('is told its limits in words', async () => {
    serveFeeds()
    expect((await curator.slash('source add', { address: `${web.url}/one` })).text).toContain('100 sources of its own')
    const opml = '<opml version="2.0"><body><outline text="A" xmlUrl="https://a.example/f"/></body></opml>'
    const reply = await curator.slash('source add', { opml: scene.server.attach('feeds.opml', opml) })
    expect(reply.text).toContain('1 more did not fit')
    expect((await curator.slash('watch test', { term: 'harbour AND lamp*' })).text).toContain('caught nothing')
  })
})
