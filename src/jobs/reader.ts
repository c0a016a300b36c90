import type { Config } from '../config.ts'
import { program } from '../config.ts'
import type { Source, SourceState } from '../model.ts'
import { createWayback } from '../sources/archive/wayback.ts'
import { createNet, type NetOptions } from '../sources/net.ts'
import { createParsers } from '../sources/parsers.ts'
import { readPage, readSource, type SourceReading } from '../sources/read-source.ts'

/** The outside world as the belts see it: sources and single pages, read through one door. */
export type Reader = AsyncDisposable & {
  /** @throws {SourceError} where nothing of it could be read */
  read(source: Source, state: SourceState | null): Promise<SourceReading>
  /** The article of one web page. @throws {SourceError} */
  page(address: string): Promise<SourceReading>
}

/** @param limits others than the usual ones, such as the gap between two visits of one host */
export function openReader(
  { allowAddresses, contact, waybackUrl }: Pick<Config, 'allowAddresses' | 'contact' | 'waybackUrl'>,
  limits: Pick<NetOptions, 'hostGapMs' | 'hostConcurrency' | 'concurrency'> = {},
): Reader {
  const net = createNet({ allowAddresses, contact, version: program.version, ...limits })
  const parsers = createParsers({ idleMs: 3000 })
  const wayback = createWayback({ net, parsers, base: waybackUrl })
  return {
    read: (source, state) => readSource(source, state, { net, parsers, wayback }),
    page: (address) => readPage(address, { net, parsers }),
    async [Symbol.asyncDispose]() {
      await Promise.all([net.close(), parsers.close()])
    },
  }
}
