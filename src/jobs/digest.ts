import { createHash } from 'node:crypto'
import { composeDigest } from '../digests/compose-digest.ts'
import { isQuiet } from '../digests/quiet-hours.ts'
import { IMMEDIATE, nextDue } from '../digests/schedule.ts'
import { DiscordError } from '../errors.ts'
import type { Log } from '../log.ts'
import { english } from '../messages/say.ts'
import type { Delivery, Digest, EmergingNote, SourceTrouble, Subscription } from '../model.ts'
import { clusterStatements, quoteKeys } from '../statements/cluster-statements.ts'
import type { Found, Store } from '../store/store.ts'
import type { Rooms } from './analyse.ts'
import { emergingFor, noteOf } from './emerging.ts'
import { claimsOn, decideFound, thresholdOf } from './known-claims.ts'
import { claimsOf, readTurns } from './positions.ts'
import { troublesFor } from './troubles.ts'
import { findNews, MOST, wantedSince, wishOf } from './wanted-since.ts'
import type { Work } from './work.ts'

export type DigestKit = { store: Store; rooms: Rooms; now(): string; log: Log; work?: Work }

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
    /** What is offered as a claim; looked for before, for it takes its time. */
    emerging?: EmergingNote[]
    /** Nobody is told that nothing is new: then nothing is looked up for it either. */
    silentIfEmpty?: boolean
    /** Looked up beforehand, as `emerging`. */
    troubles?: SourceTrouble[]
  },
): Promise<{ digest: Digest; last: number }> {
  const { now } = kit
  const { target } = asked.subscription
  const guildId = target.kind === 'discord' ? target.guildId : null
  const store = kit.store.seenBy(guildId)
  const threshold = await thresholdOf(guildId, kit)
  const wish = await wishOf(guildId, store)
  const wanted = (one: Found) => one.sample === asked.sample && wish.isWanted(one)
  const { wanted: fresh, last } = await wantedSince(store, asked.sequence, {
    sample: asked.sample,
    enough: MOST,
    wish: {
      ...wish,
      isWanted: (one) => wanted(one) && (!asked.published || (one.document.published ?? '') >= asked.published),
    },
  })
  const ids = new Set(fresh.map((one) => one.statement.id))
  const keys = [...new Set(fresh.flatMap((one) => quoteKeys(one.statement.content)))]
  const others = await store.statements.byQuoteKeys(keys, { wantedBy: wish.wantedBy, except: ids })
  const related = others.filter(wanted)
  const { clusters, discrepancies } = clusterStatements([...fresh, ...related])
  const kin = new Set(clusters.flatMap(({ members }) => (members.some((id) => ids.has(id)) ? members : [])))
  const claims = await claimsOn([...fresh, ...related], guildId, { store, rooms: kit.rooms })
  const decided = decideFound(fresh, threshold, claims)
  const isSilent = asked.sample || (asked.silentIfEmpty === true && fresh.length === 0)
  const troubles = isSilent ? [] : (asked.troubles ?? (await troublesFor(guildId, kit)))
  const digest = composeDigest({
    id: asked.id,
    title: english.text(asked.sample ? 'digest.title.sample' : 'digest.title'),
    sample: asked.sample,
    composedAt: now(),
    since: asked.since,
    fresh: decided,
    earlier: decideFound(
      related.filter((one) => kin.has(one.statement.id)),
      threshold,
      claims,
    ).map((one) => ({ ...one, told: !one.backlog && one.sequence <= asked.sequence })),
    clusters,
    discrepancies,
    claims,
    turns: await readTurns(claimsOf(decided, claims), threshold, store),
    ...(asked.emerging ? { emerging: asked.emerging } : {}),
    sources: new Set(fresh.map(({ document }) => document.publisher)).size,
    troubles,
  })
  return { digest, last }
}

/**
 * Composes the digest of one subscription and owes it, in one transaction with the cursor: a crash before it changes
 * nothing, a crash after it loses nothing. @returns the id of what is owed, null where there was nothing to say.
 */
