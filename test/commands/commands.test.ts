import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openScene, record, type Scene } from '../support/commands.ts'
import { anEntry } from '../support/digests.ts'
import { IDS } from '../support/discord-channels.ts'
import { flat, type Part } from '../support/discord-limits.ts'
import { MANAGE_GUILD, Person } from '../support/discord-person.ts'
import { aClaim, aSource } from '../support/nouns.ts'

let scene: Scene
let curator: Person
beforeEach(async () => {
  scene = await openScene()
  curator = new Person(scene.server)
})
afterEach(async () => {
  const { faults } = scene.server
  await scene[Symbol.asyncDispose]()
  expect(faults).toEqual([])
})

const list = () => scene.store.subscriptions.list(IDS.guild)

describe('/subscribe', () => {
  test('subscribes the channel it is used in, each morning', async () => {
    const reply = await curator.slash('subscribe')
    expect(reply).toMatchObject({ ephemeral: true, text: expect.stringContaining(`<#${IDS.channel}> gets digests`) })
    expect(await list()).toMatchObject([
      { schedule: '0 8 * * *', timeZone: 'UTC', createdBy: IDS.user, nextDigestAt: '2026-03-03T08:00:00.000Z' },
    ])
  })

  test.each([
    ['hourly', '0 * * * *'],
    ['immediate', '*/5 * * * *'],
    ['daily 18:30', '30 18 * * *'],
    ['weekdays 8:00', '0 8 * * 1-5'],
    ['weekly mon 9:15', '15 9 * * 1'],
    ['0 8,20 * * *', '0 8,20 * * *'],
  ])('understands “%s”', async (schedule, cron) => {
    await curator.slash('subscribe', { schedule, time_zone: 'Europe/Berlin' })
    expect(await list()).toMatchObject([{ schedule: cron, timeZone: 'Europe/Berlin' }])
  })

  test.each([
    [{ schedule: 'now and then' }, 'is no schedule'],
    [{ schedule: '* * * * *' }, 'is no schedule'],
    [{ time_zone: 'Atlantis/Capital' }, 'is no time zone'],
  ])('refuses %j and says what is right', async (values, words) => {
    const reply = await curator.slash('subscribe', values)
    expect(reply.text).toContain(words)
    expect(await list()).toEqual([])
  })

  test('twice says that the channel is subscribed', async () => {
    await curator.slash('subscribe')
    expect((await curator.slash('subscribe')).text).toContain(`<#${IDS.channel}> is subscribed already`)
  })

  test('looks back one day, not to the beginning', async () => {
    await record(scene.store, { now: '2026-02-01T00:00:00.000Z' })
    await record(scene.store, { statement: { id: 'st-2' }, document: { id: 'doc-2', url: 'https://b.example/' } })
    await curator.slash('subscribe')
    const { sequence } = await scene.store.digests.cursor(`discord:${IDS.channel}`)
    const waiting = await scene.store.statements.since(sequence, { sample: false, limit: 10 })
    expect(waiting.map(({ statement }) => statement.id)).toEqual(['st-2'])
  })

  test('suggests schedules and time zones while they are typed', async () => {
    expect((await curator.typing('subscribe', 'schedule', 'week')).map(({ value }) => value)).toContain(
      'weekly monday 08:00',
    )
    expect(await curator.typing('subscribe', 'time_zone', 'new york')).toContainEqual({
      name: 'America/New York',
      value: 'America/New_York',
    })
  })
})

