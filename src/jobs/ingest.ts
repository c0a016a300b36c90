import { createHash } from 'node:crypto'
import { documentKeys, toDocument } from '../documents/to-document.ts'
import { SourceError, StoreError } from '../errors.ts'
import type { Document, RawItem, Source, SourceState } from '../model.ts'
import type { SourceReading } from '../sources/read-source.ts'
import type { Kit } from './kit.ts'
import { newestFirst, newsGate } from './news.ts'
import { deletionOf, type Entry, entriesOf, type RecordFacts, recordAll, sameStory } from './record.ts'
import { afterFailure, afterSuccess } from './source-state.ts'
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

/** What one look at a source brought, to be kept with how far it has come. */
export type Part = {
  source: Source
  items: RawItem[]
  deleted: string[]
  next: SourceState
  isNews(item: RawItem): boolean
}

/** Keeps one part of a reading, with how far it has come, in one transaction. */
async function recordPart(
  kit: Kit,
  source: Source,
  { state, reading, isNews }: { state: SourceState; reading: SourceReading; isNews(item: RawItem): boolean },
): Promise<{ fresh: number; state: SourceState }> {
  const { store, now, log } = kit
  const { seen, unseen } = sift(reading, state)
  const items = await withFullText(kit, source, unseen)
  const beginning = reading.more && (state.lastSucceededAt === null || state.beginning === true)
  const next = { ...afterSuccess(source, state, reading, now()), beginning, ...(seen ? { seen } : {}) }
  for (const { where, reason } of reading.problems) log.warn({ source: source.id, where }, reason)
  if (items.length === 0 && reading.deleted.length === 0) {
    await (kit.rememberSoon ?? ((one) => store.sources.remember(one)))(next)
    return { fresh: 0, state: next }
  }
  const part: Part = { source, items, deleted: reading.deleted, next, isNews }
  const fresh = await (kit.recordSoon?.(part) ?? recordParts(kit, [part]).then(([count = 0]) => count))
  return { fresh, state: next }
}

/** Keeps some parts, of different sources, in one transaction. @returns how many documents of each were new */
export async function recordParts(kit: Pick<Kit, 'store' | 'work' | 'now'>, parts: Part[]): Promise<number[]> {
  const touched = new Set<string>()
  const entries: Entry[] = []
  const ends: number[] = []
  for (const part of parts) {
    entries.push(...(await entriesOfPart(part, { now: kit.now(), touched })))
    ends.push(entries.length)
    // Much is made ready here; all else of this process has its turn between two of them.
    if (parts.length > 1) await new Promise(setImmediate)
  }
  const isNew = await kit.store.transaction(async (tx) => {
    touched.clear()
    const found = await recordAll(tx, entries)
    await tx.sources.remember(...parts.map(({ next }) => next))
    return found
  }, 'snapshot')
  kit.work?.oweSoon(toAnalyse(touched))
  return ends.map((end, i) => isNew.slice(ends[i - 1] ?? 0, end).filter(Boolean).length)
}

async function entriesOfPart(
  { source, items, deleted, isNews }: Part,
  facts: Pick<RecordFacts, 'now' | 'touched'>,
): Promise<Entry[]> {
  const owned = { ...facts, owner: source.owner ?? 'operator' }
  const entries: Entry[] = []
  // A transaction may be done again: whether an entry is news is asked once.
  for (const item of newestFirst(items))
    entries.push(...(await entriesOf(item, source, { ...owned, isNews: once(() => isNews(item)) })))
  for (const id of deleted) entries.push(deletionOf(id, source, { ...owned, isNews: () => false }))
  return entries
}

const once = (ask: () => boolean): (() => boolean) => {
  let answer: boolean | undefined
  return () => {
    answer ??= ask()
    return answer
  }
}

/** Goes up when the same entry of a feed would be read otherwise. */
const READING = 1
/** Of longer feeds the other entries are looked up in the record. */
const MOST_SEEN = 500

/** Parts what a feed has shown before, word for word, from what it shows now. `seen` is null for other sources. */
function sift({ items, feed, more }: SourceReading, state: SourceState): { seen: string[] | null; unseen: RawItem[] } {
  if (!feed || feed.notModified || more) return { seen: null, unseen: items }
  const before = new Set(state.seen)
  const marked = items.map((item) => ({ item, mark: markOf(item) }))
  return {
    seen: marked.slice(0, MOST_SEEN).map(({ mark }) => mark),
    unseen: marked.filter(({ mark }) => !before.has(mark)).map(({ item }) => item),
  }
}

/** Stands for an entry, wherever in its feed it is. */
const markOf = (item: RawItem): string =>
  createHash('sha1')
    .update(JSON.stringify([READING, { ...item, provenance: null }]))
    .digest('base64url')
    .slice(0, 10)

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
