import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { followedBy } from '../../../src/sources/archive/follow.ts'
import { type Read, readJsonLines } from '../../../src/sources/archive/json-lines.ts'
import { lineBatches } from '../../../src/sources/archive/lines.ts'
import { readPosts } from '../../../src/sources/archive/read-posts.ts'
import { createSkimmer } from '../../../src/sources/archive/skim-json.ts'
import { skimPost } from '../../../src/sources/archive/skim-posts.ts'

const handle = fc.constantFrom('tide_demo', 'Tide_Demo', 'quay', 'harbour9', '12', 'x')
const words = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('RT @quay: so …', 'a & b &amp; "c"\\'),
)
const id = fc.oneof(fc.constantFrom('9', '12', '2028730275483095040'), fc.bigInt(1n, 2n ** 62n).map(String))
const indices = fc.option(fc.tuple(fc.nat(99), fc.nat(99)), { nil: undefined })
const junk = fc.jsonValue({ maxDepth: 3 })
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
const user = optional(fc.record({ id_str: id, screen_name: handle, name: words, description: words, junk }))
const entities = optional(
  fc.record({
    hashtags: optional(fc.array(fc.record({ text: handle, indices, junk }), { maxLength: 2 })),
    user_mentions: optional(fc.array(fc.record({ screen_name: handle, indices }), { maxLength: 2 })),
    urls: optional(fc.array(fc.record({ url: words, expanded_url: words, indices }), { maxLength: 2 })),
    junk,
  }),
)
const flatV1 = {
  id_str: optional(id),
  id: optional(fc.oneof(id, fc.nat(), fc.double({ noNaN: true, noDefaultInfinity: true }))),
  text: optional(words),
  full_text: optional(words),
  truncated: optional(fc.boolean()),
  created_at: fc.constantFrom('Tue Mar 03 07:12:44 +0000 2026', '2026-03-03T07:12:44.000Z', 'never'),
  lang: optional(fc.constantFrom('en', 'und')),
  user,
  entities,
  in_reply_to_status_id_str: optional(id),
  extended_entities: junk,
  place: junk,
}
const v1 = fc.record({
  ...flatV1,
  retweeted_status: optional(fc.record(flatV1)),
  quoted_status: optional(fc.record(flatV1)),
  extended_tweet: optional(fc.record({ full_text: words, entities })),
})
const v2 = fc.record({
  id,
  text: words,
  author_id: optional(id),
  author: optional(fc.record({ id, username: handle, name: words })),
  entities: optional(
    fc.record({ mentions: fc.array(fc.record({ username: handle, start: fc.nat(9), end: fc.nat(20) })) }),
  ),
  referenced_tweets: optional(
    fc.array(fc.record({ type: fc.constantFrom('retweeted', 'quoted'), id, text: optional(words) })),
  ),
  note_tweet: optional(fc.record({ text: words })),
  junk,
})
const snscrape = fc.record({
  url: id.map((one) => `https://twitter.com/quay/status/${one}`),
  date: fc.constant('2026-03-03T07:12:44+00:00'),
  rawContent: words,
  user: fc.record({ username: handle, id: fc.nat() }),
  hashtags: optional(fc.array(handle)),
  links: optional(fc.array(fc.record({ url: words, tcourl: words }))),
  junk,
})
const other = fc.oneof(junk, fc.record({ delete: fc.record({ status: fc.record({ id_str: id }) }) }))
const value = fc.oneof({ weight: 5, arbitrary: v1 }, { weight: 2, arbitrary: v2 }, snscrape, other)

/** The same JSON in another spelling: spaces between its signs, escapes in its strings. */
const spelled = fc.tuple(value, fc.constantFrom(undefined, 1, '\t'), fc.nat(3)).map(([one, space, escapes]) => {
  const json = (JSON.stringify(one, null, space) ?? 'null').replaceAll('\n', ' ')
  if (escapes === 1) return json.replace(/\/|é/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return escapes === 2 ? json.replace(/t/, '\\u0074') : json
})
/** … and with a few bytes changed, left out or doubled. */
const damaged = fc
  .tuple(
    spelled,
    fc.array(fc.tuple(fc.nat(), fc.nat(2), fc.constantFrom(34, 44, 58, 91, 92, 93, 123, 125, 10, 9, 48, 101, 200, 0)), {
      maxLength: 3,
    }),
  )
  .map(([json, changes]) => {
    let bytes = Buffer.from(json)
    for (const [place, how, byte] of changes) {
      const at = place % Math.max(1, bytes.length)
      const middle = how === 0 ? [byte] : how === 1 ? [] : [bytes[at] ?? 32, byte]
      bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from(middle), bytes.subarray(at + 1)])
    }
    return Buffer.from(bytes.filter((byte) => byte !== 10))
  })

const parsed = (line: Buffer): unknown => {
  try {
    return JSON.parse(line.toString('utf8'))
  } catch {
    return undefined
  }
}
const place = { source: 's', locator: 'line 1' }

