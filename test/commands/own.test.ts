import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { allCommands } from '../../src/commands/all.ts'
import { connectDiscord } from '../../src/discord/client.ts'
import { analyseStored } from '../../src/jobs/analyse.ts'
import { pollRound } from '../../src/jobs/queue.ts'
import { openScene, record, type Scene } from '../support/commands.ts'
import { IDS } from '../support/discord-channels.ts'
import { Person } from '../support/discord-person.ts'
import { startServer, type TestServer } from '../support/http-server.ts'
import { aDocument, aSource } from '../support/nouns.ts'

let scene: Scene
let web: TestServer
let curator: Person
beforeEach(async () => {
  web = await startServer()
  scene = await openScene({}, true)
  curator = new Person(scene.server)
})
afterEach(async () => {
  const { faults } = scene.server
  await scene[Symbol.asyncDispose]()
  await web[Symbol.asyncDispose]()
  expect(faults).toEqual([])
})

const put = (id: string, text: string, title = 'Harbour news') =>
  scene.store.documents.put(aDocument({ id, url: `https://gazette.example/${id}`, title, text }), {
    sourceId: 'gazette',
    keys: [id],
    backlog: false,
    sample: false,
    now: scene.clock.now,
  })
const terms = () => scene.store.watchTerms.list(IDS.guild)
const feed = (...titles: string[]) => ({
  headers: { 'content-type': 'application/rss+xml' },
  body: `<rss version="2.0"><channel><title>Tide Table</title><link>${web.url}</link><description>x</description>${titles
    .map(
      (title) => `<item><title>${title}</title><link>${web.url}/a/${title.length}</link>
      <description>&lt;p&gt;“${title},” Brindle Ferry said on Monday.&lt;/p&gt;</description>
      <pubDate>Mon, 02 Mar 2026 10:00:00 GMT</pubDate></item>`,
    )
    .join('')}</channel></rss>`,
})

describe('/watch with a query', () => {
  test.each([
    ['lamp* AND (quay OR "old harbour") -ferry', 'query'],
    ['“stay on”', 'phrase'],
    ['harbour lamps', 'phrase'],
    ['@mirasol', 'entity'],
    ['lamps NEAR/4 quay', 'query'],
  ])('takes %s for what it is: %s', async (term, kind) => {
    await curator.slash('watch add', { term })
    expect(await terms()).toMatchObject([{ kind }])
  })

  test('points at a mistake with a caret, and keeps nothing', async () => {
    const reply = await curator.slash('watch add', { term: 'lamps AND (quay' })
    expect(reply.text).toContain('lamps AND (quay\n          ^')
    expect(await terms()).toEqual([])
    expect((await curator.slash('watch test', { term: '"lamps' })).text).toContain('never closed')
  })

  test('can be told what a term is', async () => {
    await curator.slash('watch add', { term: 'lamps or quay', kind: 'query' })
    expect(await terms()).toMatchObject([{ kind: 'query', value: 'lamps or quay' }])
    expect((await curator.slash('watch add', { term: 'nobody', kind: 'entity' })).text).toContain('is not tracked')
  })

  test('shows what it would have caught with its words in bold', async () => {
    await record(scene.store)
    const reply = await curator.slash('watch test', { term: 'lamp* NEAR/3 stay' })
    expect(reply.text).toContain('The **lamps** **stay** on')
    expect((await curator.slash('watch test', { term: 'lamps -sol' })).text).toContain('caught nothing')
  })

  test('shows articles that nobody read for statements, and reads them once it is watched', async () => {
    await put('doc-7', '“The eels are back,” Odalind Quill said.')
    await analyseStored(scene.kit)
    expect((await curator.slash('watch test', { term: 'eels' })).text).toContain('The **eels** are back')
    await curator.slash('subscribe')
    await curator.slash('watch add', { term: 'eel* AND back' })
    await analyseStored(scene.kit)
    expect((await curator.slash('said', { who: 'Odalind Quill' })).text).toContain('The eels are back')
  })

  test('is edited in place', async () => {
    await curator.slash('watch add', { term: 'herring' })
    const [before] = await terms()
    await curator.slash('watch edit', { term: 'herring', to: 'herring OR eels' })
    expect(await terms()).toMatchObject([{ id: before?.id, kind: 'query', value: 'herring OR eels' }])
    await curator.slash('watch add', { term: 'quay' })
    const twice = await curator.slash('watch edit', { term: 'quay', to: 'herring OR eels' })
    expect(twice.text).toContain('watched already')
  })
})

