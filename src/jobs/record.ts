import { mergeDocuments } from '../documents/merge-documents.ts'
import { nearKeys } from '../documents/near-duplicates.ts'
import { isSameStory } from '../documents/same-story.ts'
import { deletedPost, documentKeys, toDocuments } from '../documents/to-document.ts'
import type { Document, RawItem, Source } from '../model.ts'
import type { Store } from '../store/store.ts'
import { withLanguage } from './language.ts'
import { noteRevisions } from './revisions.ts'

/** `isNews` is asked where a document is new: what is no news is on record, and never posted. */
export type RecordFacts = {
  isNews(): boolean
  now: string
  /** The server that it is read for, where its source does not tell. */
  owner?: string
  /** Gets the ids of the documents that were written. */
  touched?: Set<string>
}

/** One document as it was read, with every name under which it may be on record. */
export type Entry = {
  document: Document
  keys: string[]
  source: Pick<Source, 'id' | 'sample'>
  facts: RecordFacts
}

/** @param guid what its source calls it, null where that does not tell it apart */
export const entryOf = (
  document: Document,
  guid: string | null,
  source: Entry['source'],
  facts: RecordFacts,
): Entry => ({
  document,
  keys: [...documentKeys(document, source.id, guid), ...(document.kind === 'article' ? nearKeys(document.text) : [])],
  source,
  facts,
})

/** The documents of one item, with the language where its source does not say it. */
export async function entriesOf(item: RawItem, source: Entry['source'], facts: RecordFacts): Promise<Entry[]> {
  const documents = toDocuments(item, source.id)
  const entries: Entry[] = []
  for (const document of documents) {
    const isItself = document.kind === item.kind
    entries.push(
      entryOf(isItself ? await withLanguage(document) : document, isItself ? item.guid : null, source, facts),
    )
  }
  return entries
}

/** A post of which it is told that it is gone, known or not: what is read of it later in older archives is marked as well. */
export const deletionOf = (id: string, source: Entry['source'], facts: RecordFacts): Entry =>
  entryOf(deletedPost(id, source.id), null, source, facts)

/**
 * Stores documents, or adds what they tell to those that are known already. What is new is written together; what is on
 * record as it stands is passed over.
 *
 * @returns which of them were new
 */
export async function recordAll(tx: Store, entries: Entry[]): Promise<boolean[]> {
  const record = await readRecord(tx, entries)
  const isNew = entries.map(() => false)
  /** Keys of what was written here: of these the record says more than was read of it. */
  const written = new Set<string>()
  let fresh: Entry[] = []
  const putFresh = async () => {
    const some = fresh
    fresh = []
    if (some.length > 0)
      await tx.documents.putNew(some.map((one) => ({ document: one.document, facts: toPut(one, true) })))
  }
  for (const [i, one] of entries.entries()) {
    const isTouched = one.keys.some((key) => written.has(key))
    if (!isTouched && record.holds(one)) continue
    for (const key of one.keys) written.add(key)
    if (isTouched || record.mayKnow(one)) {
      // It looks again, and has to see what was written before it.
      await putFresh()
      isNew[i] = await recordOne(tx, one)
    } else {
      one.facts.touched?.add(one.document.id)
      fresh.push(one)
      isNew[i] = true
    }
  }
  await putFresh()
  return isNew
}

/** What is on record under the keys of some documents, read with two questions for all of them. */
async function readRecord(tx: Store, entries: Entry[]) {
  const found = await tx.documents.allByKeys([...new Set(entries.flatMap(({ keys }) => keys))])
  const owners = await tx.documents.owners([...new Set(found.map(({ document }) => document.id))])
  const byKey = Map.groupBy(found, ({ key }) => key)
  return {
    mayKnow: ({ keys }: Entry) => keys.some((key) => byKey.has(key)),
    /** True where all that a document tells is on record. */
    holds({ document, keys, facts }: Entry): boolean {
      if (facts.owner === undefined || !keys.every((key) => byKey.has(key))) return false
      const mine = new Set(keys)
      const known = found.find((one) => mine.has(one.key) && isSameStory(document, one.document, one.key))?.document
      const its = owners.get(known?.id ?? '') ?? []
      if (!known || (its.length > 0 && !its.includes(facts.owner))) return false
      return JSON.stringify(mergeDocuments(known, document)) === JSON.stringify(known)
    },
  }
}

const toPut = ({ source, keys, facts }: Entry, isNew: boolean) => ({
  sourceId: source.id,
  keys,
  sample: source.sample,
  backlog: isNew && !facts.isNews(),
  now: facts.now,
  owner: facts.owner,
})

/** One document that may be on record. @returns true where it was not */
async function recordOne(tx: Store, entry: Entry): Promise<boolean> {
  const { document, keys, facts } = entry
  const known = await sameStory(tx, document, keys)
  const kept = known ? mergeDocuments(known, document) : document
  if (known) await noteRevisions(tx, known, kept, facts.now)
  facts.touched?.add(kept.id)
  await tx.documents.put(kept, toPut(entry, known === null))
  return known === null
}

/** What is on record of the story that a document tells, under whichever name it was read before. */
export async function sameStory(tx: Store, document: Document, keys: string[]): Promise<Document | null> {
  for (const { key, document: known } of await tx.documents.allByKeys(keys))
    if (isSameStory(document, known, key)) return known
  return null
}
