import { createHash } from 'node:crypto'
import { THRESHOLDS } from '../claims/ranking.ts'
import type { Config } from '../config.ts'
import { pageText } from '../digests/text-test.ts'
import { keysOfDocument } from '../digests/wanted.ts'
import { StoreError } from '../errors.ts'
import type { Log } from '../log.ts'
import { createFinder, type Finder, findMentions } from '../mentions/find-mentions.ts'
import type { Document, Entity, Match, Mention, Statement, WatchTerm } from '../model.ts'
import { carryOver } from '../statements/carry-over.ts'
import { quoteKeys } from '../statements/cluster-statements.ts'
import { extractStatements } from '../statements/extract-statements.ts'
import type { Store } from '../store/store.ts'
import { type KnownClaims, matchKnown, openClaims } from './known-claims.ts'
import type { MatcherConfig } from './operator-claims.ts'
import { noteFates } from './revisions.ts'
import { followTerms } from './watched.ts'
import { SHARES } from './work.ts'

/** Goes up when the rooms would find something else in the same text: stored documents are then analysed again. */
const ROOMS = 1

/**
 * The rooms, made ready for one config. `version` names this config's entities and these rooms; claims are no part of
 * it, for new ones are looked for in what is on record (`jobs/match-back.ts`). `threshold`: the operator's.
 */
export type Rooms = KnownClaims & { entities: Entity[]; finder: Finder; threshold: number; version: string }

export async function openRooms(
  config: Pick<Config, 'entities' | 'claims' | 'sample' | 'matchThreshold'> & MatcherConfig,
  store: Pick<Store, 'claims' | 'entities'>,
  log: Log | null = null,
): Promise<Rooms> {
  const { entities, sample, matchThreshold } = config
  const configured = [...entities, ...(sample?.entities ?? [])]
  // Those of servers come last: where two are called alike, the operator's is meant. Their documents are marked one by
  // one when they change (`jobs/track.ts`), so they are no part of the version.
  const tracked = [...configured, ...(await store.entities.list())]
  const version = createHash('sha256')
    .update(JSON.stringify([ROOMS, configured]))
    .digest('hex')
    .slice(0, 16)
  const known = await openClaims(config, store, log)
  return {
    ...known,
    entities: tracked,
    finder: createFinder(tracked),
    threshold: matchThreshold ?? THRESHOLDS.match,
    version,
  }
}

/** What was found in one document. `kept` is false where nobody tracked is mentioned. */
export type Reading = {
  mentions: Mention[]
  statements: Statement[]
  matches: Match[]
  quoteKeys: Map<string, string[]>
  /** By what it may be wanted, where it holds statements. */
  wantedBy: string[]
}

const NOTHING: Reading = { mentions: [], statements: [], matches: [], quoteKeys: new Map(), wantedBy: [] }

/** Terms of servers that catch a text. */
type Caught = (text: string) => Iterable<Pick<WatchTerm, 'kind' | 'value'>>

/** One document through the rooms: mentions, then statements, then the claims they bear on. Touches nothing. */
export async function analyse(document: Document, rooms: Rooms, caught: Caught = () => []): Promise<Reading> {
  // A post that its author has deleted stays on record, marked; its words are not told any more.
  if (document.post?.deleted) return NOTHING
  const mentions = [...authorOf(document, rooms.entities), ...findMentions(document, rooms.finder)]
  const tracked = [...new Set(mentions.flatMap(({ entityId }) => entityId ?? []))]
  const terms = tracked.length > 0 ? [] : [...caught(pageText(document))]
  if (tracked.length === 0 && terms.length === 0) return { ...NOTHING, mentions }
  const statements = extractStatements(document, mentions, rooms.entities)
  if (statements.length > 0 && tracked.length > 0) terms.push(...caught(pageText(document)))
  const matches: Match[] = []
  for (const statement of statements) matches.push(...(await matchKnown(statement, rooms)))
  return {
    mentions,
    statements,
    matches,
    quoteKeys: new Map(statements.map(({ id, content }) => [id, quoteKeys(content)])),
    wantedBy: keysOfDocument(tracked, terms),
  }
}

/** Whoever posts is in the post, though the words do not say so: a mention without any words of the text. */
function authorOf({ id, kind, author, post }: Document, entities: Entity[]): Mention[] {
  const handles = [author, post?.sharedContent?.author].flatMap((one) => one?.alternateName?.toLowerCase() ?? [])
  if (kind !== 'post' || handles.length === 0) return []
  const owners = entities.filter((entity) => entity.handles.some((handle) => handles.includes(handle.toLowerCase())))
  return owners.map((owner) => ({
    documentId: id,
    entityId: owner.id,
    text: '',
    start: 0,
    end: 0,
    kind: 'handle',
    confidence: 1,
  }))
}

/** Documents that are written together: to make one transaction safe costs as much as to analyse several articles. */
const TOGETHER = 50

type Read = { document: Document; found: Reading }

/** Documents that are read from the store at once. */
const AT_ONCE = 50

type AnalyseKit = {
  store: Store
  rooms: Rooms
  now(): string
  log: Log
  asked?: Set<Promise<void>>
  stopping?: AbortSignal
}

/** Analyses what is stored and was not, a few documents in one transaction. @returns how many. */
export async function analyseStored(kit: AnalyseKit): Promise<number> {
  const caught = await caughtIn(kit.store)
  let done = 0
  for (;;) {
    const documents = await kit.store.documents.unanalysed(kit.rooms.version, AT_ONCE)
    if (documents.length === 0 || kit.stopping?.aborted) return done
    done += await analyseSome(documents, caught, kit)
  }
}

