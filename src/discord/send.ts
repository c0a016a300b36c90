import { type APIDMChannel, type APIMessage, Routes } from 'discord.js'
import { DiscordError } from '../errors.ts'
import type { Delivery } from '../model.ts'
import { type Backoff, withBackoff } from './backoff.ts'
import type { DiscordConnection } from './client.ts'
import { asDiscordError, mayMend } from './failures.ts'
import { bodyOf, filesOf, type RenderedMessage, textMessage } from './message.ts'

const PATIENCE: Backoff = { tries: 4, firstMs: 500, mostMs: 8000 }

/**
 * Posts the messages of one delivery, each once. A repeated try carries the same nonces, for which Discord returns the
 * earlier message within a few minutes; a delivery tried before is also looked for in the channel, as that window has
 * no stated length.
 *
 * @throws {DiscordError} `forbidden` and `gone` will not mend; after `unknown-outcome` the same delivery is tried again
 */
export async function sendDelivery(
  delivery: Pick<Delivery, 'target' | 'nonce' | 'attempts'>,
  messages: RenderedMessage[],
  connection: Pick<DiscordConnection, 'rest' | 'botId' | 'log'>,
  patience: Backoff = PATIENCE,
): Promise<{ messageIds: string[] }> {
  if (delivery.target.kind !== 'discord')
    throw new DiscordError('rejected', 'posting a digest: this delivery is not for Discord')
  const { channelId } = delivery.target
  const posted = delivery.attempts > 0 ? await findPosted(channelId, messages, connection) : new Map<number, string>()
  const messageIds: string[] = []
  for (const [i, message] of messages.entries()) {
    const id = posted.get(i) ?? (await post(channelId, message, nonceOf(delivery.nonce, i), connection, patience))
    messageIds.push(id)
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
  { rest }: Pick<DiscordConnection, 'rest'>,
  patience: Backoff,
): Promise<string> {
  try {
    const request = { body: { ...bodyOf(message), nonce, enforce_nonce: true }, files: filesOf(message) }
    const send = async () => (await rest.post(Routes.channelMessages(channelId), request)) as APIMessage
    return (await withBackoff(send, mayMend, patience)).id
  } catch (error) {
    const failure = asDiscordError(error, 'posting a digest')
    if (failure.reason !== 'unreachable') throw failure
    throw new DiscordError('unknown-outcome', failure.message, { cause: error })
  }
}

/** Which of the messages already stand in the channel, known by our own last line in them. Part → message id. */
async function findPosted(
  channelId: string,
  messages: RenderedMessage[],
  { rest, botId, log }: Pick<DiscordConnection, 'rest' | 'botId' | 'log'>,
): Promise<Map<number, string>> {
  const found = new Map<number, string>()
  try {
    const query = new URLSearchParams({ limit: '100' })
    const recent = (await rest.get(Routes.channelMessages(channelId), { query })) as APIMessage[]
    const mine = recent.filter(({ author }) => author.id === botId)
    const marks = new Map(mine.map((message) => [markOf(message), message.id]))
    for (const [i, message] of messages.entries()) {
      const id = marks.get(markOf(message))
      if (id) found.set(i, id)
    }
  } catch (error) {
    const failure = asDiscordError(error, 'looking for an earlier post')
    if (failure.reason !== 'forbidden') throw failure
    // Without Read Message History the nonce alone guards: a digest twice is better than a digest lost.
    log.warn({ err: failure, channelId }, 'cannot look whether this digest was posted before')
  }
  return found
}

type Part = { content?: string; components?: Part[] }

/** The last text of a message: ours says which digest and which part it is. */
function markOf({ components = [], embeds = [] }: Pick<Partial<APIMessage>, 'components' | 'embeds'>): string {
  const [embed] = embeds.slice(-1)
  return embed ? (embed.footer?.text ?? '') : lastLine(components)
}

function lastLine(components: readonly object[]): string {
  const [last] = (components as Part[]).slice(-1)
  if (!last) return ''
  return last.components ? lastLine(last.components) : (last.content ?? '').trim()
}

/** Changes a message of ours, such as when a report in it was corrected. @throws {DiscordError} */
export async function editMessage(
  place: { channelId: string; messageId: string },
  message: RenderedMessage,
  { rest }: Pick<DiscordConnection, 'rest'>,
  patience: Backoff = PATIENCE,
): Promise<void> {
  const edit = () =>
    rest.patch(Routes.channelMessage(place.channelId, place.messageId), {
      body: bodyOf(message),
      files: filesOf(message),
    })
  try {
    await withBackoff(edit, mayMend, patience)
  } catch (error) {
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