export async function composeFor(kit: DigestKit, subscription: Subscription, sample = false): Promise<string | null> {
  const { store, now } = kit
  const news = await findNews(kit, subscription)
  if (!sample && !news.any && subscription.nothingNew !== true) {
    const nextDigestAt = nextDue(subscription.schedule, subscription.timeZone, now())
    await store.digests.compose(subscription.id, { sequence: news.last, now: now(), nextDigestAt, delivery: null })
    return null
  }
  // What recurs takes its time to find, and is an aside to what is new.
  const { target } = subscription
  const emerging = !sample && news.any ? await offers(target, kit) : []
  const troubles = sample ? [] : await troublesFor(target.kind === 'discord' ? target.guildId : null, kit)
  return store.transaction(async (tx) => {
    const { sequence, composedAt } = await tx.digests.cursor(subscription.id)
    const at = now()
    const end = await tx.statements.last()
    const idOf = (...parts: unknown[]) =>
      createHash('sha256')
        .update([subscription.id, ...parts].join(' '))
        .digest('hex')
        .slice(0, 20)
    const silentIfEmpty = subscription.nothingNew !== true
    const prepare = (from: number, since: string | null) => {
      const asked = {
        id: idOf(from, end),
        sequence: from,
        since,
        subscription,
        sample,
        emerging,
        troubles,
        silentIfEmpty,
      }
      return prepareDigest({ ...kit, store: tx }, asked)
    }
    let { digest, last } = await prepare(sequence, composedAt)
    // After days off one digest holds what was missed: those that nobody has seen yet are told in this one.
    const unseen = digest.counts.statements > 0 ? await tx.deliveries.unseen(subscription.id) : []
    const [oldest] = unseen.toSorted((a, b) => a.fromSequence - b.fromSequence)
    if (oldest) ({ digest, last } = await prepare(oldest.fromSequence, oldest.since))
    // “Nothing new” is said each time anew.
    if (digest.counts.statements === 0) digest = { ...digest, id: idOf(sequence, end, at) }
    const { id } = digest
    const nextDigestAt = nextDue(subscription.schedule, subscription.timeZone, at)
    const said = digest.counts.statements > 0 || subscription.nothingNew === true
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
      fromSequence: oldest?.fromSequence ?? sequence,
      folded: unseen.map((one) => one.id),
    })
    const group = target.kind === 'discord' ? target.guildId : 'terminal'
    if (said) await kit.work?.owe([{ kind: 'deliver', key: id, group }], tx)
    return said ? id : null
  }, 'snapshot')
}

/**
 * Composes the digest of a subscription that is due, or puts it off where its channel has had its share.
 *
 * @returns as `composeFor`
 */
export async function composeDue(kit: DigestKit, subscription: Subscription): Promise<string | null> {
  const held = await burstEnds(subscription, kit)
  if (!held) return composeFor(kit, subscription)
  const { id, schedule, timeZone } = subscription
  await kit.store.subscriptions.reschedule(id, { schedule, timeZone, nextDigestAt: held })
  return null
}

/** What is offered as a claim to whoever reads there. A digest is told without it rather than not at all. */
export async function offers(target: Subscription['target'], kit: DigestKit): Promise<EmergingNote[]> {
  try {
    return (await emergingFor(target.kind === 'discord' ? target.guildId : null, kit)).map(noteOf)
  } catch (error) {
    kit.log.error({ err: error }, 'what recurs could not be looked for')
    return []
  }
}

/** What was asked for at once is posted within a minute; where Discord is away, so long after. */
const ASKED_MS = 10 * 60_000

/** Whether its quiet hours are over, or somebody asked just now. What falls due within them waits, and is composed as one. */
export function mayTell(subscription: Subscription, now: string): boolean {
  return wasAsked(subscription, now) || !isQuiet(subscription, now)
}

