import { offers, prepareDigest } from '../jobs/digest.ts'
import { emergingFor } from '../jobs/emerging.ts'
import { askImport } from '../jobs/imports.ts'
import type { Kit } from '../jobs/kit.ts'
import { takeClaimsOver, thresholdOf } from '../jobs/known-claims.ts'
import { lookUp } from '../jobs/lookup.ts'
import { matchBackRound } from '../jobs/match-back.ts'
import { askPast, stopPast } from '../jobs/past.ts'
import { readNow } from '../jobs/queue.ts'
import { entitiesFor, roomsFor, trackAgain } from '../jobs/track.ts'
import { adjustedFor } from './adjusted.ts'
import type { CommandContext } from './context.ts'
import { tellPast } from './past-progress.ts'

/** A preview without a subscription looks back this far. */
const PREVIEW_HOURS = 24

/** What commands work with, from the running process. `kit` may change its config and rooms: they are read each time. */
export function openContext(
  kit: Kit,
  { tell, post, channelName }: Pick<CommandContext, 'tell' | 'post' | 'channelName'>,
): CommandContext {
  const { store, now, log } = kit
  kit.tellPast = (reading) => tellPast(reading, { tell, log })
  return {
    store,
    now,
    log,
    tell,
    post,
    channelName,
    entities: (guildId) => entitiesFor(kit.rooms, guildId),
    track: (touched) => trackAgain(kit, touched),
    threshold: (guildId) => thresholdOf(guildId, kit),
    async claimsChanged(guildId) {
      const jobs = await takeClaimsOver(kit)
      const orders = jobs.map(({ id, owner }) => ({ kind: 'match' as const, key: id, group: owner }))
      const begun = kit.work ? kit.work.owe(orders) : matchBackRound(kit)
      begun.catch((error) => log.error({ err: error }, 'the record could not be matched with new claims'))
      return jobs.find(({ owner }) => owner === guildId) ?? null
    },
    importClaims: (wish) => askImport(wish, kit),
    emerging: (guildId) => emergingFor(guildId, kit),
    outside: kit.reader,
    readNow: (sourceIds) => readNow(kit, sourceIds),
    readPast: (wish) => askPast(wish, kit),
    stopPast: (id) => stopPast(id, kit),
    packs: () => kit.config.packs,
    async lookup(text, guildId) {
      const rooms = { ...roomsFor(kit.rooms, guildId), threshold: await thresholdOf(guildId, kit) }
      return lookUp(text, { ...kit, rooms, store: store.seenBy(guildId) })
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
        emerging: await offers({ kind: 'discord', guildId, channelId: '' }, kit),
      })
      const adjusted = await adjustedFor(digest, channelId ? (found ?? null) : null, guildId, store)
      return adjusted.counts.statements > 0 ? adjusted : null
    },
  }
}
