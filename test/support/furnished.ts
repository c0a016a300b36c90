import { type APIApplicationCommandOption, ApplicationCommandOptionType as Type } from 'discord.js'
import { composeFor } from '../../src/jobs/digest.ts'
import { openScene, type Scene } from './commands.ts'
import { IDS } from './discord-channels.ts'
import { Person, type Reply } from './discord-person.ts'
import { startServer, type TestServer } from './http-server.ts'

/** A word that stands in everything that a furnished server has, and nowhere else. */
export const WORD = 'Zephyrine'

type Definition = { name: string; type?: number; options?: APIApplicationCommandOption[] }
/** What can be typed: a command or a subcommand, with its options. */
export type Leaf = { path: string; options: APIApplicationCommandOption[] }
type Own = { term: string; entity: string; claim: string; source: string; record: string }

/** A server with a Web and a Wayback Machine of its own, a curator, and all that the registered commands offer. */
export type Furnished = AsyncDisposable & {
  scene: Scene
  web: TestServer
  curator: Person
  /** Every command and subcommand that can be typed. */
  leaves(): Leaf[]
  /** Every entry of the Apps menu of a message. */
  menus(): string[]
  /** The ids of one of each thing that the server has. */
  own(): Promise<Own>
  /** Whatever the store keeps for a server. */
  everythingOf(guild: string): Promise<Record<string, unknown>>
}

export const suggests = (option: APIApplicationCommandOption) =>
  'autocomplete' in option && option.autocomplete === true

/** A server that tracks, reads, follows, claims and posts; with one digest, composed from its own source. */
export async function openFurnished(): Promise<Furnished> {
  const web = await startServer()
  web.on('/cdx/search/cdx', { body: '[]' })
  serveFeeds(web)
  const scene = await openScene({}, true, web.url)
  const curator = new Person(scene.server)
  const definitions = () => scene.server.commands as unknown as Definition[]
  const one: Furnished = {
    scene,
    web,
    curator,
    leaves: () =>
      definitions()
        .filter(({ type = 1 }) => type === 1)
        .flatMap(leavesOf),
    menus: () =>
      definitions()
        .filter(({ type }) => type === 3)
        .map(({ name }) => name),
    own: () => ownOf(scene),
    everythingOf: (guild) => everythingOf(guild, scene),
    async [Symbol.asyncDispose]() {
      await scene[Symbol.asyncDispose]()
      await web[Symbol.asyncDispose]()
    },
  }
  await furnish(one)
  return one
}

function leavesOf({ name, options = [] }: Definition): Leaf[] {
  const subs = options.filter((option) => option.type === Type.Subcommand)
  if (subs.length === 0) return [{ path: name, options }]
  return subs.map((sub) => ({ path: `${name} ${sub.name}`, options: sub.options ?? [] }))
}

