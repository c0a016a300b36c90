import type { WatchTerm } from '../model.ts'
import { isMistake, parseQuery, type Query } from './query.ts'
import { type Page, readyPage, type TextTest, textTest } from './text-test.ts'

type Term = Pick<WatchTerm, 'kind' | 'value'>

/**
 * Phrases and queries of many servers as one: a text is read once, and only the terms that may be in it are tried. Each is
 * kept under something that any text it catches must hold: a phrase under some of its characters, a query under words of it.
 * Entities are not looked for here.
 */
export type WatchIndex = {
  /** A term that several servers watch is kept once, and counted. */
  add(term: Term): void
  remove(term: Term): void
  /** Every term that catches the text, once. */
  caught(text: string): Generator<Term>
  /** How many different terms it holds. */
  size(): number
}

/**
 * What a text must hold to be worth a try: this word, a word that begins so, or characters, of which the hash and the
 * number are kept.
 */
type Anchor =
  | { by: 'word' | 'beginning'; value: string; length: number }
  | { by: 'characters'; value: number; length: number }
type Entry = { term: Term; test: TextTest; anchors: Anchor[]; times: number }
type Shelf = Map<string | number, Set<Entry>>
/** By the length of what they stand under, then by that itself. */
type Shelves = Record<Anchor['by'], Map<number, Shelf>>
/** For each length a mark wherever some characters may lead to an entry: most of a text is told by it to lead nowhere. */
type Marks = Map<number, Uint8Array>
const MARKS = 1 << 18
const markOf = (hash: number) => (hash ^ (hash >>> 16)) & (MARKS - 1)

/** So many characters of a phrase, where it has them: the more there are, the fewer phrases share them. */
const GRAMS = [8, 4]

export function createWatchIndex(): WatchIndex {
  const entries = new Map<string, Entry>()
  const shelves: Shelves = { characters: new Map(), word: new Map(), beginning: new Map() }
  // All words stand together, whatever their length.
  const shelfOf = ({ by, length }: Anchor) => shelves[by].getOrInsert(by === 'word' ? 0 : length, new Map())
  const marks: Marks = new Map()
  const crowd = (anchor: Anchor) => shelfOf(anchor).get(anchor.value)?.size ?? 0
  const keyOf = ({ kind, value }: Term) => `${kind} ${value}`

  return {
    add(term) {
      const key = keyOf(term)
      const known = entries.get(key)
      if (known) {
        known.times += 1
        return
      }
      const anchors = term.kind === 'query' ? ofQuery(term.value, crowd) : ofPhrase(term, crowd)
      const entry = { term, test: textTest(term), anchors, times: 1 }
      entries.set(key, entry)
      for (const anchor of anchors) {
        shelfOf(anchor).getOrInsert(anchor.value, new Set()).add(entry)
        // Never taken back: a mark too many costs one look.
        if (anchor.by === 'characters') marks.getOrInsertComputed(anchor.length, newMarks)[markOf(anchor.value)] = 1
      }
    },
    remove(term) {
      const key = keyOf(term)
      const known = entries.get(key)
      if (!known) return
      known.times -= 1
      if (known.times > 0) return
      entries.delete(key)
      for (const anchor of known.anchors) {
        const beside = shelfOf(anchor).get(anchor.value)
        beside?.delete(known)
        if (beside?.size === 0) shelfOf(anchor).delete(anchor.value)
      }
    },
    *caught(text) {
      if (entries.size === 0) return
      const page = readyPage(text)
      const tried = new Set<Entry>()
      for (const found of mayHold(page, shelves, marks))
        for (const entry of found) {
          if (tried.has(entry)) continue
          tried.add(entry)
          if (entry.test(page)) yield entry.term
        }
    },
    size: () => entries.size,
  }
}

const newMarks = () => new Uint8Array(MARKS)

/** What stands under something that the text holds. */
function* mayHold(
  { lower, words }: Page,
  { characters, word: whole, beginning }: Shelves,
  marks: Marks,
): Generator<Set<Entry>> {
  for (const [length, shelf] of characters)
    if (shelf.size > 0)
      for (const hash of hashes(lower, length, marks.get(length))) {
        const found = shelf.get(hash)
        if (found) yield found
      }
  const byWord = whole.get(0)
  if (!byWord?.size && beginning.size === 0) return
  for (const word of new Set(words())) {
    const found = byWord?.get(word)
    if (found) yield found
    for (const [length, shelf] of beginning) {
      const begun = length <= word.length ? shelf.get(word.slice(0, length)) : undefined
      if (begun) yield begun
    }
  }
}

const BASE = 0x01000193

/** A number for each stretch of so many characters that has a mark, from the first to the last: each made of the one before. */
function hashes(text: string, length: number, marks?: Uint8Array): number[] {
  const found: number[] = []
  let leaving = 1
  for (let i = 0; i < length; i++) leaving = Math.imul(leaving, BASE)
  let hash = 0
  for (let i = 0; i < text.length; i++) {
    hash = (Math.imul(hash, BASE) + text.charCodeAt(i)) | 0
    if (i >= length) hash = (hash - Math.imul(leaving, text.charCodeAt(i - length))) | 0
    if (i >= length - 1 && (!marks || marks[markOf(hash)] === 1)) found.push(hash)
  }
  return found
}

type Crowd = (anchor: Anchor) => number

/** Characters of it that the fewest others stand under; a short phrase under all it has. */
function ofPhrase({ kind, value }: Term, crowd: Crowd): Anchor[] {
  const phrase = value.toLowerCase()
  if (kind !== 'phrase' || phrase === '') return []
  const length = GRAMS.find((most) => most <= phrase.length) ?? phrase.length
  return [
    least(
      hashes(phrase, length).map((hash): Anchor => ({ by: 'characters', value: hash, length })),
      crowd,
    ),
  ]
}

function ofQuery(value: string, crowd: Crowd): Anchor[] {
  const query = parseQuery(value)
  return isMistake(query) ? [] : (needed(query, crowd) ?? [])
}

/** Of these at least one stands in every text that the query catches; null where it may catch one without any. */
function needed(query: Query, crowd: Crowd): Anchor[] | null {
  switch (query.kind) {
    case 'not':
      return null
    case 'or': {
      const parts = query.parts.map((part) => needed(part, crowd))
      return parts.every((part) => part !== null) ? parts.flat() : null
    }
    case 'words': {
      const anchors = query.words.map((value, i): Anchor => {
        const isBeginning = query.prefix && i === query.words.length - 1
        return { by: isBeginning ? 'beginning' : 'word', value, length: value.length }
      })
      return [least(anchors, crowd)]
    }
    case 'near':
      return cheapest([query.left, query.right], crowd)
    default:
      return cheapest(query.parts, crowd)
  }
}

/** Of parts that must all be there, what the one needs that the fewest others stand under. */
function cheapest(parts: Query[], crowd: Crowd): Anchor[] | null {
  const all = parts.map((part) => needed(part, crowd)).filter((part) => part !== null)
  const cost = (anchors: Anchor[]) => anchors.reduce((sum, anchor) => sum + 1 + crowd(anchor), 0)
  return all.toSorted((a, b) => cost(a) - cost(b))[0] ?? null
}

/** The one under which the fewest stand, the longest of these. */
const least = (anchors: Anchor[], crowd: Crowd): Anchor =>
  anchors.reduce((best, one) => {
    const [a, b] = [crowd(one), crowd(best)]
    return a < b || (a === b && one.length > best.length) ? one : best
  })
