import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { verb as claims } from '../../src/cli/claims.ts'
import { verb as lookup } from '../../src/cli/lookup.ts'
import type { Verb } from '../../src/cli/verb.ts'
import { openStore } from '../../src/store/open-store.ts'
import { aMatch } from '../support/digests.ts'
import { aDocument, aStatement } from '../support/nouns.ts'
import { run as program, start } from '../support/onrecord.ts'
import { scratch } from '../support/scratch.ts'

let data: string
let config: string
beforeEach(() => {
  data = scratch()
  config = file('onrecord.yaml', 'sources: []\nentities: []\nclaims: claims.yaml\n')
  writeFileSync(join(data, 'claims.yaml'), 'claims:\n  - { id: named, text: The lamps of Ellery burn all night. }\n')
})

function file(name: string, text: string): string {
  const path = join(data, name)
  writeFileSync(path, text)
  return path
}
async function running(verb: Verb, args: string[], progress = false) {
  const out: string[] = []
  const err: string[] = []
  const io = { out: (line: string) => void out.push(line), err: (line: string) => void err.push(line), progress }
  const code = await verb.run([...args, '--config', config, '--data', data], io)
  return { code, out: out.join('\n'), err: err.join('\n') }
}
const run = (...args: string[]) => running(claims, args)

/** What Mira Sol said on a claim that was imported, on two days. */
async function said(claimId: string): Promise<void> {
  await using store = await openStore({ dataFolder: data })
  const now = new Date().toISOString()
  for (const [id, content, relation, day] of [
    ['s1', 'We raised the toll to 5 crowns', 'repeats', '2026-01-03'],
    ['s2', 'We never raised the toll', 'opposes', '2026-02-04'],
  ] as const) {
    const document = aDocument({ id: `d-${id}`, url: null, published: `${day}T10:00:00.000Z` })
    await store.documents.put(document, { sourceId: 's', keys: [id], backlog: false, sample: false, now })
    await store.documents.analysed(document.id, {
      version: 'v',
      mentions: [
        { documentId: document.id, entityId: 'mira-sol', text: 'x', start: 0, end: 1, kind: 'name', confidence: 1 },
      ],
      statements: [aStatement({ id, documentId: document.id, content })],
      matches: [aMatch({ statementId: id, claimId, relation, score: relation === 'repeats' ? 0.9 : 0.5 })],
      quoteKeys: new Map(),
      now,
    })
  }
}
const TOLL = '{"id":"toll","text":"The harbour raised its toll to 5 crowns.","title":"Toll"}\n'

describe('claims', () => {
  test('imports with figures, lists and finds, retires and brings back', async () => {
    expect((await run('import', file('c.jsonl', TOLL))).out).toBe(
      '{"type":"import","read":1,"added":1,"changed":0,"same":0}',
    )
    expect((await run('import', file('c.jsonl', TOLL))).out).toContain('"same":1')
    expect((await run('list')).out.split('\n')).toEqual([
      'named · The lamps of Ellery burn all night.',
      'toll · The harbour raised its toll to 5 crowns.',
    ])
    const [listed] = (await run('list', '--search', 'TOLL', '--format', 'jsonl')).out.split('\n')
    expect(JSON.parse(listed!)).toMatchObject({ type: 'claim', id: 'toll', figures: [{ text: '5 crowns', value: 5 }] })
    expect(await run('retire', 'toll')).toMatchObject({ code: 0, out: expect.stringContaining('"retired"') })
    expect((await run('list', '--search', 'toll')).out).toContain('· retired')
    expect((await run('history', 'toll')).out.split('\n')).toHaveLength(2)
    expect((await run('list', '--status', 'retired')).out).toBe(
      'toll · The harbour raised its toll to 5 crowns. · retired',
    )
    expect((await run('list', '--status', 'active')).out).not.toContain('toll')
    const shown = (await run('show', 'toll')).out
    expect(shown).toContain('figures: 5 crowns')
    expect(shown).toMatch(/changed by operator\n.* added by operator/)
    expect((await run('activate', 'toll')).out).toContain('"active"')
    expect((await run('list', '--status', 'active')).out).toContain('toll · ')
    await expect(run('list', '--status', 'lost')).rejects.toThrow('--status must be active or retired')
  })

  test('says of a claim of the config, or of nobody’s, what can be done', async () => {
    expect(await run('retire', 'named')).toMatchObject({
      code: 1,
      err: expect.stringContaining('stands in the config'),
    })
    expect(await run('show', 'nothing')).toMatchObject({ code: 1, err: expect.stringContaining('list --search') })
    await expect(run('positions')).rejects.toThrow('positions --claim ID')
    await expect(run('list', '--format', 'csv')).rejects.toThrow('--format must be text or jsonl')
  })

  test('shows who said a claim, and where a speaker turned', async () => {
    await run('import', file('c.jsonl', TOLL))
    await said('toll')
    expect((await run('show', 'toll')).out).toContain('2026-02-04 Mira Sol: “We never raised the toll” (opposes 0.50)')
    const { code, out } = await run('positions', '--claim', 'toll', '--entity', 'Mira Sol')
    expect(code).toBe(0)
    expect(out).toBe(
      'Mira Sol\n  2026-01-03 affirms “We raised the toll to 5 crowns”\n  2026-02-04 denies “We never raised the toll”  ↪ turned',
    )
    const steps = (await run('positions', '--claim', 'toll', '--format', 'jsonl')).out.split('\n')
    expect(JSON.parse(steps[1]!)).toMatchObject({ type: 'position', turned: { earlier: { statementId: 's1' } } })
    expect(await run('positions', '--claim', 'toll', '--entity', 'Nobody')).toMatchObject({ code: 1 })
  })

  test('tells what another threshold would have changed, and what recurs without a claim', async () => {
    await run('import', file('c.jsonl', TOLL))
    await said('toll')
    const { out } = await run('threshold', '0.6')
    expect(out).toContain('last week, 2 statements; from 0.6 on: 1 matches, 1 unsure')
    expect(out).toContain('would become unsure: 0.50 toll · Mira Sol')
    await expect(run('threshold', '1.5')).rejects.toThrow('a number from')
    expect(await run('emerging')).toMatchObject({ code: 0, out: '' })
  })

  test('tells how far a long import is, and goes on where it was interrupted', async () => {
    const lines = Array.from({ length: 3000 }, (_, i) => `{"id":"c${i}","text":"Bridge ${i} of Ellery was closed."}`)
    const some = file('some.jsonl', lines.slice(0, 1200).join('\n'))
    const all = file('all.jsonl', lines.join('\n'))
    await run('import', some)
    const { out, err } = await running(claims, ['import', all], true)
    expect(out).toContain('"added":1800,"changed":0,"same":1200')
    expect(err.split('\n')).toEqual(['claims 1000 of 3000', 'claims 2000 of 3000', 'claims 3000 of 3000'])
  })
})

