import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { createFinder, findMentions } from '../../../src/mentions/find-mentions.ts'
import type { Entity } from '../../../src/model.ts'
import { asDocument, type Score } from './measure.ts'

const SURE = 0.5
const entity = (name: string, kind: Entity['kind'], aliases: string[] = []): Entity => ({
  id: name.toLowerCase(),
  name,
  kind,
  aliases,
  handles: [],
  roles: [],
  near: [],
  notNear: [],
  relations: [],
})
const ENTITIES: Record<string, Entity> = {
  Anonymous: entity('Anonymous', 'group'),
  Prince: entity('Matthew Prince', 'person', ['Prince']),
  Hill: entity('The Hill', 'organisation', ['Hill']),
  Register: entity('The Register', 'organisation', ['Register']),
}

/** Names that are also common words: how often the name, and only the name, is found. Each sentence stands alone. */
export function scoreTraps(set: 'common-words' | 'more-common-words', onMiss?: (line: string) => void): Score {
  const score: Score = { found: 0, predicted: 0, gold: 0 }
  const file = resolve(import.meta.dirname, `../../fixtures/traps/${set}.tsv`)
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (!line || line.startsWith('#')) continue
    const [name = '', is, marked = ''] = line.split('\t')
    const at = marked.indexOf('⟦')
    const text = marked.replace(/[⟦⟧]/g, '')
    const finder = createFinder([ENTITIES[name] ?? entity(name, 'organisation')])
    const hit = findMentions(asDocument('trap', text), finder).some(
      ({ start, end, confidence }) => confidence >= SURE && start <= at + name.length && end > at,
    )
    score.gold += Number(is)
    score.predicted += Number(hit)
    score.found += Number(hit && is === '1')
    if (hit !== (is === '1')) onMiss?.(`${hit ? 'wrong ' : 'missed'} ${marked}`)
  }
  return score
}
