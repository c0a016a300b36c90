/**
 * What is wanted of a JSON value: by key, either the whole value under it, or what is wanted inside it. Of a list the
 * same is wanted of each of its values.
 */
export type Wanted = { readonly [key: string]: true | Wanted | (() => Wanted) }

/** A key that is wanted, as it stands in the bytes. */
type Key = { name: string; bytes: Uint8Array; inside: Keys | null }
type Keys = { byHash: Map<number, Key> }

/** Thrown where a value is better left to JSON.parse: damaged, nested too deep, a key written with escapes. */
const ODD = new Error('this value is read whole')
const DEEPEST = 100

/**
 * Makes a reader of JSON bytes that builds only what is wanted and passes over the rest, which is several times faster
 * than reading all of it. What is passed over is held against JSON's grammar all the same.
 *
 * @returns a function that gives the value without what is not wanted, or undefined where JSON.parse must decide:
 *   damaged values among them. Bytes that are no UTF-8 are read as Buffer.toString reads them.
 */
export function createSkimmer(wanted: Wanted): (bytes: Buffer) => unknown {
  const made = new Map<Wanted, Keys>()
  const keysOf = (tree: Wanted): Keys => {
    const known = made.get(tree)
    if (known) return known
    const keys: Keys = { byHash: new Map() }
    made.set(tree, keys)
    for (const [name, value] of Object.entries(tree)) {
      const inside = value === true ? null : keysOf(typeof value === 'function' ? value() : value)
      const bytes = Buffer.from(name)
      const hash = hashOf(bytes, 0, bytes.length)
      if (keys.byHash.has(hash)) throw new Error(`two keys share a hash: ${name}`)
      keys.byHash.set(hash, { name, bytes, inside })
    }
    return keys
  }
  const root = keysOf(wanted)
  const scan = new Scan()
  return (bytes) => {
    scan.begin(bytes)
    try {
      return scan.whole(root)
    } catch (error) {
      if (error === ODD || error instanceof RangeError) return undefined
      throw error
    }
  }
}

/** Of a key's length and four of its bytes: a look at all of them decides. */
const hashOf = (bytes: Uint8Array, start: number, end: number): number => {
  const length = end - start
  return (
    (length << 24) ^
    (bytes[start]! << 16) ^
    (bytes[start + (length >> 1)]! << 11) ^
    (bytes[end - 1]! << 5) ^
    bytes[start + (length >> 2)]!
  )
}

const QUOTE = 34
const BACKSLASH = 92
const COMMA = 44
const COLON = 58

/** One pass over one value. */
class Scan {
  #bytes: Buffer = Buffer.alloc(0)
  #at = 0
  #end = 0
  /** Of the string passed last: whether it needs decoding. */
  #escaped = false

  begin(bytes: Buffer): void {
    this.#bytes = bytes
    this.#at = 0
    this.#end = bytes.length
  }

  whole(root: Keys): unknown {
    const value = this.#value(root, 0)
    this.#space()
    if (this.#at !== this.#end) throw ODD
    return value
  }

  /** Moves to the next byte that is no white space. @returns it, or -1 at the end */
  #space(): number {
    const bytes = this.#bytes
    let at = this.#at
    while (at < this.#end) {
      const byte = bytes[at]!
      if (byte > 32 || (byte !== 32 && byte !== 10 && byte !== 13 && byte !== 9)) {
        this.#at = at
        return byte
      }
      at += 1
    }
    this.#at = at
    return -1
  }

  #value(keys: Keys | null, depth: number): unknown {
    const first = this.#space()
    const start = this.#at
    if (first === QUOTE) {
      this.#string()
      return this.#text(start + 1, this.#at - 1)
    }
    if (first === 123 && keys) return this.#object(keys, depth + 1)
    if (first === 91 && keys) return this.#list(keys, depth + 1)
    this.#pass(depth)
    const source = this.#bytes.toString('latin1', start, this.#at)
    if (first === 123 || first === 91) return JSON.parse(this.#bytes.toString('utf8', start, this.#at)) as unknown
    return source === 'null' ? null : source === 'true' ? true : source === 'false' ? false : Number(source)
  }

