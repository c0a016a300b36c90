import { createFinder } from '../mentions/find-mentions.ts'
import type { Entity } from '../model.ts'
import type { Kit } from './kit.ts'

/** What a change of a server's entities or terms touches. */
export type Touched = {
  /** Entities that were changed or taken away: what mentions them is read again. */
  entityIds?: string[]
  /** Names and phrases that are new: what holds one of them is read again. */
  words?: string[]
}

/**
 * Takes servers' entities over as the store has them now, and marks what is on record and touched by the change: the
 * next round analyses it again, in the background. Repeating it does no harm.
 */
export async function trackAgain(
  kit: Pick<Kit, 'store' | 'rooms' | 'stopping'>,
  { entityIds = [], words = [] }: Touched,
): Promise<void> {
  const { store } = kit
  const configured = kit.rooms.entities.filter(({ owner }) => owner === undefined)
  const entities = [...configured, ...(await store.entities.list())]
  // Before anything is marked: a round under way sees the change and goes on with it.
  kit.rooms = { ...kit.rooms, entities, finder: createFinder(entities) }
  for (const entityId of entityIds) await store.documents.analyseAgain({ entityId })
  const wanted = [...new Set(words.map((word) => word.trim()).filter((word) => word.length > 1))]
  let from: number | null = wanted.length > 0 ? 0 : null
  while (from !== null && !kit.stopping.aborted) {
    from = await store.documents.analyseAgain({ words: wanted, from })
    // Somebody may be waiting for an answer: Discord allows three seconds.
    await new Promise(setImmediate)
  }
}

/** Takes servers' entities over as the store has them, where another process changed them. */
export async function followTracked(kit: Pick<Kit, 'store' | 'rooms'>): Promise<void> {
  const theirs = await kit.store.entities.list()
  const known = kit.rooms.entities.filter(({ owner }) => owner !== undefined)
  if (JSON.stringify(theirs) === JSON.stringify(known)) return
  const entities = [...kit.rooms.entities.filter(({ owner }) => owner === undefined), ...theirs]
  kit.rooms = { ...kit.rooms, entities, finder: createFinder(entities) }
}

/** The rooms as one server may use them: without what other servers track and claim. */
export function roomsFor(rooms: Kit['rooms'], guildId: string | null): Kit['rooms'] {
  const own = new Map([...rooms.own].filter(([owner]) => owner === guildId))
  if (rooms.entities.every(({ owner }) => owner === undefined || owner === guildId)) return { ...rooms, own }
  const entities = entitiesFor(rooms, guildId)
  return { ...rooms, own, entities, finder: createFinder(entities) }
}

/** Who is tracked as one server sees it: the operator's entities and its own. */
export const entitiesFor = ({ entities }: Pick<Kit['rooms'], 'entities'>, guildId: string | null): Entity[] =>
  entities.filter(({ owner }) => owner === undefined || owner === guildId)
