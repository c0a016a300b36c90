import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { viewDigest } from '../../src/digests/digest-view.ts'
import { bodyOf, type RenderedMessage } from '../../src/discord/message.ts'
import { renderDigest } from '../../src/discord/render-digest.ts'
import type { Digest, DigestEntry, Revision } from '../../src/model.ts'
import { aDigest, aMatch, anEntry, aReport } from '../support/digests.ts'
import { flat, type MessageBody, messageFaults, type Part } from '../support/discord-limits.ts'
import { schemaFaults } from '../support/discord-schema.ts'
import { aClaim } from '../support/nouns.ts'

const CREATE = 'post /channels/{channel_id}/messages'
const render = (digest: Digest) => renderDigest(viewDigest(digest))
const textOf = ({ components }: RenderedMessage) =>
  flat(components as Part[])
    .map(({ content, label }) => content ?? label ?? '')
    .join('\n')
const allText = (messages: RenderedMessage[]) => messages.map(textOf).join('\n')

describe('a digest', () => {
  const claim = aClaim({
    title: 'Nights with lamps',
    reviews: [
      { publisher: 'Quay Checkers', url: 'https://quay.example/r', rating: 'Mostly false', reviewed: '2026-02-01' },
    ],
  })
  const match = aMatch({
    relation: 'differs-in-figure',
    evidence: { words: ['lamps'], figures: [{ claim: '30', statement: '34' }] },
  })
  const entry = anEntry({
    match,
    reports: [aReport({ archivedAt: [{ url: 'https://archive.example/1', capturedAt: '2026-03-03T00:00:00.000Z' }] })],
  })
  const digest = aDigest({ claims: [{ claim, speakers: [{ speaker: 'Mira Sol', entries: [entry] }] }], unmatched: [] })
  const shown = allText(render(digest))

  test.each([
    ['the speaker and the cue', '**Mira Sol** · said'],
    ['the words as a quotation, the figure that differs in bold', '> “The lamps stay on for **34** nights”'],
    ['what differs', 'Figure: claim **30**, here **34**.'],
    ['the claim', '### Claim: **Nights with lamps**'],
    [
      'the verdict with who reviewed it and when',
      'Verdict: **Mostly false**. Reviewed by [Quay Checkers](https://quay.example/r) (quay.example), 1 February 2026.',
    ],
    [
      'the outlet with time and link',
      '**The Gazette** · First seen <t:1772445600:f> · [Lamps on the quay](https://gazette.example/one) (gazette.example)',
    ],
    ['the archived copy', '[archived copy of 3 March 2026](https://archive.example/1) (archive.example)'],
    ['first seen', 'First seen <t:1772445600:f>'],
    ['the permanent id', 'record `st-1`'],
    ['a button to the report', 'Read at gazette.example'],
  ])('shows %s', (_what, words) => expect(shown).toContain(words))

  test('is as urgent as what it reports', () => {
    const accent = (one: Digest) => (render(one)[0]!.components[0] as Part).accent_color
    expect(accent(digest)).not.toBe(accent(aDigest()))
  })

  test('shows a sample as one', () => {
    expect(allText(render(aDigest({ sample: true })))).toContain('**Sample')
  })

  test('with a quotation longer than a message attaches it whole', () => {
    const words = 'The lamps stay on. '.repeat(400).trim()
    const messages = render(
      aDigest({
        unmatched: [{ speaker: 'Mira Sol', entries: [anEntry({ words: [{ content: words, directness: 'direct' }] })] }],
      }),
    )
    expect(allText(messages)).toContain('attached whole')
    expect(allText(messages)).not.toContain('The lamps stay on.')
    expect(messages[0]?.files[0]?.data).toContain(words)
  })

  test('of many messages ends with a page that holds all of it', () => {
    const entries = Array.from({ length: 300 }, (_, i) =>
      anEntry({ id: `st-${i}`, words: [{ content: `Word ${i} of it`, directness: 'direct' }] }),
    )
    const messages = render(aDigest({ unmatched: [{ speaker: 'Mira Sol', entries }] }))
    expect(messages).toHaveLength(5)
    const page = String(messages.at(-1)?.files[0]?.data)
    expect(entries.filter(({ words }) => !page.includes(words[0]!.content))).toEqual([])
    expect(allText(messages)).toMatch(/\d+ more statements are in the attached page/)
    expect(textOf(messages[1]!)).toContain('(continued)')
  })

  test('names a role to mention in the first message alone', () => {
    const messages = renderDigest(viewDigest(aDigest()), { roleId: '123456' })
    expect(messages[0]?.allowedMentions).toEqual({ parse: [], roles: ['123456'] })
    expect(textOf(messages[0]!)).toContain('<@&123456>')
  })
})

