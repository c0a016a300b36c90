import { isPlain } from '../documents/words.ts'
import type { Entity, Mention } from '../model.ts'

/** One way in which an entity is written. */
export type Alias = {
  entity: Entity
  kind: Extract<Mention['kind'], 'name' | 'handle' | 'role'>
  words: string[]
  text: string
}

type Node = { next: Map<string, Node>; ends: Alias[] }

/** All aliases as one automaton over words: looking on costs the same for ten as for ten thousand. */
export type Finder = { root: Node; entities: Entity[]; hasRoles: boolean }

export type Word = { text: string; lower: string; start: number; end: number }

/** Runs of letters and digits, in reading order. */
export function wordsOf(text: string): Word[] {
  const runs = isPlain(text) ? /[A-Za-z0-9_]+/g : /[\p{L}\p{M}\p{N}_]+/gu
  return Array.from(text.matchAll(runs), (match) => ({
    text: match[0],
    lower: match[0].toLowerCase(),
    start: match.index,
    end: match.index + match[0].length,
  }))
}

/** Makes the automaton of everything these entities are called. */
export function createFinder(entities: Entity[]): Finder {
  const root: Node = { next: new Map(), ends: [] }
  const add = (alias: Omit<Alias, 'words'>) => {
    const words = wordsOf(alias.text).map(({ lower }) => lower)
    if (words.length === 0) return
    let node = root
    for (const word of words) {
      const next = node.next.get(word) ?? { next: new Map(), ends: [] }
      node.next.set(word, next)
      node = next
    }
    node.ends.push({ ...alias, words })
  }
  for (const entity of entities) {
    for (const text of new Set([entity.name, ...entity.aliases])) add({ entity, kind: 'name', text })
    for (const text of entity.handles) add({ entity, kind: 'handle', text })
    for (const text of entity.roles) add({ entity, kind: 'role', text })
  }
  return { root, entities, hasRoles: entities.some(({ roles }) => roles.length > 0) }
}

const NONE: { alias: Alias; last: number }[] = []

/** The longest aliases that begin at a word, each with the index of its last word. */
export function aliasesAt({ root }: Finder, words: Word[], at: number): { alias: Alias; last: number }[] {
  if (!root.next.has(words[at]!.lower)) return NONE
  let node: Node | undefined = root
  let found: { alias: Alias; last: number }[] = []
  for (let i = at; i < words.length; i++) {
    node = node.next.get(words[i]!.lower)
    if (!node) break
    if (node.ends.length > 0)
      found = [
        ...found.filter(({ alias }) => !node!.ends.some((end) => end.kind === alias.kind)),
        ...node.ends.map((alias) => ({ alias, last: i })),
      ]
  }
  return found
}
