import { plainWords } from '../documents/words.ts'

/**
 * What somebody watches for, written as a query: words and "phrases" joined by AND (or nothing), OR and NOT (or a minus
 * sign), brackets, NEAR/n between two words or phrases, and prefix* for any ending.
 */
export type Query =
  | { kind: 'words'; words: string[]; prefix: boolean }
  | { kind: 'and' | 'or'; parts: Query[] }
  | { kind: 'not'; part: Query }
  | { kind: 'near'; within: number; left: Query; right: Query }

/** `at`: where in the text the mistake is, UTF-16, and what it is; `mistake` names a message. */
export type QueryMistake = {
  at: number
  mistake: 'empty' | 'quote' | 'bracket' | 'operand' | 'near' | 'not-alone' | 'long'
}

type Token = { type: 'word' | 'phrase' | 'and' | 'or' | 'not' | 'near' | 'open' | 'close'; at: number; text: string }

const MOST_TOKENS = 60
const MOST_DEPTH = 10

/** Reads a query; a mistake says where it is. Never throws, and takes time linear in the text. */
export function parseQuery(text: string): Query | QueryMistake {
  const tokens = tokenize(text)
  if (!Array.isArray(tokens)) return tokens
  if (tokens.length === 0) return { at: 0, mistake: 'empty' }
  if (tokens.length > MOST_TOKENS) return { at: tokens[MOST_TOKENS]?.at ?? 0, mistake: 'long' }
  const reader = new Reader(tokens, text.length)
  try {
    const query = reader.either(0)
    if (!reader.done()) return { at: reader.at(), mistake: 'bracket' }
    return needsNothing(query) ? { at: 0, mistake: 'not-alone' } : query
  } catch (error) {
    if (error instanceof Mistake) return error.found
    throw error
  }
}

export const isMistake = (one: Query | QueryMistake): one is QueryMistake => 'mistake' in one

class Mistake extends Error {
  readonly found: QueryMistake
  constructor(found: QueryMistake) {
    super(found.mistake)
    this.found = found
  }
}

/** Recursive descent: OR binds least, then AND, then NOT, then NEAR. */
class Reader {
  readonly #tokens: Token[]
  readonly #end: number
  #next = 0
  constructor(tokens: Token[], end: number) {
    this.#tokens = tokens
    this.#end = end
  }
  done = () => this.#next >= this.#tokens.length
  at = () => this.#tokens[this.#next]?.at ?? this.#end
  #peek = () => this.#tokens[this.#next]?.type
  #take(type: Token['type']): Token | null {
    if (this.#peek() !== type) return null
    this.#next += 1
    return this.#tokens[this.#next - 1] ?? null
  }

