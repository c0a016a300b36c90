import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { viewDigest } from '../../src/digests/digest-view.ts'
import { renderText } from '../../src/digests/render-text.ts'
import { composeFor } from '../../src/jobs/digest.ts'
import type { Digest, DigestEntry, Match } from '../../src/model.ts'
import { openScene, record, type Scene } from '../support/commands.ts'
import { aMatch } from '../support/digests.ts'
import { IDS } from '../support/discord-channels.ts'
import { Person, type Reply } from '../support/discord-person.ts'
import { aClaim, aDocument, aStatement } from '../support/nouns.ts'

let scene: Scene
let curator: Person
let stranger: Person
beforeEach(async () => {
  scene = await openScene({}, true)
  curator = new Person(scene.server)
  stranger = new Person(scene.server, { guild: IDS.otherGuild, channel: IDS.otherChannel })
})
afterEach(async () => {
  const { faults } = scene.server
  await scene[Symbol.asyncDispose]()
  expect(faults).toEqual([])
})

const WORDS = ['The lamps stay on all winter', 'Nobody turns the lamps off', 'Every lamp burns until dawn']
/** Puts one statement of Mira Sol's on record, in a document of its own. */
async function put(id: string, content: string, over: { outlet?: string; day?: string; match?: Partial<Match> } = {}) {
  const { outlet = 'The Gazette', day = '2026-03-02', match } = over
  const documentId = `doc-${id}`
  const statement = aStatement({ id, documentId, turnId: documentId, content })
  const document = { id: documentId, url: `https://gazette.example/${id}`, publisher: outlet }
  const now = '2026-03-02T11:00:00.000Z'
  const facts = { sourceId: 'gazette', keys: [documentId], backlog: false, sample: false, now }
  await scene.store.documents.put(aDocument({ ...document, published: `${day}T10:00:00.000Z` }), facts)
  const mention = { documentId, entityId: 'mira-sol', text: 'Mira Sol', start: 1, end: 9, confidence: 1 }
  await scene.store.documents.analysed(documentId, {
    version: 'v',
    mentions: [{ ...mention, kind: 'name' }],
    statements: [statement],
    matches: match ? [aMatch({ statementId: id, claimId: 'lamps', ...match })] : [],
    quoteKeys: new Map(),
    now,
  })
}

/** Makes the operator's claim known to the running process. */
async function claimed(): Promise<void> {
  await scene.store.claims.configure([aClaim()])
  scene.kit.rooms = { ...scene.kit.rooms, configured: [aClaim()] }
}

/** Statements of the last hour that bear on the operator's claim as surely as this. */
async function said(...scores: number[]): Promise<void> {
  await record(scene.store)
  for (const [i, score] of scores.entries())
    await put(`aa${i}bbbbbbbb`, WORDS[i]!, {
      match: { score, decision: score >= 0.4 ? 'match' : 'unsure', relation: 'related' },
    })
  await claimed()
}

async function composed(guild: string = IDS.guild): Promise<Digest> {
  const [subscription] = await scene.store.subscriptions.list(guild)
  await composeFor(scene.kit, subscription!)
  const [digest] = await scene.store.digests.of(guild, null, 1)
  return digest!
}

/** How the entries of this server's next digest are decided, by score. */
async function decided(guild: string = IDS.guild): Promise<Record<string, string>> {
  const entries: DigestEntry[] = (await composed(guild)).claims
    .flatMap(({ speakers }) => speakers)
    .flatMap((one) => one.entries)
  return Object.fromEntries(entries.map(({ match }) => [String(match?.score), match?.decision ?? '']))
}

const lookedThrough = (reply: Reply, words: RegExp) =>
  scene.server.until(() => reply.edits.find((edit) => words.test(JSON.stringify(edit))), String(words))

