import type { Log } from '../log.ts'
import type { Delivery, Digest, Entity, LookupAnswer, Posting } from '../model.ts'
import type { Store } from '../store/store.ts'

/** What commands work with. */
export type CommandContext = {
  store: Store
  /** The entities that the operator tracks, as the config names them now. */
  entities(): Entity[]
  /** What is known of a text or a link, as far as this server may see it; null is a direct message. */
  lookup(text: string, guildId: string | null): Promise<LookupAnswer>
  /** The digest that this server (or one of its channels) would get now; null where there is nothing to say. */
  previewDigest(guildId: string, channelId?: string): Promise<Digest | null>
  /** A digest into a channel, once however often it is tried. @throws {DiscordError} */
  post(posting: Pick<Posting, 'id' | 'deliveryId' | 'drawn'>, target: Delivery['target']): Promise<void>
  /** A line to a channel. Words from outside in it are harmless already. @throws {DiscordError} */
  tell(channelId: string, words: string): Promise<void>
  /** ISO 8601, UTC. */
  now(): string
  log: Log
}
