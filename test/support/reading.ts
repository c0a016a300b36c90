import { createFinder, findMentions } from '../../src/mentions/find-mentions.ts'
import type { Document, Entity, Statement } from '../../src/model.ts'
import { extractStatements } from '../../src/statements/extract-statements.ts'
import { aDocument } from './nouns.ts'

export const anEntity = (over: Partial<Entity> = {}): Entity => ({
  id: 'quayside',
  name: 'Quayside',
  kind: 'organisation',
  aliases: [],
  handles: [],
  roles: [],
  near: [],
  notNear: [],
  relations: [],
  ...over,
})

/** The statements of a text, as the main job reads it. */
export function statementsOf(text: string, entities: Entity[] = [], over: Partial<Document> = {}): Statement[] {
  const document = aDocument({ text, ...over })
  return extractStatements(document, findMentions(document, createFinder(entities)), entities)
}

/** “Speaker: words” of each statement: what a reader would write down. */
export const said = (text: string, entities: Entity[] = [], over: Partial<Document> = {}): string[] =>
  statementsOf(text, entities, over).map(({ speaker, content }) => `${speaker?.name ?? '?'}: ${content}`)
