import { viewDigest, viewEntry, viewTurn } from '../../src/digests/digest-view.ts'
import { viewLookup } from '../../src/digests/lookup-view.ts'
import { english } from '../../src/messages/say.ts'
import { FONTS } from '../../src/pictures/fonts.ts'
import { drawTimeline } from '../../src/pictures/timeline.ts'
import type { PreviewReaders } from '../../src/preview/preview.ts'
import { aDigest, aMatch, anEntry, aReport } from './digests.ts'
import { aClaim } from './nouns.ts'

const claim = aClaim({
  title: 'The lamps burn for thirty nights',
  text: 'The lamps on the quay stay on for thirty nights.',
  claimant: 'Harbour Office',
  date: '2026-02',
  reviews: [
    {
      publisher: 'Quay Checkers',
      url: 'https://checkers.example/lamps',
      rating: 'Mostly false',
      reviewed: '2026-02-20',
    },
  ],
})
const archived = [{ url: 'https://archive.example/20260303/lamps', capturedAt: '2026-03-03T09:00:00.000Z' }]
const moved = anEntry({
  id: 'st-1',
  words: [
    {
      content: 'The lamps stay on for 34 nights, whatever the ferrymen would like to hear from this office',
      directness: 'direct',
    },
  ],
  medium: 'interview',
  reports: [
    aReport({ archivedAt: archived }),
    aReport({
      publisher: 'Ferry Post',
      title: 'Harbour master keeps lamps burning',
      url: 'https://ferry.example/2026/03/02/harbour-master-keeps-lamps-burning',
      published: '2026-03-02T13:30:00.000Z',
    }),
  ],
  match: aMatch({
    relation: 'differs-in-figure',
    evidence: { words: ['lamps', 'nights'], figures: [{ claim: '30', statement: '34' }] },
  }),
})
const plain = anEntry({
  id: 'st-2',
  cue: 'accuses',
  speaker: { name: 'לילה ים', entityId: null, mention: null },
  words: [
    { content: 'העששיות כבויות כל הלילה', directness: 'direct' },
    { content: 'that nobody asked the ferrymen', directness: 'indirect' },
  ],
})
const digest = aDigest({
  claims: [{ claim, speakers: [{ speaker: 'Mira Sol', entries: [moved] }] }],
  unmatched: [{ speaker: 'לילה ים', entries: [plain] }],
  troubles: [
    {
      sourceId: 's',
      address: 'https://tide.example/feed',
      reason: 'answers 503; tried again in an hour',
      since: '2026-03-02T08:00:00.000Z',
    },
  ],
  counts: { documents: 3, statements: 2, sources: 2 },
})

/** Everything the preview page can show, invented. */
export const previewSample = (): PreviewReaders => ({
  digests: async () => [{ view: viewDigest(digest), composedAt: digest.composedAt }],
  digest: async (id) => (id === digest.id ? { view: viewDigest(digest), composedAt: digest.composedAt } : null),
  lookup: async (asked) =>
    viewLookup(
      { asked, document: null, trouble: null, claims: [{ claim, match: aMatch() }], entries: [moved] },
      english,
      '2026-03-05T08:00:00.000Z',
    ),
  claims: async () => ({ shown: [{ id: claim.id, text: claim.text, said: 1 }], more: 12_000 }),
  claim: async (id) => {
    if (id !== claim.id) return null
    const { head, quotation, sources } = viewEntry(moved)
    const earlier = { statementId: 'st-0', words: 'None of the lamps', when: '2026-02-01T10:00:00.000Z' }
    const turned = viewTurn({ what: 'figure', from: '20', to: '30', earlier }, english)
    const moment = { at: moved.firstSeen, head, quotation, turned, sources, id: moved.id }
    return { text: claim.text, notes: [], moments: [moment] }
  },
  picture: async (id) =>
    id === claim.id
      ? drawTimeline(
          {
            title: claim.text,
            moments: [{ at: '2026-03-02T10:00:00.000Z', row: 'Mira Sol', kind: 'differs' }],
            names: { repeats: 'says it', differs: 'other figure', opposes: 'opposes it', other: 'bears on it' },
            language: 'en',
          },
          FONTS,
        )
      : null,
  sources: async () => [
    {
      name: 'The Gazette',
      address: 'https://gazette.example/feed',
      enabled: true,
      trouble: null,
      lastReadAt: '2026-03-02T11:55:00.000Z',
      nextReadAt: '2026-03-02T12:10:00.000Z',
    },
    {
      name: 'Tide Table',
      address: 'https://tide.example/a/rather/long/address/of/a/feed.xml',
      enabled: true,
      trouble: 'answers 503',
      lastReadAt: null,
      nextReadAt: null,
    },
  ],
})
