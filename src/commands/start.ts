import type { Pack } from '../config/packs.ts'
import { UsageError } from '../errors.ts'
import type { Entity } from '../model.ts'
import { ownedId } from '../store/viewer.ts'
import type { Asker } from './asking.ts'
import { noteChange } from './changes.ts'
import type { CommandContext } from './context.ts'
import { MOST_ENTITIES } from './own-entities.ts'
import { addSource, keepAll } from './own-sources.ts'
import { moment, quoted } from './reply.ts'
import { subscribeChannel } from './subscribe.ts'
import { findEntity } from './terms.ts'

/** What `/setup` was told: a channel, and a topic, or names and a feed of one's own, or neither. */
export type Start = { channelId: string; pack?: Pack; names?: string; feed?: string }

const SCHEDULE = '0 8 * * *'
/**
 * Sets all of it up: whom to track, what to read, what to watch, the channel; then reads the new sources, so that a
 * first digest can be shown. What was set up before stays.
 *
 * @returns lines for the person who waits
 */
export async function begin(start: Start, asker: Asker, context: CommandContext): Promise<string[]> {
  const { say } = asker
  const lines: string[] = []
  const { entities, fresh } = await wantedEntities(start, asker, context)
  await keepEntities(fresh, asker, context)
  if (start.feed?.trim()) lines.push(await addFeed(start.feed, asker, context))
  const sourceIds = start.pack ? await keepSources(start.pack, asker, context) : []
  await watchThem(start.pack || start.names ? entities : [], asker, context)
  lines.unshift(await subscribeOnce(start.channelId, asker, context))
  if (entities.length > 0 && (start.pack || start.names))
    lines.push(say.text('setup.follows', { names: quoted(entities.map(({ name }) => name).join(', '), 300) }))
  const own = await context.store.seenBy(asker.guildId).sources.list()
  const unread = own.filter(({ source, state }) => source.owner && source.enabled && !state.lastPolledAt)
  await context.readNow([...new Set([...sourceIds, ...unread.map(({ source }) => source.id)])].slice(0, 10))
  return lines
}

/** Who is to be followed, and which of them nobody tracks yet. */
async function wantedEntities(
  { pack, names }: Start,
  { guildId }: Asker,
  context: CommandContext,
): Promise<{ entities: Entity[]; fresh: (Entity & { owner: string })[] }> {
  const blank = { kind: 'organisation' as const, aliases: [], handles: [], roles: [], near: [], notNear: [] }
  const written = (names ?? '')
    .split(/[\n,;]/)
    .map((name) => name.replace(/\s+/g, ' ').trim())
    .filter((name) => name.length > 1 && name.length <= 100)
  const wanted: Omit<Entity, 'id'>[] = [
    ...(pack?.entities ?? []),
    ...written.slice(0, 20).map((name) => ({ ...blank, name, relations: [] })),
  ]
  const made = wanted.map((one) => {
    const known = findEntity(one.name, guildId, context)
    return known ? { known } : { fresh: { ...one, id: ownedId(guildId, one.name), relations: [], owner: guildId } }
  })
  return {
    entities: made.map(({ known, fresh }) => known ?? fresh!),
    fresh: made.flatMap(({ fresh }) => fresh ?? []),
  }
}

async function keepEntities(fresh: (Entity & { owner: string })[], asker: Asker, context: CommandContext) {
  if (fresh.length === 0) return
  const { store, now } = context
  await store.transaction(async (tx) => {
    const own = await tx.seenBy(asker.guildId).entities.list()
    if (own.length + fresh.length > MOST_ENTITIES)
      throw new UsageError(asker.say.text('entity.full', { most: MOST_ENTITIES }))
    for (const entity of fresh) {
      await tx.entities.put(entity)
      await noteChange(tx, asker, now(), { what: 'entity', object: entity.name })
    }
  })
  await context.track({ words: fresh.flatMap(({ name, aliases, handles }) => [name, ...aliases, ...handles]) })
}

/** A feed that cannot be added is told, and the rest goes on. */
async function addFeed(address: string, asker: Asker, context: CommandContext): Promise<string> {
  const wish = { publisher: null, pollSeconds: 1800 }
  try {
    const answer = await addSource(address, wish, asker, context)
    const several = answer.kind === 'message' && answer.message.components[0]?.type === 17
    return asker.say.text(several ? 'setup.feed.several' : 'setup.feed.added', { address: quoted(address, 200) })
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    return quoted(error.message, 300)
  }
}

/** The sources of a topic that are not read here yet, as this server's own. */
async function keepSources(pack: Pack, asker: Asker, context: CommandContext): Promise<string[]> {
  const { guildId, userId } = asker
  const known = new Set((await context.store.seenBy(guildId).sources.list()).map(({ source }) => source.address))
  const fresh = pack.sources
    .filter(({ address }) => !known.has(address))
    .map((source) => ({ ...source, id: ownedId(guildId, source.id), owner: guildId, addedBy: userId }))
  await keepAll(fresh, asker, context)
  return fresh.map(({ id }) => id)
}

async function watchThem(entities: Entity[], asker: Asker, { store, now }: CommandContext): Promise<void> {
  const { guildId, userId } = asker
  await store.transaction(async (tx) => {
    for (const { id, name } of entities) {
      const term = { id: crypto.randomUUID(), guildId, kind: 'entity' as const, value: id, createdBy: userId }
      if (await tx.watchTerms.add({ ...term, createdAt: now() }))
        await noteChange(tx, asker, now(), { what: 'watch', object: name })
    }
  })
}

/** A channel that is subscribed already stays as it is: the topic is added to what it gets. */
async function subscribeOnce(channelId: string, asker: Asker, context: CommandContext): Promise<string> {
  const { say, guildId } = asker
  const known = (await context.store.subscriptions.list(guildId)).find(
    ({ target }) => target.kind === 'discord' && target.channelId === channelId,
  )
  const wish = { channelId, schedule: SCHEDULE, timeZone: 'UTC' }
  const { nextDigestAt } = known ?? (await subscribeChannel(wish, asker, context))
  return say.text('subscribe.done', {
    channel: `<#${channelId}>`,
    next: nextDigestAt ? moment(nextDigestAt, 'F') : '–',
  })
}
