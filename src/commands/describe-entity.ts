import type { Say } from '../messages/say.ts'
import type { Entity } from '../model.ts'
import { quoted } from './reply.ts'

export const ENTITY_KINDS = {
  person: 'entity.person',
  organisation: 'entity.organisation',
  group: 'entity.group',
} as const

/** Everything by which an entity is recognised, a line each. */
export function describeEntity(found: Entity, say: Say, known: Entity[]): string {
  const speaksFor = found.relations.flatMap(({ type, of }) =>
    type === 'spokesperson' ? [known.find(({ id }) => id === of)?.name ?? of] : [],
  )
  const lines = [
    ['entity.aliases', found.aliases],
    ['entity.handles', found.handles.map((handle) => `@${handle}`)],
    ['entity.roles', found.roles],
    ['entity.near', found.near],
    ['entity.notnear', found.notNear],
    ['entity.speaks', speaksFor],
  ] as const
  return [
    `${say.text(ENTITY_KINDS[found.kind])} · ${say.text(found.owner ? 'entity.own' : 'entity.shared')}`,
    ...lines
      .filter(([, words]) => words.length > 0)
      .map(([key, words]) => say.text(key, { words: quoted(words.join(', '), 400) })),
  ].join('\n')
}
