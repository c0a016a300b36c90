import { createHash } from 'node:crypto'
import type { Cluster, Document, FigureDiscrepancy, Statement } from '../model.ts'
import { findDiscrepancies } from './discrepancies.ts'

/** A statement with the document it stands in. */
export type Item = { statement: Statement; document: Document }

/** Words in a shingle, and how many neighbouring shingles share one key. */
const SHINGLE = 4
const WINDOW = 4
/** Of the shorter text's words, in order, so many must stand in the longer one. */
const SAME = 0.8

/** Words by which two texts are held against each other: no marks, dashes, case or brackets. */
export function plainWords(content: string): string[] {
  return (
    content
      .normalize('NFKC')
      .toLowerCase()
      .replace(/<?https?:\/\/[^\s<>]+>?/g, ' ')
      .replace(/\[([^\]]{0,40})\]/g, '$1')
      .replace(/['’‘]/g, '')
      .match(/[\p{L}\p{N}]+/gu) ?? []
  )
}

/**
 * Keys under which the same words are found again: two texts that share a run of seven words or more share a key;
 * shorter texts have all their shingles, or themselves.
 *
 * @see Schleimer, Wilkerson, Aiken 2003, Winnowing
 */
export function quoteKeys(content: string): string[] {
  const words = plainWords(content)
  if (words.length === 0) return []
  if (words.length < SHINGLE) return words.length < 2 ? [] : [key(words)]
  const hashes = words.slice(0, words.length - SHINGLE + 1).map((_, i) => key(words.slice(i, i + SHINGLE)))
  if (hashes.length <= WINDOW) return [...new Set(hashes)]
  const kept = new Set<string>()
  for (let i = 0; i + WINDOW <= hashes.length; i++) {
    let least = hashes[i]!
    for (let j = i + 1; j < i + WINDOW; j++) if (hashes[j]! < least) least = hashes[j]!
    kept.add(least)
  }
  return [...kept]
}

const key = (words: string[]): string => createHash('sha1').update(words.join(' ')).digest('base64url').slice(0, 11)

/**
 * Finds which statements are the same quotation in several documents, and which count the same thing differently. The
 * same set of statements gives the same answer in whatever order it comes.
 */
export function clusterStatements(items: Item[]): { clusters: Cluster[]; discrepancies: FigureDiscrepancy[] } {
  const sorted = items.toSorted((a, b) => (a.statement.id < b.statement.id ? -1 : 1))
  const words = sorted.map(({ statement }) => plainWords(statement.content))
  const holders = new Map<string, number[]>()
  for (const [i, { statement }] of sorted.entries())
    for (const one of quoteKeys(statement.content)) {
      const known = holders.get(one)
      // A key that hundreds share is a set phrase, and comparing all with all would cost the square.
      if (known === undefined) holders.set(one, [i])
      else if (known.length < 200) known.push(i)
    }
  const leader = sorted.map((_, i) => i)
  const lead = (i: number): number => {
    let top = i
    while (leader[top] !== top) top = leader[top]!
    leader[i] = top
    return top
  }
  const compared = new Set<number>()
  for (const found of holders.values())
    for (let a = 0; a < found.length; a++)
      for (let b = a + 1; b < found.length; b++) {
        const [i, j] = [found[a]!, found[b]!]
        const pair = i * sorted.length + j
        if (compared.has(pair) || lead(i) === lead(j)) continue
        compared.add(pair)
        if (isSameQuotation(sorted[i]!, sorted[j]!, words[i]!, words[j]!))
          leader[Math.max(lead(i), lead(j))] = Math.min(lead(i), lead(j))
      }
  const groups = Map.groupBy(sorted.keys(), lead)
  const clusters = [...groups.values()].flatMap((members) => toCluster(members.map((i) => sorted[i]!)) ?? [])
  return { clusters, discrepancies: findDiscrepancies(sorted) }
}

function toCluster(members: Item[]): Cluster | null {
  if (new Set(members.map(({ document }) => document.id)).size < 2) return null
  const dated = members
    .filter(({ document }) => document.published)
    .toSorted((a, b) => (a.document.published! < b.document.published! ? -1 : 1))
  return {
    id: members[0]!.statement.id,
    kind: 'same-quote',
    members: members.map(({ statement }) => statement.id),
    first: dated[0]?.statement.id ?? null,
  }
}

/** Whether two statements hold the same words, cuts and small changes aside. */
function isSameQuotation(a: Item, b: Item, ours: string[], theirs: string[]): boolean {
  const [short, long] = ours.length <= theirs.length ? [ours, theirs] : [theirs, ours]
  if (short.length < 2) return false
  const speakers = [a, b].map(
    ({ statement }) => statement.speaker?.entityId ?? statement.speaker?.name.split(/\s+/).at(-1) ?? null,
  )
  const strangers = speakers[0] !== null && speakers[1] !== null && speakers[0] !== speakers[1]
  if (short.length < SHINGLE) return !strangers && short.join(' ') === long.join(' ')
  // Few words are alike by chance, above all from different mouths.
  if (strangers && short.length < 8) return false
  const shared = inOrder(short, long)
  if (shared / short.length < SAME) return false
  if (isTurnedAround(short, long)) return false
  if (hasOtherFigure(short, long) && areDaysApart(a, b)) return false
  return short.length >= 8 || shared === short.length || shared / long.length >= SAME
}

/** Reports of one utterance may count differently; with another figure, days later, it is another utterance. */
const DAYS_APART = 2
const hasOtherFigure = (a: string[], b: string[]) => hasOwnFigure(a, b) && hasOwnFigure(b, a)
const hasOwnFigure = (words: string[], others: string[]) =>
  words.some((word) => /\p{N}/u.test(word) && !others.includes(word))

function areDaysApart(...items: [Item, Item]): boolean {
  const [ours, theirs] = items.map(({ document }) => Date.parse(document.published ?? ''))
  return Math.abs(ours! - theirs!) > DAYS_APART * 86_400_000
}

const isNegation = (word: string) => NEGATION.test(word)
const NEGATION =
  /^(?:no|not|never|nor|neither|none|nobody|nothing|nowhere|without|cannot|(?:do|does|did|is|are|was|were|has|have|had|wo|would|ca|could|should|must|ai)nt)$/
/** Longer texts are not looked at this closely, and no longer run of other words is taken for a change of one. */
const MOST_ALIGNED = 40_000
const RUN = 2

/** Whether one word in the middle turns what is said into its opposite, however much the rest is alike. */
function isTurnedAround(a: string[], b: string[]): boolean {
  if (a.filter(isNegation).length === b.filter(isNegation).length || a.length * b.length > MOST_ALIGNED) return false
  const width = b.length + 1
  const table = new Uint16Array((a.length + 1) * width)
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      table[i * width + j] =
        a[i] === b[j]
          ? table[(i + 1) * width + j + 1]! + 1
          : Math.max(table[(i + 1) * width + j]!, table[i * width + j + 1]!)
  // The words between two that both texts have, of the one and of the other.
  let [i, j, from] = [0, 0, null as [number, number] | null]
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      const [ours, theirs] = from ? [a.slice(from[0], i), b.slice(from[1], j)] : [[], []]
      const isShort = ours.length <= RUN && theirs.length <= RUN
      if (isShort && ours.some(isNegation) !== theirs.some(isNegation)) return true
      i += 1
      j += 1
      from = [i, j]
    } else if (table[(i + 1) * width + j]! >= table[i * width + j + 1]!) i += 1
    else j += 1
  }
  return false
}

/** How many words of the shorter text stand in the longer one in the same order: longest common subsequence, banded. */
function inOrder(short: string[], long: string[]): number {
  if (short.length * long.length > 4_000_000) return short.filter((word) => long.includes(word)).length
  let row = new Uint16Array(long.length + 1)
  for (const word of short) {
    const next = new Uint16Array(long.length + 1)
    for (let j = 1; j <= long.length; j++)
      next[j] = word === long[j - 1] ? row[j - 1]! + 1 : Math.max(row[j]!, next[j - 1]!)
    row = next
  }
  return row[long.length]!
}
