import type { Emerging } from '../claims/emerging-claims.ts'
import type { Pack } from '../config/packs.ts'
import type { ImportWish } from '../jobs/imports.ts'
import type { PastWish } from '../jobs/past.ts'
import type { Reader } from '../jobs/reader.ts'
import type { Touched } from '../jobs/track.ts'
import type { Log } from '../log.ts'
import type { Delivery, Digest, Entity, ImportJob, LongReading, LookupAnswer, MatchJob, Posting } from '../model.ts'
import type { Store } from '../store/store.ts'

/** What commands work with. */
export type CommandContext = {
  store: Store
  /** Who is tracked, as this server may see it: the operator's entities and its own. */
  entities(guildId: string | null): Entity[]
  /** Takes a change of this server's entities or terms over; what is on record is read again in the background. */
  track(touched: Touched): Promise<void>
  /** From which probability on a match is told in this server; null is a direct message. */
  threshold(guildId: string | null): Promise<number>
  /**
   * Takes a change of this server's claims over. What is new is looked for in the record in the background.
   * @returns that look, null where there is nothing new
   */
  claimsChanged(guildId: string): Promise<MatchJob | null>
  /** Makes claims of a file this server's own, in the background where they are many. @returns how that stands */
  importClaims(wish: ImportWish): Promise<ImportJob>
  /** What several outlets say and no claim that this server knows covers; what it dismissed is left out. */
  emerging(guildId: string): Promise<Emerging[]>
  /** The outside world, through the guarded door. */
  outside: Pick<Reader, 'read' | 'find' | 'file'>
  /** Reads sources of this server now, as far as the time allows, and analyses what came. */
  readNow(sourceIds: string[]): Promise<void>
  /** Reads an account’s archived posts in the background; null where it is being read already. */
  readPast(wish: PastWish): Promise<LongReading | null>
  /** Ends such a reading; what it brought stays. @returns false where it is over */
  stopPast(id: string): Promise<boolean>
  /** Bundled topics to begin with. */
  packs(): Pack[]
  /** What is known of a text or a link, as far as this server may see it; null is a direct message. */
  lookup(text: string, guildId: string | null): Promise<LookupAnswer>
  /** The digest that this server (or one of its channels) would get now; null where there is nothing to say. */
  previewDigest(guildId: string, channelId?: string): Promise<Digest | null>
  /** A digest into a channel, once however often it is tried. @throws {DiscordError} */
  post(posting: Pick<Posting, 'id' | 'deliveryId' | 'drawn'>, target: Delivery['target']): Promise<void>
  /** A line to a channel. Words from outside in it are harmless already. @throws {DiscordError} */
  tell(channelId: string, words: string): Promise<void>
  /** As Discord shows it, null where it is not known here. */
  channelName(channelId: string): string | null
  /** ISO 8601, UTC. */
  now(): string
  log: Log
}