describe('configuring', () => {
  const everyone = () => new Person(scene.server, { permissions: 1n << 11n })

  test.each(['subscribe', 'unsubscribe', 'subscriptions list', 'digest preview', 'status now', 'setup'])(
    '/%s needs Manage Server',
    async (path) => {
      expect((await everyone().slash(path)).text).toContain('needs Manage Server')
      expect(await list()).toEqual([])
    },
  )

  test('is allowed to the role that the server has set', async () => {
    await curator.slash('setup', { curators: '600000000000000001' })
    const member = new Person(scene.server, { permissions: 0n, roles: ['600000000000000001'] })
    expect((await member.slash('subscribe')).text).toContain('gets digests')
  })

  test('is not possible in a direct message', async () => {
    const alone = new Person(scene.server, { guild: null, permissions: MANAGE_GUILD })
    expect((await alone.slash('subscribe')).text).toContain('in a server only')
  })
})

describe('/unsubscribe', () => {
  test('ends it, and a button brings it back with what was missed', async () => {
    await curator.slash('subscribe')
    const reply = await curator.slash('unsubscribe')
    expect(await list()).toEqual([])
    const undo = reply.custom(/Undo/)
    expect((await curator.press(undo)).text).toContain('Undone')
    expect(await list()).toMatchObject([{ id: `discord:${IDS.channel}` }])
    expect((await curator.press(undo)).text).toContain('undone already')
  })

  test('cannot be undone a day later, nor from another server', async () => {
    await curator.slash('subscribe')
    const undo = (await curator.slash('unsubscribe')).custom(/Undo/)
    const stranger = new Person(scene.server, { guild: IDS.otherGuild, channel: IDS.otherChannel })
    expect((await stranger.press(undo)).text).toContain('nothing to undo')
    scene.clock.now = '2026-03-04T12:00:00.000Z'
    expect((await curator.press(undo)).text).toContain('older')
    expect(await list()).toEqual([])
  })

  test('of a channel without one says so', async () => {
    expect((await curator.slash('unsubscribe')).text).toContain('is not subscribed')
  })
})

describe('/subscriptions', () => {
  test('pauses, resumes and reschedules', async () => {
    await curator.slash('subscribe')
    await curator.slash('subscriptions pause')
    expect((await list())[0]?.pausedBecause).toContain(IDS.user)
    expect((await curator.slash('subscriptions list')).text).toContain('paused')
    await curator.slash('subscriptions resume')
    await curator.slash('subscriptions edit', { schedule: 'daily 20:00', time_zone: 'Asia/Tokyo' })
    expect(await list()).toMatchObject([
      { pausedBecause: null, schedule: '0 20 * * *', timeZone: 'Asia/Tokyo', nextDigestAt: '2026-03-03T11:00:00.000Z' },
    ])
  })
})

describe('/watch', () => {
  test('adds a tracked entity by any of its names, and a phrase', async () => {
    await curator.slash('watch add', { term: '@mirasol' })
    await curator.slash('watch add', { term: '“stay on”' })
    expect(await scene.store.watchTerms.list(IDS.guild)).toMatchObject([
      { kind: 'entity', value: 'mira-sol' },
      { kind: 'phrase', value: 'stay on' },
    ])
    expect((await curator.slash('watch list')).text).toContain('Mira Sol')
  })

  test('shows outside words as they are', async () => {
    const reply = await curator.slash('watch add', { term: '@everyone **now**' })
    expect(reply.text).toContain('\\@everyone \\*\\*now\\*\\*')
  })

  test('removes, with a way back', async () => {
    await curator.slash('watch add', { term: 'Mira Sol' })
    const reply = await curator.slash('watch remove', { term: 'mira-sol' })
    expect(await scene.store.watchTerms.list(IDS.guild)).toEqual([])
    await curator.press(reply.custom(/Undo/))
    expect(await scene.store.watchTerms.list(IDS.guild)).toHaveLength(1)
  })

  test('of what is not watched says so', async () => {
    expect((await curator.slash('watch remove', { term: 'nobody' })).text).toContain('not watched here')
  })

  test('tests a term on the last week, and says why it would catch', async () => {
    await record(scene.store)
    expect((await curator.slash('watch test', { term: 'lamps' })).text).toContain('in the words said')
    expect((await curator.slash('watch test', { term: 'Mira Sol' })).text).toContain('they speak')
    expect((await curator.slash('watch test', { term: 'herring' })).text).toContain('caught nothing')
  })

  test('suggests who is tracked, and for removal what is watched', async () => {
    expect(await curator.typing('watch add', 'term', 'mira')).toEqual([{ name: 'Mira Sol', value: 'mira-sol' }])
    expect(await curator.typing('watch remove', 'term', 'mira')).toEqual([])
  })

  test('with 200 terms pages them, and the buttons show the list as it is', async () => {
    for (let i = 0; i < 200; i++)
      await scene.store.watchTerms.add({
        id: `t${i}`,
        guildId: IDS.guild,
        kind: 'phrase',
        value: `phrase ${String(i).padStart(3, '0')}`,
        createdBy: IDS.user,
        createdAt: scene.clock.now,
      })
    const first = await curator.slash('watch list')
    expect(first.text).toContain('Page 1 of 20')
    const second = await curator.press(first.custom(/Next/))
    expect(second.first?.type).toBe(7)
    expect(second.text).toContain('phrase 010')
    expect((await curator.slash('watch list', { search: 'phrase 19' })).text).toContain('phrase 199')
  })
})

