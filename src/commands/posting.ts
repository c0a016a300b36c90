import { allEntries } from '../digests/entries.ts'
import { markDigest } from '../digests/mark-digest.ts'
import { checkChannel } from '../discord/check.ts'
import { BOT_REMOVED, type DiscordConnection, type Gone } from '../discord/client.ts'
import { asDiscordError } from '../discord/failures.ts'
import { isForum } from '../discord/forum.ts'
import { editMessage, sendDelivery, sendNotice } from '../discord/send.ts'
import { mayTell } from '../jobs/digest.ts'
import { drawDigest } from '../jobs/digest-pictures.ts'
import type { Kit } from '../jobs/kit.ts'
import { sayIn } from '../messages/languages.ts'
import type { Delivery, Digest, Posting, Subscription } from '../model.ts'
import { adjustedFor, drawFor } from './adjusted.ts'
import { waiting } from './approvals.ts'
import { quoted } from './reply.ts'

/** A nonce is known to Discord for a few minutes; of those one is certain. */
const NONCE_MS = 60_000

type Belt = Pick<Kit, 'store' | 'log' | 'now'>

/** Posts one digest. What is paused, quiet or has no connection yet waits; what nobody wants any more is dropped. */
export async function deliver(
  delivery: Delivery,
  kit: Belt,
  connection: DiscordConnection | null,
): Promise<{ messageIds: string[] } | 'later'> {
  const { store, now } = kit
  if (!connection || delivery.target.kind !== 'discord') return 'later'
  const { guildId } = delivery.target
  const known = (await store.subscriptions.list(guildId)).find(({ id }) => id === delivery.subscriptionId)
  if (!known) return { messageIds: [] }
  if (known.pausedBecause || !mayTell(known, now())) return 'later'
  const { language, form } = await store.guilds.settings(guildId)
  const digest = await adjustedFor(delivery.digest, known, guildId, store)
  if (digest.counts.statements === 0 && !known.nothingNew) return { messageIds: [] }
  const posting = {
    id: delivery.nonce,
    deliveryId: delivery.id,
    drawn: { digest, language, form, roleId: known.roleId ?? null, pictures: known.pictures === true },
  }
  const { approvalChannelId: approval } = known
  try {
    if (!approval) return await postOnce(posting, delivery.target, kit, connection)
    return await postOnce(posting, { ...delivery.target, channelId: approval }, kit, connection, known)
  } catch (error) {
    const { reason, message } = asDiscordError(error, 'posting a digest')
    if (reason === 'forbidden' || reason === 'gone') await tellTrouble('paused', known, message, kit, connection)
    if (reason === 'unknowable') await tellTrouble('unknown', known, message, kit, connection)
    throw error
  }
}

/**
 * Posts a digest into a channel, once: what is said is settled by the first try, each message that stands is noted at
 * once, and after a try whose outcome nobody knows the channel is looked through. `waitsFor`: it waits there for a
 * curator, and is nothing that is changed later.
 */
export async function postOnce(
  { id, deliveryId, drawn }: Pick<Posting, 'id' | 'deliveryId' | 'drawn'>,
  target: Extract<Delivery['target'], { kind: 'discord' }>,
  kit: Belt,
  connection: DiscordConnection,
  waitsFor: Subscription | null = null,
): Promise<{ messageIds: string[] }> {
  const { store, now } = kit
  const at = now()
  const posting = await store.postings.begin({ id, deliveryId, ...target, startedAt: at, triedAt: at, drawn })
  if (posting.postedAt) return { messageIds: posting.messageIds }
  const { digest, roleId } = posting.drawn
  const pictures = await picturesOf(posting.drawn, digest, store.seenBy(target.guildId))
  const messages = waitsFor
    ? waiting(digest, waitsFor, posting.drawn)
    : drawFor(digest, { roleId }, posting.drawn, { pictures })
  const sending = {
    target,
    nonce: id,
    shownAs: digest.id.slice(0, 20),
    attempts: Number(posting.open),
    messageIds: posting.messageIds,
    startedAt: posting.startedAt,
    lately: Date.parse(at) - Date.parse(posting.triedAt) < NONCE_MS,
    title: digest.title,
  }
  try {
    const progress = (messageIds: string[]) => store.postings.part(id, messageIds)
    const { messageIds } = await sendDelivery(sending, messages, connection, undefined, progress)
    const statementIds = waitsFor ? [] : allEntries(digest).flatMap((entry) => entry.statementIds)
    await store.transaction(async (tx) => {
      await tx.postings.done(id, { messageIds, statementIds, now: now() })
      // What changed between the first try and this one is not in the words that were settled then.
      const entries = allEntries(await asItStands(digest, target.guildId, tx))
      if (entries.some(({ revisions, parted }) => revisions || parted))
        await tx.postings.oweEdits(statementIds, { now: now() })
    })
    return { messageIds }
  } catch (error) {
    const failure = asDiscordError(error, 'posting a digest')
    const sure = !failure.mayHavePosted && failure.reason !== 'unknown-outcome' && failure.reason !== 'unknowable'
    if (sure) await store.postings.refused(id)
    throw failure
  }
}

const picturesOf = async ({ pictures, language }: Posting['drawn'], digest: Digest, store: Kit['store']) =>
  pictures ? await drawDigest(digest, store, sayIn(language)) : new Map()

