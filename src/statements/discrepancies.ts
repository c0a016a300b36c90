import type { Figure, FigureDiscrepancy } from '../model.ts'
import type { Item } from './cluster-statements.ts'

/** Further apart than this two figures are likelier counts of different things. */
const FARTHEST = 0.25
/** So many names in both texts make one subject. */
const SHARED = 2
const EMPTY =
  /^(?:the|a|an|of|in|on|at|to|by|for|from|with|that|which|who|were|was|are|is|be|been|has|have|had|its|their|his|her|it|they|and|or|as|this|these|those|them|than|more|some|such|also|only|just|other|related|linked|used|using|use)$/

type Counted = { item: Item; figure: Figure; topic: Set<string> }

/** Statements of different documents that count the same thing and give different figures. */
export function findDiscrepancies(items: Item[]): FigureDiscrepancy[] {
  const counted = items.flatMap((item) =>
    item.statement.figures.map(
      (figure, i): Counted => ({ item, figure, topic: topicOf(item, figure, item.statement.figures[i + 1]) }),
    ),
  )
  const byWord = new Map<string, Counted[]>()
  for (const one of counted) for (const word of one.topic) byWord.getOrInsert(word, []).push(one)
  const shareSubject = subjects()
  const found = new Map<string, FigureDiscrepancy>()
  for (const same of byWord.values()) {
    if (same.length > 100) continue
    for (const [i, a] of same.entries())
      for (const b of same.slice(i + 1)) {
        if (!differ(a, b) || !shareSubject(a.item, b.item)) continue
        const pair = [a, b].toSorted((x, y) => (x.item.statement.id < y.item.statement.id ? -1 : 1))
        found.set(pair.map(({ item, figure }) => `${item.statement.id}${figure.start}`).join(' '), {
          members: pair.map(({ item, figure }) => ({
            statementId: item.statement.id,
            text: figure.text,
            value: figure.value,
            unit: figure.unit,
            modifier: figure.modifier,
          })),
        })
      }
  }
  return [...found.values()]
}

/** Exact figures of one unit, near each other and not the same, in two documents. */
function differ(a: Counted, b: Counted): boolean {
  if (a.item.document.id === b.item.document.id || a.figure.unit !== b.figure.unit) return false
  if (a.figure.counted && b.figure.counted && a.figure.counted !== b.figure.counted) return false
  if (a.figure.modifier !== null || b.figure.modifier !== null) return false
  const apart = Math.abs(a.figure.value - b.figure.value) / Math.max(a.figure.value, b.figure.value)
  return apart > 0 && apart <= FARTHEST && Math.max(a.figure.value, b.figure.value) >= 5
}

/**
 * Tells whether two documents name the same: two counts of “propaganda posts” in unrelated stories are no discrepancy. Each
 * text is read once, however many figures it is held against.
 */
function subjects(): (a: Item, b: Item) => boolean {
  const known = new Map<string, Set<string>>()
  const namesOf = ({ document: { id, text } }: Item) =>
    known.getOrInsertComputed(
      id,
      () => new Set(text.match(/\p{Lu}[\p{L}\p{N}]{3,}/gu)?.map((word) => word.toLowerCase())),
    )
  return (a, b) => {
    const theirs = namesOf(b)
    let shared = 0
    for (const name of namesOf(a)) if (theirs.has(name) && ++shared >= SHARED) return true
    return false
  }
}

/** What sets a figure apart: the words behind it up to the next figure or stop, without the noun that is counted. */
function topicOf({ statement }: Item, figure: Figure, next: Figure | undefined): Set<string> {
  const from = figure.start - statement.start
  const until = next ? next.start - statement.start : statement.content.length
  const words = statement.content.slice(from, Math.min(until, from + 140)).split(/[,;.]\s/)[0] ?? ''
  return new Set(
    (words.toLowerCase().match(/\p{L}{3,}/gu) ?? [])
      .filter((word) => !EMPTY.test(word))
      .map((word) => word.replace(/(?:ing|ed|s)$/, ''))
      .filter((word) => word !== figure.counted && word.length > 3),
  )
}
