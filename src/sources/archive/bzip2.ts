/** A block is at most 900,000 bytes, and what cannot be packed grows a little. */
const ENOUGH = 2_000_000
const damaged = () => Object.assign(new Error('bzip2 data is damaged or cut'), { code: 'Z_DATA_ERROR' })

/** Unpacks bzip2 block by block, streams behind one another included (as parallel packers write them). */
export async function* bunzip2(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const source = bytes[Symbol.asyncIterator]()
  const input = new BitReader()
  let ended = false
  const fill = async () => {
    while (!ended && input.left < ENOUGH) {
      const next = await source.next()
      if (next.done) ended = true
      else input.add(next.value)
    }
  }
  try {
    for (;;) {
      await fill()
      if (input.left === 0) return
      if (input.bits(24) !== 0x425a68) throw damaged()
      const blockSize = (input.bits(8) - 48) * 100_000
      if (blockSize < 100_000 || blockSize > 900_000) throw damaged()
      for (;;) {
        await fill()
        const high = input.bits(24)
        const low = input.bits(24)
        if (high === 0x177245 && low === 0x385090) break
        if (high !== 0x314159 || low !== 0x265359) throw damaged()
        const crc = input.bits(32) >>> 0
        const block = readBlock(input, blockSize)
        if (crcOf(block) !== crc) throw damaged()
        yield block
      }
      input.bits(32)
      input.alignToByte()
    }
  } finally {
    await source.return?.()
  }
}

/** Bits from the highest down. Reading past the end is damage. */
class BitReader {
  #buffer: Buffer = Buffer.alloc(0)
  #at = 0
  #bit = 0
  #count = 0

  get left(): number {
    return this.#buffer.length - this.#at
  }

  add(chunk: Buffer): void {
    this.#buffer = this.left === 0 ? chunk : Buffer.concat([this.#buffer.subarray(this.#at), chunk])
    this.#at = 0
  }