describe('a line that is skimmed', () => {
  test('gives the posts that all of it would give, whatever its spelling and damage', () => {
    let skimmed = 0
    fc.assert(
      fc.property(damaged, (line) => {
        const quick = skimPost(line)
        if (quick === undefined) return
        skimmed += 1
        expect(readPosts(quick, place)).toEqual(readPosts(parsed(line), place))
      }),
      { numRuns: 4000 },
    )
    // Otherwise the test would be about nothing.
    expect(skimmed).toBeGreaterThan(500)
  })

  test('is never taken for whole where JSON.parse refuses it', () => {
    const skim = createSkimmer({ a: true, b: { c: true } })
    fc.assert(
      fc.property(
        fc.oneof(
          damaged,
          fc.uint8Array().map((bytes) => Buffer.from(bytes)),
          fc.json().map((text) => Buffer.from(text)),
        ),
        (line) => {
          if (skim(line) !== undefined) expect(parsed(line)).not.toBe(undefined)
        },
      ),
      { numRuns: 3000 },
    )
  })

  test.each([
    ['{"b":{"c":[1,-0.5e3,"x"],"d":9},"e":{}}', { b: { c: [1, -500, 'x'] } }],
    ['{"b":[{"c":1,"d":2},3]}', { b: [{ c: 1 }, 3] }],
    ['{"a":1,"a":"last"}', { a: 'last' }],
    ['[{"a":null}]', [{ a: null }]],
    ['{"a":"\\u00e9\\n"}', { a: 'é\n' }],
    ['{"\\u0061":1}', undefined],
    ['{"a":01}', undefined],
    ['{"z":01}', undefined],
    ['{"a":1}}', undefined],
    ['{"z":"\u0001"}', undefined],
    ['[', undefined],
    [`${'['.repeat(5000)}${']'.repeat(5000)}`, undefined],
  ])('%s', (json, expected) => expect(createSkimmer({ a: true, b: { c: true } })(Buffer.from(json))).toEqual(expected))
})

async function reads(text: Buffer, follow: string[]): Promise<Read[]> {
  const found: Read[] = []
  const chunks = (async function* () {
    for (let at = 0; at < text.length; at += 997) yield text.subarray(at, at + 997)
  })()
  for await (const read of readJsonLines(chunks, 's', { follow })) found.push(read)
  return found
}

describe('one author followed', () => {
  test.each([['tide_demo'], ['@QUAY'], ['12'], ['x']])(
    '%s: the same posts as all lines read and then chosen',
    async (name) => {
      const followed = followedBy([name])!
      await fc.assert(
        fc.asyncProperty(fc.array(damaged, { minLength: 5, maxLength: 30 }), async (lines) => {
          const text = Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]))
          const wanted = (await reads(text, [])).filter(
            (read) => 'deleted' in read || ('item' in read && followed.wants(read.item)),
          )
          const quick = (await reads(text, [name])).filter((read) => !('problem' in read))
          expect(quick).toEqual(wanted)
        }),
        { numRuns: 150 },
      )
    },
  )

  test('is found by the bytes of a line even in another spelling', () => {
    const { lines } = followedBy(['quay'])!
    for (const text of ['"QUAY"', '"\\u0071uay"', '"quay_more"', '"delete"']) {
      lines!.lastIndex = 0
      expect(lines!.test(text)).toBe(true)
    }
    lines!.lastIndex = 0
    expect(lines!.test('{"text":"of the \\u003ca\\u00e9 qua y"}')).toBe(false)
  })
})

test('lines before a place are counted and not read', async () => {
  const source = (async function* () {
    yield Buffer.from('1\n2\n3\n4')
    yield Buffer.from('4\n5\n6\n7')
  })()
  const found: unknown[] = []
  for await (const batch of lineBatches(source, { afterLine: 3 }))
    for (const [number, one] of batch) found.push([number, String(one)])
  expect(found).toEqual([
    [4, '44'],
    [5, '5'],
    [6, '6'],
    [7, '7'],
  ])
})

test.each([
  ['all', null],
  ['those of one author', followedBy(['tide_demo'])],
])('%s of the lines are given with the byte at which they begin, wherever a chunk ends', async (_, follow) => {
  const whole = Buffer.from(
    Array.from({ length: 40 }, (_, i) => `{"user":"${i % 3 ? 'ö' : 'tide_demo'}","n":"${'x'.repeat(i)}"}`).join('\n'),
  )
  for (let size = 1; size < 120; size += 7) {
    const source = (async function* () {
      for (let at = 0; at < whole.length; at += size) yield whole.subarray(at, at + size)
    })()
    let lines = 0
    for await (const batch of lineBatches(source, { follow }))
      for (const [, one, at] of batch) {
        expect(whole.subarray(at, at + one!.length).equals(one!)).toBe(true)
        expect(at === 0 || whole[at - 1] === 10).toBe(true)
        lines += 1
      }
    expect(lines).toBe(follow ? 14 : 40)
  }
})
