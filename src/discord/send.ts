import { type APIChannel, type APIDMChannel, type APIMessage, Routes } from 'discord.js'
import { DiscordError } from '../errors.ts'
import type { Delivery } from '../model.ts'
import { ask } from './ask.ts'
import { type Backoff, withBackoff } from './backoff.ts'
import type { DiscordConnection } from './client.ts'
import { asDiscordError, isRefusal, mayMend, saysCode } from './failures.ts'
import { findPosted, type Mark } from './find-posted.ts'
import { isForum, openPost } from './forum.ts'
import { bodyOf, filesOf, type RenderedMessage, textMessage } from './message.ts'

const UNKNOWN_MESSAGE = 10008
const ARCHIVED_THREAD = 50083
export const PATIENCE: Backoff = { tries: 4, firstMs: 500, mostMs: 8000 }

export type Sending = Pick<Delivery, 'target' | 'nonce'> & {
  /** Above 0 where an earlier try may have gone through: it is looked for before anything is sent. */
  attempts: number
  /** Messages that surely stand there, in their order. */
  messageIds?: string[]
  /** Nothing of it can be older than this. ISO 8601. */
  startedAt?: string
  /** The last try was so lately that Discord still knows its nonce. */
  lately?: boolean
  /** The id that its last lines show, where that is not the nonce. */
  shownAs?: string
  /** What a post in a forum is called; the delivery's id is added. */
  title?: string
}

/** Told after each message that stands there: all ids so far, in their order. */
export type Progress = (messageIds: string[]) => Promise<void>

/**
 * Posts the messages of one delivery, each once. A repeated try carries the same nonces, for which Discord returns the
 * earlier message within a few minutes; a delivery tried before is also looked for in the channel, as that window has
 * no stated length. To a forum the first message is a post of its own, which takes no nonce: it is looked for by its
 * name first. An archived thread, or post of a forum, is opened again where the bot may.
 *
 * @throws {DiscordError} `forbidden` and `gone` will not mend; after `unknown-outcome` the same delivery is tried again
 */
export async function sendDelivery(
  delivery: Sending,
  messages: RenderedMessage[],
  connection: Pick<DiscordConnection, 'rest' | 'botId' | 'log'>,
  patience: Backoff = PATIENCE,
  progress: Progress = async () => {},
): Promise<{ messageIds: string[] }> {
  if (delivery.target.kind !== 'discord')
    throw new DiscordError('rejected', 'posting a digest: this delivery is not for Discord')
  const { channelId, guildId } = delivery.target
  const mark: Mark = {
    id: delivery.shownAs ?? delivery.nonce,
    startedAt: delivery.startedAt ?? null,
    lately: delivery.lately ?? false,
  }
  const messageIds = [...(delivery.messageIds ?? [])]
  const place = { guildId, channelId, first: messages[0], title: delivery.title ?? '' }
  const thread = (await isForum(channelId, connection))
    ? await openPost(place, mark, { known: messageIds[0] ?? null, look: delivery.attempts > 0, connection, patience })
    : null
  if (thread && messageIds.length === 0) await progress([messageIds[messageIds.push(thread) - 1] as string])
  const where = thread ?? channelId
  const mayBeThere = delivery.attempts > 0 && messageIds.length < messages.length
  const posted = mayBeThere ? await findPosted(where, mark, connection) : new Map<number, string>()
  for (const [i, message] of messages.entries()) {
    if (i < messageIds.length) continue
    const id = posted.get(i) ?? (await post(where, message, nonceOf(delivery.nonce, i), connection, patience))
    messageIds.push(id)
    await progress(messageIds)
  }
  return { messageIds }
}

/** The same for every try of the same part of a delivery; at most 25 characters. */
export const nonceOf = (nonce: string, part: number): string =>
  part === 0 ? nonce.slice(0, 25) : `${nonce.slice(0, 21)}.${part}`

async function post(
  channelId: string,
  message: RenderedMessage,
  nonce: string,
  connection: Pick<DiscordConnection, 'rest'>,
  patience: Backoff,
): Promise<string> {
  const { rest } = connection
  const request = { body: { ...bodyOf(message), nonce, enforce_nonce: true }, files: filesOf(message) }
  let unheard = false
  const send = async () => {
    try {
      return (await rest.post(Routes.channelMessages(channelId), request)) as APIMessage
    } catch (error) {
      unheard ||= !isRefusal(error)
      throw error
    }
  }
  try {
    return (await inOpenThread(channelId, connection, () => withBackoff(send, mayMend, patience))).id
  } catch (error) {
    throw afterPosting(error, unheard)
  }
}

/** What a failed posting means. `unheard`: one of its tries met silence, so that it may stand there all the same. */
export function afterPosting(error: unknown, unheard: boolean): DiscordError {
  const { reason, message, retryAfterSeconds } = asDiscordError(error, 'posting a digest')
  const outcome = unheard && (reason === 'unreachable' || reason === 'rate-limited') ? 'unknown-outcome' : reason
  return new DiscordError(outcome, message, { cause: error, retryAfterSeconds, mayHavePosted: unheard })
}

/** Changes a message of ours, such as when a report in it was corrected. One that somebody removed stays so. @throws {DiscordError} */
export async function editMessage(
  place: { channelId: string; messageId: string },
  message: RenderedMessage,
  connection: Pick<DiscordConnection, 'rest'>,
  patience: Backoff = PATIENCE,
): Promise<void> {
  const edit = () =>
    connection.rest.patch(Routes.channelMessage(place.channelId, place.messageId), {
      body: { attachments: [], ...bodyOf(message) },
      files: filesOf(message),
    })
  try {
    await inOpenThread(place.channelId, connection, () => withBackoff(edit, mayMend, patience))
  } catch (error) {
    if (saysCode(error, UNKNOWN_MESSAGE)) return
    throw asDiscordError(error, 'changing a message')
  }
}

/** A line to a channel, or to a person alone. Words from outside in it are harmless already. @throws {DiscordError} */
export async function sendNotice(
  place: { channelId: string } | { userId: string },
  words: string,
  { rest }: Pick<DiscordConnection, 'rest'>,
): Promise<void> {
  try {
    const channelId =
      'channelId' in place
        ? place.channelId
        : ((await rest.post(Routes.userChannels(), { body: { recipient_id: place.userId } })) as APIDMChannel).id
    await rest.post(Routes.channelMessages(channelId), { body: bodyOf(textMessage(words)) })
  } catch (error) {
    throw asDiscordError(error, 'telling about a trouble')
  }
}

/** Does something in a channel or thread; in an archived one after opening it again. @throws what it throws */
async function inOpenThread<T>(
  channelId: string,
  connection: Pick<DiscordConnection, 'rest'>,
  act: () => Promise<T>,
): Promise<T> {
  try {
    return await act()
  } catch (error) {
    if (!saysCode(error, ARCHIVED_THREAD)) throw error
    await reopenThread(channelId, connection)
    return act()
  }
}

/** Opens an archived thread again, where the bot may. @throws {DiscordError} */
async function reopenThread(threadId: string, connection: Pick<DiscordConnection, 'rest'>): Promise<void> {
  try {
    const thread = await ask<APIChannel>(connection, Routes.channel(threadId))
    if ('thread_metadata' in thread && thread.thread_metadata?.locked)
      throw new DiscordError('forbidden', 'the thread is locked: a moderator has to unlock it')
    await connection.rest.patch(Routes.channel(threadId), { body: { archived: false } })
  } catch (error) {
    throw asDiscordError(error, 'opening an archived thread')
  }
}
