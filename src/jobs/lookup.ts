import { composeDigest } from '../digests/compose-digest.ts'
import { urlKey } from '../documents/canonical-url.ts'
import { SourceError } from '../errors.ts'
import type { Document, LookupAnswer } from '../model.ts'
import { clusterStatements, quoteKeys } from '../statements/cluster-statements.ts'
import type { Found } from '../store/store.ts'
import { analyse } from './analyse.ts'
import { fetchDocument } from './ingest.ts'
import type { Kit } from './kit.ts'
import { claimsBehind, claimsByIds, decideFound } from './known-claims.ts'

const MOST_ENTRIES = 10

/** Tells what is known of a text or a link: the claims behind it, who said it, first when, and where. */
export async function lookUp(
  asked: string,
  kit: Pick<Kit, 'store' | 'rooms' | 'reader' | 'now'>,
): Promise<LookupAnswer> {
  const question = asked.trim()
  return isAddress(question) ? lookUpAddress(question, kit) : lookUpText(question, kit)
}

const isAddress = (text: string) => /^https?:\/\/\S+$/i.test(text) && URL.canParse(text)

async function lookUpText(text: string, kit: Pick<Kit, 'store' | 'rooms' | 'now'>): Promise<LookupAnswer> {
  const { store } = kit
  const byId = /^[0-9a-z]{6,}$/i.test(text) ? await store.statements.get(text) : null
  const asked = byId?.statement.content ?? text
  const same = await store.statements.byQuoteKeys(quoteKeys(asked))
  const similar = await store.statements.search(asked, MOST_ENTRIES)
  const found = new Map([...(byId ? [byId] : []), ...same, ...similar].map((one) => [one.statement.id, one]))
  return {
    asked: text,
    document: null,
    trouble: null,
    claims: await claimsBehind(asked, kit),
    entries: await toEntries([...found.values()].slice(0, 200), kit),
  }
}

async function lookUpAddress(
  address: string,
  kit: Pick<Kit, 'store' | 'rooms' | 'reader' | 'now'>,
): Promise<LookupAnswer> {
  const answer: LookupAnswer = { asked: address, document: null, trouble: null, claims: [], entries: [] }
  const known = await kit.store.documents
    .findByKeys([`url:${urlKey(address)}`])
    .then((found) => found ?? kit.store.documents.findByUrl(address))
  let document: Document | null = known
  if (!document) {
    try {
      document = await fetchDocument(address, kit)
    } catch (error) {
      if (!(error instanceof SourceError)) throw error
      return { ...answer, trouble: error.message }
    }
  }
  const stored = await kit.store.documents.get(document.id)
  const { title, url, published } = document
  answer.document = { title, url, published, onRecord: stored !== null }
  const said = stored ? await kit.store.statements.ofDocument(stored.id) : await readNow(document, kit)
  const claims = await claimsByIds(idsOf(said), kit)
  const found = decideFound(said, kit.rooms.threshold, claims)
  answer.entries = await toEntries(found, kit)
  const best = new Map<string, LookupAnswer['claims'][number]>()
  for (const { matches } of found)
    for (const match of matches) {
      const claim = claims.find(({ id }) => id === match.claimId)
      if (claim && match.decision !== 'none' && (best.get(claim.id)?.match.score ?? 0) < match.score)
        best.set(claim.id, { claim, match })
    }
  answer.claims = [...best.values()].sort((a, b) => b.match.score - a.match.score)
  return answer
}

/** A phrase that stands in every text: whoever asks wants what it says, whomever it mentions. */
const EMPTY = { kind: 'phrase', value: '' } as const

/** The statements of a document that is not on record, read for this one answer. */
async function readNow(document: Document, { rooms }: Pick<Kit, 'rooms'>): Promise<Found[]> {
  const { mentions, statements, matches } = await analyse(document, rooms, () => [EMPTY])
  const entities = [...new Set(mentions.flatMap(({ entityId }) => entityId ?? []))]
  return statements.map((statement, i) => ({
    sequence: i,
    statement,
    document,
    matches: matches.filter(({ statementId }) => statementId === statement.id),
    entities,
    backlog: false,
    sample: false,
  }))
}

const idsOf = (found: Found[]) => found.flatMap(({ matches }) => matches.map(({ claimId }) => claimId))

/** Statements with all other reports of the same words, laid out as a digest lays them out. */
async function toEntries(
  found: Found[],
  { store, rooms, now }: Pick<Kit, 'store' | 'rooms' | 'now'>,
): Promise<LookupAnswer['entries']> {
  const ids = new Set(found.map(({ statement }) => statement.id))
  const keys = [...new Set(found.flatMap(({ statement }) => quoteKeys(statement.content)))]
  const related = (await store.statements.byQuoteKeys(keys)).filter(({ statement }) => !ids.has(statement.id))
  const known = await claimsByIds(idsOf([...found, ...related]), { store, rooms })
  const decided = (some: Found[]) => decideFound(some, rooms.threshold, known)
  const { clusters } = clusterStatements([...found, ...related])
  const kin = new Set(clusters.flatMap(({ members }) => (members.some((id) => ids.has(id)) ? members : [])))
  const { claims, unmatched } = composeDigest({
    id: 'lookup',
    title: 'Lookup',
    sample: false,
    composedAt: now(),
    since: null,
    fresh: decided(found),
    earlier: decided(related.filter(({ statement }) => kin.has(statement.id))).map((one) => ({ ...one, told: false })),
    clusters,
    discrepancies: [],
    claims: known,
    sources: 0,
    troubles: [],
  })
  const entries = [...claims.flatMap(({ speakers }) => speakers), ...unmatched].flatMap((group) => group.entries)
  const place = new Map(found.map(({ statement }, i) => [statement.id, i]))
  const rank = (entry: { statementIds: string[] }) =>
    Math.min(...entry.statementIds.map((id) => place.get(id) ?? found.length))
  return entries.sort((a, b) => rank(a) - rank(b)).slice(0, MOST_ENTRIES)
}
