import { SourceError } from '../errors.ts'
import type { Problem, RawItem, Source, SourceState } from '../model.ts'
import { sealed } from './archive/json-lines.ts'
import { type Wayback, type WaybackCursor, waybackTarget } from './archive/wayback.ts'
import { type FeedReading, readFeed } from './feed.ts'
import { readLocalFile } from './file.ts'
import { type FilePlace, fileState, placeBehind, START } from './file-place.ts'
import type { Net } from './net.ts'
import type { Parsers } from './parsers.ts'
import { robotsOf } from './robots.ts'

/** What one look at a source gave. `state` are the changes that are worth remembering. */
export type SourceReading = {
  items: RawItem[]
  problems: Problem[]
  /** Ids (`twitter:ID`) of posts that the source says are deleted. */
  deleted: string[]
  state: Partial<Pick<SourceState, 'etag' | 'lastModified' | 'cursor'>>
  /** What the feed and its server said, null for other sources. */
  feed: Omit<FeedReading, 'items' | 'problems'> | null
  /** True where the rest waits for the next look, which may come at once. */
  more: boolean
}

/** `wayback` may be left out where none is read. */
export type SourceKit = { net: Net; parsers: Parsers; wayback?: Wayback }

/** Reads one source from the outside world. */
export type SourceReader = {
  /** @throws {SourceError} where nothing of it could be read */
  read(source: Source, state: SourceState | null): Promise<SourceReading>
}

export const createSourceReader = (kit: SourceKit): SourceReader => ({
  read: (source, state) => readSource(source, state, kit),
})

/**
 * Reads a source by its kind, at once: a feed or page by address or path, a file, posts, an archive.
 *
 * @throws {SourceError} where nothing of it could be read
 */
export async function readSource(source: Source, state: SourceState | null, kit: SourceKit): Promise<SourceReading> {
  const whole: SourceReading = { items: [], problems: [], deleted: [], state: {}, feed: null, more: false }
  let parts = 0
  try {
    for await (const part of readParts(source, state, kit)) {
      parts += 1
      whole.items.push(...part.items)
      whole.problems.push(...part.problems)
      whole.deleted.push(...part.deleted)
      whole.state = { ...whole.state, ...part.state }
      whole.feed = part.feed
      whole.more = part.more
    }
  } catch (error) {
    // What was read before the trouble is kept with its cursor; only a reading that gave nothing fails.
    if (!(error instanceof SourceError) || parts === 0) throw error
    whole.problems.push({ where: source.address, reason: error.message })
  }
  return whole
}

/**
 * Reads a source part by part. What a part brought and its `state` belong into one transaction: a reading that is killed
 * goes on behind the last part that was kept.
 *
 * @throws {SourceError} where the rest of it could not be read
 */
export async function* readParts(
  source: Source,
  state: SourceState | null,
  kit: SourceKit,
): AsyncGenerator<SourceReading> {
  if (source.kind === 'wayback') return yield* waybackParts(source, state, kit)
  if (!/^https?:\/\//i.test(source.address)) return yield* localParts(source, state, kit)
  const reading = await readRemote(source, state, kit)
  yield { ...reading, items: reading.items.map((item) => withPublisher(item, source)) }
}

const withPublisher = (item: RawItem, source: Source): RawItem => ({
  ...item,
  publisher: item.kind === 'post' ? item.publisher : (source.publisher ?? item.publisher),
})

async function readRemote(source: Source, state: SourceState | null, kit: SourceKit): Promise<SourceReading> {
  if (source.kind === 'page') return readPage(source.address, kit)
  const { items, problems, ...feed } = await readFeed({ source, state }, kit)
  const { etag, lastModified } = feed
  return { items, problems, deleted: [], state: { etag, lastModified }, feed, more: false }
}

/** Reads the article of one web page, where its site's robots.txt does not object. @throws {SourceError} where there is none */
export async function readPage(
  address: string,
  { net, parsers }: Pick<SourceKit, 'net' | 'parsers'>,
): Promise<SourceReading> {
  // Anything else is refused by the door itself.
  if (/^https?:/i.test(address)) await robotsOf(net).check(address)
  const response = await net.get(address, { accept: 'text/html, application/xhtml+xml;q=0.9, */*;q=0.1' })
  if (response.status !== 200) throw new SourceError('unreachable', address, `its server answers ${response.status}`)
  const { items, problems } = await parsers.page(
    await response.bytes(),
    response.headers.get('content-type'),
    response.url,
  )
  return { items, problems, deleted: [], state: {}, feed: null, more: false }
}

/** One reading begins no question after this time: no other source waits until all of an account is read. */
const LONG_MS = 3000

/** Goes on with an account's archived posts where the last poll stopped: a part for each question. */
async function* waybackParts(
  source: Source,
  state: SourceState | null,
  { wayback }: SourceKit,
): AsyncGenerator<SourceReading> {
  const target = waybackTarget(source.address)
  if (!target) throw new SourceError('unreadable', source.address, 'write it as wayback:twitter.com/NAME')
  if (!wayback) throw new SourceError('unreadable', source.address, 'the Wayback Machine is not read here')
  const begun = performance.now()
  for await (const { items, problems, cursor, done } of wayback.steps(target, waybackCursorOf(state?.cursor))) {
    const none = done && cursor.counts.listed === 0 && cursor.latest === null
    const reason = `the Wayback Machine was asked and holds no captures of ${target.name}`
    yield {
      items,
      problems: none ? [...problems, { where: source.address, reason }] : problems,
      deleted: [],
      state: { cursor: JSON.stringify(cursor) },
      feed: null,
      more: !done,
    }
    if (performance.now() - begun >= LONG_MS) return
  }
}

/** A kept cursor as it was written, null where there is none. */
export function waybackCursorOf(text: string | null | undefined): WaybackCursor | null {
  try {
    return text ? (JSON.parse(text) as WaybackCursor) : null
  } catch {
    return null
  }
}

/** Items of one part of a file: each part is kept in one transaction. */
const PART = 500

/** How far a file has been read. Its size and time of change tell whether it is still the same. */
export type FileCursor = { state: string; place: FilePlace }

/** Goes on with a file where the last reading stopped; one that has not changed is not read again. */
async function* localParts(
  source: Source,
  state: SourceState | null,
  { parsers }: SourceKit,
): AsyncGenerator<SourceReading> {
  const now = await fileState(source.address)
  const known = fileCursorOf(state?.cursor)
  const begun = known?.state === now ? known.place : null
  const empty = () => ({ items: [], problems: [], deleted: [], state: {}, feed: null, more: false })
  if (!begun && state?.etag === now && !state.trouble) return yield empty()
  let part: SourceReading = empty()
  let place = begun ?? START
  for await (const read of readLocalFile(source.address, parsers, { from: place })) {
    if (part.items.length + part.deleted.length >= PART) {
      yield { ...part, state: { cursor: JSON.stringify({ state: now, place }) }, more: true }
      part = empty()
    }
    place = placeBehind(place, read)
    if ('item' in read) part.items.push(withPublisher(sealed(read), source))
    else if ('problem' in read) part.problems.push(read.problem)
    else part.deleted.push(read.deleted)
  }
  yield { ...part, state: { cursor: null, etag: now } }
}

export function fileCursorOf(text: string | null | undefined): FileCursor | null {
  try {
    const cursor = text ? (JSON.parse(text) as FileCursor) : null
    return cursor?.place && typeof cursor.state === 'string' ? cursor : null
  } catch {
    return null
  }
}
