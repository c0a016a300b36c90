import { SourceError } from '../errors.ts'
import type { Problem, RawItem, Source, SourceState } from '../model.ts'
import { type Wayback, type WaybackCursor, waybackTarget } from './archive/wayback.ts'
import { type FeedReading, readFeed } from './feed.ts'
import { readLocalFile } from './file.ts'
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
 * Reads a source by its kind: a feed or page by address or path, a file, posts, an archive.
 *
 * @throws {SourceError} where nothing of it could be read
 */
export async function readSource(source: Source, state: SourceState | null, kit: SourceKit): Promise<SourceReading> {
  if (source.kind === 'wayback') return readWayback(source, state, kit)
  const remote = /^https?:\/\//i.test(source.address)
  const reading = remote ? await readRemote(source, state, kit) : await readLocal(source, kit)
  return { ...reading, items: reading.items.map((item) => ({ ...item, publisher: publisherOf(item, source) })) }
}

const publisherOf = (item: RawItem, source: Source): string | null =>
  item.kind === 'post' ? item.publisher : (source.publisher ?? item.publisher)

async function readRemote(source: Source, state: SourceState | null, kit: SourceKit): Promise<SourceReading> {
  if (source.kind === 'page') return readPage(source.address, kit)
  const { items, problems, ...feed } = await readFeed({ source, state }, kit)
  const { etag, lastModified } = feed
  return { items, problems, deleted: [], state: { etag, lastModified }, feed }
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
  return { items, problems, deleted: [], state: {}, feed: null }
}

/** Steps of one reading: with the pauses between them a poll takes a few minutes, and the next goes on. */
const MOST_STEPS = 100

/** Goes on with an account's archived posts where the last poll stopped. */
async function readWayback(source: Source, state: SourceState | null, { wayback }: SourceKit): Promise<SourceReading> {
  const target = waybackTarget(source.address)
  if (!target) throw new SourceError('unreadable', source.address, 'write it as wayback:twitter.com/NAME')
  if (!wayback) throw new SourceError('unreadable', source.address, 'the Wayback Machine is not read here')
  const reading: SourceReading = { items: [], problems: [], deleted: [], state: {}, feed: null }
  let steps = 0
  try {
    for await (const step of wayback.steps(target, cursorOf(state))) {
      reading.items.push(...step.items)
      reading.problems.push(...step.problems)
      reading.state.cursor = JSON.stringify(step.cursor)
      if (step.done && step.cursor.counts.listed === 0)
        reading.problems.push({
          where: source.address,
          reason: `the Wayback Machine was asked and holds no captures of ${target.name}`,
        })
      steps += 1
      if (steps >= MOST_STEPS) break
    }
  } catch (error) {
    // What was read before the trouble is kept with its cursor; only a reading that gave nothing fails.
    if (!(error instanceof SourceError) || steps === 0) throw error
    reading.problems.push({ where: source.address, reason: error.message })
  }
  return reading
}

function cursorOf(state: SourceState | null): WaybackCursor | null {
  try {
    return state?.cursor ? (JSON.parse(state.cursor) as WaybackCursor) : null
  } catch {
    return null
  }
}

async function readLocal(source: Source, { parsers }: SourceKit): Promise<SourceReading> {
  const items: RawItem[] = []
  const problems: Problem[] = []
  const deleted: string[] = []
  for await (const read of readLocalFile(source.address, parsers)) {
    if ('item' in read) items.push(read.item)
    else if ('problem' in read) problems.push(read.problem)
    else deleted.push(read.deleted)
  }
  return { items, problems, deleted, state: {}, feed: null }
}