/** With what its sources and the server's curators did to its entries since. */
async function asItStands(digest: Digest, guildId: string, store: Kit['store']): Promise<Digest> {
  const ids = allEntries(digest).flatMap((entry) => entry.statementIds)
  const { corrections } = await store.guilds.settings(guildId)
  return markDigest(digest, { revisions: await store.revisions.of(ids), corrections })
}

/** Changes the messages of a posting to what its entries are now. Drawing it twice changes nothing. @throws {DiscordError} */
export async function redraw(
  posting: Posting,
  { store }: Belt,
  connection: DiscordConnection | null,
): Promise<'done' | 'later'> {
  if (!connection) return 'later'
  const { drawn, guildId, channelId, messageIds } = posting
  const digest = await asItStands(drawn.digest, guildId, store)
  const pictures = await picturesOf(drawn, digest, store.seenBy(guildId))
  const messages = drawFor(digest, drawn, drawn, { mostMessages: messageIds.length, pictures })
  const place = (await isForum(channelId, connection)) ? (messageIds[0] ?? channelId) : channelId
  for (const [i, messageId] of messageIds.entries()) {
    const message = messages[i]
    if (message) await editMessage({ channelId: place, messageId }, message, connection)
  }
  return 'done'
}

/** Pauses what went to a channel, or to a server, that is no longer there. */
export async function pauseGone(
  { guildId, channelId, why, server = guildId }: Gone,
  kit: Belt,
  connection: DiscordConnection | null,
): Promise<void> {
  if (!channelId) await kit.store.retention.left(guildId, kit.now())
  const creators = new Set<string>()
  for (const subscription of await kit.store.subscriptions.list(guildId)) {
    const { target, pausedBecause } = subscription
    if (target.kind !== 'discord' || pausedBecause || (channelId && target.channelId !== channelId)) continue
    await kit.store.subscriptions.pause(subscription.id, why, { mends: true })
    if (subscription.createdBy) creators.add(subscription.createdBy)
    if (channelId && connection) await tellTrouble('paused', subscription, why, kit, connection)
  }
  if (channelId || !connection) return
  // No channel of that server can be reached any more: its status channel is told when the bot is back.
  const { language } = await kit.store.guilds.settings(guildId)
  const words = sayIn(language).text('trouble.removed', { server: quoted(server, 100) })
  await notify(
    [...creators].map((userId) => ({ userId })),
    words,
    kit,
    connection,
  )
}

/** Resumes what a trouble paused, where that has mended; the next digest tells what was missed, as one. */
export async function resumeMended(guildId: string | null, kit: Belt, connection: DiscordConnection): Promise<void> {
  const { store, log } = kit
  const back = new Set<string>()
  for (const { id, target, mends, pausedBecause } of await store.subscriptions.list(guildId ?? undefined)) {
    if (!mends || target.kind !== 'discord') continue
    const { ok, detail } = await checkChannel(connection.rest, connection.botId, target)
    if (!ok) continue
    await store.subscriptions.pause(id, null)
    log.info({ subscription: id, detail }, 'a paused subscription goes on: what was in its way has mended')
    if (pausedBecause === BOT_REMOVED) back.add(target.guildId)
  }
  for (const id of back) {
    const { statusChannelId, language } = await store.guilds.settings(id)
    if (statusChannelId)
      await notify([{ channelId: statusChannelId }], sayIn(language).text('trouble.back'), kit, connection)
  }
}

/** A role that was deleted is mentioned no more; the digests go on, and whoever subscribed is told once. */
export async function dropLostRoles(guildId: string | null, kit: Belt, connection: DiscordConnection): Promise<void> {
  for (const subscription of await kit.store.subscriptions.list(guildId ?? undefined)) {
    const { id, target, roleId } = subscription
    if (!roleId || target.kind !== 'discord' || connection.hasRole(target.guildId, roleId) !== false) continue
    await kit.store.subscriptions.wish(id, { roleId: null })
    await tellTrouble('role', subscription, '', kit, connection)
  }
}

/** Tells the server's status channel and whoever subscribed, once: afterwards it is paused, or tried no more. */
async function tellTrouble(
  what: 'paused' | 'unknown' | 'role',
  { target, createdBy }: Subscription,
  why: string,
  kit: Belt,
  connection: DiscordConnection,
): Promise<void> {
  if (target.kind !== 'discord') return
  const { statusChannelId, language } = await kit.store.guilds.settings(target.guildId)
  const words = sayIn(language).text(`trouble.${what}`, { channel: `<#${target.channelId}>`, why: quoted(why, 300) })
  const places = [
    ...(statusChannelId && statusChannelId !== target.channelId ? [{ channelId: statusChannelId }] : []),
    ...(createdBy ? [{ userId: createdBy }] : []),
  ]
  await notify(places, words, kit, connection)
}

async function notify(
  places: Parameters<typeof sendNotice>[0][],
  words: string,
  { log }: Belt,
  connection: DiscordConnection,
): Promise<void> {
  for (const place of places)
    await sendNotice(place, words, connection).catch((error) =>
      log.warn({ err: error, place }, 'a trouble with a subscription could not be told'),
    )
}