describe('/entity', () => {
  test('tracks somebody from then on, and in what is on record, as no news', async () => {
    await put('doc-8', '“No ferry sails tonight,” Brindle Ferry said on Monday.')
    await analyseStored(scene.kit)
    await curator.slash('entity add', { name: 'Brindle Ferry', kind: 'organisation' })
    await analyseStored(scene.kit)
    const said = await curator.slash('said', { who: 'Brindle Ferry' })
    expect(said.text).toContain('No ferry sails tonight')
    const [found] = await scene.store.statements.since(0, { sample: false, limit: 9 })
    expect(found).toMatchObject({
      backlog: true,
      statement: { speaker: { entityId: expect.stringContaining('brindle') } },
    })
  })

  test('says where a name is a common word as well', async () => {
    expect((await curator.slash('entity add', { name: 'Anonymous', kind: 'group' })).text).toContain('common word')
    const better = await curator.slash('entity edit', { name: 'Anonymous', near: 'hackers, leak' })
    expect(better.text).toContain('Counts only near: hackers, leak')
    expect(better.text).not.toContain('common word')
  })

  test.each([
    [{ name: 'Sol', kind: 'person' }, 'means Mira Sol already'],
    [{ name: 'Quill', kind: 'person', handles: 'not a handle!' }, 'is no handle'],
    [{ name: 'Quill', kind: 'person', aliases: `x, ${'y'.repeat(80)}` }, 'is no name'],
    [{ name: 'Quill', kind: 'person', speaks_for: 'nobody' }, 'is not tracked'],
  ])('refuses %j', async (values, words) => {
    expect((await curator.slash('entity add', values)).text).toContain(words)
    expect(await scene.store.entities.list()).toEqual([])
  })

  test('changes only what is this server’s own', async () => {
    expect((await curator.slash('entity edit', { name: 'mira-sol', rename: 'X Y' })).text).toContain('by the operator')
    expect((await curator.slash('entity remove', { name: 'mira-sol' })).text).toContain('by the operator')
  })

  test('is taken away, and comes back with what mentions it', async () => {
    await put('doc-8', '“No ferry sails tonight,” Brindle Ferry said on Monday.')
    await curator.slash('entity add', { name: 'Brindle Ferry', kind: 'organisation' })
    await analyseStored(scene.kit)
    const removed = await curator.slash('entity remove', { name: 'Brindle Ferry' })
    await analyseStored(scene.kit)
    expect(await scene.store.statements.last()).toBe(0)
    await curator.press(removed.custom(/Undo/))
    await analyseStored(scene.kit)
    expect((await curator.slash('said', { who: 'Brindle Ferry' })).text).toContain('No ferry sails')
  })
})

