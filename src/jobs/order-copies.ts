import { SourceError } from '../errors.ts'
import type { ArchivedCopy, CopyOrder, Document } from '../model.ts'
import type { Kit } from './kit.ts'

/** Statements that are looked back at. */
const LATEST = 300
/** Between two looks at an order: a copy takes about a minute. */
const LOOK_SECONDS = 20
/** After a failed try; twice as long after each further one. */
const RETRY_SECONDS = 15 * 60
/** After that nothing is ordered for a document any more. */
const MOST_TRIES = 6
/** The key is not taken: no order before the operator had time to mend it. */
const KEY_SECONDS = 3600
const DAY_SECONDS = 86_400
/** A post there is read from archives alone. */
const NEVER = /^https?:\/\/(?:[\w-]+\.)*(?:x|twitter)\.com(?:[:/]|$)/i

type Outcome = 'ordered' | 'waiting' | 'kept' | 'failed' | 'nothing'

/**
 * Goes one step towards archived copies of what was reported, with the operator's key: looks at the order that is under
 * way, or orders the next. One at a time; what fails is tried again later, and given up after some tries. Only what is
 * everybody's is ordered: a copy is public.
 */
export async function orderCopies(kit: Kit): Promise<Outcome> {
  const { config, reader, now, log } = kit
  if (!config.archiveKey || !reader.save) return 'nothing'
  const waiting = await wanting(kit)
  const going = waiting.find(({ copyOrder }) => copyOrder?.jobId)
  const next = going ?? waiting.find(({ copyOrder }) => !copyOrder || copyOrder.at <= now())
  const heldUntil = waiting.reduce(
    (late, { copyOrder }) => (copyOrder?.held && copyOrder.at > late ? copyOrder.at : late),
    '',
  )
  if (!next?.url || (next.copyOrder && next.copyOrder.at > now()) || heldUntil > now()) return 'nothing'
  const order: CopyOrder = next.copyOrder ?? { jobId: null, at: now(), tries: 0 }
  try {
    if (!order.jobId) {
      const jobId = await reader.save.order(next.url)
      await note(next.id, { ...order, jobId, at: later(LOOK_SECONDS, now()) }, null, kit)
      return 'ordered'
    }
    const copy = await reader.save.ordered(order.jobId, next.url)
    await note(
      next.id,
      { ...order, at: later(LOOK_SECONDS, now()), ...(copy ? { jobId: null, done: true } : {}) },
      copy,
      kit,
    )
    return copy ? 'kept' : 'waiting'
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    const failed = afterFailure(order, error, now())
    await note(next.id, failed, null, kit)
    const { url } = next
    log.warn(
      { url, tries: failed.tries, nextTry: failed.done ? null : failed.at },
      `no copy was made: ${error.message}`,
    )
    return 'failed'
  }
}

/** What was told lately, is everybody's, and has no copy; the oldest first. */
async function wanting({ store, config }: Kit): Promise<Document[]> {
  const { statements } = store.seenBy(null)
  const from = Math.max(0, (await statements.last()) - LATEST)
  const told = await statements.since(from, { sample: false, limit: LATEST })
  const asked = ({ copyAskedAt }: Document) => !config.wayback.findCopies || copyAskedAt !== undefined
  const documents = told.flatMap(({ document, backlog }) =>
    !backlog && /^https?:/.test(document.url ?? '') && !NEVER.test(document.url ?? '') ? [document] : [],
  )
  const wanted = documents.filter((one) => one.archivedAt.length === 0 && !one.copyOrder?.done && asked(one))
  return [...new Map(wanted.map((one) => [one.id, one])).values()]
}

function afterFailure(order: CopyOrder, error: SourceError, now: string): CopyOrder {
  const { reason, retryAfterSeconds } = error
  const trouble = error.message
  // That its host wants a pause, or that the key is wrong, says nothing about the page.
  if (reason === 'held-off' || reason === 'rate-limited')
    return { ...order, at: later(retryAfterSeconds ?? RETRY_SECONDS, now), held: true, trouble }
  if (reason === 'refused') return { ...order, at: later(KEY_SECONDS, now), held: true, trouble }
  const tries = order.tries + 1
  const wait = Math.min(Math.max(retryAfterSeconds ?? 0, RETRY_SECONDS * 2 ** (tries - 1)), DAY_SECONDS)
  const done = reason === 'gone' || tries >= MOST_TRIES
  return { jobId: null, at: later(wait, now), tries, trouble, ...(done ? { done: true } : {}) }
}

const later = (seconds: number, now: string) => new Date(Date.parse(now) + seconds * 1000).toISOString()

async function note(id: string, order: CopyOrder, copy: ArchivedCopy | null, { store, now }: Kit): Promise<void> {
  const { held: _held, trouble: _trouble, ...plain } = order
  const copyOrder = copy ? plain : order
  await store.transaction(async (tx) => {
    const document = await tx.documents.get(id)
    if (!document) return
    const archivedAt = copy ? [...document.archivedAt, copy] : document.archivedAt
    const facts = { sourceId: '', keys: [], backlog: false, sample: false, now: now(), owner: 'unchanged' }
    await tx.documents.put({ ...document, archivedAt, copyOrder }, facts)
  }, 'snapshot')
}