describe('/lookup', () => {
  beforeEach(() => {
    scene.context.lookup = async (asked) => ({
      asked,
      document: null,
      trouble: null,
      claims: [
        {
          claim: aClaim({
            reviews: [{ publisher: 'Quay Checkers', url: null, rating: 'False', reviewed: '2026-02-01' }],
          }),
          match: {
            statementId: '',
            claimId: 'lamps',
            rank: 1,
            score: 0.91,
            decision: 'match',
            relation: 'repeats',
            evidence: { words: [], figures: [] },
          },
        },
      ],
      entries: [anEntry()],
    })
  })

  test('shows claims with their verdicts, and who said it first', async () => {
    const reply = await curator.slash('lookup text', { words: 'the lamps stay on' })
    expect(reply.ephemeral).toBe(true)
    for (const words of [
      '91 %',
      'Verdict: **False**. Reviewed by Quay Checkers, February 1, 2026',
      'Mira Sol',
      'First seen',
    ])
      expect(reply.text).toContain(words)
  })

  test('can be shared with the channel', async () => {
    expect((await curator.slash('lookup text', { words: 'the lamps', share: true })).ephemeral).toBe(false)
    expect((await curator.slash('lookup url', { address: 'https://a.example/', share: true })).ephemeral).toBe(false)
  })

  test('of a link wants a link', async () => {
    expect((await curator.slash('lookup url', { address: 'lamps' })).text).toContain('no web address')
  })

  test('works on a message, and in a direct message', async () => {
    expect((await curator.menu('Look up statements', 'They say the lamps stay on all night')).text).toContain('91 %')
    const alone = new Person(scene.server, { guild: null })
    expect((await alone.slash('lookup text', { words: 'the lamps' })).text).toContain('91 %')
  })

  test('and the right-click are the only ones offered to a user who installs it for direct messages, beside /help', async () => {
    const everywhere = (scene.server.commands as { name: string; integration_types: number[]; contexts: number[] }[])
      .filter(({ integration_types, contexts }) => integration_types.includes(1) && contexts.includes(2))
      .map(({ name }) => name)
    expect(everywhere.sort()).toEqual(['Look up statements', 'help', 'lookup'])
    const alone = new Person(scene.server, { guild: null })
    expect((await alone.menu('Look up statements', 'They say the lamps stay on all night')).text).toContain('91 %')
    expect((await alone.slash('lookup url', { address: 'https://gazette.example/one' })).text).toContain('91 %')
  })

  test('of an empty message says so', async () => {
    expect((await curator.menu('Look up statements', ' ')).text).toContain('no text')
  })
})

