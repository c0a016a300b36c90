import { mergeDocuments } from '../documents/merge-documents.ts'
import { isSameStory } from '../documents/same-story.ts'
import { deletedPost, documentKeys, toDocument, toDocuments } from '../documents/to-document.ts'
import { SourceError, StoreError } from '../errors.ts'
import type { Document, RawItem, Source, SourceState } from '../model.ts'
import type { SourceReading } from '../sources/read-source.ts'
import type { Store } from '../store/store.ts'
import type { Kit } from './kit.ts'
import { withLanguage } from './language.ts'
import { newestFirst, newsGate } from './news.ts'
import { noteRevisions } from './revisions.ts'
import { afterFailure, afterSuccess } from './source-state.ts'
import { keysOf, withoutUnchanged } from './unchanged.ts'
import { toAnalyse } from './work.ts'

/** Articles fetched in full in one poll of one feed. */
const MOST_PAGES = 25

/**
 * Polls one source and records what is new. Running it twice adds nothing: a document is known by its guid, its
 * address and its words. Never throws for a source that fails: what failed is remembered with the source.
 */
export async function pollSource(
  kit: Kit,
  source: Source,
  state: SourceState,
): Promise<{ fresh: number; failed: boolean }> {
  const { store, reader, now, log } = kit
  // What the rest of a first reading brings is as old as what it began with.
  const isNews = source.sample
    ? () => true
    : state.beginning
      ? () => false
      : newsGate(state, now(), kit.config.firstPollItems)
  let known = state
  let fresh = 0
  try {
    for await (const reading of reader.parts(source, state)) {
      const part = await recordPart(kit, source, { state: known, reading, isNews })
      fresh += part.fresh
      known = part.state
      if (kit.stopping.aborted) break
    }
    if (known.movedTo && known.movedTo !== state.movedTo)
      log.info(
        { source: source.id, from: source.address, to: known.movedTo },
        'it has moved for good: its new address is read from now on; put it into the config',
      )
    log.debug({ source: source.id, fresh }, 'polled')
    return { fresh, failed: false }
  } catch (error) {
    // Not the source's fault: its queue tries it again.
    if (kit.work && error instanceof StoreError) throw error
    await store.sources.remember(afterFailure(source, known, error as Error, now()))
    const expected = error instanceof SourceError
    if (expected && error.reason === 'held-off') {
      log.debug({ source: source.id }, error.message)
      return { fresh, failed: false }
    }
    log[expected ? 'warn' : 'error'](
      { source: source.id, ...(expected ? {} : { err: error }) },
      (error as Error).message,
    )
    return { fresh, failed: true }
  }
}

/** Keeps one part of a reading, with how far it has come, in one transaction. */
async function recordPart(
  kit: Kit,
  source: Source,
  { state, reading, isNews }: { state: SourceState; reading: SourceReading; isNews(item: RawItem): boolean },
): Promise<{ fresh: number; state: SourceState }> {
  const { store, now, log } = kit
  const items = await withFullText(kit, source, await withoutUnchanged(store, source, reading.items))
  const languages = await languagesOf(items, source.id)
  const beginning = reading.more && (state.lastSucceededAt === null || state.beginning === true)
  const next = { ...afterSuccess(source, state, reading, now()), beginning }
  for (const { where, reason } of reading.problems) log.warn({ source: source.id, where }, reason)
  if (items.length === 0 && reading.deleted.length === 0) {
    await (kit.rememberSoon ?? ((state) => store.sources.remember(state)))(next)
    return { fresh: 0, state: next }
  }
  // A transaction may be done again: whether an entry is news is asked once.
  const news = new Map(items.map((item) => [item, once(() => isNews(item))]))
  const touched = new Set<string>()
  const fresh = await store.transaction(async (tx) => {
    let added = 0
    for (const item of newestFirst(items))
      added += await record(tx, { ...item, language: languages.get(item) ?? item.language }, source, {
        isNews: news.get(item) ?? (() => false),
        now: now(),
        owner: source.owner ?? 'operator',
        touched,
      })
    for (const id of reading.deleted) await recordDeletion(tx, id, source, { isNews: () => false, now: now(), touched })
    await tx.sources.remember(next)
    return added
  }, 'snapshot')
  kit.work?.oweSoon(toAnalyse(touched))
  return { fresh, state: next }
}