describe('/claim threshold', () => {
  test('shows what counts as a match, and what other values would have changed last week', async () => {
    await said(0.35, 0.45, 0.9)
    const { text } = await curator.slash('claim threshold')
    expect(text).toContain('is a match with a claim from **0.40** on')
    expect(text).toContain('operator’s value')
    expect(text).toContain('Last week, 4 statements: 2 matches, 1 unsure, 1 on no claim')
    expect(text).toMatch(
      /With 0\.30.*\n1 unsure statement would have been a match:\n> Mira Sol: The lamps stay on all winter/,
    )
    expect(text).toMatch(/With 0\.50.*\n1 match would have been unsure only:\n> Mira Sol: Nobody turns the lamps off/)
  })

  test('is obeyed by that server’s digests and lookups alone, and taken back', async () => {
    await said(0.35, 0.45, 0.9)
    await curator.slash('subscribe')
    await stranger.slash('subscribe')
    const set = await curator.slash('claim threshold', { value: 0.5 })
    expect(set.text).toContain('from **0.50** on; until now it was 0.40')
    expect(set.text).toContain('1 match would have been unsure only')
    expect(await decided()).toEqual({ 0.35: 'unsure', 0.45: 'unsure', 0.9: 'match' })
    expect(await decided(IDS.otherGuild)).toEqual({ 0.35: 'unsure', 0.45: 'match', 0.9: 'match' })
    const entry = await scene.context.lookup('aa1bbbbbbbb', IDS.guild)
    expect(entry.entries[0]?.match).toMatchObject({ score: 0.45, decision: 'unsure' })
    expect((await curator.press(set.custom(/Undo/))).text).toContain('Undone')
    expect(await scene.context.threshold(IDS.guild)).toBe(0.4)
    await curator.slash('claim threshold', { value: 0.3 })
    expect((await curator.slash('claim threshold', { reset: true })).text).toContain('follows the operator again')
    expect((await curator.slash('status changes')).text).toContain('from how sure on')
  })

  test('is for curators, and refuses what means nothing', async () => {
    const reader = new Person(scene.server, { permissions: 0n })
    expect((await reader.slash('claim threshold', { value: 0.9 })).text).toContain('needs Manage Server')
    expect((await curator.slash('claim threshold', { value: 0.05 })).text).toContain('between 0.20 and 0.99')
    expect((await curator.slash('claim threshold', { value: 0.5, reset: true })).text).toContain('not both')
  })
})

describe('a new claim of a server', () => {
  test('is looked for in the record, and whoever asked is told how far that is', async () => {
    await record(scene.store)
    const added = await curator.slash('claim add', { text: 'The lamps stay on.' })
    await lookedThrough(added, /Looked through 1 statement on record: 1 bears on it/)
    const [claim] = await scene.store.claims.list(IDS.guild)
    const shown = await curator.slash('claim show', { claim: claim!.id })
    expect(shown.text).toContain('> The lamps stay on')
    expect((await curator.slash('timeline claim', { claim: claim!.id })).text).toContain('The lamps stay on')
    expect((await curator.slash('lookup text', { words: 'do the lamps stay on?' })).text).toContain(
      'Claim: **The lamps',
    )
    expect((await stranger.slash('lookup text', { words: 'do the lamps stay on?' })).text).not.toContain('Claim:')
  })

  test('that is imported is looked for as well, and posts nothing', async () => {
    await record(scene.store)
    await curator.slash('subscribe')
    const posts = () => scene.server.requests('POST', /\/channels\/\d+\/messages$/).length
    const before = posts()
    const file = scene.server.attach('claims.csv', 'id,text\nc1,The lamps stay on.\n')
    await lookedThrough(await curator.slash('claim import', { file }), /1 bears on it/)
    expect(posts()).toBe(before)
  })
})