  #object(keys: Keys, depth: number): unknown {
    if (depth > DEEPEST) throw ODD
    const bytes = this.#bytes
    const object: Record<string, unknown> = {}
    this.#at += 1
    if (this.#space() === 125) {
      this.#at += 1
      return object
    }
    for (;;) {
      if (this.#space() !== QUOTE) throw ODD
      const start = this.#at + 1
      this.#string()
      if (this.#escaped) throw ODD
      const end = this.#at - 1
      if (bytes[this.#at] === COLON) this.#at += 1
      else {
        if (this.#space() !== COLON) throw ODD
        this.#at += 1
      }
      const key = end > start ? keys.byHash.get(hashOf(bytes, start, end)) : undefined
      if (key !== undefined && isKey(bytes, start, end, key.bytes)) object[key.name] = this.#value(key.inside, depth)
      else this.#pass(depth)
      const next = this.#space()
      this.#at += 1
      if (next === 125) return object
      if (next !== COMMA) throw ODD
    }
  }

  #list(keys: Keys, depth: number): unknown[] {
    if (depth > DEEPEST) throw ODD
    const list: unknown[] = []
    this.#at += 1
    if (this.#space() === 93) {
      this.#at += 1
      return list
    }
    for (;;) {
      list.push(this.#value(keys, depth))
      const next = this.#space()
      this.#at += 1
      if (next === 93) return list
      if (next !== COMMA) throw ODD
    }
  }

  /** Passes over a value of any kind. */
  #pass(depth: number): void {
    const first = this.#space()
    if (first === QUOTE) this.#string()
    else if (first === 123 || first === 91) this.#passNested(first === 123, depth + 1)
    else if (first === 116) this.#word('true')
    else if (first === 102) this.#word('false')
    else if (first === 110) this.#word('null')
    else this.#number()
  }

  #passNested(isObject: boolean, depth: number): void {
    if (depth > DEEPEST) throw ODD
    const close = isObject ? 125 : 93
    this.#at += 1
    if (this.#space() === close) {
      this.#at += 1
      return
    }
    for (;;) {
      if (isObject) {
        if (this.#space() !== QUOTE) throw ODD
        this.#string()
        if (this.#space() !== COLON) throw ODD
        this.#at += 1
      }
      this.#pass(depth)
      const next = this.#space()
      this.#at += 1
      if (next === close) return
      if (next !== COMMA) throw ODD
    }
  }

  /** Passes over the string that begins here. */
  #string(): void {
    const bytes = this.#bytes
    const end = this.#end
    let at = this.#at + 1
    let escaped = false
    while (at < end) {
      const byte = bytes[at]!
      at += 1
      // Most bytes are small letters: one look is enough for them.
      if (byte > BACKSLASH) continue
      if (byte === QUOTE) {
        this.#escaped = escaped
        this.#at = at
        return
      }
      if (byte === BACKSLASH) {
        escaped = true
        at = afterEscape(bytes, at)
      } else if (byte < 32) throw ODD
    }
    throw ODD
  }

  /** The string passed last, between its marks. */
  #text(start: number, end: number): string {
    if (this.#escaped) return JSON.parse(this.#bytes.toString('utf8', start - 1, end + 1)) as string
    return this.#bytes.toString('utf8', start, end)
  }

  #word(word: string): void {
    for (let i = 0; i < word.length; i += 1) if (this.#bytes[this.#at + i] !== word.charCodeAt(i)) throw ODD
    this.#at += word.length
  }

  /** A number as JSON writes it: no plus, no leading nought, digits around the point. */
  #number(): void {
    if (this.#bytes[this.#at] === 45) this.#at += 1
    if (this.#bytes[this.#at] === 48) this.#at += 1
    else this.#digits()
    if (this.#bytes[this.#at] === 46) {
      this.#at += 1
      this.#digits()
    }
    const exponent = this.#bytes[this.#at]
    if (exponent !== 101 && exponent !== 69) return
    this.#at += 1
    const sign = this.#bytes[this.#at]
    if (sign === 43 || sign === 45) this.#at += 1
    this.#digits()
  }

  #digits(): void {
    const bytes = this.#bytes
    const from = this.#at
    let at = from
    for (let byte = bytes[at]!; byte >= 48 && byte <= 57; byte = bytes[at]!) at += 1
    if (at === from) throw ODD
    this.#at = at
  }
}

function isKey(bytes: Buffer, start: number, end: number, key: Uint8Array): boolean {
  if (end - start !== key.length) return false
  for (let i = 0; i < key.length; i += 1) if (bytes[start + i] !== key[i]) return false
  return true
}

/** The place behind an escape whose backslash is behind us. */
function afterEscape(bytes: Buffer, at: number): number {
  const byte = bytes[at]
  if (byte === 117) {
    for (let i = 1; i <= 4; i += 1) if (!isHex(bytes[at + i])) throw ODD
    return at + 5
  }
  // " \\ / b f n r t
  if (
    byte === 34 ||
    byte === 92 ||
    byte === 47 ||
    byte === 98 ||
    byte === 102 ||
    byte === 110 ||
    byte === 114 ||
    byte === 116
  )
    return at + 1
  throw ODD
}

const isHex = (byte: number | undefined): boolean =>
  byte !== undefined && ((byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 70) || (byte >= 97 && byte <= 102))
