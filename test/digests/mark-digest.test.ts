import { describe, expect, test } from 'vitest'
import { viewDigest, viewEntry } from '../../src/digests/digest-view.ts'
import { allEntries } from '../../src/digests/entries.ts'
import { markDigest } from '../../src/digests/mark-digest.ts'
import { sayIn } from '../../src/messages/languages.ts'
import type { Revision } from '../../src/model.ts'
import { aDigest, aMatch, anEntry, aReport } from '../support/digests.ts'
import { aClaim } from '../support/nouns.ts'

const revision = (over: Partial<Revision> = {}): Revision => ({
  statementId: 'st-1',
  documentId: 'doc-1',
  kind: 'retracted',
  publisher: 'The Gazette',
  noticedAt: '2026-03-03T10:00:00.000Z',
  words: 'This article has been retracted.',
  ...over,
})
const struck = (entry = anEntry()) =>
  viewEntry(entry)
    .quotation.flat()
    .every((run) => run.type === 'text' && run.struck === true)

describe('a posted digest, marked', () => {
  test('keeps every entry in its place', () => {
    const entry = anEntry({ match: aMatch() })
    const digest = aDigest({ claims: [{ claim: aClaim(), speakers: [{ speaker: 'Mira Sol', entries: [entry] }] }] })
    const marked = markDigest(digest, { revisions: [revision()], corrections: [{ entryId: 'st-1', claimId: 'lamps' }] })
    expect(allEntries(marked).map(({ id }) => id)).toEqual(allEntries(digest).map(({ id }) => id))
    expect(marked.claims[0]?.speakers[0]?.entries[0]).toMatchObject({
      parted: true,
      revisions: [{ kind: 'retracted' }],
    })
  })

  test('without marks any more is as it was', () => {
    const once = markDigest(aDigest(), { revisions: [revision()], corrections: [] })
    expect(markDigest(once, { revisions: [], corrections: [] })).toEqual(aDigest())
  })

  test('strikes words only where no report prints them any more', () => {
    const reports = [aReport(), aReport({ documentId: 'doc-2', publisher: 'Coast and Cable' })]
    expect(struck(anEntry({ reports, revisions: [revision()] }))).toBe(false)
    expect(struck(anEntry({ reports, revisions: [revision(), revision({ documentId: 'doc-2' })] }))).toBe(true)
    expect(struck(anEntry({ revisions: [revision({ kind: 'corrected' })] }))).toBe(false)
  })

  test('tells what a report says of itself, once', () => {
    const fate = { status: 'changed' as const, noticedAt: '2026-03-03T10:00:00.000Z', now: 'The lamps go out' }
    const entry = anEntry({ reports: [aReport({ fate })] })
    const lines = JSON.stringify(viewEntry(entry).findings)
    expect(lines).toContain('It now reads: ')
    expect(lines).toContain('“The lamps go out”')
    expect(viewEntry({ ...entry, revisions: [revision({ kind: 'changed' })] }).findings).toHaveLength(1)
  })

  test('is titled in the reader’s language, a title of its own stays', () => {
    expect(viewDigest(aDigest(), sayIn('de')).title).toBe('Wer was gesagt hat')
    expect(viewDigest(aDigest({ title: 'Harbour watch' }), sayIn('de')).title).toBe('Harbour watch')
  })
})
