import { mergeDocuments } from '../documents/merge-documents.ts'
import { nearKeys } from '../documents/near-duplicates.ts'
import { isSameStory } from '../documents/same-story.ts'
import { documentKeys, toDocuments } from '../documents/to-document.ts'
import type { Document, RawItem, Source } from '../model.ts'
import type { Store } from '../store/store.ts'

type Named = { document: Document; keys: string[] }

/**
 * The items that tell something new or changed. Most of what a feed brings is on record as it stands: it is passed over
 * with two questions for all of it, and nothing is written. Leaving an item in does no harm.
 */
export async function withoutUnchanged(store: Store, source: Source, items: RawItem[]): Promise<RawItem[]> {
  const read = items.map((item) => ({
    item,
    named: toDocuments(item, source.id).map(
      (document): Named => ({
        document,
        keys: keysOf(document, source.id, document.kind === item.kind ? item.guid : null),
      }),
    ),
  }))
  const keys = new Set(read.flatMap(({ named }) => named.flatMap((one) => one.keys)))
  const found = await store.documents.allByKeys([...keys])
  const owners = await store.documents.owners([...new Set(found.map(({ document }) => document.id))])
  const all = new Set(found.map(({ key }) => key))

  function isOnRecord({ document, keys: own }: Named): boolean {
    if (!own.every((key) => all.has(key))) return false
    const mine = new Set(own)
    const known = found.find((one) => mine.has(one.key) && isSameStory(document, one.document, one.key))?.document
    const its = owners.get(known?.id ?? '') ?? []
    if (!known || (its.length > 0 && !its.includes(source.owner ?? 'operator'))) return false
    return JSON.stringify(mergeDocuments(known, document)) === JSON.stringify(known)
  }
  return read.filter(({ named }) => !named.every(isOnRecord)).map(({ item }) => item)
}

/** Every name under which a document may be on record. */
export function keysOf(document: Document, sourceId: string, guid: string | null): string[] {
  return [...documentKeys(document, sourceId, guid), ...(document.kind === 'article' ? nearKeys(document.text) : [])]
}
