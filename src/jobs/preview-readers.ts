import { shownWords, toReport } from '../digests/compose-digest.ts'
import { viewClaimNotes, viewDigest, viewEntry } from '../digests/digest-view.ts'
import { allEntries } from '../digests/entries.ts'
import { viewLookup } from '../digests/lookup-view.ts'
import { markDigest } from '../digests/mark-digest.ts'
import { english } from '../messages/say.ts'
import type { Digest } from '../model.ts'
import type { ClaimTimeline, PreviewReaders } from '../preview/preview.ts'
import { fallenSilent } from '../sources/quiet.ts'
import { drawClaim } from './claim-picture.ts'
import type { Kit } from './kit.ts'
import { lookUp } from './lookup.ts'
import { roomsFor } from './track.ts'

const MOST_MOMENTS = 100

/** What the preview page shows, from the record: the operator's view, without any server's own claims. */
export function previewReaders(running: Pick<Kit, 'store' | 'rooms' | 'reader' | 'now'>): PreviewReaders {
  const store = running.store.seenBy(null)
  // Read each time: the process takes changed rooms over while it runs.
  const kit = () => ({ ...running, store, rooms: roomsFor(running.rooms, null) })
  const shown = async (digest: Digest) => {
    const ids = allEntries(digest).flatMap(({ statementIds }) => statementIds)
    const marked = markDigest(digest, { revisions: await store.revisions.of(ids), corrections: [] })
    return { view: viewDigest(marked), composedAt: digest.composedAt }
  }
  const operators = async () => (await store.claims.list()).filter(({ owner }) => owner === 'operator')
  return {
    digests: async (limit) => Promise.all((await store.digests.latest(limit)).map(shown)),
    async digest(id) {
      const found = await store.digests.get(id)
      return found && shown(found)
    },
    lookup: async (text) => viewLookup(await lookUp(text, kit())),
    async claims() {
      const claims = await operators()
      return Promise.all(
        claims.map(async ({ id, title, text }) => ({
          id,
          text: title ?? text,
          said: (await store.statements.byClaim(id, 1000)).length,
        })),
      )
    },
    claim: async (id) => timelineOf(id, kit(), await operators()),
    async picture(id) {
      const claim = (await operators()).find((one) => one.id === id)
      return claim ? ((await drawClaim(claim, store, english))?.data ?? null) : null
    },
    async sources() {
      const sources = await store.sources.list()
      return sources
        .filter(({ source }) => !source.sample)
        .map(({ source, state }) => ({
          name: source.publisher ?? source.id,
          address: source.address,
          enabled: source.enabled,
          trouble: state.trouble,
          lastReadAt: state.lastSucceededAt,
          nextReadAt: state.endedAt ? null : state.nextPollAt,
          nextReadBecause: state.nextPollBecause ?? null,
          silent: fallenSilent(state.published ?? [], running.now()),
        }))
    },
  }
}

async function timelineOf(
  id: string,
  kit: Pick<Kit, 'store' | 'rooms' | 'reader' | 'now'>,
  claims: Awaited<ReturnType<Kit['store']['claims']['list']>>,
): Promise<ClaimTimeline | null> {
  const claim = claims.find((one) => one.id === id)
  if (!claim) return null
  const said = await kit.store.statements.byClaim(id, MOST_MOMENTS)
  const moments = said.map(({ statement, document }) => {
    const { published } = document
    const view = viewEntry({
      id: statement.id,
      statementIds: [statement.id],
      speaker: statement.speaker,
      speaksFor: statement.speaksFor,
      cue: statement.cue?.text ?? null,
      words: [{ content: shownWords({ document, statement }), directness: statement.directness }],
      medium: statement.medium,
      said: statement.said,
      firstSeen: published,
      reports: [toReport({ document, statement })],
      again: false,
      match: null,
    })
    return {
      at: statement.said ?? published,
      head: view.head,
      quotation: view.quotation,
      sources: view.sources.slice(0, -1),
      id: statement.id,
    }
  })
  moments.sort((a, b) => ((a.at ?? '9999') < (b.at ?? '9999') ? -1 : 1))
  return { text: claim.title ?? claim.text, notes: viewClaimNotes(claim, english), moments }
}
