import { loadConfig } from '../config.ts'
import { analyseStored, openRooms } from '../jobs/analyse.ts'
import { recordDocument } from '../jobs/ingest.ts'
import { createLog } from '../log.ts'
import { openStore } from '../store/open-store.ts'
import type { Sink } from './ingest.ts'
import type { Io } from './verb.ts'

/** Documents handed to `ingest --store` are kept in one transaction for so many. */
const BATCH = 200

/** Keeps what is ingested in the record, and analyses it at the end. What is known already gains its provenance. */
export async function openStoreSink(paths: { config?: string; data?: string }, io: Io): Promise<Sink> {
  const config = await loadConfig(paths)
  const store = await openStore(config)
  const log = createLog(config.logLevel, config.secrets)
  let batch: Parameters<Sink['document']>[] = []
  let added = 0
  const flush = async () => {
    const now = new Date().toISOString()
    const documents = batch
    batch = []
    await store.transaction(async (tx) => {
      for (const [document, item] of documents) {
        const source = { id: item.provenance.source, sample: false }
        // What is read in by hand is on record, and no news for a channel.
        added += await recordDocument(tx, document, item.guid, source, { isNews: () => false, now })
      }
    })
  }
  return {
    async document(document, item) {
      batch.push([document, item])
      if (batch.length >= BATCH) await flush()
    },
    problem: ({ where, reason }) => io.err(`${where}: ${reason}`),
    async close() {
      await flush()
      const analysed = await analyseStored({
        store,
        rooms: await openRooms(config, store),
        now: () => new Date().toISOString(),
        log,
      })
      const { documents, statements } = await store.counts()
      io.err(
        `${added} new documents, ${analysed} analysed; on record: ${documents} documents, ${statements} statements`,
      )
      await store[Symbol.asyncDispose]()
    },
  }
}