/**
 * As `analyseStored`, some documents of one share.
 *
 * @param at.version null leaves alone what another version analysed: an older process must not undo a newer one's work
 * @param at.follow takes over what other processes changed: what was marked for a change is read with it
 * @returns true where more of it waits
 */
export async function analyseShare(
  share: string,
  kit: AnalyseKit,
  { version, follow }: { version: string | null; follow(): Promise<void> },
): Promise<boolean> {
  const others = share === SHARES[0] ? SHARES.slice(1) : []
  const documents = await kit.store.documents.unanalysed(version, AT_ONCE, { ending: share, others })
  if (documents.length === 0) return false
  await follow()
  await analyseSome(documents, await caughtIn(kit.store), kit)
  return documents.length === AT_ONCE
}

async function analyseSome(documents: Document[], caught: Caught, kit: AnalyseKit): Promise<number> {
  const { store, now, log, rooms } = kit
  let done = 0
  let batch: Read[] = []
  let since = performance.now()
  for (const document of documents) {
    // Somebody new is tracked meanwhile: what was marked for it is read with it.
    if (kit.rooms !== rooms) break
    const found = await withEarlier(document, await readSafely(document, rooms, caught, log), { store, now })
    batch.push({ document, found })
    if (batch.length === TOGETHER) {
      await keepSafely(batch, rooms.version, kit)
      batch = []
    }
    done += 1
    if (performance.now() - since < SITTING_MS) continue
    await standBack(kit.asked)
    since = performance.now()
  }
  await keepSafely(batch, rooms.version, kit)
  return done
}

const isNothing = ({ mentions, statements }: Reading) =>
  statements.length === 0 && mentions.every(({ entityId }) => entityId === null)

/** What was found in a few documents, all or none; one that cannot be kept is told and holds no other up. */
async function keepSafely(
  batch: Read[],
  version: string,
  { store, now, log }: { store: Store; now(): string; log: Log },
): Promise<void> {
  const keep = (some: Read[]) =>
    store.transaction(async (tx) => {
      const plain = some.filter(({ document, found }) => isNothing(found) && !document.editions?.length)
      const done = new Set(
        await tx.documents.analysedForNothing(
          plain.map(({ document }) => document),
          version,
        ),
      )
      const rest = some.filter(({ document }) => !done.has(document.id))
      await tx.documents.allAnalysed(
        rest.map(({ document, found }) => [document.id, { ...found, version, text: document.text, now: now() }]),
      )
      for (const { document, found } of rest) await noteFates(tx, document, found.statements, now())
    }, 'analyse')
  if (batch.length === 0) return
  try {
    return await keep(batch)
  } catch (error) {
    // A full disk or a locked record is nobody's fault here, and mends by itself.
    if (error instanceof StoreError) throw error
    if (batch.length > 1) {
      for (const one of batch) await keepSafely([one], version, { store, now, log })
      return
    }
    const { document } = batch[0]!
    log.error({ err: error, document: document.id, url: document.url }, 'what was found in a document cannot be kept')
    await keep([{ document, found: NOTHING }])
  }
}

/** So long is analysed at one sitting, before all else of this process has its turn. */
const SITTING_MS = 20

/** A first response is never further away than this; then work goes on, whoever still waits. */
const LONGEST_MS = 1000

/** Somebody may be waiting for an answer, and Discord allows three seconds: theirs comes first. */
async function standBack(asked: Set<Promise<void>> | undefined): Promise<void> {
  await new Promise(setImmediate)
  if (!asked?.size) return
  const { promise: late, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, LONGEST_MS)
  await Promise.race([Promise.all(asked), late])
  clearTimeout(timer)
}

/** What was found in a text, beside what was told of its earlier editions. */
async function withEarlier(
  document: Document,
  reading: Reading,
  { store, now }: { store: Store; now(): string },
): Promise<Reading> {
  if (!document.editions?.length) return reading
  const known = await store.statements.ofDocument(document.id)
  const { statements, renamed, gone } = carryOver(
    known.map(({ statement }) => statement),
    reading.statements,
    document,
    now(),
  )
  const id = (found: string) => renamed.get(found) ?? found
  const kept = known.filter(({ statement }) => gone.some((one) => one.id === statement.id))
  return {
    ...reading,
    statements: [...statements, ...gone],
    matches: [
      ...reading.matches.map((match) => ({ ...match, statementId: id(match.statementId) })),
      ...kept.flatMap(({ matches }) => matches),
    ],
    quoteKeys: new Map([
      ...[...reading.quoteKeys].map(([found, keys]) => [id(found), keys] as const),
      ...gone.map((one) => [one.id, quoteKeys(one.content)] as const),
    ]),
  }
}

/**
 * Longer than any article, and still read within two seconds when every word of it was written to make that hard: the
 * whole text is kept, and whoever waits for an answer gets it in time.
 */
const MOST_TEXT = 200_000

/** A document that the rooms cannot read is marked as read, so that it holds nobody else up; the log says so. */
async function readSafely(document: Document, rooms: Rooms, caught: Caught, log: Log): Promise<Reading> {
  if (document.text.length > MOST_TEXT)
    log.warn(
      { document: document.id, url: document.url, characters: document.text.length },
      `a document is longer than ${MOST_TEXT} characters: statements are looked for up to there`,
    )
  try {
    return await analyse({ ...document, text: document.text.slice(0, MOST_TEXT) }, rooms, caught)
  } catch (error) {
    log.error(
      { err: error, document: document.id, url: document.url },
      'a document could not be analysed and is skipped',
    )
    return NOTHING
  }
}

/** What any server watches and a text holds: phrases, and queries that it answers. */
async function caughtIn(store: Store): Promise<Caught> {
  const { index } = await followTerms(store)
  return (text) => index.caught(text)
}