describe('/source', () => {
  const own = async () => (await scene.store.sources.list()).flatMap(({ source }) => (source.owner ? [source] : []))

  test.each([
    ['', 'Give an address'],
    ['lamps on the quay', 'That is no address'],
    ['file:///etc/passwd', 'That is no address'],
    ['/etc/passwd', 'That is no address'],
    ['http://10.0.0.1/feed', 'could not be read'],
    ['http://169.254.169.254/latest', 'could not be read'],
    ['wayback:example.com/x/y', 'wayback:twitter.com/NAME'],
  ])('refuses %j', async (address, words) => {
    expect((await curator.slash('source add', address ? { address } : {})).text).toContain(words)
    expect(await own()).toEqual([])
  })

  test('tells where a site has no feed, and that a test cannot read files', async () => {
    web.on('/', { headers: { 'content-type': 'text/html' }, body: '<html><body>Lamps</body></html>' })
    expect((await curator.slash('source add', { address: web.url })).text).toContain('No feed was found')
    expect((await curator.slash('source test', { source: '/etc/passwd' })).text).toContain('That is no address')
  })

  test('keeps archived posts of an account', async () => {
    await curator.slash('source add', { address: 'wayback:twitter.com/tidewatch' })
    expect(await own()).toMatchObject([{ kind: 'wayback', owner: IDS.guild, pollSeconds: 86_400 }])
  })

  test('is kept once, and not where the operator reads it already', async () => {
    await scene.store.sources.configure([aSource({ address: `${web.url}/shared` })])
    expect((await curator.slash('source add', { address: `${web.url}/shared` })).text).toContain('read here already')
    web.on('/feed', feed('The lamps burn'))
    await curator.slash('source add', { address: `${web.url}/feed` })
    expect((await curator.slash('source add', { address: `${web.url}/feed/` })).text).toContain('read here already')
    expect(await own()).toHaveLength(1)
  })

  test('takes an OPML list with a report of what was not usable', async () => {
    const outline = (url: string) => `<outline text="Tide" xmlUrl="${url}"/>`
    const list = ['https://a.example/f', 'https://b.example/f', 'https://a.example/f', 'http://[broken'].map(outline)
    const opml = `<opml version="2.0"><body>${list.join('')}</body></opml>`
    const reply = await curator.slash('source add', { opml: scene.server.attach('feeds.opml', opml) })
    expect(reply.text).toContain('Added: 2')
    expect(reply.text).toContain('is no whole address')
    expect((await own()).map(({ address }) => address)).toEqual(['https://a.example/f', 'https://b.example/f'])
    const wrong = await curator.slash('source add', { opml: scene.server.attach('feeds.opml', 'lamps') })
    expect(wrong.text).toContain('no OPML list')
    const large = scene.server.attach('feeds.opml', ' '.repeat(1_000_001))
    expect((await curator.slash('source add', { opml: large })).text).toContain('larger than 1 MB')
  })

  test('that answers slowly holds up nobody who asks for something else', async () => {
    web.on('/feed', feed('The lamps burn'))
    await curator.slash('source add', { address: `${web.url}/feed` })
    const held = Promise.withResolvers<void>()
    web.on('/feed', (_request, response) => {
      held.promise.then(() => {
        const { headers, body } = feed('The ferry waits')
        response.writeHead(200, headers).end(body)
      })
    })
    const before = web.arrivals.length
    let isOver = false
    const poll = pollRound(scene.kit, { all: true }).then(() => {
      isOver = true
    })
    await scene.server.until(() => web.arrivals.length > before, 'the feed is asked for')
    for (const path of ['watch list', 'source list', 'status now', 'digest preview'])
      expect((await curator.slash(path)).first).not.toBeNull()
    expect(isOver).toBe(false)
    held.resolve()
    await poll
    expect((await curator.slash('said', { who: 'Brindle Ferry' })).text).toContain('on record')
  })

  test('is told how well it reads', async () => {
    web.on('/feed', feed('The lamps burn', 'The ferry waits'))
    const { text } = await curator.slash('source test', { source: `${web.url}/feed` })
    expect(text).toContain('Entries: 2. Not usable: 0.')
    expect(text).toContain('with a title 2, a link 2, a date 2')
    expect(text).toContain('Would be read next')
    expect((await curator.slash('source test', { source: `${web.url}/gone` })).text).toContain('could not be read')
  })

  test('held is not read, and resumed is', async () => {
    web.on('/feed', feed('The lamps burn'))
    await curator.slash('source add', { address: `${web.url}/feed` })
    const [source] = await own()
    await curator.slash('source pause', { source: source?.id ?? '' })
    expect(await scene.store.sources.due('9999')).toEqual([])
    expect((await curator.slash('source list')).text).toContain('switched off')
    await curator.slash('source resume', { source: source?.id ?? '' })
    expect(await scene.store.sources.due('9999')).toHaveLength(1)
  })
})

describe('/claim import', () => {
  test.each([
    ['claims.csv', 'text,title\nNo ferry sails at night.,Ferry\n,empty\n'],
    ['claims.tsv', 'text\ttitle\nNo ferry sails at night.\tFerry\n\tempty\n'],
    ['claims.jsonl', '{"text":"No ferry sails at night."}\n{"title":"empty"}\n'],
    ['claims.yaml', '- text: No ferry sails at night.\n- title: empty\n'],
  ])('reads %s, and tells the line that was not usable', async (name, content) => {
    const file = scene.server.attach(name, content)
    const { text } = await curator.slash('claim import', { file })
    expect(text).toMatch(/New: 1\. .*Not usable: 1\./)
    expect(await scene.store.claims.list(IDS.guild)).toMatchObject([{ text: 'No ferry sails at night.' }])
    expect((await curator.slash('claim import', { file })).text).toContain('Known already: 1')
  })

  test('attaches the whole report where much is wrong', async () => {
    const lines = Array.from({ length: 30 }, (_, i) => `{"title":"empty ${i}"}`)
    const reply = await curator.slash('claim import', { file: scene.server.attach('c.jsonl', lines.join('\n')) })
    expect(reply.files).toMatchObject([{ name: 'not-usable.txt', text: expect.stringContaining('c.jsonl:30') }])
  })

  test.each([
    ['claims.exe', 'x', 'ends in one of'],
    ['claims.csv', ' '.repeat(2_000_001), 'larger than 2 MB'],
  ])('refuses %s', async (name, content, words) => {
    expect((await curator.slash('claim import', { file: scene.server.attach(name, content) })).text).toContain(words)
  })

  test('stops at what a server may keep', async () => {
    const lines = Array.from({ length: 520 }, (_, i) => `{"text":"No ferry number ${i} sails at night."}`)
    const reply = await curator.slash('claim import', { file: scene.server.attach('c.jsonl', lines.join('\n')) })
    expect(reply.text).toContain('Keeping claims: 0 of 500 (0 %)')
    const done = await scene.server.until(
      () => reply.edits.map((edit) => JSON.stringify(edit)).find((edit) => edit.includes('New: 500')),
      'the end of the import',
    )
    expect(done).toContain('20 more did not fit')
    expect(await scene.store.claims.list(IDS.guild)).toHaveLength(500)
  })
})

