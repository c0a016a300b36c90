import { createHash } from 'node:crypto'
import { composeDigest } from '../digests/compose-digest.ts'
import { nextDue } from '../digests/schedule.ts'
import { isWanted } from '../digests/wanted.ts'
import { DiscordError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Delivery, Digest, Subscription } from '../model.ts'
import { troubleOf } from '../sources/trouble.ts'
import { clusterStatements, quoteKeys } from '../statements/cluster-statements.ts'
import type { Found, Store } from '../store/store.ts'
import type { Rooms } from './analyse.ts'

export type DigestKit = { store: Store; rooms: Rooms; now(): string; log: Log }

/** More than this is not read at one sitting; the rest follows with the next digest. */
const MOST = 2000

/** What one subscription would be told, from everything recorded after a sequence number. */
export async function prepareDigest(
  kit: DigestKit,
  asked: {
    id: string
    sequence: number
    since: string | null
    subscription: Pick<Subscription, 'target'>
    sample: boolean
    published?: string
  },
): Promise<{ digest: Digest; last: number }> {
  const { store, rooms, now } = kit
  const found = await store.statements.since(asked.sequence, { sample: asked.sample, limit: MOST })
  const last = found.at(-1)?.sequence ?? asked.sequence
  const { target } = asked.subscription
  const terms = target.kind === 'discord' ? await store.watchTerms.list(target.guildId) : []
  const wanted = (one: Found) => one.sample === asked.sample && isWanted(one, terms)
  const fresh = found.filter(
    (one) => !one.backlog && wanted(one) && (!asked.published || (one.document.published ?? '') >= asked.published),
  )
  const ids = new Set(fresh.map((one) => one.statement.id))
  const keys = [...new Set(fresh.flatMap((one) => quoteKeys(one.statement.content)))]
  const related = (await store.statements.byQuoteKeys(keys)).filter((one) => !ids.has(one.statement.id) && wanted(one))
  const { clusters, discrepancies } = clusterStatements([...fresh, ...related])
  const kin = new Set(clusters.flatMap(({ members }) => (members.some((id) => ids.has(id)) ? members : [])))
  const sources = await store.sources.list()
  const digest = composeDigest({
    id: asked.id,
    title: asked.sample ? 'Sample: who said what' : 'Who said what',
    sample: asked.sample,
    composedAt: now(),
    since: asked.since,
    fresh,
    earlier: related
      .filter((one) => kin.has(one.statement.id))
      .map((one) => ({ ...one, told: !one.backlog && one.sequence <= asked.sequence })),
    clusters,
    discrepancies,
    claims: rooms.claims,
    sources: new Set(fresh.map(({ document }) => document.publisher)).size,
    troubles: asked.sample ? [] : sources.flatMap(({ source, state }) => troubleOf(source, state, now()) ?? []),
  })
  return { digest, last }
}

/**
 * Composes the digest of one subscription and owes it, in one transaction with the cursor: a crash before it changes
 * nothing, a crash after it loses nothing. @returns false where there was nothing to say.
 */
export async function composeFor(kit: DigestKit, subscription: Subscription, sample = false): Promise<boolean> {
  const { store, now } = kit
  return store.transaction(async (tx) => {
    const { sequence, composedAt } = await tx.digests.cursor(subscription.id)
    const at = now()
    const id = createHash('sha256')
      .update(`${subscription.id} ${sequence} ${await tx.statements.last()}`)
      .digest('hex')
      .slice(0, 20)
    const { digest, last } = await prepareDigest(
      { ...kit, store: tx },
      { id, sequence, since: composedAt, subscription, sample },
    )
    const nextDigestAt = nextDue(subscription.schedule, subscription.timeZone, at)
    const said = digest.counts.statements > 0
    const delivery: Delivery = {
      id,
      subscriptionId: subscription.id,
      target: subscription.target,
      digest,
      nonce: id,
      status: 'owed',
      dueAt: at,
      attempts: 0,
      deliveredAt: null,
      messageIds: [],
      lastError: null,
    }
    await tx.digests.compose(subscription.id, {
      sequence: last,
      now: at,
      nextDigestAt,
      delivery: said ? delivery : null,
    })
    return said
  })
}

/** Hands over everything owed. `deliver` throws where it could not; a refusal that will not mend pauses the channel. */
export async function deliverOwed(
  kit: Pick<DigestKit, 'store' | 'now' | 'log'>,
  deliver: (delivery: Delivery) => Promise<{ messageIds: string[] } | 'later'>,
): Promise<number> {
  const { store, now, log } = kit
  let sent = 0
  for (const delivery of await store.deliveries.owed(now())) {
    try {
      await store.deliveries.attempt(delivery.id, now())
      const outcome = await deliver(delivery)
      if (outcome === 'later') continue
      await store.deliveries.delivered(delivery.id, outcome.messageIds, now())
      sent += 1
    } catch (error) {
      await rememberFailure(kit, delivery, error as Error)
      log.error(
        { err: error, delivery: delivery.id, subscription: delivery.subscriptionId },
        'a digest could not be delivered',
      )
    }
  }
  return sent
}

async function rememberFailure({ store, now }: Pick<DigestKit, 'store' | 'now'>, delivery: Delivery, error: Error) {
  const final = error instanceof DiscordError && (error.reason === 'forbidden' || error.reason === 'gone')
  const seconds = Math.min(15 * 2 ** delivery.attempts, 3600)
  // The digest stays owed: it is posted when the channel is resumed.
  await store.deliveries.failed(delivery.id, error.message, new Date(Date.parse(now()) + seconds * 1000).toISOString())
  if (final) await store.subscriptions.pause(delivery.subscriptionId, error.message)
}
