import { loadConfig } from '../config.ts'
import { analyseStored, openRooms } from '../jobs/analyse.ts'
import { deletionOf, type Entry, entryOf, type RecordFacts, recordAll } from '../jobs/record.ts'
import { createLog } from '../log.ts'
import type { LongReading } from '../model.ts'
import { openStore } from '../store/open-store.ts'
import type { Store } from '../store/store.ts'
import type { Sink } from './ingest.ts'
import type { Io } from './verb.ts'

/** Documents handed to `ingest --store` are kept in one transaction for so many. */
const BATCH = 200

/**
 * Keeps what is ingested in the record, with how far each reading has come in the same transaction, and analyses it at
 * the end. What is known already gains its provenance.
 */
export async function openStoreSink(paths: { config?: string; data?: string }, io: Io): Promise<Sink> {
  const config = await loadConfig(paths)
  const store = await openStore(config)
  const log = createLog(config.logLevel, config.secrets)
  let batch: Entry[] = []
  // What is read in by hand is on record, and no news for a channel.
  const facts = (): RecordFacts => ({ isNews: () => false, now: new Date().toISOString() })
  let reading: LongReading | null = null
  let added = 0
  const flush = async () => {
    const work = batch
    batch = []
    added += await store.transaction(async (tx) => {
      const isNew = await recordAll(tx, work)
      if (reading) await tx.readings.put(reading)
      return isNew.filter(Boolean).length
    }, 'snapshot')
    // Somebody may have pressed Ctrl-C.
    await new Promise(setImmediate)
  }
  return {
    async begin(id) {
      const known = await store.readings.get(id)
      const askedAt = new Date().toISOString()
      reading = known ?? { id, address: id, askedAt, cursor: null, documents: 0, askedBy: null }
      return reading.cursor
    },
    document(document, { guid, provenance }) {
      batch.push(entryOf(document, guid, { id: provenance.source, sample: false }, facts()))
    },
    deleted(id, address) {
      batch.push(deletionOf(id, { id: address, sample: false }, facts()))
    },
    problem: ({ where, reason }) => io.err(`${where}: ${reason}`),
    async reached(cursor, at) {
      if (at === 'later' && batch.length < BATCH) return
      if (reading) reading = { ...reading, documents: reading.documents + batch.length, cursor: cursor() }
      await flush()
      if (at !== 'end' || !reading) return
      await store.readings.remove(reading.id)
      reading = null
    },
    async close({ stopped }) {
      if (!stopped) await analyseAll(store, config, log)
      const { documents, statements } = await store.counts()
      io.err(
        `${added} new documents; on record: ${documents} documents, ${statements} statements${stopped ? '; stopped: the same command goes on from here' : ''}`,
      )
      await store[Symbol.asyncDispose]()
    },
  }
}

async function analyseAll(
  store: Store,
  config: Awaited<ReturnType<typeof loadConfig>>,
  log: ReturnType<typeof createLog>,
) {
  const rooms = await openRooms(config, store, log)
  await rooms.operators.prepare(new AbortController().signal)
  await analyseStored({ store, rooms, now: () => new Date().toISOString(), log })
}