describe('what several outlets say and no claim covers', () => {
  const WATER = 'The reservoir above Kestrel holds only nine days of water'
  beforeEach(async () => {
    await put('aa1', WATER, { outlet: 'Herald', day: '2026-03-01' })
    await put('aa2', 'Kestrel reservoir now holds only nine days of water', { outlet: 'Courier' })
    await put('aa3', 'The opera opens its season with a comedy about bakers', { outlet: 'Herald' })
  })

  test('stands in the digest in one line, with its outlets and when it was first seen', async () => {
    await curator.slash('subscribe')
    const digest = await composed()
    expect(digest.emerging).toMatchObject([{ id: 'aa1', text: WATER, outlets: ['Herald', 'Courier'] }])
    const text = renderText(viewDigest(digest), { colour: false, width: 200, timeZone: 'UTC' })
    expect(text).toContain('no known claim yet')
    expect(text).toMatch(/Mira Sol: “The reservoir .*” · 2 outlets · First seen 1\s+Mar 2026/)
  })

  test('is tracked with one press, and stands under that claim from then on', async () => {
    const shown = await curator.slash('claim emerging')
    expect(shown.text).toContain(`**“${WATER}”**`)
    expect(shown.text).not.toContain('opera')
    await lookedThrough(await curator.press(shown.custom(/Track as claim/)), /2 bear on it/)
    const [claim] = await scene.store.claims.list(IDS.guild)
    expect(claim).toMatchObject({ text: WATER, claimant: 'Mira Sol', date: '2026-03-01T10:00:00.000Z' })
    expect((await curator.slash('claim emerging')).text).toContain('Nothing:')
    expect((await curator.press('emerging:track:aa1')).text).toContain('offered no more')
  })

  test('is dismissed by one server for itself, and offered again when that is undone', async () => {
    const gone = await curator.press((await curator.slash('claim emerging')).custom(/Dismiss/))
    expect(gone.text).toContain('Dismissed, and offered no more')
    expect((await curator.slash('claim emerging')).text).toContain('Nothing:')
    expect((await stranger.slash('claim emerging')).text).toContain(WATER)
    await curator.slash('subscribe')
    expect((await composed()).emerging).toBeUndefined()
    expect((await curator.slash('status changes')).text).toContain('dismissed the offered claim')
    await curator.press(gone.custom(/Undo/))
    expect((await curator.slash('claim emerging')).text).toContain(WATER)
  })

  test('is decided by curators', async () => {
    const reader = new Person(scene.server, { permissions: 0n })
    expect((await reader.slash('claim emerging')).text).toContain('needs Manage Server')
    expect((await reader.press('emerging:dismiss:aa1')).text).toContain('needs Manage Server')
  })
})

describe('a speaker who turns', () => {
  beforeEach(async () => {
    await put('bb1', 'The lamps on the quay stay on', { day: '2026-01-10', match: { relation: 'repeats' } })
    await put('bb2', 'No lamp on the quay will stay on', { match: { relation: 'opposes' } })
    await claimed()
  })

  test('is noticed in the digest, with the earlier words and their day', async () => {
    await curator.slash('subscribe')
    const text = renderText(viewDigest(await composed()), { colour: false, width: 200, timeZone: 'UTC' })
    expect(text).toContain('Changed position: earlier “The lamps on the quay stay on” (10 January 2026).')
  })

  test('is marked in /timeline and /said', async () => {
    const turned = 'turned: earlier “The lamps on the quay stay on”'
    expect((await curator.slash('timeline claim', { claim: 'lamps' })).text).toContain(turned)
    expect((await curator.slash('said', { who: 'Mira Sol' })).text).toContain(turned)
  })
})

describe('bad input', () => {
  test('messy ClaimReview is imported where it is usable; what is not is listed with its place and reason', async () => {
    const messy = [
      { '@type': 'ClaimReview', claimReviewed: '<p>The tower is 40 m tall</p>', reviewRating: [], url: '/a' },
      { '@type': 'ClaimReview', reviewRating: { alternateName: 'False' } },
    ]
    const reply = await curator.slash('claim import', {
      file: scene.server.attach('messy.json', JSON.stringify(messy)),
    })
    expect(reply.text).toMatch(/New: 1.*Not usable: [1-9]/)
    expect(reply.text.replaceAll('\\', '')).toMatch(/- messy\.json\S*: .*claimReviewed/)
    expect(await scene.store.claims.list(IDS.guild)).toMatchObject([
      { text: 'The tower is 40 m tall', figures: [{ value: 40 }] },
    ])
  })

  test.each([
    ['one stop word', 'the'],
    ['emoji', '🦊🦊🐺'],
    ['as much as Discord takes', 'the lamps stay on '.repeat(80)],
  ])('of %s is answered', async (_, words) => {
    await record(scene.store)
    expect((await curator.slash('lookup text', { words })).first?.type).toBe(4)
  })
})
