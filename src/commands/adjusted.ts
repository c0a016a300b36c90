import { adjustDigest } from '../digests/adjust-digest.ts'
import { viewDigest } from '../digests/digest-view.ts'
import type { RenderedMessage } from '../discord/message.ts'
import { renderDigest } from '../discord/render-digest.ts'
import { sayIn } from '../messages/languages.ts'
import type { Digest, GuildSettings, Subscription } from '../model.ts'
import { entryActions } from './entry.ts'

/** A digest as this channel of this server wants it. */
export const adjustedFor = (
  digest: Digest,
  subscription: Subscription | null,
  { muted, corrections }: GuildSettings,
): Digest => adjustDigest(digest, { filter: subscription?.filter ?? null, muted, corrections })

/** The messages of a digest for one channel, in the server's language and form; filters are applied before. */
export function drawFor(
  digest: Digest,
  { roleId }: Subscription,
  { language, form }: GuildSettings,
): RenderedMessage[] {
  const say = sayIn(language)
  return renderDigest(viewDigest(digest, say), { say, form, actions: entryActions(say), ...(roleId ? { roleId } : {}) })
}
