// As in the running program: both doors to the outside in one process, ours first.
import '../../src/sources/net.ts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { analyseStored, openRooms } from '../../src/jobs/analyse.ts'
import { entryOf, recordAll } from '../../src/jobs/record.ts'
import type { Document } from '../../src/model.ts'
import { mira, record } from '../support/commands.ts'
import { IDS } from '../support/discord-channels.ts'
import { Person } from '../support/discord-person.ts'
import { aClaim } from '../support/nouns.ts'
import { openPosting, type Posting } from '../support/outlet.ts'

let scene: Posting
beforeEach(async () => {
  scene = await openPosting()
})
afterEach(async () => {
  await scene[Symbol.asyncDispose]()
  expect(scene.server.faults).toEqual([])
})

const words = (channelId?: string) => JSON.stringify(scene.inChannel(channelId))
const posts = () => scene.server.requests('POST', new RegExp(`/channels/${IDS.channel}/messages$`))
const edits = () => scene.server.requests('PATCH', /\/messages\/\d+$/)

describe('a posted digest', () => {
  beforeEach(async () => {
    await scene.say('st-1', 'The lamps stay on')
    await scene.tick('2026-03-02T13:00:05.000Z')
    expect(posts()).toHaveLength(1)
  })

  /** The same article, read again with another text. */
  async function publish(change: (known: Document) => Partial<Document>) {
    const { store } = scene.kit
    const known = (await store.documents.get('doc-st-1'))!
    const newer = { ...known, ...change(known) }
    const facts = { isNews: () => true, now: scene.clock.now }
    const source = { id: 'gazette', sample: false }
    await store.transaction((tx) => recordAll(tx, [entryOf(newer, null, source, facts)]))
  }

  test('of a retracted article says so where it stands, with the old words struck', async () => {
    await publish(({ text }) => ({ text: `${text}\n\nRetraction: the interview was never held.` }))
    await scene.tick('2026-03-02T13:05:00.000Z')
    expect(words()).toContain('~~“The lamps stay on”~~')
    expect(words()).toContain('Retracted by **The Gazette** on 2 March 2026')
    expect(words()).toContain('the interview was never held')
    expect(posts()).toHaveLength(1)
  })

  test('of a corrected article carries the notice and keeps the words', async () => {
    await publish(({ text }) => ({ text: `Correction: the meeting was on Monday.\n\n${text}` }))
    await scene.tick('2026-03-02T13:05:00.000Z')
    expect(words()).toContain('Corrected by **The Gazette**')
    expect(words()).toContain('the meeting was on Monday')
    expect(words()).not.toContain('~~')
  })

  test('of an article that now quotes other words says what stands there, until the old words are back', async () => {
    scene.kit.rooms = await openRooms({ ...scene.kit.config, entities: [mira] }, scene.kit.store)
    const before = (await scene.kit.store.documents.get('doc-st-1'))!.text
    await publish(({ text }) => ({ text: text.replace('The lamps stay on', 'The lamps do not stay on') }))
    await analyseStored(scene.kit)
    await scene.tick('2026-03-02T13:05:00.000Z')
    expect(words()).toContain('~~“The lamps stay on”~~')
    expect(words()).toContain('It now reads: “The lamps do not stay on”')
    await publish(() => ({ text: before }))
    await analyseStored(scene.kit)
    await scene.tick('2026-03-02T13:10:00.000Z')
    expect(words()).not.toContain('~~')
    expect(posts()).toHaveLength(1)
  })

  test('is changed once, even where Discord fails at first and the process ends meanwhile', async () => {
    await publish(({ text }) => ({ text: `${text}\n\nRetraction: the interview was never held.` }))
    const down = Array.from({ length: 4 }, () => ({ status: 503 }) as const)
    scene.server.trouble('PATCH', /\/messages\//, ...down)
    await scene.tick('2026-03-02T13:05:00.000Z')
    expect(words()).not.toContain('Retracted')
    await scene.restart()
    await scene.tick('2026-03-02T14:05:00.000Z')
    expect(words()).toContain('Retracted')
    const made = edits().length
    await scene.tick('2026-03-02T15:05:00.000Z')
    expect(edits()).toHaveLength(made)
  }, 30_000)

  test('stays as it is where nothing of it changed', async () => {
    await publish(({ text }) => ({ text: `${text}\n\nMore of the harbour follows tomorrow.` }))
    await scene.tick('2026-03-02T13:05:00.000Z')
    expect(edits()).toEqual([])
  })

  test('that somebody removed is left alone', async () => {
    scene.server.messages.clear()
    await publish(({ text }) => ({ text: `${text}\n\nRetraction: the interview was never held.` }))
    await scene.tick('2026-03-02T13:05:00.000Z')
    expect(await scene.kit.store.postings.owedEdits('2027-01-01T00:00:00.000Z')).toEqual([])
  })
})

describe('a curator who parts an entry from its claim', () => {
  test('changes what is posted already, and back again', async () => {
    scene.kit.rooms = { ...scene.kit.rooms, configured: [aClaim()] }
    await scene.say('abc123def1', 'The lamps stay on', 'lamps')
    await scene.tick('2026-03-02T13:00:05.000Z')
    expect(words()).toContain('Claim: ')
    const entry = await scene.person.press('entry:abc123def1')
    await scene.person.press(entry.custom(/not the same/i))
    await scene.tick('2026-03-02T13:01:00.000Z')
    expect(words()).toContain('not the same claim')
    await scene.person.press('uncorrect', ['c:abc123def1:lamps'])
    await scene.tick('2026-03-02T13:02:00.000Z')
    expect(words()).not.toContain('not the same claim')
    expect(posts()).toHaveLength(1)
  })
})

describe('a channel in Berlin over the night in which clocks go forward', () => {
  // 27 March 2026 is a Friday; Berlin is one hour before UTC until 29 March, two from then on.
  test.each([
    [
      'hourly',
      ['27T12:00', '27T13:00', '29T00:00', '29T01:00', '30T06:00', '30T06:30'],
      '27T12 27T13 29T00 29T01 30T06',
    ],
    ['daily 8:00', ['27T07:00', '28T06:59', '28T07:00', '29T05:59', '29T06:00', '30T06:00'], '27T07 28T07 29T06 30T06'],
    ['weekdays 8:00', ['27T06:59', '27T07:00', '28T07:00', '29T06:00', '30T06:00'], '27T07 30T06'],
    ['weekly monday 8:00', ['27T07:00', '29T06:00', '30T05:59', '30T06:00', '31T06:00'], '30T06'],
    [
      '15 9,18 * * 6,0',
      ['27T08:15', '28T08:15', '28T17:15', '29T07:15', '29T16:15', '30T07:15'],
      '28T08 28T17 29T07 29T16',
    ],
  ])('gets its digest %s when that is due, and at no other time', async (schedule, ticks, due) => {
    scene.clock.now = '2026-03-27T06:30:00.000Z'
    await scene.person.slash('subscriptions edit', { schedule, time_zone: 'Europe/Berlin' })
    const posted: string[] = []
    for (const [i, time] of ticks.entries()) {
      scene.clock.now = `2026-03-${time}:00.000Z`
      await scene.say(`st-${i}`, `On the lamps, ${i}: ${'they burn and burn '.repeat(i + 1)}${WORDS[i]}`)
      const before = posts().length
      await scene.tick(`2026-03-${time}:05.000Z`)
      if (posts().length > before) posted.push(time.slice(0, 5))
    }
    expect(posted.join(' ')).toBe(due)
  })
  const WORDS = ['wharf', 'pier', 'ferry', 'market', 'school', 'bridge']
})

describe('a channel that wants to be told at once', () => {
  test('gets six digests an hour at most, then the rest as one', async () => {
    await scene.person.slash('subscriptions edit', { schedule: 'immediate' })
    const words = ['wharf', 'pier', 'ferry', 'market', 'school', 'bridge', 'tower', 'station']
    for (const [i, place] of words.entries()) {
      await scene.say(`st-${i}`, `The lamps of the ${place} ${'go out early today '.repeat(i + 1)}`)
      await scene.tick(`2026-03-02T12:${String(i * 5 + 5).padStart(2, '0')}:05.000Z`)
    }
    expect(posts()).toHaveLength(6)
    expect(words.filter((place) => JSON.stringify(posts().map(({ body }) => body)).includes(place))).toHaveLength(6)
    await scene.tick('2026-03-02T13:05:00.000Z')
    expect(posts()).toHaveLength(6)
    await scene.tick('2026-03-02T13:05:10.000Z')
    expect(posts()).toHaveLength(7)
    expect(JSON.stringify(posts()[6]?.body)).toMatch(/example\/st-6.*example\/st-7/)
  })

  test('gets more where somebody asks with /digest now', async () => {
    await scene.person.slash('subscriptions edit', { schedule: 'immediate' })
    for (let i = 0; i < 7; i += 1) {
      await scene.say(`st-${i}`, `The lamps of quay ${i} ${'stay dark all night '.repeat(i + 1)}`)
      if (i === 6) await scene.person.slash('digest now')
      await scene.tick(`2026-03-02T12:${String(i * 5 + 5).padStart(2, '0')}:05.000Z`)
    }
    expect(posts()).toHaveLength(7)
  })
})

describe('a subscription that asks for pictures', () => {
  test('gets the spread of a quotation that several outlets carry, beside its entry and with the same in words', async () => {
    await scene.person.slash('subscriptions edit', { pictures: true })
    for (const [i, publisher] of ['The Gazette', 'Ferry Post', 'Tide Table'].entries())
      await record(scene.kit.store, {
        statement: { id: `abcdef0${i}`, content: 'The lamps stay on for a first night at least' },
        document: {
          id: `doc-${i}`,
          url: `https://outlet-${i}.example/`,
          publisher,
          published: `2026-03-02T0${i + 6}:30:00.000Z`,
          text: `Of the lamps Mira Sol said on day ${i}: “The lamps stay on for a first night at least”`,
        },
      })
    await scene.tick('2026-03-02T13:00:05.000Z')
    const [message] = scene.inChannel()
    expect(message?.files).toEqual([expect.objectContaining({ name: 'spread-abcdef00.png' })])
    const words =
      'Carried by 3 outlets, in the order of their reports (UTC): 2026-03-02 06:30 The Gazette; 2026-03-02 07:30'
    expect(JSON.stringify(message?.components)).toContain(words)
    expect(message?.files[0]?.bytes).toBeGreaterThan(10_000)
    const entry = await scene.person.press('entry:abcdef00')
    const picture = await scene.person.press(entry.custom(/Picture/))
    expect(picture.files).toMatchObject([{ name: 'spread-abcdef00.png' }])
    expect(picture.text).toContain('First seen <t:1772433000:f> **The Gazette**')
    expect(picture.text.indexOf('Ferry Post')).toBeLessThan(picture.text.indexOf('Tide Table'))
    const quote = await scene.person.slash('timeline quote', { record: 'abcdef02' })
    expect(quote.files).toMatchObject([{ name: 'spread-abcdef00.png' }])
    const stranger = new Person(scene.server, { guild: IDS.otherGuild, channel: IDS.otherChannel })
    expect((await stranger.press('picture:nothing1')).text).toContain('There is no record')
  })

  test('gets a timeline under each claim, with the same in words, that stays when the message is changed', async () => {
    scene.kit.rooms = { ...scene.kit.rooms, configured: [aClaim()] }
    await scene.person.slash('subscriptions edit', { pictures: true })
    await scene.say('abc123def1', 'The lamps stay on', 'lamps')
    await scene.say('abc123def2', 'Not one of those lights will ever go out here', 'lamps')
    await scene.tick('2026-03-02T13:00:05.000Z')
    const [message] = scene.inChannel()
    expect(message?.files).toEqual([expect.objectContaining({ name: 'timeline-lamps.png' })])
    expect(message?.attachments?.[0]?.description).toContain('2026-03-02 Mira Sol')
    expect(words()).toContain('attachment://timeline-lamps.png')
    await scene.person.press('correct:part:abc123def1')
    await scene.tick('2026-03-02T13:01:00.000Z')
    expect(edits()[0]?.files).toEqual([expect.objectContaining({ name: 'timeline-lamps.png' })])
  })
})

test('a forum gets each digest as a post of its own, changed there too', async () => {
  scene.server.channels.get(IDS.channel)!.type = 15
  scene.kit.rooms = { ...scene.kit.rooms, configured: [aClaim()] }
  await scene.say('abc123def1', 'The lamps stay on', 'lamps')
  await scene.tick('2026-03-02T13:00:05.000Z')
  const [post] = [...scene.server.channels.values()].filter(({ parent_id }) => parent_id === IDS.channel)
  expect(post?.name).toMatch(/^Who said what · [0-9a-f]{20}$/)
  await scene.person.press('correct:part:abc123def1')
  await scene.tick('2026-03-02T13:01:00.000Z')
  expect(words(post?.id)).toContain('not the same claim')
})

describe('what is owed', () => {
  test('waits without being counted as tried while there is no connection', async () => {
    await scene.say('st-1', 'The lamps stay on')
    const { deliver } = scene.kit
    scene.kit.deliver = async () => 'later'
    for (let i = 0; i < 5; i++) await scene.tick('2026-03-02T13:00:05.000Z')
    expect((await scene.kit.store.deliveries.owed(scene.clock.now))[0]).toMatchObject({ attempts: 0 })
    scene.kit.deliver = deliver
    expect(await scene.tick()).toBe(1)
    expect(scene.server.requests('GET', /\/messages$/)).toEqual([])
  })

  test('after days without Discord is one digest, not many', async () => {
    const { deliver } = scene.kit
    scene.kit.deliver = async () => 'later'
    for (const day of [2, 3, 4, 5]) {
      scene.clock.now = `2026-03-0${day}T12:30:00.000Z`
      await scene.say(
        `st-${day}`,
        [
          `Lamps: it is quay ${day} of ${day} that stays dark`,
          `Nobody asked the harbour about ${day}`,
          `Gulls took ${day} of them, we think`,
          `At ${day} the bells rang and we left`,
        ][day - 2] ?? '',
      )
      await scene.tick(`2026-03-0${day}T13:00:05.000Z`)
    }
    scene.kit.deliver = deliver
    await scene.tick('2026-03-05T13:00:10.000Z')
    expect(posts()).toHaveLength(1)
    for (const day of [2, 3, 4, 5]) expect(words()).toContain(`record \`st-${day}\``)
  })

  test('is found in the channel after a crash between posting and noting it', async () => {
    await scene.say('st-1', 'The lamps stay on')
    const { store } = scene.kit
    const done = store.postings.done
    store.postings.done = () => Promise.reject(new Error('power cut'))
    const transaction = store.transaction
    store.transaction = (work) =>
      transaction((tx) => work({ ...tx, postings: { ...tx.postings, done: store.postings.done } }))
    await scene.tick('2026-03-02T13:00:05.000Z')
    store.postings.done = done
    store.transaction = transaction
    scene.server.place.forgetNonces()
    await scene.restart()
    await scene.tick('2026-03-02T15:00:00.000Z')
    expect(scene.inChannel()).toHaveLength(1)
    expect(await store.deliveries.owed('2027-01-01T00:00:00.000Z')).toEqual([])
  })

  test('of which nobody can tell whether it stands there is told and not repeated', async () => {
    await scene.say('st-1', 'The lamps stay on')
    const lost = Array.from({ length: 4 }, () => ({ reset: true, taken: true }) as const)
    scene.server.trouble('POST', new RegExp(`${IDS.channel}/messages`), ...lost)
    await scene.tick('2026-03-02T13:00:05.000Z')
    scene.server.place.forgetNonces()
    scene.server.trouble('GET', /\/messages$/, { status: 403, code: 50001 })
    await scene.tick('2026-03-02T15:00:00.000Z')
    await scene.tick('2026-03-02T16:00:00.000Z')
    expect(scene.inChannel()).toHaveLength(1)
    expect(words(`9${IDS.user.slice(1)}`)).toContain('cannot be told')
  }, 30_000)
})

describe('quiet hours', () => {
  test('hold everything back until they are over, and then it is one digest', async () => {
    const { store } = scene.kit
    const { id } = await scene.subscription()
    await store.subscriptions.reschedule(id, {
      schedule: '* * * * *',
      timeZone: 'Europe/Berlin',
      nextDigestAt: scene.clock.now,
    })
    const { filter = null, roleId = null, approvalChannelId = null } = await scene.subscription()
    await store.subscriptions.wish(id, { filter, roleId, approvalChannelId, quietFrom: 22 * 60, quietTo: 7 * 60 })
    for (const hour of [
      '2026-03-28T21:30',
      '2026-03-28T23:00',
      '2026-03-29T00:59',
      '2026-03-29T01:30',
      '2026-03-29T04:59',
    ]) {
      scene.clock.now = `${hour}:00.000Z`
      await scene.say(
        `st-${hour.replaceAll(/\D/g, '')}`,
        `${hour} ${['quay', 'gull', 'bell', 'rope', 'tide'].map((word) => `${word}${hour}`).join(' ')}`,
      )
      await scene.tick()
    }
    expect(posts()).toEqual([])
    // Clocks went forward in Berlin that night: seven there is five in UTC.
    await scene.tick('2026-03-29T05:00:00.000Z')
    expect(posts()).toHaveLength(1)
    expect(words()).toContain('2026-03-28T21:30')
    expect(words()).toContain('2026-03-29T04:59')
  })
})

describe('a trouble that mends', () => {
  const missed = async () => {
    await scene.say('st-2', 'The lamps stay on for a second night as well')
    await scene.tick('2026-03-03T13:00:05.000Z')
  }

  test('a permission given back: what was missed comes as one digest', async () => {
    await scene.say('st-1', 'The lamps stay on for a first night at least')
    scene.server.trouble('POST', new RegExp(`${IDS.channel}/messages`), { status: 403, code: 50013 })
    await scene.tick('2026-03-02T13:00:05.000Z')
    expect(await scene.subscription()).toMatchObject({
      pausedBecause: expect.stringContaining('may not post'),
      mends: true,
    })
    await missed()
    expect(scene.inChannel()).toEqual([])
    scene.server.gateway.dispatch('CHANNEL_UPDATE', scene.server.channels.get(IDS.channel)!)
    await scene.server.until(() => scene.server.requests('GET', /\/guilds\/\d+\/members/).length > 0, 'a look')
    await resumed()
    await scene.tick('2026-03-04T13:00:05.000Z')
    expect(scene.inChannel()).toHaveLength(1)
    expect(words()).toContain('first night')
    expect(words()).toContain('second night')
  })

  test('a bot that was removed and invited again', async () => {
    await scene.say('st-1', 'The lamps stay on for a first night at least')
    scene.server.gateway.dispatch('GUILD_DELETE', { id: IDS.guild })
    await paused()
    scene.server.gateway.dispatch('GUILD_CREATE', guild())
    await resumed()
    await scene.tick('2026-03-02T13:00:05.000Z')
    expect(scene.inChannel()).toHaveLength(1)
  })

  test('an archived thread is opened again, a locked one is not', async () => {
    const thread = scene.server.channels.get(IDS.channel)!
    Object.assign(thread, { type: 11, thread_metadata: { archived: true, locked: false } })
    await scene.say('st-1', 'The lamps stay on for a first night at least')
    await scene.tick('2026-03-02T13:00:05.000Z')
    expect(scene.inChannel()).toHaveLength(1)
    thread.thread_metadata = { archived: true, locked: true }
    await missed()
    expect((await scene.subscription()).pausedBecause).toContain('locked')
  })

  test('a curator’s own pause is never lifted by itself', async () => {
    await scene.person.slash('subscriptions pause')
    await scene.restart()
    expect((await scene.subscription()).pausedBecause).not.toBeNull()
  })

  test('a deleted channel pauses what went there, once told', async () => {
    scene.server.gateway.dispatch('CHANNEL_DELETE', scene.server.channels.get(IDS.channel)!)
    await paused()
    const direct = `9${IDS.user.slice(1)}`
    await scene.server.until(() => scene.inChannel(direct).length > 0, 'a notice')
    scene.server.channels.delete(IDS.channel)
    await scene.say('st-1', 'The lamps stay on for a first night at least')
    await scene.tick('2026-03-02T13:00:05.000Z')
    expect(scene.inChannel(direct)).toHaveLength(1)
  })

  test('a renamed role is mentioned as before', async () => {
    const role = '600000000000000001'
    const { id } = await scene.subscription()
    await scene.kit.store.subscriptions.wish(id, { roleId: role })
    scene.server.gateway.dispatch('GUILD_ROLE_UPDATE', {
      guild_id: IDS.guild,
      role: {
        id: role,
        name: 'renamed',
        permissions: '0',
        position: 1,
        color: 0,
        hoist: false,
        managed: false,
        mentionable: true,
      },
    })
    await scene.say('st-1', 'The lamps stay on for a first night at least')
    await scene.tick('2026-03-02T13:00:05.000Z')
    expect(words()).toContain(`<@&${role}>`)
  })

  const state = async (wanted: (because: string | null) => boolean) => {
    for (let tries = 0; tries < 400; tries++) {
      if (wanted((await scene.subscription()).pausedBecause)) return
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    throw new Error('the subscription did not change')
  }
  const paused = () => state((because) => because !== null)
  const resumed = () => state((because) => because === null)
  const guild = () => ({
    id: IDS.guild,
    name: 'Harbour',
    owner_id: IDS.user,
    roles: [],
    emojis: [],
    stickers: [],
    features: [],
    members: [],
    threads: [],
    presences: [],
    channels: [...scene.server.channels.values()].filter(({ guild_id }) => guild_id === IDS.guild),
  })
})