describe('/digest', () => {
  test('preview shows the next digest to the asker alone', async () => {
    const reply = await curator.slash('digest preview')
    expect(reply).toMatchObject({ ephemeral: true, text: expect.stringContaining('The lamps stay on') })
  })

  test('preview without news says so', async () => {
    scene.context.previewDigest = async () => null
    expect((await curator.slash('digest preview')).text).toContain('Nothing new')
  })

  test('now makes the channel due at once', async () => {
    await curator.slash('subscribe')
    await curator.slash('digest now')
    expect(await scene.store.subscriptions.due(scene.clock.now)).toHaveLength(1)
  })

  test('last, before the first, says that there is none', async () => {
    expect((await curator.slash('digest last')).text).toContain('Nothing new')
  })
})

describe('reading the record', () => {
  test('/said shows what somebody said, with its record', async () => {
    await record(scene.store)
    const reply = await curator.slash('said', { who: 'mira-sol', about: 'lamps', since: '365' })
    for (const words of ['Mira Sol: 1 on record', 'The lamps stay on', '`st-1`']) expect(reply.text).toContain(words)
    expect((await curator.slash('said', { who: 'mira-sol', about: 'herring' })).text).toContain('Nothing on record')
  })

  test.each([
    ['csv', `"'=1+1, ""lamps"""`],
    ['json', '"=1+1, \\"lamps\\""'],
  ])('/export gives what somebody said as %s', async (format, words) => {
    await record(scene.store, { statement: { content: '=1+1, "lamps"' } })
    const reply = await curator.slash('export', { who: 'mira-sol', format })
    expect(reply.files).toMatchObject([{ name: `said.${format}` }])
    expect(reply.files[0]?.text).toContain(words)
  })

  test('/why tells what caught an entry', async () => {
    await record(scene.store)
    await curator.slash('subscribe')
    expect((await curator.slash('why', { record: 'st-1' })).text).toContain('watches no terms')
    await curator.slash('watch add', { term: 'herring' })
    expect((await curator.slash('why', { record: '`st-1`' })).text).toContain('The one term watched here')
    expect((await curator.slash('why', { record: 'st-9' })).text).toContain('no record')
  })

  test('/timeline draws who said a claim when, with the same in words', async () => {
    await record(scene.store, { match: 'lamps' })
    const reply = await curator.slash('timeline claim', { claim: 'lamps' })
    expect(reply.files).toMatchObject([{ name: 'timeline.png' }])
    expect(reply.text).toContain('**Mira Sol** (says it)')
    const gallery = flat((reply.message.components ?? []) as Part[]).find(({ type }) => type === 12)
    expect(JSON.stringify(gallery)).toContain('2026-03-02 Mira Sol')
    expect(reply.ephemeral).toBe(true)
    expect((await curator.slash('timeline claim', { claim: 'lamps', share: true })).ephemeral).toBe(false)
    expect((await curator.slash('timeline claim', { claim: 'none' })).text).toContain('no known claim')
  })

  test('/timeline shows no hour where only the day is known', async () => {
    await record(scene.store, { match: 'lamps', statement: { said: '2026-03-01' } })
    const { text } = await curator.slash('timeline claim', { claim: 'lamps' })
    expect(text).toContain('March 1, 2026 **Mira Sol**')
    expect(text).not.toContain('<t:')
  })

  test('/claim, /entity and /source list and show', async () => {
    await record(scene.store)
    expect((await curator.slash('claim list')).text).toContain('The lamps on the quay stay on')
    expect((await curator.slash('claim show', { claim: 'lamps' })).text).toContain('No review')
    expect((await curator.slash('entity list', { search: 'mirasol' })).text).toContain('Mira Sol')
    expect((await curator.slash('entity show', { name: 'Mira Sol' })).text).toContain('harbour master')
    expect((await curator.slash('source list')).text).toContain('not read yet')
  })

  test('/source list with 100 sources pages', async () => {
    await scene.store.sources.configure(Array.from({ length: 100 }, (_, i) => aSource({ id: `s${i}` })))
    expect((await curator.slash('source list')).text).toContain('Page 1 of 10')
  })

  test('/status tells how it goes, and who changed what', async () => {
    await curator.slash('subscribe')
    expect((await curator.slash('status now')).text).toContain('Subscriptions here: 1, 0 paused')
    expect((await curator.slash('status changes')).text).toContain(`subscribed <#${IDS.channel}>`)
  })

  test('/help names every command', async () => {
    const { text } = await curator.slash('help')
    const named = scene.server.commands as { name: string; type?: number }[]
    for (const { name, type } of named) if (type !== 3 && name !== 'help') expect(text).toContain(`**/${name}`)
  })
})