  either(depth: number): Query {
    const parts = [this.#all(depth)]
    while (this.#take('or')) parts.push(this.#all(depth))
    return parts.length === 1 ? parts[0]! : { kind: 'or', parts }
  }

  #all(depth: number): Query {
    const parts = [this.#unary(depth)]
    for (;;) {
      const joined = this.#take('and')
      const next = this.#peek()
      if (!joined && (next === undefined || next === 'or' || next === 'close')) break
      parts.push(this.#unary(depth))
    }
    return parts.length === 1 ? parts[0]! : { kind: 'and', parts }
  }

  #unary(depth: number): Query {
    if (depth > MOST_DEPTH) throw new Mistake({ at: this.at(), mistake: 'long' })
    if (this.#take('not')) return { kind: 'not', part: this.#unary(depth + 1) }
    const left = this.#operand(depth)
    const near = this.#take('near')
    if (!near) return left
    const right = this.#operand(depth)
    if (left.kind !== 'words' || right.kind !== 'words') throw new Mistake({ at: near.at, mistake: 'near' })
    return { kind: 'near', within: Number(/\d+$/.exec(near.text)?.[0] ?? 10), left, right }
  }

  #operand(depth: number): Query {
    const at = this.at()
    if (this.#take('open')) {
      const inner = this.either(depth + 1)
      if (!this.#take('close')) throw new Mistake({ at, mistake: 'bracket' })
      return inner
    }
    const token = this.#take('word') ?? this.#take('phrase')
    if (!token) throw new Mistake({ at, mistake: 'operand' })
    const words = toWords(token.text)
    if (words.length === 0) throw new Mistake({ at, mistake: 'operand' })
    return { kind: 'words', words, prefix: token.text.endsWith('*') }
  }
}

function tokenize(text: string): Token[] | QueryMistake {
  const tokens: Token[] = []
  const pattern = /\s+|([()])|["“„«]|[^\s()"“”„«»]+|[”»]/gu
  for (let found = pattern.exec(text); found; found = pattern.exec(text)) {
    const [word] = found
    const at = found.index
    if (/^\s/.test(word) || /^[”»]$/.test(word)) continue
    if (word === '(' || word === ')') tokens.push({ type: word === '(' ? 'open' : 'close', at, text: word })
    else if (/^["“„«]$/.test(word)) {
      const end = text.slice(at + 1).search(/["”“»]/)
      if (end < 0) return { at, mistake: 'quote' }
      tokens.push({ type: 'phrase', at, text: text.slice(at + 1, at + 1 + end) })
      pattern.lastIndex = at + end + 2
    } else if (word === 'AND' || word === 'OR' || word === 'NOT')
      tokens.push({ type: word.toLowerCase() as 'and' | 'or' | 'not', at, text: word })
    else if (/^NEAR(\/\d{1,3})?$/.test(word)) tokens.push({ type: 'near', at, text: word })
    else if (word === '-') tokens.push({ type: 'not', at, text: word })
    else if (word.startsWith('-')) {
      tokens.push({ type: 'not', at, text: '-' })
      tokens.push({ type: 'word', at: at + 1, text: word.slice(1) })
    } else tokens.push({ type: 'word', at, text: word })
  }
  return tokens
}

/** True where an empty text would do: such a query catches everything. */
function needsNothing(query: Query): boolean {
  if (query.kind === 'not') return true
  if (query.kind === 'or') return query.parts.some(needsNothing)
  if (query.kind === 'and') return query.parts.every(needsNothing)
  return false
}

/** Words in small letters, without their accents and signs. */
export function toWords(text: string): string[] {
  const plain = plainWords(text)
  if (plain) return plain
  const bare = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  return bare.match(/[\p{L}\p{N}]+/gu) ?? []
}

/** The words of a text as `toWords` gives them, each with where it stands: UTF-16, end exclusive. */
export function wordsWithPlaces(text: string): { word: string; start: number; end: number }[] {
  return Array.from(text.matchAll(/[\p{L}\p{N}\p{M}]+/gu)).flatMap(({ 0: written, index }) =>
    toWords(written).map((word) => ({ word, start: index, end: index + written.length })),
  )
}

/** Whether a text, as its words, is what the query asks for. */
export function matchesQuery(query: Query, words: string[]): boolean {
  switch (query.kind) {
    case 'and':
      return query.parts.every((part) => matchesQuery(part, words))
    case 'or':
      return query.parts.some((part) => matchesQuery(part, words))
    case 'not':
      return !matchesQuery(query.part, words)
    case 'near': {
      const left = placesOf(query.left, words)
      const right = placesOf(query.right, words)
      return isNear(left, right, query.within)
    }
    default:
      return placesOf(query, words).length > 0
  }
}

/** From the first word of a find to behind its last one. */
export type Place = { start: number; end: number }

/** Where the words that a query looks for stand, in reading order; of NEAR only those that are near. */
export function placesIn(query: Query, words: string[]): Place[] {
  const places = wantedPlaces(query, words).sort((a, b) => a.start - b.start || b.end - a.end)
  return places.filter(({ start }, i) => i === 0 || start >= Math.max(...places.slice(0, i).map(({ end }) => end)))
}

function wantedPlaces(query: Query, words: string[]): Place[] {
  switch (query.kind) {
    case 'not':
      return []
    case 'words':
      return placesOf(query, words)
    case 'near': {
      const [left, right] = [placesOf(query.left, words), placesOf(query.right, words)]
      const near = (one: Place, others: Place[]) => others.some((other) => isNear([one], [other], query.within))
      return [...left.filter((one) => near(one, right)), ...right.filter((one) => near(one, left))]
    }
    default:
      return query.parts.flatMap((part) => wantedPlaces(part, words))
  }
}

/** Where each word of a text stands, so that hundreds of queries look at the text once. */
const PLACES = new WeakMap<string[], Map<string, number[]>>()

function indexOf(words: string[]): Map<string, number[]> {
  const known = PLACES.get(words)
  if (known) return known
  const index = new Map<string, number[]>()
  for (const [i, word] of words.entries()) {
    const places = index.get(word)
    if (places) places.push(i)
    else index.set(word, [i])
  }
  PLACES.set(words, index)
  return index
}

function placesOf(query: Query, words: string[]): Place[] {
  if (query.kind !== 'words') return []
  const { words: wanted, prefix } = query
  const index = indexOf(words)
  const [first = ''] = wanted
  const starts =
    prefix && wanted.length === 1
      ? [...index].flatMap(([word, at]) => (word.startsWith(first) ? at : [])).sort((a, b) => a - b)
      : (index.get(first) ?? [])
  const fits = (start: number) =>
    wanted.every((word, i) =>
      prefix && i === wanted.length - 1 ? words[start + i]?.startsWith(word) : words[start + i] === word,
    )
  return starts.filter(fits).map((start) => ({ start, end: start + wanted.length }))
}

/** Both lists are in order: one pass over them. */
function isNear(left: Place[], right: Place[], within: number): boolean {
  let i = 0
  let j = 0
  while (i < left.length && j < right.length) {
    const a = left[i]!
    const b = right[j]!
    const between = a.start <= b.start ? b.start - a.end : a.start - b.end
    if (between < within) return true
    if (a.start <= b.start) i++
    else j++
  }
  return false
}