/** Whether somebody asked for it just now. */
export function wasAsked({ askedAt }: Subscription, now: string): boolean {
  const waited = Date.parse(now) - Date.parse(askedAt ?? '')
  return waited >= 0 && waited < ASKED_MS
}

/** A channel that gets what is new at once gets at most so many digests an hour; the rest comes with the next one. */
const BURST = 6
const HOUR_MS = 3_600_000

/** When a channel that has had its share of this hour is due again; null where it may be told now. */
async function burstEnds(
  subscription: Subscription,
  { store, now }: Pick<DigestKit, 'store' | 'now'>,
): Promise<string | null> {
  const { schedule, target } = subscription
  if (schedule !== IMMEDIATE || target.kind !== 'discord' || wasAsked(subscription, now())) return null
  const oldest = (await store.digests.of(target.guildId, target.channelId, BURST))[BURST - 1]
  const ends = oldest ? new Date(Date.parse(oldest.composedAt) + HOUR_MS).toISOString() : ''
  return ends > now() ? ends : null
}

type Deliver = (delivery: Delivery) => Promise<{ messageIds: string[] } | 'later'>

/** Hands over everything owed. `deliver` throws where it could not; a refusal that will not mend pauses the channel. */
export async function deliverOwed(kit: Pick<DigestKit, 'store' | 'now' | 'log'>, deliver: Deliver): Promise<number> {
  let sent = 0
  for (const delivery of await kit.store.deliveries.owed(kit.now())) {
    const outcome = await deliverOne(kit, delivery, deliver)
    if (outcome === 'sent') sent += 1
    // Where Discord does not answer, it does not answer for the others either: they wait for the next round.
    if (outcome === 'unreachable') break
  }
  return sent
}

/** Hands over one delivery. Never throws where it was refused: that is remembered, with when it is tried again. */
export async function deliverOne(
  kit: Pick<DigestKit, 'store' | 'now' | 'log'>,
  delivery: Delivery,
  deliver: Deliver,
): Promise<'sent' | 'later' | 'failed' | 'unreachable'> {
  const { store, now, log } = kit
  try {
    const outcome = await deliver(delivery)
    if (outcome === 'later') return 'later'
    await store.deliveries.delivered(delivery.id, outcome.messageIds, now())
    return 'sent'
  } catch (error) {
    // A newer digest holds it by now: before the first try is noted, whoever composes may take it in.
    if ((await store.digests.get(delivery.id)) === null) return 'later'
    await rememberFailure(kit, delivery, error as Error)
    // Who lost the token tells so, once; nothing else can be posted either.
    if (error instanceof DiscordError && error.reason === 'token') return 'unreachable'
    log.error(
      { err: error, delivery: delivery.id, subscription: delivery.subscriptionId },
      'a digest could not be delivered',
    )
    const isAway =
      error instanceof DiscordError && (error.reason === 'unreachable' || error.reason === 'unknown-outcome')
    return isAway ? 'unreachable' : 'failed'
  }
}

async function rememberFailure({ store, now }: Pick<DigestKit, 'store' | 'now'>, delivery: Delivery, error: Error) {
  const reason = error instanceof DiscordError ? error.reason : null
  if (reason === 'unknowable') return store.deliveries.unknown(delivery.id, error.message)
  // The digest stays owed: it is posted when the channel is resumed.
  await store.deliveries.failed(delivery.id, error.message, retryAt(delivery.attempts, error, now()))
  if (reason === 'forbidden' || reason === 'gone')
    await store.subscriptions.pause(delivery.subscriptionId, error.message, { mends: true })
}

/** Twice as long after each failure, at most an hour; never before Discord wants to be asked again. */
export function retryAt(attempts: number, error: unknown, now: string): string {
  const asked = (error instanceof DiscordError ? error.retryAfterSeconds : null) ?? 0
  const seconds = Math.max(asked, Math.min(30 * 2 ** attempts, 3600))
  return new Date(Date.parse(now) + seconds * 1000).toISOString()
}
