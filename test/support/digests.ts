import type { Digest, DigestEntry, Report } from '../../src/model.ts'

/** Digests with everything filled in, so that a test names only what it is about. */
export const aReport = (over: Partial<Report> = {}): Report => ({
  documentId: 'doc-1',
  kind: 'article',
  publisher: 'The Gazette',
  author: null,
  title: 'Lamps on the quay',
  url: 'https://gazette.example/one',
  published: '2026-03-02T10:00:00.000Z',
  publishedFrom: 'feed',
  archivedAt: [],
  reportedBy: null,
  ...over,
})

export const anEntry = (over: Partial<DigestEntry> = {}): DigestEntry => ({
  id: 'st-1',
  statementIds: ['st-1'],
  speaker: { name: 'Mira Sol', entityId: 'mira-sol', mention: null },
  speaksFor: null,
  cue: 'said',
  words: [{ content: 'The lamps stay on for 34 nights', directness: 'direct' }],
  medium: null,
  said: null,
  firstSeen: '2026-03-02T10:00:00.000Z',
  reports: [aReport()],
  again: false,
  match: null,
  ...over,
})

export const aMatch = (over: Partial<NonNullable<DigestEntry['match']>> = {}): NonNullable<DigestEntry['match']> => ({
  statementId: 'st-1',
  claimId: 'lamps',
  rank: 1,
  score: 0.9,
  decision: 'match',
  relation: 'repeats',
  evidence: { words: ['lamps'], figures: [] },
  verdict: null,
  reviewedBy: null,
  reviewed: null,
  ...over,
})

export const aDigest = (over: Partial<Digest> = {}): Digest => ({
  id: 'digest-1',
  title: 'Who said what',
  sample: false,
  composedAt: '2026-03-02T12:00:00.000Z',
  since: '2026-03-01T12:00:00.000Z',
  claims: [],
  unmatched: [{ speaker: 'Mira Sol', entries: [anEntry()] }],
  discrepancies: [],
  troubles: [],
  counts: { documents: 1, statements: 1, sources: 1 },
  ...over,
})
