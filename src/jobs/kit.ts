import type { Config } from '../config.ts'
import type { Log } from '../log.ts'
import type { Delivery, LongReading, Posting, SourceState } from '../model.ts'
import type { Store } from '../store/store.ts'
import type { Rooms } from './analyse.ts'
import type { Part } from './ingest.ts'
import type { Reader } from './reader.ts'
import type { Work } from './work.ts'

/** What the belts work with. `config` and `rooms` are replaced together when the config is read again. */
export type Kit = {
  store: Store
  config: Config
  rooms: Rooms
  /** Reads one source from the outside world. */
  reader: Reader
  /** ISO 8601, UTC. */
  now(): string
  log: Log
  /** Hands one digest over, or says `later` where its door is not open yet. Throws where it was refused. */
  deliver(delivery: Delivery): Promise<{ messageIds: string[] } | 'later'>
  /** Draws what was posted again, as its entries stand now; `later` as above. Without it nothing is ever posted. */
  redraw?(posting: Posting): Promise<'done' | 'later'>
  /** Tells that a reading which somebody asked for is over, or says `later` where its door is not open yet. */
  tellPast?: ((reading: LongReading) => Promise<'done' | 'later'>) | undefined
  /** Remembers what became of a source, with others’ of the same moment; without it at once. */
  rememberSoon?(state: SourceState): Promise<void>
  /** Keeps what a look at a source brought, with what others brought at the same moment; without it at once. */
  recordSoon?(part: Part): Promise<number>
  /** How work is handed to other processes; without it all is done in this one. */
  work?: Work
  /** Told how far a long work is: `reading sources`, 3, 11. */
  progress(work: string, done: number, all: number): void
  /** First responses that people wait for just now: long work stands back until they are given. */
  asked?: Set<Promise<void>>
  /** What refuses us until an operator acts, such as Discord its token, in words; null where nothing does. */
  trouble?: string | null
  /** Aborted when the process is to stop: work in hand is finished, nothing new is begun. */
  stopping: AbortSignal
}
