import type { Document } from '../model.ts'
import { urlKey } from './canonical-url.ts'
import { areCopies, likeness } from './near-duplicates.ts'

/** Headlines that share this part of their words are one headline, changed. */
const SAME_HEADLINE = 0.5

/**
 * Whether a document tells what another one on record tells, given the key that both have. An address and identical
 * words decide by themselves. A guid decides unless everything else speaks against it, for some feeds give one guid to
 * all their entries. Near copies are compared word by word.
 */
export function isSameStory(document: Document, known: Document, key: string): boolean {
  if (key.startsWith('near')) return areCopies(document.text, known.text, fromOneSource(document, known))
  if (!key.startsWith('guid:')) return true
  const addresses = [urlKey(document.url), urlKey(known.url)]
  if (addresses[0] === addresses[1]) return true
  return (
    shareOfWords(document.title ?? '', known.title ?? '') >= SAME_HEADLINE ||
    document.text === known.text ||
    likeness(document.text, known.text) >= SAME_HEADLINE
  )
}

const fromOneSource = (a: Document, b: Document): boolean =>
  a.provenance.some(({ source }) => b.provenance.some((other) => other.source === source))

function shareOfWords(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []))
  if (!left?.size || !right?.size) return 0
  const both = [...left].filter((word) => right.has(word)).length
  return both / (left.size + right.size - both)
}