/** Marks a post as deleted, known or not: what is read of it later in older archives is marked as well. */
export async function recordDeletion(
  tx: Store,
  id: string,
  source: Pick<Source, 'id' | 'sample'>,
  facts: RecordFacts,
): Promise<void> {
  await recordDocument(tx, deletedPost(id, source.id), null, source, facts)
}

/** What the sources themselves do not say. */
export async function languagesOf(items: RawItem[], sourceId: string): Promise<Map<RawItem, string | null>> {
  const found = new Map<RawItem, string | null>()
  for (const item of items)
    if (item.language === null) found.set(item, (await withLanguage(toDocument(item, sourceId))).language)
  return found
}

/** `isNews` is asked where a document is new: what is no news is on record, and never posted. */
export type RecordFacts = {
  isNews(): boolean
  now: string
  /** The server that it is read for, where its source does not tell. */
  owner?: string
  /** Gets the ids of the documents that were written. */
  touched?: Set<string>
}

const once = (ask: () => boolean): (() => boolean) => {
  let answer: boolean | undefined
  return () => {
    answer ??= ask()
    return answer
  }
}

/** Stores one item with the posts that are embedded in it. @returns how many documents were new */
export async function record(
  tx: Store,
  item: RawItem,
  source: Pick<Source, 'id' | 'sample'>,
  facts: RecordFacts,
): Promise<number> {
  let added = 0
  for (const document of toDocuments(item, source.id))
    added += await recordDocument(tx, document, document.kind === item.kind ? item.guid : null, source, facts)
  return added
}

/** Stores one document, or adds what it tells to the one that is known already. @returns how many were new: 0 or 1 */
export async function recordDocument(
  tx: Store,
  document: Document,
  guid: string | null,
  source: Pick<Source, 'id' | 'sample'>,
  facts: RecordFacts,
): Promise<number> {
  const keys = keysOf(document, source.id, guid)
  const known = await sameStory(tx, document, keys)
  const kept = known ? mergeDocuments(known, document) : document
  if (known) await noteRevisions(tx, known, kept, facts.now)
  facts.touched?.add(kept.id)
  const backlog = !known && !facts.isNews()
  await tx.documents.put(kept, {
    sourceId: source.id,
    keys,
    sample: source.sample,
    backlog,
    now: facts.now,
    owner: facts.owner,
  })
  return known ? 0 : 1
}

/** What is on record of the story that a document tells, under whichever name it was read before. */
export async function sameStory(tx: Store, document: Document, keys: string[]): Promise<Document | null> {
  for (const { key, document: known } of await tx.documents.allByKeys(keys))
    if (isSameStory(document, known, key)) return known
  return null
}

/** Reads the article's own page where the feed carries only a summary of one that is not on record. */
async function withFullText(kit: Kit, source: Source, items: RawItem[]): Promise<RawItem[]> {
  // The sample is shown before anything asks the network.
  if (source.sample) return items
  let pages = 0
  const full: RawItem[] = []
  for (const item of items) {
    const worth = item.kind === 'article' && item.summaryOnly && /^https?:/.test(item.url ?? '') && pages < MOST_PAGES
    const known =
      worth &&
      (await sameStory(
        kit.store,
        toDocument(item, source.id),
        documentKeys(toDocument(item, source.id), source.id, item.guid),
      ))
    if (!worth || known || kit.stopping.aborted) {
      full.push(item)
      continue
    }
    pages += 1
    full.push(await readArticle(kit, item))
  }
  return full
}

async function readArticle({ reader, log }: Kit, item: RawItem): Promise<RawItem> {
  try {
    const [page] = (await reader.page(item.url ?? '')).items
    if (!page?.html || page.html.length <= (item.html ?? item.text ?? '').length) return item
    return {
      ...item,
      html: page.html,
      text: null,
      summaryOnly: false,
      author: item.author ?? page.author,
      published: item.published ?? page.published,
      publishedFrom: item.published ? item.publishedFrom : page.publishedFrom,
      language: item.language ?? page.language,
    }
  } catch (error) {
    log.debug(
      { url: item.url, reason: (error as Error).message },
      'the article’s own page could not be read; the summary is kept',
    )
    return item
  }
}

/** The document behind an address, from the record's point of view: not stored. @throws {SourceError} */
export async function fetchDocument(address: string, { reader }: Pick<Kit, 'reader'>): Promise<Document> {
  const { items, problems } = await reader.page(address)
  if (!items[0]) throw new SourceError('unreadable', address, problems[0]?.reason ?? 'no article was found there')
  return toDocument(items[0], 'lookup')
}
