/**
 * The JSON values that stand one after another in a text, whatever is between them: files that hold several printed
 * objects, or an answer with its HTTP headers. Linear.
 *
 * @returns null where a value is not JSON
 */
export function jsonValues(text: string): unknown[] | null {
  const body = text.replace(/^\ufeff/, '').replace(/^HTTP\/[\d.]+ \d{3}[^\n]*\n(?:[\w-]+:[^\n]*\n)*\s*\n/, '')
  try {
    return [JSON.parse(body)]
  } catch {
    // Perhaps there is more than one.
  }
  const values: unknown[] = []
  const scan = new ValueScan(0)
  try {
    const bytes = Buffer.from(body, 'utf8')
    for (const [start, end] of scan.values(bytes)) values.push(JSON.parse(bytes.toString('utf8', start, end)))
  } catch {
    return null
  }
  return values.length > 0 && scan.depth === 0 ? values : null
}

/** An element longer than this is no post. */
const MAX_ELEMENT = 16_000_000

/**
 * The elements of the first array in a stream, one at a time: what stands before it, such as `window.YTD.… =`, is
 * passed over and never run. An element that is too long is null.
 */
export async function* elementsOf(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer | null> {
  const scan = new ValueScan(1)
  let held: Buffer[] = []
  let size = 0
  for await (const chunk of bytes) {
    let from = 0
    for (const [start, end] of scan.values(chunk)) {
      const piece = chunk.subarray(Math.max(start, 0), end)
      if (start < 0 && size + piece.length > MAX_ELEMENT) yield null
      else yield start < 0 ? Buffer.concat([...held, piece]) : piece
      held = []
      size = 0
      from = end
    }
    if (scan.openedAt === null) continue
    const rest = chunk.subarray(scan.openedAt < 0 ? from : scan.openedAt)
    size += rest.length
    if (size <= MAX_ELEMENT) held.push(Buffer.from(rest))
    else held = []
    scan.openedAt = -1
  }
  if (scan.depth > 0) throw Object.assign(new Error('the data breaks off'), { code: 'Z_BUF_ERROR' })
}

const QUOTE = 34
const BACKSLASH = 92

/** Finds where values begin and end by their brackets; those inside strings do not count. */
class ValueScan {
  /** How many brackets are open. */
  depth = 0
  /** Where in this piece of bytes the value that is open began, negative for an earlier piece, null where none is. */
  openedAt: number | null = null
  readonly #level: number
  #inString = false
  #escaped = false

  /** @param level how many brackets stand around the values that are wanted */
  constructor(level: number) {
    this.#level = level
  }

  *values(bytes: Buffer): Generator<[number, number]> {
    for (let i = 0; i < bytes.length; i += 1) {
      const byte = bytes[i]!
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false
        else if (byte === BACKSLASH) this.#escaped = true
        else if (byte === QUOTE) this.#inString = false
        continue
      }
      if (byte === QUOTE) this.#inString = this.depth > 0
      else if (byte === 123 || byte === 91) {
        if (this.depth === this.#level) this.openedAt = i
        this.depth += 1
      } else if ((byte === 125 || byte === 93) && this.depth > 0) {
        this.depth -= 1
        if (this.depth === this.#level && this.openedAt !== null) {
          const start = this.openedAt
          this.openedAt = null
          yield [start, i + 1]
        }
      }
    }
  }
}