  bits(count: number): number {
    if (count > 24) return this.bits(count - 16) * 65_536 + this.bits(16)
    while (this.#count < count) {
      if (this.#at >= this.#buffer.length) throw damaged()
      this.#bit = ((this.#bit << 8) | this.#buffer[this.#at]!) >>> 0
      this.#at += 1
      this.#count += 8
    }
    this.#count -= count
    const value = (this.#bit >>> this.#count) & ((1 << count) - 1)
    this.#bit &= (1 << this.#count) - 1
    return value
  }

  alignToByte(): void {
    this.#count -= this.#count % 8
    // Whole bytes that were taken ahead go back.
    this.#at -= this.#count / 8
    this.#count = 0
    this.#bit = 0
  }
}

type Codes = { limits: Int32Array; bases: Int32Array; symbols: Uint16Array; shortest: number }

/** Canonical codes by their lengths: for each length the highest code and where its symbols begin. */
function codesOf(lengths: Uint8Array): Codes {
  const symbols = new Uint16Array(lengths.length)
  const limits = new Int32Array(22).fill(-1)
  const bases = new Int32Array(22)
  let code = 0
  let placed = 0
  let shortest = 21
  for (let length = 1; length <= 20; length += 1) {
    bases[length] = placed - code
    for (let symbol = 0; symbol < lengths.length; symbol += 1)
      if (lengths[symbol] === length) {
        symbols[placed] = symbol
        placed += 1
        code += 1
        shortest = Math.min(shortest, length)
      }
    limits[length] = code - 1
    code <<= 1
  }
  return { limits, bases, symbols, shortest }
}

function readSymbol(input: BitReader, { limits, bases, symbols, shortest }: Codes): number {
  let code = input.bits(shortest)
  for (let length = shortest; length <= 20; length += 1) {
    if (code <= limits[length]! && code + bases[length]! >= 0) {
      const at = code + bases[length]!
      if (at < symbols.length) return symbols[at]!
    }
    code = (code << 1) | input.bits(1)
  }
  throw damaged()
}

/** One block: Huffman codes, runs, move to front, then the Burrows-Wheeler transform undone. */
function readBlock(input: BitReader, blockSize: number): Buffer {
  if (input.bits(1) === 1) throw damaged()
  const origin = input.bits(24)
  const used: number[] = []
  const groups = input.bits(16)
  for (let i = 0; i < 16; i += 1) {
    if (!(groups & (1 << (15 - i)))) continue
    const members = input.bits(16)
    for (let j = 0; j < 16; j += 1) if (members & (1 << (15 - j))) used.push(i * 16 + j)
  }
  if (used.length === 0) throw damaged()
  const { tables, selectors } = readTables(input, used.length + 2)
  const { block, length } = readRuns(input, { tables, selectors, used, blockSize })
  if (origin >= length) throw damaged()
  return untransformed(block, length, origin)
}

function readTables(input: BitReader, alphabet: number): { tables: Codes[]; selectors: Uint8Array } {
  const count = input.bits(3)
  const selectorCount = input.bits(15)
  if (count < 2 || count > 6 || selectorCount === 0) throw damaged()
  const order = Array.from({ length: count }, (_, i) => i)
  const selectors = new Uint8Array(selectorCount)
  for (let i = 0; i < selectorCount; i += 1) {
    let place = 0
    while (input.bits(1) === 1) {
      place += 1
      if (place >= count) throw damaged()
    }
    const [moved = 0] = order.splice(place, 1)
    order.unshift(moved)
    selectors[i] = moved
  }
  const tables = Array.from({ length: count }, () => {
    const lengths = new Uint8Array(alphabet)
    let length = input.bits(5)
    for (let symbol = 0; symbol < alphabet; symbol += 1) {
      for (;;) {
        if (length < 1 || length > 20) throw damaged()
        if (input.bits(1) === 0) break
        length += input.bits(1) === 1 ? -1 : 1
      }
      lengths[symbol] = length
    }
    return codesOf(lengths)
  })
  return { tables, selectors }
}

function readRuns(
  input: BitReader,
  { tables, selectors, used, blockSize }: { tables: Codes[]; selectors: Uint8Array; used: number[]; blockSize: number },
) {
  const front = Uint8Array.from(used)
  const block = new Uint32Array(blockSize)
  const end = used.length + 1
  let length = 0
  let run = 0
  let weight = 1
  let group = -1
  let inGroup = 0
  for (;;) {
    if (inGroup === 0) {
      group += 1
      if (group >= selectors.length) throw damaged()
      inGroup = 50
    }
    inGroup -= 1
    const symbol = readSymbol(input, tables[selectors[group]!]!)
    if (symbol <= 1) {
      run += weight << symbol
      weight <<= 1
      if (run > blockSize) throw damaged()
      continue
    }
    if (run > 0) {
      if (length + run > blockSize) throw damaged()
      block.fill(front[0]!, length, length + run)
      length += run
      run = 0
      weight = 1
    }
    if (symbol === end) return { block, length }
    if (length >= blockSize) throw damaged()
    const value = front[symbol - 1]!
    front.copyWithin(1, 0, symbol - 1)
    front[0] = value
    block[length] = value
    length += 1
  }
}

/** Undoes the transform, then the first run-length step: four equal bytes are followed by a count. */
function untransformed(block: Uint32Array, length: number, origin: number): Buffer {
  const starts = new Uint32Array(256)
  for (let i = 0; i < length; i += 1) starts[block[i]! & 0xff]! += 1
  let sum = 0
  for (let i = 0; i < 256; i += 1) {
    const count = starts[i]!
    starts[i] = sum
    sum += count
  }
  for (let i = 0; i < length; i += 1) {
    const byte = block[i]! & 0xff
    block[starts[byte]!]! |= i << 8
    starts[byte]! += 1
  }
  const out: Buffer[] = []
  let buffer = Buffer.allocUnsafe(length + 4096)
  let at = 0
  const room = (count: number) => {
    if (at + count <= buffer.length) return
    out.push(buffer.subarray(0, at))
    buffer = Buffer.allocUnsafe(Math.max(count, length))
    at = 0
  }
  let next = block[origin]! >>> 8
  let same = 0
  let before = -1
  for (let i = 0; i < length; i += 1) {
    const entry = block[next]!
    const byte = entry & 0xff
    next = entry >>> 8
    if (same === 4) {
      room(byte)
      buffer.fill(before, at, at + byte)
      at += byte
      same = 0
      before = -1
      continue
    }
    same = byte === before ? same + 1 : 1
    before = byte
    room(1)
    buffer[at] = byte
    at += 1
  }
  out.push(buffer.subarray(0, at))
  return out.length === 1 ? out[0]! : Buffer.concat(out)
}

const TABLE = Uint32Array.from({ length: 256 }, (_, i) => {
  let crc = i << 24
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1
  return crc >>> 0
})

function crcOf(bytes: Buffer): number {
  let crc = 0xffffffff
  for (let i = 0; i < bytes.length; i += 1) crc = ((crc << 8) ^ TABLE[((crc >>> 24) ^ bytes[i]!) & 0xff]!) >>> 0
  return ~crc >>> 0
}