/** Three feeds, and a site that names two of them. */
function serveFeeds(web: TestServer): void {
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

async function furnish({ curator, web, scene }: Furnished): Promise<void> {
  await curator.slash('entity add', { name: `${WORD} Quill`, kind: 'person', handles: '@zephyrine', near: 'harbour' })
  await curator.slash('source add', { address: `${web.url}/one`, publisher: `${WORD} Post` })
  await curator.slash('watch add', { term: `${WORD} AND (lamp* OR beacon*) -ferry` })
  await curator.slash('claim add', { text: `The ${WORD} lamps burn every night.`, title: `${WORD} lamps` })
  await curator.slash('subscribe', { words: WORD, quiet_hours: '22:00-07:00' })
  await scene.context.readNow([(await ownOf(scene)).source])
  for (const subscription of await scene.store.subscriptions.list(IDS.guild)) await composeFor(scene.kit, subscription)
}

async function ownOf({ store }: Scene): Promise<Own> {
  const seen = store.seenBy(IDS.guild)
  const [term] = await store.watchTerms.list(IDS.guild)
  const [entity] = await seen.entities.list()
  const [claim] = await store.claims.list(IDS.guild)
  const sources = (await seen.sources.list()).flatMap(({ source }) => (source.owner ? [source] : []))
  const [found] = await seen.statements.since(0, { sample: false, limit: 1 })
  return {
    term: term?.id ?? '',
    entity: entity?.id ?? '',
    claim: claim?.id ?? '',
    source: sources[0]?.id ?? '',
    record: found?.statement.id ?? '',
  }
}

async function everythingOf(guild: string, { store }: Scene): Promise<Record<string, unknown>> {
  return {
    terms: await store.watchTerms.list(guild),
    subscriptions: await store.subscriptions.list(guild),
    claims: await store.claims.list(guild),
    entities: await store.seenBy(guild).entities.list(),
    sources: (await store.seenBy(guild).sources.list()).map(({ source }) => source),
    settings: await store.guilds.settings(guild),
    changes: await store.guilds.changes(guild, 100),
    digests: await store.digests.of(guild, null, 100),
    imports: (await store.imports.open()).filter(({ guildId }) => guildId === guild),
    readings: (await store.readings.list()).filter(({ askedBy }) => askedBy?.guildId === guild),
  }
}

const TYPED: Record<string, string> = {
  words: 'lamps burn every night',
  search: '',
  about: 'lamps',
  to: 'lamps',
  time_zone: 'UTC',
  schedule: 'hourly',
  quiet_hours: '22:00-07:00',
  text: 'The lamps burn every night there.',
  publisher: 'Post',
  command: 'watch',
  rename: 'Other',
  review_date: '2026-03-02',
  review_link: 'https://tide.example/',
}

/** What the server has, under each option that could name it. */
export async function pointed({ own, web }: Furnished): Promise<Record<string, string>> {
  const { term, entity, claim, source, record } = await own()
  const address = `${web.url}/a/One`
  return {
    term,
    name: entity,
    entity,
    who: entity,
    claim,
    source,
    record,
    address,
    speaks_for: entity,
    from: IDS.channel,
  }
}

/** Everything that can be typed, pressed, chosen or filled in, tried by somebody, with what the server has. */
export async function tryAll(
  who: Person,
  furnished: Furnished,
  look: (what: string, reply: { text: string; files?: Reply['files'] }, theirs: string[]) => void,
): Promise<void> {
  const theirs = await pointed(furnished)
  const given = Object.values(theirs)
  for (const { path, options } of furnished.leaves()) {
    const values: Record<string, string | number | boolean> = {}
    for (const option of options) {
      const value = chosenFor(option, theirs)
      if (value !== undefined) values[option.name] = value
      if (option.type === Type.Attachment && option.required)
        values[option.name] = furnished.scene.server.attach('c.csv', 'text\nNo lamp burns.\n')
    }
    look(`/${path}`, await who.slash(path, values), given)
    for (const option of options.filter(suggests))
      for (const text of ['', WORD.slice(0, 4).toLowerCase()])
        look(`/${path} ${option.name}`, { text: JSON.stringify(await who.typing(path, option.name, text)) }, [])
  }
  for (const menu of furnished.menus()) look(`menu ${menu}`, await who.menu(menu, 'the lamps burn every night'), [])
  // Whatever the server was ever shown: buttons, menus with each thing they offered, forms.
  for (const [id, values] of furnished.curator.shown) {
    if (values === null) look(id, await who.submit(id, { words: 'wrong', names: 'Quill', feed: '' }), given)
    else look(id, await who.press(id, values.length > 0 ? values.slice(0, 1) : undefined), given)
  }
}

function chosenFor(option: APIApplicationCommandOption, theirs: Record<string, string>) {
  if ('choices' in option && option.choices?.length) return option.choices[0]?.value
  if (option.type === Type.Channel) return IDS.channel
  if (option.type === Type.String) return theirs[option.name] ?? TYPED[option.name]
  return undefined
}

/** Shows the curator each panel with buttons, menus or a form that there is, a waiting digest’s among them. */
export async function showAll({ curator, scene, web, own }: Furnished): Promise<void> {
  const { term, claim, record } = await own()
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
  for (const id of ['correct:part', 'track', 'emerging:track', 'emerging:dismiss'])
    curator.shown.set(`${id}:${record}`, [])
  curator.shown.set(`list:reports:0:${record}`, [])
  for (const name of ['changes', 'claims', 'digests', 'entities', 'sources', 'subscriptions', 'watch'])
    curator.shown.set(`list:${name}:0:`, [])
  const { entity } = await own()
  curator.shown.set(`list:said:0:|${entity}|`, [])
  curator.shown.set(`list:watch-test:0:${term}`, [])
}
