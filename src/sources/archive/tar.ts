/** A file inside a tar. Its bytes must be read, or left, before the next one is asked for. */
export type TarMember = { name: string; size: number; bytes: AsyncGenerator<Buffer> }

const BLOCK = 512

/** True where the bytes begin a tar: its magic stands at 257, or its checksum is right. */
export function isTar(head: Buffer): boolean {
  if (head.length < BLOCK) return false
  return head.toString('latin1', 257, 262) === 'ustar' || (checksumFits(head) && head[0] !== 0)
}

function checksumFits(header: Buffer): boolean {
  const stated = octal(header, 148, 8)
  let sum = 8 * 32
  for (let i = 0; i < BLOCK; i += 1) if (i < 148 || i >= 156) sum += header[i]!
  return stated === sum
}

const octal = (header: Buffer, start: number, length: number): number => {
  if (header[start]! & 0x80)
    return Number(header.subarray(start + 1, start + length).reduce((sum, byte) => sum * 256n + BigInt(byte), 0n))
  const digits = header.toString('latin1', start, start + length).replace(/[^0-7]/g, '')
  return digits === '' ? 0 : Number.parseInt(digits, 8)
}

const string = (header: Buffer, start: number, length: number): string => {
  const end = header.indexOf(0, start)
  return header.toString('utf8', start, end === -1 ? start + length : Math.min(end, start + length))
}

/**
 * The files in a tar, in their order, without unpacking to disk (POSIX ustar and pax, GNU long names).
 *
 * @throws {Error} where a header is damaged: nothing behind it can be found
 */
export async function* readTar(bytes: AsyncIterable<Buffer>): AsyncGenerator<TarMember> {
  const input = new ByteQueue(bytes)
  let longName: string | null = null
  for (;;) {
    const header = await input.take(BLOCK)
    if (header.length === 0 || header.every((byte) => byte === 0)) return
    if (header.length < BLOCK || !checksumFits(header))
      throw Object.assign(new Error('a tar header is damaged'), { code: 'Z_TAR' })
    const size = octal(header, 124, 12)
    const type = String.fromCharCode(header[156]!)
    const prefix = header.toString('latin1', 257, 263) === 'ustar\0' ? string(header, 345, 155) : ''
    const padding = (BLOCK - (size % BLOCK)) % BLOCK
    if (type === 'L' || type === 'x' || type === 'g') {
      const body = (await input.take(Math.min(size, 1_000_000))).toString('utf8')
      await input.skip(size - Math.min(size, 1_000_000) + padding)
      if (type === 'L') longName = body.replace(/\0+$/, '')
      if (type === 'x') longName = /(?:^|\n)\d+ path=([^\n]+)\n/.exec(body)?.[1] ?? longName
      continue
    }
    const name = longName ?? [prefix, string(header, 0, 100)].filter(Boolean).join('/')
    longName = null
    let left = size
    const content = (async function* () {
      while (left > 0) {
        const chunk = await input.some(left)
        if (chunk.length === 0) throw Object.assign(new Error('the tar breaks off'), { code: 'Z_BUF_ERROR' })
        left -= chunk.length
        yield chunk
      }
    })()
    if (type === '0' || type === '\0' || type === '7') yield { name, size, bytes: content }
    await input.skip(left + padding)
  }
}

/** Bytes of a stream, taken by the count. */
class ByteQueue {
  readonly #source: AsyncIterator<Buffer>
  #held: Buffer = Buffer.alloc(0)

  constructor(bytes: AsyncIterable<Buffer>) {
    this.#source = bytes[Symbol.asyncIterator]()
  }

  async #fill(): Promise<boolean> {
    const next = await this.#source.next()
    if (next.done) return false
    this.#held = this.#held.length === 0 ? next.value : Buffer.concat([this.#held, next.value])
    return true
  }

  /** As many as asked, fewer only at the end. */
  async take(count: number): Promise<Buffer> {
    while (this.#held.length < count && (await this.#fill()));
    const taken = this.#held.subarray(0, count)
    this.#held = this.#held.subarray(taken.length)
    return taken
  }

  /** At least one where there are any, at most as many as asked. */
  async some(most: number): Promise<Buffer> {
    while (this.#held.length === 0 && (await this.#fill()));
    const taken = this.#held.subarray(0, most)
    this.#held = this.#held.subarray(taken.length)
    return taken
  }

  async skip(count: number): Promise<void> {
    for (let left = count; left > 0; ) {
      const gone = await this.some(left)
      if (gone.length === 0) return
      left -= gone.length
    }
  }
}