describe('/setup', () => {
  test('leads from nothing to a first digest in two presses', async () => {
    const start = await curator.slash('setup')
    const topics = await curator.press(start.custom(/This channel/))
    expect(topics.text).toContain('Mira Sol')
    const done = await curator.press(topics.custom(/Everybody tracked/))
    expect(done.text).toContain('gets digests')
    await scene.server.until(() => scene.server.requests('POST', /^\/webhooks/)[0], 'the preview')
    expect(await list()).toHaveLength(1)
  })

  test('takes another channel from a menu', async () => {
    const start = await curator.slash('setup')
    const menu = flat((start.message.components ?? []) as Part[]).find(({ type }) => type === 8)
    const topics = await curator.press(menu?.custom_id ?? '', ['300000000000000009'])
    await curator.press(topics.custom(/Everybody tracked/))
    expect(await list()).toMatchObject([{ target: { channelId: '300000000000000009' } }])
  })
})

describe('an entry', () => {
  beforeEach(() => {
    scene.context.lookup = async (asked) => ({ asked, document: null, trouble: null, claims: [], entries: [anEntry()] })
  })

  test('opens with a citation to copy, and all its reports', async () => {
    const digest = await curator.slash('digest preview')
    const more = await curator.press(digest.custom(/More/))
    expect(more).toMatchObject({ ephemeral: true })
    expect(more.text).toContain(
      'Mira Sol: “The lamps stay on for 34 nights”. The Gazette, “Lamps on the quay”, 2026-03-02. Record st-1, read 2026-03-02. https://gazette.example/one',
    )
    const reports = await curator.press(more.custom(/The one report/))
    expect(reports.text).toContain('https\\://gazette.example/one')
  })

  test('can be reported as wrong, to the status channel', async () => {
    const more = await curator.press('entry:st-1')
    const form = await curator.press(more.custom(/Report an error/))
    expect(form.first?.type).toBe(9)
    expect((await curator.submit('wrong:st-1', { words: 'wrong speaker' })).text).toContain('no status channel')
    await curator.slash('setup', { status_channel: IDS.channel })
    expect((await curator.submit('wrong:st-1', { words: '@everyone wrong speaker' })).text).toContain('are told')
    expect(JSON.stringify([...scene.server.messages.values()])).toContain('everyone wrong speaker')
  })

  test('that is not on record says so', async () => {
    expect((await curator.press('entry:other')).text).toContain('no record')
  })
})

describe('/forget', () => {
  test('removes all that this server has set, and nothing of another one', async () => {
    const stranger = new Person(scene.server, { guild: IDS.otherGuild, channel: IDS.otherChannel })
    for (const one of [curator, stranger]) {
      await one.slash('subscribe')
      await one.slash('watch add', { term: 'lamps' })
    }
    const asked = await curator.slash('forget')
    expect(asked.text).toContain('1 subscription, 1 watch term, 0 entities')
    expect(await list()).toHaveLength(1)
    await curator.press(asked.custom(/Remove everything/))
    expect([await list(), await scene.store.watchTerms.list(IDS.guild)]).toEqual([[], []])
    expect(await scene.store.guilds.changes(IDS.guild, 10)).toEqual([])
    expect(await scene.store.subscriptions.list(IDS.otherGuild)).toHaveLength(1)
  })
})

