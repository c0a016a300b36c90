import type { Document, Entity, Mention } from '../model.ts'

export type Finder = { pattern: RegExp | null; owner: Map<string, string> }

export function createFinder(entities: Entity[]): Finder {
  const owner = new Map<string, string>()
  for (const { id, name, aliases, handles } of entities)
    for (const word of [name, ...aliases, ...handles.map((handle) => `@${handle}`)]) owner.set(word.toLowerCase(), id)
  const words = [...owner.keys()].sort((a, b) => b.length - a.length).map((word) => word.replace(/[^\w\s@]/g, '\\$&'))
  return { owner, pattern: words.length > 0 ? new RegExp(`(?<![\\w@])(${words.join('|')})(?!\\w)`, 'gi') : null }
}

export function findMentions(document: Pick<Document, 'id' | 'text'>, { pattern, owner }: Finder): Mention[] {
  if (!pattern) return []
  return Array.from(document.text.matchAll(pattern)).flatMap((match): Mention[] => {
    const text = match[0]
    if (/^[a-z]/.test(text)) return []
    const kind = text.startsWith('@') ? 'handle' : 'name'
    const entityId = owner.get(text.toLowerCase()) ?? null
    return [
      {
        documentId: document.id,
        entityId,
        text,
        start: match.index,
        end: match.index + text.length,
        kind,
        confidence: 0.8,
      },
    ]
  })
}
