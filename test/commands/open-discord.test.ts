import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type DiscordOutlet, openDiscord } from '../../src/commands/open-discord.ts'
import { composeFor, deliverOne, deliverOwed } from '../../src/jobs/digest.ts'
import type { Kit } from '../../src/jobs/kit.ts'
import { tellRound } from '../../src/jobs/queue.ts'
import { mira, record } from '../support/commands.ts'
import { IDS } from '../support/discord-channels.ts'
import { flat, type Part } from '../support/discord-limits.ts'
import { Person } from '../support/discord-person.ts'
import { DiscordServer } from '../support/discord-server.ts'
import { aClaim } from '../support/nouns.ts'
import { openBelts } from '../support/outlet.ts'

let server: DiscordServer
let kit: Kit
let outlet: DiscordOutlet
const clock = { now: '' }

/** What the clock does: compose what is due, hand over what is owed. */
async function tick(): Promise<number> {
  for (const subscription of await kit.store.subscriptions.due(clock.now)) await composeFor(kit, subscription)
  return deliverOwed(kit, kit.deliver)
}
const posts = () => server.requests('POST', new RegExp(`/channels/${IDS.channel}/messages$`))
const subscription = async () => (await kit.store.subscriptions.list(IDS.guild))[0]

beforeEach(async () => {
  clock.now = '2026-03-02T12:00:00.000Z'
  server = await DiscordServer.start()
  kit = await openBelts(server, clock, () => outlet)
  outlet = await openDiscord(kit)
})
afterEach(async () => {
  await outlet[Symbol.asyncDispose]()
  await kit.store[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
  expect(server.faults).toEqual([])
})

describe('a subscribed channel', () => {
  beforeEach(async () => {
    await new Person(server).slash('subscribe', { schedule: 'daily 13:00' })
    await new Person(server).slash('watch add', { term: 'lamps' })
    await record(kit.store)
  })

  test('gets its digest when it is due, once', async () => {
    expect(await tick()).toBe(0)
    clock.now = '2026-03-02T13:00:05.000Z'
    expect(await tick()).toBe(1)
    expect(JSON.stringify([...server.messages.values()])).toContain('The lamps stay on')
    clock.now = '2026-03-03T13:00:05.000Z'
    expect(await tick()).toBe(0)
    expect(posts()).toHaveLength(1)
  })

  test('gets in one digest what a newer one took in while an older one was about to be posted', async () => {
    const errors: unknown[] = []
    const heard = {
      ...kit,
      log: { ...kit.log, error: (...all: unknown[]) => errors.push(all) } as unknown as Kit['log'],
    }
    clock.now = '2026-03-02T13:00:05.000Z'
    for (const due of await kit.store.subscriptions.due(clock.now)) await composeFor(kit, due)
    const [inHand] = await kit.store.deliveries.owed(clock.now)
    clock.now = '2026-03-03T13:00:05.000Z'
    await record(kit.store, {
      statement: { id: 'abcdef02', content: 'The quay is closed at night', turnId: 'turn-2' },
      document: {
        id: 'doc-2',
        url: 'https://b.example/',
        text: 'The lamps: “The quay is closed at night,” Mira Sol said.',
      },
      now: '2026-03-03T11:00:00.000Z',
    })
    for (const due of await kit.store.subscriptions.due(clock.now)) await composeFor(kit, due)
    expect(await deliverOne(heard, inHand!, kit.deliver)).toBe('later')
    expect({ errors, posts: posts() }).toEqual({ errors: [], posts: [] })
    expect(await deliverOwed(kit, kit.deliver)).toBe(1)
    const told = JSON.stringify([...server.messages.values()])
    expect(told).toContain('The lamps stay on')
    expect(told).toContain('The quay is closed at night')
  })

  test('gets it in the language that the server has set', async () => {
    await new Person(server).slash('setup', { language: 'de' })
    clock.now = '2026-03-02T13:00:05.000Z'
    await tick()
    expect(JSON.stringify([...server.messages.values()])).toContain('Lesen bei gazette.example')
  })

  test('gets it in embeds where the server has set them, once', async () => {
    await new Person(server).slash('setup', { form: 'embeds' })
    clock.now = '2026-03-02T13:00:05.000Z'
    await tick()
    const [message] = [...server.messages.values()]
    expect(message).toMatchObject({ flags: 0, embeds: [{ description: expect.stringContaining('The lamps stay on') }] })
  })

  test('stands under the server’s own claim where it bears on one', async () => {
    const added = await new Person(server).slash('claim add', { text: 'The lamps stay on.' })
    await server.until(
      () => added.edits.find((edit) => JSON.stringify(edit).includes('1 bears on it')),
      'the look back',
    )
    clock.now = '2026-03-02T13:00:05.000Z'
    await tick()
    expect(JSON.stringify([...server.messages.values()])).toContain('Claim: **The lamps stay on.**')
    expect((await new Person(server).slash('lookup text', { words: 'the lamps stay on' })).text).toContain(
      'Claim: **The lamps stay on.**',
    )
  })

  test('can be parted from the server’s own claim, and is not offered as one again', async () => {
    await record(kit.store, { statement: { id: 'abcdef02' }, document: { id: 'doc-2', url: 'https://b.example/' } })
    const curator = new Person(server)
    expect((await curator.press('entry:abcdef02')).text).toContain('Track as claim')
    const added = await curator.slash('claim add', { text: 'The lamps stay on.' })
    await server.until(() => added.edits.find((edit) => JSON.stringify(edit).includes('bear on it')), 'the look back')
    const entry = await curator.press('entry:abcdef02')
    expect(entry.text).toContain('Not the same')
    expect(entry.text).not.toContain('Track as claim')
    const done = await curator.press(entry.custom(/Not the same/))
    expect(done.text).toContain('count no more for the claim **The lamps stay on.**')
    expect((await curator.press('entry:abcdef02')).text).not.toMatch(/Not the same|Track as claim/)
    expect((await curator.slash('status changes')).text).toContain('parted an entry from the claim')
    const corrections = await curator.slash('claim corrections')
    const [row, ...others] = corrections.parts.flatMap(({ options = [] }) => options)
    expect(others).toEqual([])
    expect(corrections.text).toContain('is not “The lamps stay on.”')
    const back = await curator.press(corrections.custom(/Take one back/), [row?.value ?? ''])
    expect(back.text).toContain('Nothing was corrected')
    expect((await curator.press('entry:abcdef02')).text).toContain('Not the same')
    const stranger = new Person(server, { guild: IDS.otherGuild, channel: IDS.otherChannel })
    expect((await stranger.press('entry:abcdef02')).text).not.toContain('Not the same')
  })

  test('gets it at once with /digest now', async () => {
    await new Person(server).slash('digest now')
    expect(await tick()).toBe(1)
  })

  test('gets it at once with /digest now in its quiet hours too, which hold back what is due by the clock', async () => {
    await new Person(server).slash('subscriptions edit', { quiet_hours: '12:00-15:00' })
    clock.now = '2026-03-02T13:00:05.000Z'
    expect(await tellRound(kit)).toBe(0)
    await new Person(server).slash('digest now')
    expect(await tellRound(kit)).toBe(1)
    await record(kit.store, { statement: { id: 'st-6' }, document: { id: 'doc-6', url: 'https://f.example/' } })
    clock.now = '2026-03-02T13:30:00.000Z'
    await kit.store.subscriptions.reschedule((await subscription())!.id, {
      schedule: '0 13 * * *',
      timeZone: 'UTC',
      nextDigestAt: clock.now,
    })
    expect(await tellRound(kit)).toBe(0)
    clock.now = '2026-03-02T15:00:00.000Z'
    expect(await tellRound(kit)).toBe(1)
  })

  test('sees it with /digest preview without moving anything', async () => {
    const reply = await new Person(server).slash('digest preview')
    expect(reply.text).toContain('The lamps stay on')
    clock.now = '2026-03-02T13:00:05.000Z'
    expect(await tick()).toBe(1)
    expect((await new Person(server).slash('digest last')).text).toContain('The lamps stay on')
    expect((await new Person(server).slash('digest search', { words: 'mira lamps' })).text).toContain(
      'The lamps stay on',
    )
    expect((await new Person(server).slash('digest search', { words: 'herring' })).text).toContain('Nothing fits')
  })

  test('looks a record up by its id', async () => {
    await record(kit.store, { statement: { id: 'abc123def' }, document: { id: 'doc-3', url: 'https://c.example/' } })
    expect((await new Person(server).slash('lookup text', { words: 'abc123def' })).text).toContain('The lamps stay on')
  })

  test('that refuses is paused with the reason, told once, and resumes with what was missed', async () => {
    const statusChannel = '300000000000000007'
    server.channels.set(statusChannel, { id: statusChannel, type: 0, guild_id: IDS.guild, name: 'status' })
    await new Person(server).slash('setup', { status_channel: statusChannel })
    server.trouble('POST', new RegExp(`${IDS.channel}/messages`), {
      status: 403,
      code: 50013,
      message: 'Missing Permissions',
    })
    clock.now = '2026-03-02T13:00:05.000Z'
    expect(await tick()).toBe(0)
    expect((await subscription())?.pausedBecause).toContain('may not post there')
    const notices = [...server.messages.values()].filter(({ channel_id }) => channel_id !== IDS.channel)
    expect(notices.map(({ channel_id }) => channel_id).sort()).toEqual([statusChannel, `9${IDS.user.slice(1)}`].sort())
    expect(JSON.stringify(notices)).toContain('Nothing is lost')

    await record(kit.store, {
      statement: { id: 'st-5', content: 'The lamps go out' },
      document: { id: 'doc-5', url: 'https://d.example/' },
    })
    clock.now = '2026-03-03T13:00:05.000Z'
    expect(await tick()).toBe(0)
    expect(posts()).toHaveLength(1)
    await new Person(server).slash('subscriptions resume')
    clock.now = '2026-03-04T13:00:05.000Z'
    expect(await tick()).toBeGreaterThan(0)
    const posted = JSON.stringify([...server.messages.values()].filter(({ channel_id }) => channel_id === IDS.channel))
    expect(posted).toContain('The lamps stay on')
    expect(posted).toContain('The lamps go out')
  })

  test('that is deleted is paused as soon as Discord says so', async () => {
    server.gateway.dispatch('CHANNEL_DELETE', { id: IDS.channel, guild_id: IDS.guild, type: 0, name: 'gone' })
    await server.until(() => server.messages.size > 0, 'the notice')
    expect((await subscription())?.pausedBecause).toContain('no longer exists')
  })
})

describe('a channel that filters', () => {
  beforeEach(async () => {
    await record(kit.store, { match: 'lamps' })
    await record(kit.store, {
      statement: {
        id: 'abcdef08',
        content: 'No boat sails',
        speaker: { name: 'Ferry Guild', entityId: null, mention: null },
      },
      document: {
        id: 'doc-8',
        url: 'https://ferry.example/8',
        publisher: 'Ferry Post',
        text: 'No boat sails tonight, the guild said.',
      },
    })
    await new Person(server).slash('watch add', { term: 'lamps' })
    await new Person(server).slash('watch add', { term: 'boat' })
  })
  const posted = async () => {
    clock.now = '2026-03-03T08:00:05.000Z'
    await tick()
    return JSON.stringify([...server.messages.values()].filter(({ channel_id }) => channel_id === IDS.channel))
  }

  test('gets only what fits, with a role mentioned and nobody else', async () => {
    await new Person(server).slash('subscribe', { words: 'boat', role: '600000000000000002' })
    const messages = await posted()
    expect(messages).toContain('No boat sails')
    expect(messages).not.toContain('lamps')
    expect([...server.messages.values()][0]?.allowed_mentions).toEqual({ parse: [], roles: ['600000000000000002'] })
  })

  test('gets nothing where nothing fits, and everything again once the filter is cleared', async () => {
    await new Person(server).slash('subscribe', { source: 'Tide Table' })
    expect(await posted()).toBe('[]')
    const edited = await new Person(server).slash('subscriptions edit', { clear: 'filter' })
    expect(edited.text).toContain('gets digests')
    expect((await subscription())?.filter).toBeNull()
  })

  test.each([
    ['hourly', 'hourly'],
    ['immediate', 'immediate'],
    ['daily 8:30', 'daily 08:30'],
    ['weekdays 18:00', 'weekdays 18:00'],
    ['weekly mon 9:00', 'weekly monday 09:00'],
    ['0 8,20 * * *', '0 8,20 * * *'],
  ])('is listed with its schedule %s as it can be written', async (schedule, listed) => {
    await new Person(server).slash('subscribe', { schedule })
    expect((await new Person(server).slash('subscriptions list')).text).toContain(`\`${listed}\` UTC`)
  })

  test.each([
    ['a claim', { claim: 'lamps' }, 'stay on', 'No boat sails'],
    ['an outlet', { source: 'ferry' }, 'No boat sails', 'stay on'],
    ['somebody', { entity: 'Mira Sol' }, 'stay on', 'No boat sails'],
    ['how sure a match is', { minimum_score: 50 }, 'stay on', 'No boat sails'],
  ])('by %s gets that alone', async (_, filter, wanted, other) => {
    kit.rooms = { ...kit.rooms, configured: [aClaim()], entities: [mira] }
    await new Person(server).slash('subscribe', filter)
    const messages = await posted()
    expect(messages).toContain(wanted)
    expect(messages).not.toContain(other)
  })

  test('keeps its pictures and its other wishes where only its schedule is changed', async () => {
    const wish = { words: 'boat', pictures: true, nothing_new: true, quiet_hours: '22:00-07:00' }
    await new Person(server).slash('subscribe', wish)
    await new Person(server).slash('subscriptions edit', { schedule: 'hourly' })
    expect(await subscription()).toMatchObject({
      filter: { query: 'boat' },
      pictures: true,
      nothingNew: true,
      quietFrom: 1320,
      schedule: '0 * * * *',
    })
  })

  test('says “nothing new” only where it was asked to', async () => {
    await new Person(server).slash('subscribe', { words: 'herring' })
    expect(await posted()).toBe('[]')
    await new Person(server).slash('subscriptions edit', { nothing_new: true })
    clock.now = '2026-03-04T08:00:05.000Z'
    await tick()
    expect(JSON.stringify([...server.messages.values()])).toContain('Nothing new')
  })

  test('is listed with what it filters for', async () => {
    await new Person(server).slash('subscribe', { words: 'boat', minimum_score: 70 })
    const { text } = await new Person(server).slash('subscriptions list')
    expect(text).toContain('only “boat” · at least 70 %')
  })

  test('takes a query, and points at a mistake in it', async () => {
    const wrong = await new Person(server).slash('subscribe', { words: 'boat AND (lamps' })
    expect(wrong.text).toContain('boat AND (lamps\n         ^')
    await new Person(server).slash('subscribe', { words: '"no boat" OR herring' })
    expect(await posted()).toContain('No boat sails')
  })

  test('refuses to filter for somebody who is not tracked', async () => {
    expect((await new Person(server).slash('subscribe', { entity: 'nobody' })).text).toContain('is not tracked')
  })

  test('never shows a muted speaker again, until that is taken back', async () => {
    const curator = new Person(server)
    await curator.slash('subscribe')
    const muted = await curator.press('correct:mute:abcdef08')
    expect(muted.text).toContain('Ferry Guild')
    const corrections = await curator.slash('claim corrections')
    expect(corrections.text).toContain('muted: ferry guild')
    expect((await curator.slash('digest preview', { channel: IDS.channel })).text).not.toContain('No boat sails')
    await curator.press('uncorrect', ['m:ferry guild'])
    expect(await posted()).toContain('No boat sails')
    expect((await curator.slash('status changes')).text).toContain('took a correction back')
  })

  test('is corrected by curators alone', async () => {
    const reader = new Person(server, { permissions: 0n })
    expect((await reader.press('correct:mute:abcdef08')).text).toContain('needs Manage Server')
  })
})

describe('a subscription that asks for approval', () => {
  const desk = '300000000000000008'
  const curator = () => new Person(server, { channel: desk })
  const inChannel = (id: string) => [...server.messages.values()].filter(({ channel_id }) => channel_id === id)
  const waitingPanel = () => {
    const message = inChannel(desk).at(-1)
    const parts = flat((message?.components ?? []) as Part[])
    return (label: RegExp) => parts.find((part) => label.test(part.label ?? part.placeholder ?? ''))?.custom_id ?? ''
  }
  beforeEach(async () => {
    server.channels.set(desk, { id: desk, type: 0, guild_id: IDS.guild, name: 'desk' })
    await record(kit.store)
    await record(kit.store, {
      statement: { id: 'st-9', content: 'The lamps go out' },
      document: { id: 'doc-9', url: 'https://e.example/' },
    })
    await new Person(server).slash('watch add', { term: 'lamps' })
    await new Person(server).slash('subscribe', { approval: desk })
    clock.now = '2026-03-03T08:00:05.000Z'
    await tick()
  })

  test('waits in the curators’ channel, and is posted once when one of them says so', async () => {
    expect(inChannel(IDS.channel)).toEqual([])
    const press = waitingPanel()
    const done = await curator().press(press(/Post/))
    expect(done.text).toContain('Posted by')
    expect(JSON.stringify(inChannel(IDS.channel))).toContain('The lamps go out')
    await curator().press(press(/Post/))
    expect(inChannel(IDS.channel)).toHaveLength(1)
  })

  test('is posted without the entries that were taken out', async () => {
    const taken = await curator().press(waitingPanel()(/Take entries out/), ['0'])
    expect(taken.text).toContain('1 entry would be posted, 1 is taken out')
    await curator().press(taken.custom(/Post/))
    const text = JSON.stringify(inChannel(IDS.channel))
    expect(text.includes('The lamps go out')).not.toBe(text.includes('The lamps stay on'))
  })

  test('can be dropped, and is not for everybody to decide', async () => {
    const reader = new Person(server, { channel: desk, permissions: 0n })
    expect((await reader.press(waitingPanel()(/Post/))).text).toContain('needs Manage Server')
    const stranger = new Person(server, { guild: IDS.otherGuild, channel: IDS.otherChannel })
    expect((await stranger.press(waitingPanel()(/Post/))).text).toContain('older version')
    expect((await curator().press(waitingPanel()(/Drop/))).text).toContain('Dropped by')
    expect(inChannel(IDS.channel)).toEqual([])
  })
})

describe('a server that throws the bot out', () => {
  test('has its subscriptions paused', async () => {
    await new Person(server).slash('subscribe')
    server.gateway.dispatch('GUILD_DELETE', { id: IDS.guild })
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect((await subscription())?.pausedBecause).toContain('no longer in that server')
  })
})

describe('a start', () => {
  test('with a wrong token fails in words', async () => {
    const config = { ...kit.config, discord: { ...kit.config.discord!, token: 'MTIz.wrong.token-of-some-length' } }
    await expect(openDiscord({ ...kit, config })).rejects.toMatchObject({ reason: 'token' })
  })

  test('without a connection keeps what is owed', async () => {
    const config = { ...kit.config, discord: { ...kit.config.discord!, apiUrl: 'http://127.0.0.1:9/api' } }
    await using offline = await openDiscord({ ...kit, config })
    const target = { kind: 'discord' as const, guildId: IDS.guild, channelId: IDS.channel }
    expect(await offline.deliver({ target } as never)).toBe('later')
  })
})
