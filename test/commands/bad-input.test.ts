import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { sayIn } from '../../src/messages/languages.ts'
import { openScene, record, type Scene } from '../support/commands.ts'
import { IDS } from '../support/discord-channels.ts'
import { Person, type Reply } from '../support/discord-person.ts'

let scene: Scene
let curator: Person
beforeEach(async () => {
  scene = await openScene({}, true)
  curator = new Person(scene.server)
  await record(scene.store)
})
afterEach(async () => {
  const { faults } = scene.server
  await scene[Symbol.asyncDispose]()
  expect(faults).toEqual([])
})

const own = () => scene.store.claims.list(IDS.guild)
/** An answer in words of ours, which Discord took. */
function expectWords({ text }: Reply) {
  expect(text.trim().length).toBeGreaterThan(10)
  expect(text).not.toContain(sayIn('en-US').text('problem.ours'))
}

const TEXTS: [what: string, text: string][] = [
  ['4,000 characters', 'the harbour lamps stay on all night '.repeat(112).slice(0, 4000)],
  ['4,000 characters without a space', 'lamps'.repeat(800)],
  ['one stop word', 'the'],
  ['emoji', '🦊🐺🏳️‍🌈👩‍👩‍👧‍👦🦊🐺🦊'],
  ['right-to-left text', 'المصابيح في الميناء مضاءة طوال الليل ولم تنطفئ قط'],
  ['right-to-left marks around a name', '\u202eMira Sol\u202c \u2067said\u2069 the lamps stay on'],
  ['half a character and a null byte', 'the lamps \ud83e stay\u0000 on tonight'],
  ['markdown, mentions and commands', '@everyone **the** `lamps` </claim add:1> [stay](https://x.example) ||on|| <@1>'],
  ['the language of the search', '"lamps OR (NEAR/3 * -- ; drop table claims'],
  ['combining marks', `lamps${'\u0301'.repeat(1000)} stay on`],
]

describe.each(TEXTS)('%s', (_, text) => {
  test('is looked up', async () => expectWords(await curator.slash('lookup text', { words: text })))
  test('is no address', async () => expectWords(await curator.slash('lookup url', { address: text })))
  test('is taken as a claim or refused, and kept claims are shown, listed and matched', async () => {
    expectWords(await curator.slash('claim add', { text, title: text.slice(0, 100), claimant: text.slice(0, 100) }))
    for (const { id } of await own()) expectWords(await curator.slash('claim show', { claim: id }))
    expectWords(await curator.slash('claim list', { search: text.slice(0, 50) }))
    expectWords(await curator.slash('claim list'))
    await curator.typing('claim show', 'claim', text.slice(0, 50))
    expectWords(await curator.slash('lookup text', { words: 'the lamps stay on' }))
  })
  test('is imported or told as not usable', async () => {
    const lines = [JSON.stringify({ text, title: text }), JSON.stringify({ text: 'No ferry sails at night.' })].join(
      '\n',
    )
    expectWords(await curator.slash('claim import', { file: scene.server.attach('claims.jsonl', lines) }))
    expect((await own()).map((claim) => claim.text)).toContain('No ferry sails at night.')
    expectWords(await curator.slash('claim list'))
  })
})

describe('a claim that is longer than a claim can be', () => {
  test('is refused, and nothing is kept', async () => {
    const { text } = await curator.slash('claim add', { text: 'the harbour lamps stay on '.repeat(160) })
    expect(text).toContain('at most 500 characters')
    expect(await own()).toEqual([])
  })
  test('is not edited in either', async () => {
    await curator.slash('claim add', { text: 'No ferry sails at night.' })
    const [{ id } = { id: '' }] = await own()
    const { text } = await curator.slash('claim edit', { claim: id, text: 'the harbour lamps stay on '.repeat(160) })
    expect(text).toContain('at most 500 characters')
    expect(await own()).toMatchObject([{ text: 'No ferry sails at night.' }])
  })
})

describe('a ClaimReview file as it is found', () => {
  const review = (more: object) => ({ '@type': 'ClaimReview', claimReviewed: 'The quay was sold.', ...more })
  const item = (value: unknown) => ({ '@type': 'DataFeedItem', item: value })
  const feed = {
    '@type': 'DataFeed',
    dataFeedElement: [
      'https://checks.example/bare',
      { '@type': 'Article', headline: 'How we check' },
      item(review({ claimReviewed: '<p>The tower is &lt;40 m&gt; tall</p>', url: '/tower', reviewRating: [] })),
      item(review({ claimReviewed: ['The eels are back.'], datePublished: '31/31/2020', author: ['Checks'] })),
      item(review({ claimReviewed: null, reviewRating: 'False' })),
      item(review({ claimReviewed: 'قال إن المصابيح لم تنطفئ', itemReviewed: [[{ author: { name: ['Mira'] } }]] })),
      item([review({ url: 'javascript:alert(1)', reviewRating: { ratingValue: 'NaN', bestRating: {} } })]),
      item(null),
      item({ '@type': ['ClaimReview', 7], claimReviewed: { '@value': 'The bell cracked.' }, author: 7 }),
    ],
  }
  const attach = (text: string) => scene.server.attach('dump.json', text)

  test('is imported where it is usable, and every other item is told by its line', async () => {
    const reply = await curator.slash('claim import', { file: attach(JSON.stringify(feed, null, 1)) })
    expectWords(reply)
    expect((await own()).map(({ text }) => text).sort()).toEqual([
      'The eels are back.',
      'The quay was sold.',
      'The tower is <40 m> tall',
      'قال إن المصابيح لم تنطفئ',
    ])
    const told = [reply.text.replaceAll('\\', ''), ...reply.files.map(({ text }) => text)].join('\n')
    for (const place of [
      'dump.json:4#1',
      'dump.json:5#2',
      '#3: “/tower”',
      '#4: datePublished',
      '#5: has no claimReviewed',
    ])
      expect(told).toContain(place)
    for (const { id } of await own()) expectWords(await curator.slash('claim show', { claim: id }))
    expect(JSON.stringify(await own())).not.toContain('javascript:')
  })

  test.each([
    ['cut off', JSON.stringify(feed, null, 1).slice(0, 900)],
    ['empty', ''],
    ['a page of another kind', '<!doctype html><p>Not found</p>'],
    ['nothing but brackets', '['.repeat(50_000)],
    ['null', 'null'],
  ])('that is %s is told so', async (_, text) => {
    const reply = await curator.slash('claim import', { file: attach(text) })
    expectWords(reply)
    expect(reply.text).toMatch(/Not usable: [1-9]/)
  })
})
