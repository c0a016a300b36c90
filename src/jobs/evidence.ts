import { SourceError } from '../errors.ts'
import type { Document } from '../model.ts'
import type { Kit } from './kit.ts'

/** Statements that are looked back at, and questions to the archive, in one round. */
const LATEST = 300
const MOST = 20
const DAY_MS = 86_400_000

/**
 * Looks for archived copies of what is about to be told, so that a digest can link them: each article or post is asked
 * for once. Where the archive cannot be asked nothing is noted, and the next round asks again.
 *
 * @returns how many copies were found
 */
export async function findCopies({ store, config, reader, now, log, stopping }: Kit): Promise<number> {
  if (!config.wayback.findCopies || !reader.copy) return 0
  const from = Math.max(0, (await store.statements.last()) - LATEST)
  const told = await store.statements.since(from, { sample: false, limit: LATEST })
  const waiting = new Map(
    told.flatMap(({ document, backlog }) => (!backlog && isWanting(document) ? [[document.id, document]] : [])),
  )
  let found = 0
  for (const { id, url, published } of [...waiting.values()].slice(0, MOST)) {
    if (stopping.aborted) break
    try {
      const copy = await reader.copy(url ?? '', published)
      // A copy from before it was published shows something else.
      const holds = copy?.capturedAt && (!published || Date.parse(copy.capturedAt) > Date.parse(published) - DAY_MS)
      await store.transaction(async (tx) => {
        const document = await tx.documents.get(id)
        if (!document) return
        const archivedAt = copy && holds ? [...document.archivedAt, copy] : document.archivedAt
        const facts = { sourceId: '', keys: [], backlog: false, sample: false, now: now(), owner: 'unchanged' }
        await tx.documents.put({ ...document, archivedAt, copyAskedAt: now() }, facts)
      }, 'snapshot')
      if (holds) found += 1
    } catch (error) {
      if (!(error instanceof SourceError)) throw error
      log.warn({ url }, `archived copies could not be asked for: ${error.message}`)
      break
    }
  }
  return found
}

const isWanting = ({ url, archivedAt, copyAskedAt }: Document): boolean =>
  /^https?:/.test(url ?? '') && archivedAt.length === 0 && !copyAskedAt
