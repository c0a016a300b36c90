import { shownWords, toReport } from '../digests/compose-digest.ts'
import { viewClaimNotes, viewDigest, viewEntry, viewTurn } from '../digests/digest-view.ts'
import { allEntries } from '../digests/entries.ts'
import { viewLookup } from '../digests/lookup-view.ts'
import { markDigest } from '../digests/mark-digest.ts'
import { sayNextRead } from '../messages/next-read.ts'
import { english } from '../messages/say.ts'
import type { Claim, Digest } from '../model.ts'
import type { ClaimTimeline, PreviewReaders } from '../preview/preview.ts'
import { fallenSilent } from '../sources/quiet.ts'
import { drawClaim } from './claim-picture.ts'
import type { Kit } from './kit.ts'
import { lookUp } from './lookup.ts'
import { readTurns } from './positions.ts'
import { roomsFor } from './track.ts'

const MOST_MOMENTS = 100
const MOST_CLAIMS = 200

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
  const operators = async (id: string) => {
    const claim = await store.claims.get(id)
    return claim?.owner === 'operator' ? claim : null
  }
  return {
    digests: async (limit) => Promise.all((await store.digests.latest(limit)).map(shown)),
    async digest(id) {
      const found = await store.digests.get(id)
      return found && shown(found)
    },
    lookup: async (text) => viewLookup(await lookUp(text, kit()), english, running.now()),
    claims: () => listClaims(store),
    async claim(id) {
      const claim = await operators(id)
      return claim && timelineOf(claim, kit())
    },
    async picture(id) {
      const claim = await operators(id)
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
          nextReadBecause: state.nextPollBecause ? sayNextRead(state.nextPollBecause, english) : null,
          silent: fallenSilent(state.published ?? [], running.now()),
        }))
    },
  }
}

/** The operator's claims, as many as a page can hold: those most said, then others in the order of their ids. */
async function listClaims(store: Kit['store']): Promise<Awaited<ReturnType<PreviewReaders['claims']>>> {
  const most = await store.claims.mostSaid(MOST_CLAIMS)
  const said = new Map(most.map((one) => [one.id, one.said]))
  const known = await store.claims.byIds([...said.keys()])
  const { claims, total } = await store.claims.find({ owners: ['operator'], holding: '', limit: MOST_CLAIMS })
  const ofOperator = known.filter(({ owner }) => owner === 'operator')
  const rest = claims.filter(({ id }) => !said.has(id))
  const shown = [...ofOperator.sort((a, b) => said.get(b.id)! - said.get(a.id)!), ...rest].slice(0, MOST_CLAIMS)
  return {
    shown: shown.map(({ id, title, text }) => ({ id, text: title ?? text, said: said.get(id) ?? 0 })),
    more: total - shown.length,
  }
}

async function timelineOf(claim: Claim, kit: Pick<Kit, 'store' | 'rooms'>): Promise<ClaimTimeline> {
  const said = await kit.store.statements.byClaim(claim.id, MOST_MOMENTS)
  const turns = await readTurns([claim], kit.rooms.threshold, kit.store)
  const moments = said.map(({ statement, document }) => {
    const { published } = document
    const turn = turns.get(statement.id)
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
      turned: turn ? viewTurn(turn, english) : null,
      sources: view.sources.slice(0, -1),
      id: statement.id,
    }
  })
  moments.sort((a, b) => ((a.at ?? '9999') < (b.at ?? '9999') ? -1 : 1))
  return { text: claim.title ?? claim.text, notes: viewClaimNotes(claim, english), moments }
}
