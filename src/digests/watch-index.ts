import type { WatchTerm } from '../model.ts'
import { isMistake, parseQuery, type Query } from './query.ts'
import { readyPage, type TextTest, textTest } from './text-test.ts'

type Term = Pick<WatchTerm, 'kind' | 'value'>

/**
 * Phrases and queries of many servers as one: a text is read once, and only the terms that may be in it are tried. Each is
 * kept under something that any text it catches must hold: a phrase under four characters of it, a query under words of it.
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

/** What a text must hold to be worth a try: these characters, this word, or a word that begins so. */
type Anchor = { by: 'characters' | 'word' | 'beginning'; value: string }
type Entry = { term: Term; test: TextTest; anchors: Anchor[]; times: number }
type Shelf = Map<string, Set<Entry>>

const GRAM = 4

export function createWatchIndex(): WatchIndex {
  const entries = new Map<string, Entry>()
  const shelves: Record<Anchor['by'], Shelf> = { characters: new Map(), word: new Map(), beginning: new Map() }
  /** How many anchors of a length there are, so that only lengths that occur are looked up. */
  const lengths = { characters: new Map<number, number>(), beginning: new Map<number, number>() }
  const count = ({ by, value }: Anchor, change: number) => {
    if (by === 'word') return
    const now = (lengths[by].get(value.length) ?? 0) + change
    if (now > 0) lengths[by].set(value.length, now)
    else lengths[by].delete(value.length)
  }
  const crowd = ({ by, value }: Anchor) => shelves[by].get(value)?.size ?? 0
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
        shelves[anchor.by].getOrInsert(anchor.value, new Set()).add(entry)
        count(anchor, 1)
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
        const shelf = shelves[anchor.by].get(anchor.value)
        shelf?.delete(known)
        if (shelf?.size === 0) shelves[anchor.by].delete(anchor.value)
        count(anchor, -1)
      }
    },
    *caught(text) {
      if (entries.size === 0) return
      const page = readyPage(text)
      const tried = new Set<Entry>()
      for (const found of mayHold(page.lower, page.words, shelves, lengths))
        for (const entry of found) {
          if (tried.has(entry)) continue
          tried.add(entry)
          if (entry.test(page)) yield entry.term
        }
    },
    size: () => entries.size,
  }
}

/** The shelves that something in the text leads to. */
function* mayHold(
  lower: string,
  words: () => string[],
  shelves: Record<Anchor['by'], Shelf>,
  lengths: Record<'characters' | 'beginning', Map<number, number>>,
): Generator<Set<Entry>> {
  for (const length of lengths.characters.keys())
    for (let at = 0; at + length <= lower.length; at++) {
      const found = shelves.characters.get(lower.slice(at, at + length))
      if (found) yield found
    }
  if (shelves.word.size === 0 && shelves.beginning.size === 0) return
  for (const word of new Set(words())) {
    const found = shelves.word.get(word)
    if (found) yield found
    for (const length of lengths.beginning.keys()) {
      const begun = length <= word.length ? shelves.beginning.get(word.slice(0, length)) : undefined
      if (begun) yield begun
    }
  }
}

type Crowd = (anchor: Anchor) => number

/** Four of its characters that the fewest others stand under; a shorter phrase under all it has. */
function ofPhrase({ kind, value }: Term, crowd: Crowd): Anchor[] {
  const phrase = value.toLowerCase()
  if (kind !== 'phrase' || phrase === '') return []
  const parts = Array.from({ length: Math.max(1, phrase.length - GRAM + 1) }, (_, at) => ({
    by: 'characters' as const,
    value: phrase.slice(at, at + GRAM),
  }))
  return [least(parts, crowd)]
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
        return { by: isBeginning ? 'beginning' : 'word', value }
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
    return a < b || (a === b && one.value.length > best.value.length) ? one : best
  })
