import { nonceOf } from '../../src/discord/send.ts'
import type { PostedMessage } from '../support/discord-channels.ts'
import type { DiscordServer } from '../support/discord-server.ts'
import { READERS } from './bot.ts'
import type { Row, TheRecord } from './record.ts'
import { markersIn, type Saying } from './sayings.ts'

/** One line that must hold: `wrong` names what does not, empty where all is well. */
export type Line = { what: string; count: number; wrong: string[] }

/** All that there was to read. */
export type Published = { feeds: Saying[]; archive: Saying[] }

/**
 * Compares the record and the channels with what was published. Reads the record as another process may, while the
 * program runs or after it.
 */
export async function reckon(record: TheRecord, published: Published, discord: DiscordServer): Promise<Line[]> {
  return record.look(async (rows) => {
    const { feeds, archive } = published
    const all = [...feeds, ...archive]
    const documents = await rows('select id, body from documents')
    const statements = await rows('select id, content from statements')
    // What an archive held before it was first read is on record and no news; all that a feed brings is told.
    const old = new Set(
      (await rows('select content from statements where backlog = 1')).flatMap(({ content }) =>
        markersIn(content ?? ''),
      ),
    )
    const deliveries = await rows('select id, subscription_id, status, nonce, message_ids, target from deliveries')
    const texts = documents.map(({ body }) => (JSON.parse(body ?? '') as { text: string }).text)
    return [
      { what: 'documents stored once', ...onceEach(all, texts), count: documents.length },
      {
        what: 'statements stored once',
        ...onceEach(
          all,
          statements.map(({ content }) => content ?? ''),
        ),
      },
      {
        what: 'documents analysed',
        ...none(await rows('select id from documents where analysed_version is null'), documents.length),
      },
      {
        what: 'digests delivered',
        count: deliveries.length,
        wrong: deliveries.filter(({ status }) => status !== 'delivered').map(({ id, status }) => `${id} is ${status}`),
      },
      byNonce(deliveries, discord),
      {
        what: 'what feeds bring is news',
        count: feeds.length,
        wrong: feeds.flatMap(({ marker }) => (old.has(marker) ? [marker] : [])),
      },
      byContent(
        all.filter(({ marker }) => !old.has(marker)),
        deliveries,
        discord,
      ),
      {
        what: 'store is sound',
        count: documents.length + statements.length + deliveries.length,
        wrong: await record.faults(rows),
      },
      { what: 'messages inside Discord’s limits', count: discord.messages.size, wrong: discord.faults },
    ]
  })
}

const none = (rows: Row[], count: number) => ({ count, wrong: rows.map(({ id }) => id ?? '') })

/** Each saying stands in exactly one of the texts, and no text holds anything else. */
function onceEach(published: Saying[], texts: string[]): { count: number; wrong: string[] } {
  const seen = Map.groupBy(
    texts.flatMap((text) => [...new Set(markersIn(text))]),
    (marker) => marker,
  )
  const wrong = published.flatMap(({ marker }) => {
    const times = seen.get(marker)?.length ?? 0
    return times === 1 ? [] : [`${marker} ${times} times`]
  })
  const strange = texts
    .filter((text) => markersIn(text).length !== 1)
    .map((text) => `not one saying: ${text.slice(0, 80)}`)
  return { count: texts.length, wrong: [...wrong, ...strange] }
}

/** Every message that the record knows of stands in its channel, every message there is known, no nonce stands twice. */
function byNonce(deliveries: Row[], discord: DiscordServer): Line {
  const wrong: string[] = []
  const known = new Set<string>()
  for (const { id, nonce = '', message_ids = '[]', target = '{}' } of deliveries) {
    const { channelId } = JSON.parse(target) as { channelId: string }
    for (const [part, messageId] of (JSON.parse(message_ids) as string[]).entries()) {
      known.add(messageId)
      const message = discord.messages.get(messageId)
      if (message?.nonce !== nonceOf(nonce, part) || message.channel_id !== channelId)
        wrong.push(`part ${part} of ${id} is not where it should be`)
    }
  }
  const messages = [...discord.messages.values()]
  for (const [nonce, same] of Map.groupBy(messages, (message) => `${message.channel_id} ${message.nonce}`))
    if (same.length > 1) wrong.push(`${nonce} was posted ${same.length} times`)
  for (const { id } of messages) if (!known.has(id)) wrong.push(`message ${id} is not in the record`)
  return { what: 'messages posted once, by nonce', count: messages.length, wrong }
}

/** Each saying stands in exactly one digest of each channel that wants it, and there in one message. */
function byContent(published: Saying[], deliveries: Row[], discord: DiscordServer): Line {
  const digestOf = new Map(
    deliveries.flatMap(({ id = '', message_ids = '[]' }) =>
      (JSON.parse(message_ids) as string[]).map((messageId): [string, string] => [messageId, id]),
    ),
  )
  const wrong: string[] = []
  let count = 0
  for (const { channelId, entityId } of READERS) {
    const messages = [...discord.messages.values()].filter((one) => one.channel_id === channelId)
    const shown = places(
      messages,
      (message) => JSON.stringify(message.components ?? message.embeds ?? ''),
      (message) => message.id,
    )
    const told = places(messages, wholeText, (message) => digestOf.get(message.id) ?? message.id)
    const wanted = published.filter(({ speaker }) => entityId === null || speaker.id === entityId)
    for (const { marker } of wanted) {
      count += 1
      const digests = told.get(marker)?.size ?? 0
      if (digests !== 1) wrong.push(`${marker} is in ${digests} digests of ${channelId}`)
      if ((shown.get(marker)?.size ?? 0) > 1) wrong.push(`${marker} is shown in several messages of ${channelId}`)
    }
    const asked = new Set(wanted.map(({ marker }) => marker))
    for (const marker of told.keys()) if (!asked.has(marker)) wrong.push(`${marker} was not for ${channelId}`)
  }
  return { what: 'statements told once, by content', count, wrong }
}

const wholeText = (message: PostedMessage) =>
  JSON.stringify(message.components ?? message.embeds ?? '') + message.files.map(({ text }) => text).join(' ')

/** Marker → where it stands. */
function places(
  messages: PostedMessage[],
  textOf: (message: PostedMessage) => string,
  placeOf: (message: PostedMessage) => string,
): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const message of messages)
    for (const marker of markersIn(textOf(message)))
      found.set(marker, (found.get(marker) ?? new Set()).add(placeOf(message)))
  return found
}
