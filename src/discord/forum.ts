import { type APIChannel, type APIMessage, type APIThreadChannel, ChannelType, Routes } from 'discord.js'
import { DiscordError } from '../errors.ts'
import { ask } from './ask.ts'
import { type Backoff, withBackoff } from './backoff.ts'
import type { DiscordConnection } from './client.ts'
import { asDiscordError, isRefusal } from './failures.ts'
import type { Mark } from './find-posted.ts'
import { bodyOf, filesOf, type RenderedMessage } from './message.ts'
import { afterPosting } from './send.ts'

const known = new WeakMap<object, Map<string, boolean>>()

/** Whether a channel takes posts (threads with a first message) instead of messages. Asked once a channel. */
export async function isForum(channelId: string, connection: Pick<DiscordConnection, 'rest'>): Promise<boolean> {
  const { rest } = connection
  const answers = known.get(rest) ?? new Map<string, boolean>()
  known.set(rest, answers)
  const answer = answers.get(channelId)
  if (answer !== undefined) return answer
  try {
    const { type } = await ask<APIChannel>(connection, Routes.channel(channelId))
    const forum = type === ChannelType.GuildForum || type === ChannelType.GuildMedia
    answers.set(channelId, forum)
    return forum
  } catch (error) {
    throw asDiscordError(error, 'posting a digest')
  }
}

type Place = { guildId: string; channelId: string; first: RenderedMessage | undefined; title: string }
type Opening = {
  /** The post, where it surely stands there. Its id is that of its first message. */
  known: string | null
  /** An earlier try may have gone through. */
  look: boolean
  connection: Pick<DiscordConnection, 'rest' | 'botId' | 'log'>
  patience: Backoff
}

/**
 * The post of a delivery in a forum: found by its name, or made. Discord takes no nonce for a post, so that a try that
 * met silence is never repeated before the forum was looked through. @returns the id of post and first message
 */
export async function openPost(place: Place, mark: Mark, opening: Opening): Promise<string> {
  if (opening.known) return opening.known
  const { connection, patience } = opening
  const earlier = opening.look ? await findPost(place, mark, connection) : null
  if (earlier) return earlier
  if (!place.first) throw new DiscordError('rejected', 'posting a digest: there is nothing to post')
  const { first, channelId } = place
  const body = { name: nameOf(place.title, mark.id), message: bodyOf(first) }
  let unheard = false
  const create = async () => {
    try {
      return (await connection.rest.post(Routes.threads(channelId), { body, files: filesOf(first) })) as APIMessage
    } catch (error) {
      unheard ||= !isRefusal(error)
      throw error
    }
  }
  try {
    return (await withBackoff(create, () => false, patience)).id
  } catch (error) {
    throw afterPosting(error, unheard)
  }
}

/** At most 100 characters, the id whole: the post is found again by it. */
function nameOf(title: string, id: string): string {
  const room = 100 - id.length - 3
  const words = [...title.replace(/\s+/g, ' ').trim().toWellFormed()]
  let name = ''
  for (const character of words) if (name.length + character.length <= room) name += character
  return name ? `${name} · ${id}` : id
}

type Threads = { threads: APIThreadChannel[]; has_more?: boolean }

async function findPost(
  { guildId, channelId }: Place,
  { id }: Mark,
  connection: Opening['connection'],
): Promise<string | null> {
  const ours = (one: APIThreadChannel) =>
    one.parent_id === channelId && one.owner_id === connection.botId && (one.name ?? '').endsWith(id)
  try {
    const active = await ask<Threads>(connection, Routes.guildActiveThreads(guildId))
    const found = active.threads.find(ours)
    if (found) return found.id
    const query = new URLSearchParams({ limit: '100' })
    const archived = await ask<Threads>(connection, Routes.channelThreads(channelId, 'public'), query)
    return archived.threads.find(ours)?.id ?? null
  } catch (error) {
    const failure = asDiscordError(error, 'looking for an earlier post')
    const reason = failure.reason === 'forbidden' ? 'unknowable' : failure.reason
    throw new DiscordError(reason, failure.message, { cause: error, mayHavePosted: true })
  }
}