const nasty = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom('@everyone', '**', '\u202Eabc', '`', '\\', 'שלום עולם', '😀'.repeat(60), '# x\n# y', ')](', ' ', ''),
  fc.nat(1200).map((times) => '😀_*'.repeat(times)),
)
const address = fc.oneof(
  fc.constant(null),
  fc.webUrl({ withQueryParameters: true }),
  fc.nat(700).map((length) => `https://long.example/${'a'.repeat(length)}`),
  fc.constantFrom(
    'javascript:alert(1)',
    'nonsense',
    'https://user:pw@evil.example/',
    'https://xn--e1aybc.example/(a)',
    'https://a.example/a[1]|{x}?q=%zz#a#b',
  ),
)
const when = fc.oneof(
  fc.constantFrom(null, '2013', '2013-08', '2013-08-01', 'soon'),
  fc
    .date({ noInvalidDate: true, min: new Date('1990-01-01'), max: new Date('2100-01-01') })
    .map((date) => date.toISOString()),
)
const report = fc.record({
  publisher: fc.option(nasty),
  title: fc.option(nasty),
  url: address,
  published: when,
  reportedBy: fc.option(nasty),
  archivedAt: fc.array(fc.record({ url: address.map((url) => url ?? ''), capturedAt: when }), { maxLength: 2 }),
})
const entry: fc.Arbitrary<DigestEntry> = fc
  .record({
    id: fc.oneof(
      nasty,
      fc.nat(15).map((digit) => digit.toString(16).repeat(20)),
    ),
    name: nasty,
    words: fc.array(
      fc.record({ content: nasty, directness: fc.constantFrom('direct' as const, 'indirect' as const) }),
      { minLength: 1, maxLength: 4 },
    ),
    cue: fc.option(nasty),
    medium: fc.option(nasty),
    said: when,
    firstSeen: when,
    reports: fc.array(report, { maxLength: 7 }),
    again: fc.boolean(),
    figure: fc.option(nasty),
    parted: fc.boolean(),
    revisions: fc.array(
      fc.record({
        statementId: fc.constant('st-1'),
        documentId: fc.constantFrom('doc-1', 'doc-2'),
        kind: fc.constantFrom('changed', 'gone', 'corrected', 'retracted', 'deleted'),
        publisher: fc.option(nasty),
        noticedAt: fc.constant('2026-03-03T10:00:00.000Z'),
        words: fc.option(nasty),
      }) as fc.Arbitrary<Revision>,
      { maxLength: 3 },
    ),
  })
  .map(({ name, reports, figure, ...rest }) =>
    anEntry({
      ...rest,
      speaker: { name, entityId: null, mention: null },
      reports: reports.map((one) => aReport(one)),
      match:
        figure === null ? null : aMatch({ evidence: { words: [], figures: [{ claim: figure, statement: figure }] } }),
    }),
  )
const groups = fc.array(fc.record({ speaker: nasty, entries: fc.array(entry, { maxLength: 8 }) }), { maxLength: 2 })
const digests = fc
  .record({
    id: fc.oneof(nasty, fc.constant('a1b2c3d4e5f6a7b8c9d0')),
    title: nasty,
    unmatched: groups,
    claims: fc.array(
      fc.record({
        speakers: groups,
        text: nasty,
        title: fc.option(nasty),
        reviews: fc.array(
          fc.record({ publisher: fc.option(nasty), url: address, rating: fc.option(nasty), reviewed: when }),
          { maxLength: 3 },
        ),
      }),
      { maxLength: 2 },
    ),
    troubles: fc.array(fc.record({ sourceId: nasty, address: nasty, reason: nasty, since: when }), { maxLength: 5 }),
    statements: fc.nat(5000),
  })
  .map(({ claims, statements, ...rest }) =>
    aDigest({
      ...rest,
      claims: claims.map(({ speakers, ...claim }) => ({ claim: aClaim(claim), speakers })),
      counts: { statements, sources: 3, documents: 4 },
    }),
  )

describe('any digest', () => {
  test('renders to messages inside every limit, and cuts no quotation', () => {
    fc.assert(
      fc.property(digests, (digest) => {
        const messages = render(digest)
        expect(messages.length).toBeGreaterThan(0)
        const files: string[] = []
        for (const message of messages) {
          const names = message.files.map(({ name }) => name)
          files.push(...message.files.map(({ data }) => String(data)))
          expect(messageFaults(bodyOf(message) as unknown as MessageBody, names)).toEqual([])
        }
        const shown = comparable(allText(messages))
        for (const { words } of digest.unmatched.flatMap((group) => group.entries))
          for (const { content } of words) {
            const kept = comparable(content)
            expect(shown.includes(kept) || files.some((file) => comparable(file).includes(kept))).toBe(true)
          }
      }),
      { numRuns: 2000, endOnFailure: true },
    )
  }, 120_000)

  test('renders to embeds inside every limit too, and cuts no quotation', () => {
    fc.assert(
      fc.property(digests, (digest) => {
        const messages = renderDigest(viewDigest(digest), { form: 'embeds', mostMessages: 100 })
        const files = messages.flatMap((message) => message.files.map(({ data }) => comparable(String(data))))
        for (const message of messages) {
          const body = bodyOf(message) as unknown as MessageBody
          expect(
            messageFaults(
              body,
              message.files.map(({ name }) => name),
            ),
          ).toEqual([])
          expect(schemaFaults(CREATE, body)).toEqual([])
        }
        const shown = comparable(messages.map(({ embeds }) => embeds?.[0]?.description ?? '').join('\n'))
        for (const { words } of digest.unmatched.flatMap((group) => group.entries))
          for (const { content } of words) {
            const kept = comparable(content)
            expect(shown.includes(kept) || files.some((file) => file.includes(kept))).toBe(true)
          }
      }),
      { numRuns: 500, endOnFailure: true },
    )
  }, 120_000)

  test('agrees with Discord’s own description of a message, where this machine has it', () => {
    fc.assert(
      fc.property(digests, (digest) => {
        for (const message of render(digest)) expect(schemaFaults(CREATE, bodyOf(message))).toEqual([])
      }),
      { numRuns: 300, endOnFailure: true },
    )
  }, 120_000)
})

/** Words without what marks and escapes them, so that the same words compare equal before and after. */
const comparable = (words: string) =>
  words
    .toWellFormed()
    .replace(/[\s\\*~>\u202A-\u202E\u2066-\u2069\u200E\u200F\u061C\u0000-\u001F\u007F-\u009F\uFEFF]/g, '')
