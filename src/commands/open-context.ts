import { createMatcher } from '../claims/match-claims.ts'
import { prepareDigest } from '../jobs/digest.ts'
import type { Kit } from '../jobs/kit.ts'
import { lookUp } from '../jobs/lookup.ts'
import { readNow } from '../jobs/queue.ts'
import { entitiesFor, roomsFor, trackAgain } from '../jobs/track.ts'
import type { LookupAnswer } from '../model.ts'
import { adjustedFor } from './adjusted.ts'
import type { CommandContext } from './context.ts'

/** A preview without a subscription looks back this far. */
const PREVIEW_HOURS = 24

/** What commands work with, from the running process. `kit` may change its config and rooms: they are read each time. */
export function openContext(
  kit: Kit,
  { tell, post, channelName }: Pick<CommandContext, 'tell' | 'post' | 'channelName'>,
): CommandContext {
  const { store, now, log } = kit
  return {
    store,
    now,
    log,
    tell,
    post,
    channelName,
    entities: (guildId) => entitiesFor(kit.rooms, guildId),
    track: (touched) => trackAgain(kit, touched),
    outside: kit.reader,
    readNow: (sourceIds) => readNow(kit, sourceIds),
    packs: () => kit.config.packs,
    async lookup(text, guildId) {
      const rooms = roomsFor(kit.rooms, guildId)
      const answer = await lookUp(text, { ...kit, rooms, store: store.seenBy(guildId) })
      const theirs = answer.claims.filter(({ claim }) => maySee(claim.owner, guildId))
      return { ...answer, claims: [...theirs, ...(await ownMatches(text, guildId, store))] }
    },
    async previewDigest(guildId, channelId) {
      const subscriptions = await store.subscriptions.list(guildId)
      const found = subscriptions.find(
        ({ target }) => target.kind === 'discord' && (!channelId || target.channelId === channelId),
      )
      const dayAgo = new Date(Date.parse(now()) - PREVIEW_HOURS * 3_600_000).toISOString()
      const cursor = found
        ? await store.digests.cursor(found.id)
        : { sequence: await store.statements.before(dayAgo), composedAt: dayAgo }
      const { digest } = await prepareDigest(kit, {
        id: `preview-${guildId}`.slice(0, 20),
        sequence: cursor.sequence,
        since: cursor.composedAt,
        subscription: { target: { kind: 'discord', guildId, channelId: channelId ?? '' } },
        sample: false,
      })
      const adjusted = await adjustedFor(digest, channelId ? (found ?? null) : null, guildId, store)
      return adjusted.counts.statements > 0 ? adjusted : null
    },
  }
}

const maySee = (owner: string, guildId: string | null) => owner === 'operator' || owner === guildId

/** What of a server's own claims stands behind a text. */
async function ownMatches(text: string, guildId: string | null, store: Kit['store']): Promise<LookupAnswer['claims']> {
  const own = guildId ? (await store.claims.list(guildId)).filter(({ status }) => status === 'active') : []
  if (own.length === 0) return []
  return createMatcher(own)
    .match(text, { top: 3 })
    .filter(({ decision }) => decision !== 'none')
    .flatMap((match) => own.filter(({ id }) => id === match.claimId).map((claim) => ({ claim, match })))
}
