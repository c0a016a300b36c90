import type { Json, MessageBody } from './discord-limits.ts'

/** A file that came with a request. `text` is its bytes as UTF-8. */
export type SentFile = { name: string; text: string; bytes: number }

export type PostedMessage = MessageBody & {
  id: string
  channel_id: string
  author: { id: string }
  files: SentFile[]
}
export type Channel = {
  id: string
  type: number
  guild_id: string
  name: string
  parent_id?: string
  owner_id?: string
  thread_metadata?: { archived: boolean; locked: boolean }
  permission_overwrites?: { id: string; type: number; allow: string; deny: string }[]
}

export const IDS = {
  token: 'MTAwMDAwMDAwMDAwMDAwMDAx.GaBcDe.abcdefghijklmnopqrstuvwxyz0123456789AB',
  application: '100000000000000001',
  bot: '100000000000000001',
  guild: '200000000000000001',
  otherGuild: '200000000000000002',
  channel: '300000000000000001',
  otherChannel: '300000000000000002',
  user: '400000000000000001',
} as const

/** The channels of our Discord, with what stands in them. */
export class DiscordChannels {
  readonly all = new Map<string, Channel>()
  readonly messages = new Map<string, PostedMessage>()
  /** How long an enforced nonce is known. */
  nonceMs = Number.POSITIVE_INFINITY
  readonly #nonces = new Map<string, { id: string; at: number }>()
  /** Ids tell the time: later than any clock of a test. */
  #next = 1700000000000000000n

  constructor() {
    for (const [id, guild_id] of [
      [IDS.channel, IDS.guild],
      [IDS.otherChannel, IDS.otherGuild],
    ] as const)
      this.all.set(id, { id, guild_id, type: 0, name: `channel-${id.slice(-1)}` })
  }

  /** A new id, larger than all before. */
  id(): string {
    this.#next += 1n
    return String(this.#next)
  }

  /** Stores a message, or returns the earlier one with the same enforced nonce. */
  post(channelId: string, body: MessageBody, files: SentFile[]): PostedMessage {
    const key = body.enforce_nonce ? `${channelId} ${body.nonce}` : null
    const used = key ? this.#nonces.get(key) : undefined
    const earlier = used && performance.now() - used.at < this.nonceMs && this.messages.get(used.id)
    if (earlier) return earlier
    const message = { ...body, id: this.id(), channel_id: channelId, author: { id: IDS.bot }, files }
    this.messages.set(message.id, message)
    if (key) this.#nonces.set(key, { id: message.id, at: performance.now() })
    return message
  }

  /** Messages of a channel as Discord lists them: newest first, or the oldest that come after an id. */
  history(channelId: string, after: string | null, limit: number): object[] {
    const all = [...this.messages.values()].filter((one) => one.channel_id === channelId)
    const asked = after ? all.filter(({ id }) => BigInt(id) > BigInt(after)).slice(0, limit) : all.slice(-limit)
    // Discord keeps nonces to itself.
    return asked.toReversed().map(({ nonce: _nonce, ...message }) => message)
  }

  /** A post in a forum: a thread with its first message, which has the thread's own id. */
  openPost(forumId: string, name: string, body: MessageBody, files: SentFile[]): object {
    const id = this.id()
    const guild_id = this.all.get(forumId)?.guild_id ?? IDS.guild
    const thread_metadata = { archived: false, locked: false }
    const thread = { id, type: 11, guild_id, name, parent_id: forumId, owner_id: IDS.bot, thread_metadata }
    this.all.set(id, thread)
    const message = { ...body, id, channel_id: id, author: { id: IDS.bot }, files }
    this.messages.set(id, message)
    return { ...thread, message }
  }

  threads(archived: boolean): Channel[] {
    return [...this.all.values()].filter(({ thread_metadata: state }) => state && state.archived === archived)
  }

  /** Why a message is refused in a channel: it is a forum, or an archived thread. */
  refusal(channelId: string): { status: number; json: Json } | null {
    const { type, thread_metadata: state } = this.all.get(channelId) ?? {}
    if (type === 15)
      return { status: 400, json: { message: 'Cannot send messages in a non-text channel', code: 50008 } }
    return state?.archived ? { status: 400, json: { message: 'Thread is archived', code: 50083 } } : null
  }

  /** What Discord forgets after a few minutes. */
  forgetNonces(): void {
    this.#nonces.clear()
  }
}