describe('a server’s own claim', () => {
  test('is kept with its verdict, shown, changed and retired, by curators', async () => {
    const added = await curator.slash('claim add', {
      text: 'No ferry sails at night from the quay.',
      verdict: 'False',
      reviewer: 'Quay Checkers',
      review_date: '2026-02-01',
    })
    const id = /own-[\w-]+/.exec(added.text.replaceAll('\\', ''))?.[0] ?? ''
    const shown = await curator.slash('claim show', { claim: id })
    expect(shown.text).toContain('Verdict: **False**. Reviewed by Quay Checkers')
    await curator.slash('claim edit', { claim: id, text: 'No ferry sails at all.' })
    await curator.slash('claim retire', { claim: id })
    expect(await scene.store.claims.get(id)).toMatchObject({
      text: 'No ferry sails at all.',
      status: 'retired',
      owner: IDS.guild,
    })
    const reader = new Person(scene.server, { permissions: 0n })
    expect((await reader.slash('claim add', { text: 'Anything at all here' })).text).toContain('needs Manage Server')
  })

  test('has no verdict without who gave it and when', async () => {
    expect((await curator.slash('claim add', { text: 'No ferry sails at night.', verdict: 'False' })).text).toContain(
      'needs who reviewed it',
    )
  })

  test('of one server cannot be changed from another, and two may keep the same', async () => {
    await curator.slash('claim add', { text: 'No ferry sails at night.' })
    const [ours] = await scene.store.claims.list(IDS.guild)
    const stranger = new Person(scene.server, { guild: IDS.otherGuild, channel: IDS.otherChannel })
    expect((await stranger.slash('claim retire', { claim: ours?.id ?? '' })).text).toContain('no claim of this server')
    expect((await stranger.slash('claim add', { text: 'No ferry sails at night.' })).text).toContain('Kept')
    expect((await curator.slash('claim add', { text: 'No ferry sails at night.' })).text).toContain('already')
  })

  test('is made of an entry with one press', async () => {
    scene.context.lookup = async (asked) => ({ asked, document: null, trouble: null, claims: [], entries: [anEntry()] })
    const more = await curator.press('entry:st-1')
    await curator.press(more.custom(/Track as claim/))
    expect(await scene.store.claims.list(IDS.guild)).toMatchObject([
      { text: 'The lamps stay on for 34 nights', claimant: 'Mira Sol' },
    ])
  })
})

describe('another server', () => {
  test('sees nothing of this one', async () => {
    await curator.slash('subscribe')
    await curator.slash('watch add', { term: 'secret phrase' })
    await scene.store.claims.configure([aClaim({ id: 'ours', text: 'Our own secret claim', owner: IDS.guild })])
    const stranger = new Person(scene.server, { guild: IDS.otherGuild, channel: IDS.otherChannel })
    const replies = [
      await stranger.slash('subscriptions list'),
      await stranger.slash('watch list'),
      await stranger.slash('status now'),
      await stranger.slash('status changes'),
      await stranger.slash('claim list'),
      await stranger.slash('claim show', { claim: 'ours' }),
      await stranger.slash('digest last', { channel: IDS.channel }),
      await stranger.slash('digest search', { words: 'lamps' }),
      await stranger.press('list:watch:0:'),
      await stranger.press('list:subscriptions:0:'),
      await stranger.press('list:claims:0:'),
      await stranger.press('list:changes:0:'),
    ]
    for (const { text } of replies) expect(text).not.toMatch(/secret|gets digests|300000000000000001/)
    await stranger.slash('unsubscribe', { channel: IDS.channel })
    await stranger.slash('watch remove', { term: 'secret phrase' })
    expect(await list()).toHaveLength(1)
    expect(await scene.store.watchTerms.list(IDS.guild)).toHaveLength(1)
  })
})
