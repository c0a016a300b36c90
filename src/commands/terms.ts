import { randomUUID } from 'node:crypto'
import type { Choice } from '../discord/command.ts'
import type { Entity, WatchTerm } from '../model.ts'
import type { Asker } from './asking.ts'
import type { CommandContext } from './context.ts'

type Tracked = Pick<CommandContext, 'entities'>

/** Tracked entities by name, alias or handle. */
export function suggestEntities(typed: string, guildId: string | null, { entities }: Tracked): Choice[] {
  const wanted = typed.trim().replace(/^@/, '').toLowerCase()
  return entities(guildId)
    .filter(({ name, aliases, handles }) =>
      [name, ...aliases, ...handles].some((one) => one.toLowerCase().includes(wanted)),
    )
    .map(({ name, id }) => ({ name, value: id }))
}

/** The tracked entity that goes by this id, name, alias or handle. */
export function findEntity(written: string, guildId: string | null, { entities }: Tracked): Entity | undefined {
  const wanted = written.trim().replace(/^@/, '').toLowerCase()
  return entities(guildId).find(
    ({ id, name, aliases, handles }) =>
      id === wanted || [name, ...aliases, ...handles].some((one) => one.toLowerCase() === wanted),
  )
}

/** As it is shown: a name, “a phrase”, or a query as written. */
export const nameOf = ({ kind, value }: WatchTerm, entities: Entity[]): string =>
  kind === 'entity'
    ? (entities.find(({ id }) => id === value)?.name ?? value)
    : kind === 'phrase'
      ? `“${value}”`
      : value

const WHOLE_PHRASE = /^["“„«]([^"“”„«»]*)["”“»]$/
const OPERATORS = /\b(?:AND|OR|NOT)\b|\bNEAR(?:\/\d+)?\b|[()"“”„«»]|\p{L}\*|(?:^|\s)-\p{L}/u

/**
 * What somebody wrote as a watch term: a tracked entity where it names one, a query where it holds operators, brackets,
 * quotation marks inside or a prefix*, else a phrase. `kind` says which where that guess is wrong.
 */
export function toTerm(
  written: string,
  kind: string | null,
  { guildId, userId }: Pick<Asker, 'guildId' | 'userId'>,
  context: Pick<CommandContext, 'entities' | 'now'>,
): WatchTerm | null {
  const text = written.trim()
  const entity = kind === null || kind === 'entity' ? findEntity(text, guildId, context) : undefined
  if (kind === 'entity' && !entity) return null
  const phrase = WHOLE_PHRASE.exec(text)?.[1]
  const isQuery = kind === 'query' || (kind === null && phrase === undefined && OPERATORS.test(text))
  return {
    id: randomUUID(),
    guildId,
    kind: entity ? 'entity' : isQuery ? 'query' : 'phrase',
    value: entity?.id ?? (isQuery ? text : (phrase ?? text)).trim(),
    createdBy: userId,
    createdAt: context.now(),
  }
}

/** The watched term that somebody means: by its id, its value, or as it is shown. */
export function findTerm(written: string, terms: WatchTerm[], entities: Entity[]): WatchTerm | undefined {
  const wanted = (WHOLE_PHRASE.exec(written.trim())?.[1] ?? written).trim().toLowerCase()
  return terms.find(
    (one) => one.id === wanted || one.value.toLowerCase() === wanted || nameOf(one, entities).toLowerCase() === wanted,
  )
}
