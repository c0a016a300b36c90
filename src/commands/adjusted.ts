import { adjustDigest } from '../digests/adjust-digest.ts'
import { viewDigest } from '../digests/digest-view.ts'
import type { RenderOptions } from '../discord/blocks.ts'
import type { RenderedMessage } from '../discord/message.ts'
import { renderDigest } from '../discord/render-digest.ts'
import { sayIn } from '../messages/languages.ts'
import type { Digest, GuildSettings, Subscription } from '../model.ts'
import type { Store } from '../store/store.ts'
import { entryActions } from './entry.ts'

/** A digest as one channel of a server wants it: with the server's corrections, and the filter. */
export async function adjustedFor(
  digest: Digest,
  subscription: Subscription | null,
  guildId: string,
  store: Store,
): Promise<Digest> {
  const { muted, corrections } = await store.guilds.settings(guildId)
  return adjustDigest(digest, { filter: subscription?.filter ?? null, muted, corrections })
}

/** The messages of a digest for one channel, in the server's language and form; filters are applied before. */
export function drawFor(
  digest: Digest,
  { roleId }: Pick<Subscription, 'roleId'>,
  { language, form }: Pick<GuildSettings, 'language' | 'form'>,
  { mostMessages, pictures }: Pick<RenderOptions, 'mostMessages' | 'pictures'> = {},
): RenderedMessage[] {
  const say = sayIn(language)
  return renderDigest(viewDigest(digest, say), {
    say,
    form,
    actions: entryActions(say),
    ...(roleId ? { roleId } : {}),
    ...(mostMessages ? { mostMessages } : {}),
    ...(pictures ? { pictures } : {}),
  })
}