describe('/setup with a topic', () => {
  beforeEach(() => {
    web.on('/feed', feed('The eels are back', 'The quay is closed'))
    const blank = { aliases: [], handles: [], roles: [], near: [], notNear: [], relations: [] }
    const ferry = { ...blank, id: 'brindle', name: 'Brindle Ferry', kind: 'organisation' as const }
    const source = aSource({ id: 'tide', address: `${web.url}/feed`, publisher: 'Tide Table' })
    scene.context.packs = () => [
      { id: 'ferries', title: 'Ferries', about: 'Who sails', sources: [source], entities: [ferry] },
    ]
  })
  const pick = async () => {
    const start = await curator.slash('setup')
    const topics = await curator.press(start.custom(/This channel/))
    expect(topics.text).toContain('Ferries')
    return curator.press(topics.custom(/Choose a topic/), ['ferries'])
  }

  test('shows a first digest of its sources at once, and owns copies of it all', async () => {
    const done = await pick()
    await scene.server.until(() => done.followUps.length > 0, 'the digest')
    expect(JSON.stringify(done.followUps)).toContain('The eels are back')
    expect(done.text).toContain('Followed from now on: Brindle Ferry')
    expect(await scene.store.seenBy(IDS.guild).entities.list()).toMatchObject([
      { name: 'Brindle Ferry', owner: IDS.guild },
    ])
    expect(await scene.store.subscriptions.list(IDS.guild)).toHaveLength(1)
    expect(await terms()).toMatchObject([{ kind: 'entity' }])
  })

  test('twice adds nothing twice', async () => {
    await pick()
    await pick()
    expect(await scene.store.entities.list()).toHaveLength(1)
    expect(await scene.store.subscriptions.list(IDS.guild)).toHaveLength(1)
    expect(await terms()).toHaveLength(1)
  })
})

describe('configuring one’s own', () => {
  const reader = () => new Person(scene.server, { permissions: 1n << 11n })
  test.each([
    ['entity add', { name: 'Quill', kind: 'person' }],
    ['source add', { address: 'https://tide.example/f' }],
    ['source test', { source: 'https://tide.example/f' }],
    ['watch add', { term: 'lamps' }],
    ['watch edit', { term: 'lamps', to: 'quay' }],
    ['claim add', { text: 'No ferry sails at night.' }],
  ])('/%s needs Manage Server', async (path, values) => {
    expect((await reader().slash(path, values)).text).toContain('needs Manage Server')
  })

  test('is suggested from one’s own alone, where it is changed', async () => {
    await curator.slash('entity add', { name: 'Quill', kind: 'person' })
    expect((await curator.typing('entity edit', 'name', '')).map(({ name }) => name)).toEqual(['Quill'])
    expect((await curator.typing('entity show', 'name', '')).map(({ name }) => name)).toEqual(['Mira Sol', 'Quill'])
  })

  test('takes quiet hours, and says how they are written', async () => {
    expect((await curator.slash('subscribe', { quiet_hours: 'at night' })).text).toContain('22:00-07:00')
    await curator.slash('subscribe', { quiet_hours: '22 - 6:30', nothing_new: true })
    expect(await scene.store.subscriptions.list(IDS.guild)).toMatchObject([
      { quietFrom: 1320, quietTo: 390, nothingNew: true },
    ])
    expect((await curator.slash('subscriptions list')).text).toContain('quiet 22:00–06:30')
    await curator.slash('subscriptions edit', { clear: 'quiet' })
    expect(await scene.store.subscriptions.list(IDS.guild)).toMatchObject([{ quietFrom: null, nothingNew: true }])
  })
})

describe('buttons', () => {
  test('go on working after a restart', async () => {
    for (let i = 0; i < 30; i++) await curator.slash('watch add', { term: `harbour phrase ${i}` })
    const list = await curator.slash('watch list')
    const removed = await curator.slash('watch remove', { term: 'harbour phrase 7' })
    const start = await curator.slash('setup')
    await scene.connection.close()
    const all = allCommands(scene.context)
    const options = { token: IDS.token, apiUrl: scene.server.url, guildId: null, log: scene.context.log }
    const again = await connectDiscord({ ...options, ...all })
    try {
      expect((await curator.press(list.custom(/Next/))).text).toContain('Page 2 of 3')
      expect((await curator.press(removed.custom(/Undo/))).text).toContain('Undone')
      expect((await curator.press(start.custom(/This channel/))).text).toContain('Step 2 of 2')
    } finally {
      await again.close()
    }
  })
})
