import { setTimeout as sleep } from 'node:timers/promises'
import { connectDiscord, type DiscordConnection } from '../discord/client.ts'
import { asDiscordError } from '../discord/failures.ts'
import { sendDelivery, sendNotice } from '../discord/send.ts'
import { DiscordError } from '../errors.ts'
import type { Kit } from '../jobs/kit.ts'
import { sayIn } from '../messages/languages.ts'
import type { Delivery, Subscription } from '../model.ts'
import { adjustedFor, drawFor } from './adjusted.ts'
import { allCommands } from './all.ts'
import { waiting } from './approvals.ts'
import type { CommandContext } from './context.ts'
import { openContext } from './open-context.ts'
import { quoted } from './reply.ts'

/** Discord as the main job sees it: a place where digests go. */
export type DiscordOutlet = AsyncDisposable & {
  deliver(delivery: Delivery): Promise<{ messageIds: string[] } | 'later'>
  /** A line to a channel. @throws {DiscordError} */
  tell(channelId: string, words: string): Promise<void>
}

const FIRST_PAUSE_MS = 5_000
const LONGEST_PAUSE_MS = 300_000

/**
 * Logs in and answers commands from then on. Where Discord cannot be reached it is tried again in the background, and
 * what is owed waits.
 *
 * @throws {DiscordError} `token` where Discord refuses it: nothing else would mend that
 */
export async function openDiscord(kit: Kit): Promise<DiscordOutlet> {
  const closing = new AbortController()
  const state: { connection: DiscordConnection | null } = { connection: null }
  const connect = async () => {
    state.connection = await connectOnce(kit, state)
    if (closing.signal.aborted) await state.connection.close()
  }
  let later: Promise<void> = Promise.resolve()
  try {
    await connect()
  } catch (error) {
    if (asDiscordError(error, 'logging in').reason === 'token') throw error
    kit.log.warn({ err: error }, 'Discord cannot be reached; it is tried again, and digests wait')
    later = keepTrying(connect, kit, closing.signal)
  }
  return {
    deliver: (delivery) => deliver(delivery, kit, state.connection),
    async tell(channelId, words) {
      if (!state.connection) throw new DiscordError('unreachable', 'Discord cannot be reached just now')
      await sendNotice({ channelId }, quoted(words, 1500), state.connection)
    },
    async [Symbol.asyncDispose]() {
      closing.abort()
      await later
      await state.connection?.close()
    },
  }
}

async function keepTrying(connect: () => Promise<void>, { log }: Kit, closing: AbortSignal): Promise<void> {
  for (let pause = FIRST_PAUSE_MS; !closing.aborted; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    await sleep(pause, undefined, { signal: closing, ref: false }).catch(() => {})
    if (closing.aborted) return
    try {
      return await connect()
    } catch (error) {
      log.warn({ err: error }, 'Discord still cannot be reached')
      if (error instanceof DiscordError && error.reason === 'token') return
    }
  }
}

function connectOnce(kit: Kit, state: { connection: DiscordConnection | null }): Promise<DiscordConnection> {
  const { config, log } = kit
  if (!config.discord) throw new DiscordError('token', 'there is no DISCORD_TOKEN')
  const open = () => {
    if (!state.connection) throw new DiscordError('unreachable', 'Discord cannot be reached just now; try again')
    return state.connection
  }
  const tell = async (channelId: string, words: string) => sendNotice({ channelId }, words, open())
  const post: CommandContext['post'] = async (delivery, messages) => {
    await sendDelivery(delivery, messages, open())
  }
  return connectDiscord({
    ...config.discord,
    ...allCommands(openContext(kit, { tell, post })),
    log,
    onGone: ({ guildId, channelId, why }) => {
      pauseGone(guildId, channelId, why, kit, state).catch((error) =>
        log.error({ err: error, guildId, channelId }, 'subscriptions of a lost channel could not be paused'),
      )
    },
  })
}

/** Posts one digest. What is paused or has no connection yet waits; what nobody wants any more is dropped. */
async function deliver(delivery: Delivery, kit: Kit, connection: DiscordConnection | null) {
  if (!connection || delivery.target.kind !== 'discord') return 'later'
  const known = (await kit.store.subscriptions.list(delivery.target.guildId)).find(
    ({ id }) => id === delivery.subscriptionId,
  )
  if (!known) return { messageIds: [] }
  if (known.pausedBecause) return 'later'
  const settings = await kit.store.guilds.settings(delivery.target.guildId)
  const digest = await adjustedFor(delivery.digest, known, delivery.target.guildId, kit.store)
  if (digest.counts.statements === 0) return { messageIds: [] }
  try {
    if (!known.approvalChannelId) return await sendDelivery(delivery, drawFor(digest, known, settings), connection)
    const target = { ...delivery.target, channelId: known.approvalChannelId }
    return await sendDelivery({ ...delivery, target }, waiting(digest, known, settings), connection)
  } catch (error) {
    const { reason, message } = asDiscordError(error, 'posting a digest')
    if (reason === 'forbidden' || reason === 'gone') await tellTrouble(known, message, kit, connection)
    throw error
  }
}

async function pauseGone(
  guildId: string,
  channelId: string | null,
  why: string,
  kit: Kit,
  { connection }: { connection: DiscordConnection | null },
): Promise<void> {
  for (const subscription of await kit.store.subscriptions.list(guildId)) {
    const { target, pausedBecause } = subscription
    if (target.kind !== 'discord' || pausedBecause || (channelId && target.channelId !== channelId)) continue
    await kit.store.subscriptions.pause(subscription.id, why)
    if (channelId && connection) await tellTrouble(subscription, why, kit, connection)
  }
}

/** Tells the server's status channel and whoever subscribed, once: afterwards the subscription is paused. */
async function tellTrouble(
  { target, createdBy }: Subscription,
  why: string,
  { store, log }: Pick<Kit, 'store' | 'log'>,
  connection: DiscordConnection,
): Promise<void> {
  if (target.kind !== 'discord') return
  const { statusChannelId, language } = await store.guilds.settings(target.guildId)
  const words = sayIn(language).text('trouble.paused', { channel: `<#${target.channelId}>`, why: quoted(why, 300) })
  const places = [
    ...(statusChannelId && statusChannelId !== target.channelId ? [{ channelId: statusChannelId }] : []),
    ...(createdBy ? [{ userId: createdBy }] : []),
  ]
  for (const place of places)
    await sendNotice(place, words, connection).catch((error) =>
      log.warn({ err: error, place }, 'a paused subscription could not be told'),
    )
}
