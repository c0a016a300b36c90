import type { Config } from '../config.ts'
import { program } from '../config.ts'
import { SourceError } from '../errors.ts'
import type { ArchivedCopy, Source, SourceState } from '../model.ts'
import { closestCopy } from '../sources/archive/availability.ts'
import { type SavePage, savePage } from '../sources/archive/save-page.ts'
import { createWayback, type Wayback, waybackLimits } from '../sources/archive/wayback.ts'
import { type FoundFeed, findFeeds } from '../sources/find-feeds.ts'
import { createNet, type NetOptions } from '../sources/net.ts'
import { createParsers } from '../sources/parsers.ts'
import { readPage, readParts, readSource, type SourceReading } from '../sources/read-source.ts'

/** The outside world as the belts see it: sources and single pages, read through one door. */
export type Reader = AsyncDisposable & {
  /** @throws {SourceError} where nothing of it could be read */
  read(source: Source, state: SourceState | null): Promise<SourceReading>
  /** The same, part by part; each part and its `state` belong into one transaction. @throws {SourceError} */
  parts(source: Source, state: SourceState | null): AsyncGenerator<SourceReading>
  /** The Wayback Machine’s copy of an address nearest to a time, null where it was asked and has none. @throws {SourceError} */
  copy?(address: string, near: string | null): Promise<ArchivedCopy | null>
  /** Orders copies from the Wayback Machine, where the operator has a key. */
  save?: SavePage
  /** An account’s archived posts, question by question; the same manners hold for all readings. @throws {SourceError} */
  past?: Wayback['steps']
  /** The article of one web page. @throws {SourceError} */
  page(address: string): Promise<SourceReading>
  /** The feeds of a site, each read before it is named. @throws {SourceError} */
  find(address: string): Promise<FoundFeed[]>
  /** The bytes of a file that somebody handed in, at most so many. @throws {SourceError} */
  file(address: string, maxBytes: number): Promise<Uint8Array>
}

/** @param limits others than the usual ones, such as the gap between two visits of one host */
export function openReader(
  {
    allowAddresses,
    contact,
    waybackUrl,
    wayback: wished,
    archiveKey,
  }: Pick<Config, 'allowAddresses' | 'contact' | 'waybackUrl' | 'wayback'> & Partial<Pick<Config, 'archiveKey'>>,
  limits: Pick<NetOptions, 'hostGapMs' | 'hostConcurrency' | 'concurrency' | 'sharedTurns'> = {},
): Reader {
  const net = createNet({ allowAddresses, contact, version: program.version, ...limits })
  const parsers = createParsers({ idleMs: 3000 })
  const { sharedTurns } = limits
  const wayback = createWayback({ net, parsers, base: waybackUrl, limits: waybackLimits(wished), sharedTurns })
  return {
    read: (source, state) => readSource(source, state, { net, parsers, wayback }),
    parts: (source, state) => readParts(source, state, { net, parsers, wayback }),
    copy: (address, near) => closestCopy(address, near, { net, base: waybackUrl }),
    ...(archiveKey ? { save: savePage({ net, base: waybackUrl, key: archiveKey }) } : {}),
    past: (target, cursor, signal) => wayback.steps(target, cursor, signal),
    page: (address) => readPage(address, { net, parsers }),
    find: (address) => findFeeds(address, { net, parsers }),
    async file(address, maxBytes) {
      const response = await net.get(address, {}, { maxBytes })
      if (response.status !== 200)
        throw new SourceError('unreachable', address, `its server answered ${response.status}`)
      return response.bytes()
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([net.close(), parsers.close()])
    },
  }
}