describe('messy ClaimReview', () => {
  test('is imported where it is usable; what is not is listed with its place and reason', async () => {
    const messy = [
      {
        '@type': 'ClaimReview',
        claimReviewed: '<p>The &lsquo;tower&rsquo; is 40 m tall</p>',
        reviewRating: [],
        url: '/a',
      },
      { '@type': ['ClaimReview'], claimReviewed: ['The ferry sank in May.'], datePublished: '31/31/2020' },
      { '@type': 'ClaimReview', reviewRating: { alternateName: 'False' } },
      'nonsense',
    ]
    const { code, out, err } = await run('import', file('messy.json', JSON.stringify(messy)))
    expect(code).toBe(0)
    expect(out).toContain('"added":2')
    expect(err).toMatch(/messy\.json.*\n?/)
    expect(err.split('\n').every((line) => /messy\.json\S*: \S/.test(line))).toBe(true)
    expect((await run('list', '--search', 'tower')).out).toContain('The ‘tower’ is 40 m tall')
  })
})

describe('a lookup', () => {
  test.each([
    ['one stop word', 'the'],
    ['emoji', '🦊🦊 🐺'],
    ['100,000 characters', 'the lamps of Ellery burn all night '.repeat(3000)],
    ['a null byte and half a character', 'lamps\u0000 \ud800 burn'],
  ])('of %s is answered', async (_, words) => {
    const { code } = await running(lookup, [words])
    expect(code).toBe(0)
  })
})

describe('an import that is killed', () => {
  test('and repeated loses nothing and doubles nothing', async () => {
    const all = 5000
    const lines = Array.from(
      { length: all },
      (_, i) => `{"id":"c${i}","text":"Bridge ${i} of Ellery lost ${i} lamps."}`,
    )
    const path = file('many.jsonl', lines.join('\n'))
    const args = ['claims', 'import', path, '--config', config, '--data', data]
    await using store = await openStore({ dataFolder: data })
    const stored = () => store.claims.imported({ after: '', limit: 10_000 })
    const killed = start(args)
    await vi.waitFor(async () => expect((await stored()).length).toBeGreaterThan(0), { timeout: 60_000, interval: 5 })
    killed.process.kill('SIGKILL')
    await killed.ended
    const kept = (await stored()).length
    // Whole batches, and not all of them: it was killed in the middle.
    expect([1000, 2000, 3000, 4000]).toContain(kept)
    const { code, out } = await program(args)
    expect(code).toBe(0)
    expect(JSON.parse(out)).toEqual({ type: 'import', read: all, added: all - kept, changed: 0, same: kept })
    const ids = (await stored()).map(({ id }) => id)
    expect([ids.length, new Set(ids).size]).toEqual([all, all])
  }, 180_000)
})
