import { type APIMessage, Routes } from 'discord.js'
import { DiscordError } from '../errors.ts'
import { ask } from './ask.ts'
import type { DiscordConnection } from './client.ts'
import { asDiscordError } from './failures.ts'

/** What a delivery is known by in a channel. */
export type Mark = {
  /** At most 21 characters: it stands in the last line of each message, before the part's number. */
  id: string
  /** Nothing of it can be older than this, null where nobody knows. ISO 8601. */
  startedAt: string | null
  /** The last try was so lately that its nonce alone guards. */
  lately: boolean
}

/** Discord gives at most so many messages at once. */
const PAGE = 100
const MOST_PAGES = 30
/** Between our clock and Discord's. */
const SLACK_MS = 10 * 60_000
const DISCORD_EPOCH_MS = 1_420_070_400_000

/**
 * Which messages of a delivery already stand in a channel, known by their last line. Discord returns no nonces there.
 *
 * @returns part, counted from 0 → id of its message
 * @throws {DiscordError} `unknowable` where it cannot be told, and the nonces may be forgotten
 */
export async function findPosted(
  channelId: string,
  mark: Mark,
  connection: Pick<DiscordConnection, 'rest' | 'botId' | 'log'>,
): Promise<Map<number, string>> {
  const found = new Map<number, string>()
  try {
    for await (const message of messagesSince(channelId, mark.startedAt, connection)) {
      const part = message.author.id === connection.botId ? partOf(message, mark.id) : null
      if (part !== null) found.set(part, message.id)
    }
  } catch (error) {
    const failure = asDiscordError(error, 'looking for an earlier post')
    if (failure.reason !== 'forbidden') throw unsure(failure)
    if (!mark.lately)
      throw new DiscordError('unknowable', `${failure.message}. Whether the digest was posted cannot be told`)
    connection.log.warn({ err: failure, channelId }, 'cannot look whether this digest was posted before')
  }
  return found
}

/** Whether the digest stands there is still open. */
const unsure = ({ reason, message, retryAfterSeconds, cause }: DiscordError) =>
  new DiscordError(reason, message, { cause, retryAfterSeconds, mayHavePosted: true })

/** The newest hundred, or all since a moment, oldest page first. */
async function* messagesSince(
  channelId: string,
  startedAt: string | null,
  connection: Pick<DiscordConnection, 'rest'>,
): AsyncGenerator<APIMessage> {
  let after = startedAt ? snowflakeAt(Date.parse(startedAt) - SLACK_MS) : null
  for (let page = 0; page < MOST_PAGES; page++) {
    const query = new URLSearchParams({ limit: String(PAGE), ...(after ? { after } : {}) })
    const messages = await ask<APIMessage[]>(connection, Routes.channelMessages(channelId), query)
    yield* messages
    if (!after || messages.length < PAGE) return
    after = messages.map(({ id }) => id).reduce((a, b) => (BigInt(a) > BigInt(b) ? a : b))
  }
  throw new DiscordError('unknowable', 'the channel is too busy to find out whether the digest was posted')
}

/** The smallest id that a message of that moment can have. @see Discord docs, Snowflakes */
const snowflakeAt = (ms: number) => String(BigInt(Math.max(0, Math.floor(ms - DISCORD_EPOCH_MS))) << 22n)

type Part = { content?: string; components?: Part[] }

/** "Digest 4f2a… · part 2 of 3": the number after the id, whatever the language says around it. */
function partOf({ components = [], embeds = [] }: APIMessage, id: string): number | null {
  const texts = [...textsOf(components as Part[]), ...embeds.map(({ footer }) => footer?.text ?? '')]
  for (const text of texts.toReversed()) {
    const at = text.indexOf(id)
    const number = at < 0 ? null : /^\D*?(\d{1,2})\D/.exec(text.slice(at + id.length))
    if (number) return Number(number[1]) - 1
  }
  return null
}

const textsOf = (parts: Part[]): string[] =>
  parts.flatMap(({ content, components = [] }) => [...(content ? [content] : []), ...textsOf(components)])
