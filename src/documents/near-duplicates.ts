import { sameWords } from './words.ts'

/** Words in a row that are compared as one piece. */
const SHINGLE = 4
/** Shorter texts are alike by chance: notices, summaries, timetables. */
const LEAST_WORDS = 60
/** Each band is one key: texts that share a key are compared. Ten of four find 99 % of what is alike to 0.8. */
const BANDS = 10
const ROWS = 4
/** Texts with at least this share of common pieces are copies. `npm run eval -- copies` measures it. */
const ALIKE = 0.6
/** Entries of one source often share a form: they are one only where hardly a word differs. */
const ALIKE_IN_ONE_SOURCE = 0.95
/** Share of the numbers that copies have in common: reports of the same form tell of other days by their numbers. */
const SAME_NUMBERS = 0.7
/** A dateline or a corrected figure makes no other report. */
const FEW_NUMBERS = 2

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  return value >>> 0
}

/** A number for each piece, in reading order; none for a text that is too short to tell. Plain loops: every text on record comes by here. */
function pieces(text: string): Uint32Array {
  const all = sameWords(text)
  if (all.length < LEAST_WORDS) return new Uint32Array()
  const hashes = new Uint32Array(all.length)
  for (let i = 0; i < all.length; i += 1) hashes[i] = hash(all[i]!)
  const found = new Uint32Array(all.length - SHINGLE + 1)
  for (let i = 0; i < found.length; i += 1) {
    let piece = 0
    for (let word = i; word < i + SHINGLE; word += 1) piece = (Math.imul(piece, 0x9e3779b1) + hashes[word]!) | 0
    found[i] = mixed(piece)
  }
  return found
}

/** Spreads every bit over all others (the end of MurmurHash3). */
function mixed(value: number): number {
  let bits = value
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) >>> 0
}

/** One for each row, the same in every process. */
const SEEDS = Uint32Array.from({ length: BANDS * ROWS }, (_, i) => mixed(Math.imul(i + 1, 0x9e3779b1)))

/**
 * Keys of which near copies share at least one (MinHash, Broder 1997, in bands). Texts that share one need not be
 * copies: `areCopies` decides.
 *
 * @returns none for a text of fewer than 60 words
 */
export function nearKeys(text: string): string[] {
  const known = made.get(text)
  if (known) return known
  const keys = makeNearKeys(text)
  if (made.size >= MOST_MADE) made.clear()
  if (text.length <= LONGEST_MADE) made.set(text, keys)
  return keys
}

/** Keys of the texts that were read last: each is asked for when it is compared, and when it is recorded. */
const made = new Map<string, string[]>()
const MOST_MADE = 200
const LONGEST_MADE = 20_000

function makeNearKeys(text: string): string[] {
  const all = pieces(text)
  if (all.length === 0) return []
  const signed = new Int32Array(all.buffer)
  const least = SEEDS.map((seed) => lowestUnder(seed | 0, signed))
  return Array.from({ length: BANDS }, (_, band) => {
    const rows = least.subarray(band * ROWS, (band + 1) * ROWS)
    return `near${band}:${hash(rows.join(' ')).toString(36)}${hash(rows.toReversed().join(' ')).toString(36)}`
  })
}

/** The lowest of all pieces as a seed mixes them. As signed numbers, which are compared fastest: the order is that of the unsigned ones. */
function lowestUnder(seed: number, all: Int32Array): number {
  let lowest = 0x7fffffff
  for (let i = 0; i < all.length; i += 1) {
    let bits = all[i]! ^ seed
    bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
    bits ^= (bits >>> 16) ^ 0x80000000
    if (bits < lowest) lowest = bits
  }
  return lowest ^ 0x80000000
}

/** Of the pieces of both texts together, the share that both have: 0 to 1; 0 where one is too short to tell. */
export function likeness(a: string, b: string): number {
  return shareOf(new Set(pieces(a)), new Set(pieces(b)))
}

/**
 * Whether two texts are copies of one: nearly the same words, and the same numbers.
 *
 * @param oneSource whether both come from one source
 */
export function areCopies(a: string, b: string, oneSource: boolean): boolean {
  if (likeness(a, b) < (oneSource ? ALIKE_IN_ONE_SOURCE : ALIKE)) return false
  const [left, right] = [numbers(a), numbers(b)]
  const different = left.symmetricDifference(right).size
  return different <= FEW_NUMBERS || shareOf(left, right) >= SAME_NUMBERS
}

const numbers = (text: string): Set<string> => new Set(text.match(/(?<![\p{L}\p{N}])\d+(?:[.,]\d+)*(?!\p{L})/gu) ?? [])

function shareOf<T>(a: Set<T>, b: Set<T>): number {
  if (a.size === 0 || b.size === 0) return 0
  let both = 0
  for (const one of a) if (b.has(one)) both += 1
  return both / (a.size + b.size - both)
}
