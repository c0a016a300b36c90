import type { Claim, Document, ImportJob, Source, Statement, Subscription } from '../../src/model.ts'

/** Nouns with everything filled in, so that a test names only what it is about. */
export const aDocument = (over: Partial<Document> = {}): Document => ({
  id: 'doc-1',
  kind: 'article',
  url: 'https://gazette.example/one',
  title: 'Lamps on the quay',
  text: '“The lamps stay on,” Mira Sol said.',
  author: null,
  publisher: 'The Gazette',
  published: '2026-03-02T10:00:00.000Z',
  publishedFrom: 'feed',
  language: 'en',
  archivedAt: [],
  provenance: [{ source: 'feed.xml', locator: null }],
  post: null,
  ...over,
})

export const aStatement = (over: Partial<Statement> = {}): Statement => ({
  id: 'st-1',
  documentId: 'doc-1',
  speaker: { name: 'Mira Sol', entityId: 'mira-sol', mention: null },
  speaksFor: null,
  cue: null,
  content: 'The lamps stay on',
  start: 1,
  end: 18,
  turnId: 'turn-1',
  directness: 'direct',
  reportedBy: null,
  medium: null,
  said: null,
  figures: [],
  confidence: 1,
  ...over,
})

export const aClaim = (over: Partial<Claim> = {}): Claim => ({
  id: 'lamps',
  text: 'The lamps on the quay stay on.',
  title: null,
  claimant: null,
  date: null,
  paraphrases: [],
  figures: [],
  reviews: [],
  status: 'active',
  owner: 'operator',
  ...over,
})

export const aSource = (over: Partial<Source> = {}): Source => ({
  id: 'gazette',
  kind: 'feed',
  address: 'https://gazette.example/feed',
  publisher: 'The Gazette',
  enabled: true,
  sample: false,
  pollSeconds: 900,
  ...over,
})

export const aSubscription = (over: Partial<Subscription> = {}): Subscription => ({
  id: 'discord:1',
  target: { kind: 'discord', guildId: '100000000000000001', channelId: '200000000000000001' },
  schedule: '0 8 * * *',
  timeZone: 'UTC',
  createdBy: null,
  createdAt: '2026-03-01T00:00:00.000Z',
  pausedBecause: null,
  nextDigestAt: '2026-03-02T08:00:00.000Z',
  ...over,
})

export const anImport = (over: Partial<ImportJob> = {}): ImportJob => ({
  id: 'import-1',
  guildId: 'guild-1',
  by: 'curator',
  fileName: 'claims.csv',
  askedAt: '2026-03-02T12:00:00.000Z',
  finishedAt: null,
  done: 0,
  total: 3,
  counts: { added: 0, changed: 0, same: 0 },
  over: 0,
  trouble: null,
  ...over,
})
