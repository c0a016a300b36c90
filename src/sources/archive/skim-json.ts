import { instanceOf, isTrap, type WasmMemory } from './webassembly.ts'

/**
 * What is wanted of a JSON value: by key, either the whole value under it, or what is wanted inside it. Of a list the
 * same is wanted of each of its values.
 */
export type Wanted = { readonly [key: string]: true | Wanted | (() => Wanted) }

/** Where things stand in the memory of the scanner: see skim-json.wat. */
const ROOT = 1024
const NOTES = 64 * 1024
const INPUT = 512 * 1024
const MEMORY = 2048 * 1024
/** Bytes behind a value that the scanner may look at. */
const BEHIND = 32
const SLOTS = 128

/** The kinds of notes. */
const OBJECT = 0
const OBJECT_END = 1
const LIST = 2
const LIST_END = 3
const STRING = 4
const ESCAPED = 5
const PLAIN = 6

/**
 * Makes a reader of JSON bytes that builds only what is wanted and passes over the rest, which is several times faster
 * than reading all of it. What is passed over is held against JSON's grammar all the same.
 *
 * @returns a function that gives the value without what is not wanted, or undefined where JSON.parse must decide:
 *   damaged values among them. Bytes that are no UTF-8 are read as Buffer.toString reads them.
 */
export function createSkimmer(wanted: Wanted): (bytes: Buffer) => unknown {
  const scan = createScanner(wanted)
  const build = createBuilder(wanted)
  return (bytes) => {
    const notes = scan(bytes)
    return notes === null ? undefined : build(bytes, 0, notes, 0)
  }
}

/** The first half of a skimmer: notes where what is wanted stands. They hold until the next bytes are scanned. */
export function createScanner(wanted: Wanted): (bytes: Buffer) => Int32Array | null {
  let scan: ((bytes: Buffer) => Int32Array | null) | null = null
  return (bytes) => {
    if (bytes.length > MEMORY - INPUT - BEHIND) return null
    scan ??= makeScanner(wanted)
    return scan(bytes)
  }
}

type Exports = {
  memory: WasmMemory
  scan(root: number, notes: number, from: number, end: number): number
}

function makeScanner(wanted: Wanted): (bytes: Buffer) => Int32Array | null {
  const { memory, scan } = instanceOf<Exports>('./skim-json.wat')
  const bytes = Buffer.from(memory.buffer)
  const words = new Int32Array(memory.buffer)
  writeKeys(wanted, bytes)
  return (value) => {
    bytes.set(value, INPUT)
    const end = INPUT + value.length
    bytes[end] = 0
    try {
      return words.subarray(NOTES >> 2, scan(ROOT, NOTES, INPUT, end) >> 2)
    } catch (error) {
      if (isTrap(error)) return null
      throw error
    }
  }
}

/**
 * The second half of a skimmer, which may be in another thread: builds the value that stands from byte `start` on and
 * whose notes begin with word `at`.
 */
export function createBuilder(
  wanted: Wanted,
): (bytes: Buffer, start: number, notes: Int32Array, at: number) => unknown {
  let builder: Builder | null = null
  return (bytes, start, notes, at) => {
    builder ??= new Builder(writeKeys(wanted, Buffer.alloc(NOTES)))
    return builder.build(bytes as Slices, start - INPUT, notes, at)
  }
}

/** Writes what is wanted as tables of keys. @returns the names of the keys by their numbers */
function writeKeys(wanted: Wanted, bytes: Buffer): string[] {
  const names: string[] = ['']
  const tables = new Map<Wanted, number>()
  let free = ROOT
  const take = (size: number): number => {
    const place = free
    free += (size + 3) & ~3
    if (free > NOTES) throw new RangeError('too many keys are wanted')
    return place
  }
  const write = (tree: Wanted): number => {
    const known = tables.get(tree)
    if (known !== undefined) return known
    const table = take(SLOTS * 4)
    tables.set(tree, table)
    const entries = Object.entries(tree)
    if (entries.length >= SLOTS) throw new RangeError('too many keys are wanted')
    for (const [name, value] of entries) {
      const inside = value === true ? 0 : write(typeof value === 'function' ? value() : value)
      const key = take(12 + Buffer.byteLength(name))
      bytes.writeInt32LE(bytes.write(name, key + 12), key)
      bytes.writeInt32LE(inside, key + 4)
      bytes.writeInt32LE(names.push(name) - 1, key + 8)
      let slot = placeOf(Buffer.from(name))
      while (bytes.readInt32LE(table + (slot & (SLOTS - 1)) * 4) !== 0) slot += 1
      bytes.writeInt32LE(key, table + (slot & (SLOTS - 1)) * 4)
    }
    return table
  }
  write(wanted)
  return names
}

/** Where in a table a key is looked for first. */
const placeOf = (key: Uint8Array): number =>
  key.length * 7 + key[0]! * 3 + key[key.length >> 1]! * 31 + key[key.length - 1]! * 17

/** Buffer.toString in one step: a line has many short texts. */
type Slices = Buffer & Record<'utf8Slice' | 'latin1Slice', (start: number, end: number) => string>

/** Builds the values that a scanner has noted. */
class Builder {
  readonly #names: string[]
  #bytes = Buffer.alloc(0) as Buffer as Slices
  #shift = 0
  #notes: Int32Array = new Int32Array()
  #at = 0

  constructor(names: string[]) {
    this.#names = names
  }

  build(bytes: Slices, shift: number, notes: Int32Array, at: number): unknown {
    this.#bytes = bytes
    this.#shift = shift
    this.#notes = notes
    this.#at = at
    return this.#value(notes[at]! & 15)
  }

  /** The value whose note is next, of which the kind is known. */
  #value(kind: number): unknown {
    const notes = this.#notes
    const start = notes[this.#at + 1]! + this.#shift
    const end = notes[this.#at + 2]! + this.#shift
    this.#at += 3
    if (kind === STRING) return this.#bytes.utf8Slice(start, end)
    if (kind === OBJECT) return this.#object()
    if (kind === LIST) return this.#list()
    if (kind === PLAIN) return plain(this.#bytes.latin1Slice(start, end))
    const marks = kind === ESCAPED ? 1 : 0
    return JSON.parse(this.#bytes.utf8Slice(start - marks, end + marks)) as unknown
  }

  #object(): unknown {
    const notes = this.#notes
    const object: Record<string, unknown> = {}
    for (;;) {
      const note = notes[this.#at]!
      const kind = note & 15
      if (kind === OBJECT_END) break
      object[this.#names[note >> 4]!] = this.#value(kind)
    }
    this.#at += 3
    return object
  }

  #list(): unknown[] {
    const notes = this.#notes
    const list: unknown[] = []
    for (let kind = notes[this.#at]! & 15; kind !== LIST_END; kind = notes[this.#at]! & 15) list.push(this.#value(kind))
    this.#at += 3
    return list
  }
}

/** A number or a word. */
const plain = (source: string): unknown =>
  source === 'null' ? null : source === 'true' ? true : source === 'false' ? false : Number(source)
