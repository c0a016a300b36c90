import type { APIEmbed, APIMessageTopLevelComponent } from 'discord.js'
import { ComponentType, MessageFlags } from 'discord.js'

/** A message in Components V2, or in embeds where a server prefers them, ready to be sent: JSON as Discord's API takes it, and the files it refers to. */
export type RenderedMessage = {
  components: APIMessageTopLevelComponent[]
  embeds?: APIEmbed[]
  /** Beside embeds only: the mention of a role. */
  content?: string
  files: { name: string; data: string | Uint8Array; description?: string }[]
  /** Nobody is ever pinged unless a role is named here. */
  allowedMentions: { parse: []; roles?: string[] }
}

/** Discord's limits for one message, with a little room where its way of counting is not documented. */
/** As many whole characters as fit into so many UTF-16 units; what is longer ends in an ellipsis. */
export function fitted(words: string, units: number): string {
  if (words.length <= units) return words
  let kept = ''
  for (const character of words) {
    if (kept.length + character.length >= units) break
    kept += character
  }
  return `${kept.trimEnd()}…`
}

export const LIMITS = { text: 3900, components: 40, buttonLabel: 80, address: 512, files: 10 } as const

/** The request body of a rendered message. `ephemeral`: only the person who asked sees it. */
export function bodyOf(message: RenderedMessage, { ephemeral = false } = {}) {
  const { embeds } = message
  return {
    flags: (embeds ? 0 : MessageFlags.IsComponentsV2) | (ephemeral ? MessageFlags.Ephemeral : 0),
    components: message.components,
    ...(embeds ? { embeds } : {}),
    ...(message.content ? { content: message.content } : {}),
    allowed_mentions: message.allowedMentions,
    ...(message.files.length > 0
      ? {
          attachments: message.files.map(({ name, description }, id) => ({
            id: String(id),
            filename: name,
            ...(description ? { description: description.slice(0, 1024) } : {}),
          })),
        }
      : {}),
  }
}

/** The files of a rendered message as the REST client takes them. */
export const filesOf = (message: RenderedMessage) =>
  message.files.map(({ name, data }) => ({ name, data: typeof data === 'string' ? Buffer.from(data) : data }))

/** A message of text alone, already neutral, in one or more paragraphs. */
export function textMessage(...paragraphs: string[]): RenderedMessage {
  return {
    components: paragraphs.map((content) => ({ type: ComponentType.TextDisplay, content })),
    files: [],
    allowedMentions: { parse: [] },
  }
}
