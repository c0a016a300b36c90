import { createReadStream, statSync } from 'node:fs'
import type { Transform } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { bunzip2 } from './bzip2.ts'

export type Packing = 'gzip' | 'bzip2' | 'zstd' | 'none'
const CHUNK = 256 * 1024
/** New memory costs more than inflating into it: the larger the pieces, the less of it is touched for the first time. */
const UNPACKED = 1024 * 1024

/** How bytes are packed, by their first four. */
export function packingOf(head: Uint8Array): Packing {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip'
  if (head[0] === 0x42 && head[1] === 0x5a && head[2] === 0x68) return 'bzip2'
  if (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd) return 'zstd'
  return 'none'
}

/**
 * A file's bytes without their packing. What is damaged or cut gives every byte that is whole, then an error.
 *
 * @throws {Error} while it is read
 */
export const unpacked = (path: string, packing: Packing, onBytes?: OnBytes): AsyncGenerator<Buffer> =>
  withoutPacking(counted(path, onBytes), packing)

/** Told how many bytes of a file, as it lies on disk, have been read, and how many it has. */
export type OnBytes = (read: number, size: number) => void

async function* counted(path: string, onBytes?: OnBytes): AsyncGenerator<Buffer> {
  const raw = createReadStream(path, { highWaterMark: CHUNK })
  const size = onBytes ? statSync(path).size : 0
  for await (const chunk of raw as AsyncIterable<Buffer>) {
    onBytes?.(raw.bytesRead, size)
    yield chunk
  }
}

async function* withoutPacking(raw: AsyncIterable<Buffer>, packing: Packing): AsyncGenerator<Buffer> {
  if (packing === 'none') yield* raw
  else if (packing === 'bzip2') yield* bunzip2(raw)
  else
    yield* decoded(
      raw,
      packing === 'zstd' ? createZstdDecompress({ chunkSize: UNPACKED }) : createGunzip({ chunkSize: UNPACKED }),
    )
}

/** Bytes given to a decoder at once: what comes of them is held in memory. */
const MEASURE = 64 * 1024

/** Feeds a decoder by hand: a stream that fails forgets what it had decoded but not handed on. */
async function* decoded(raw: AsyncIterable<Buffer>, decoder: Transform): AsyncGenerator<Buffer> {
  const ready: Buffer[] = []
  let failure: Error | null = null
  const ended = new Promise<void>((done) => decoder.once('close', done).once('end', done))
  decoder.on('data', (chunk: Buffer) => void ready.push(chunk))
  decoder.on('error', (error) => {
    failure = error
  })
  // A decoder that meets damage closes, and never says that it took what it was given.
  const write = (bytes: Buffer) =>
    new Promise<void>((done) => {
      decoder.once('close', done)
      decoder.write(bytes, () => {
        decoder.off('close', done)
        done()
      })
    })
  try {
    let writing = Promise.resolve()
    for await (const chunk of raw)
      for (let at = 0; at < chunk.length && !failure; at += MEASURE) {
        await writing
        const measure = ready.splice(0)
        // The next measure is decoded in its own thread while this one is read.
        writing = write(chunk.subarray(at, at + MEASURE))
        yield* measure
      }
    await writing
    decoder.end()
    await ended
    yield* ready.splice(0)
    if (failure) throw failure
  } finally {
    decoder.destroy()
  }
}

/** A stream's bytes without their packing, which its first bytes tell. */
export async function* unpackedByHead(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const source = bytes[Symbol.asyncIterator]()
  const first = await source.next()
  if (first.done) return
  const whole = (async function* () {
    yield first.value
    for (let next = await source.next(); !next.done; next = await source.next()) yield next.value
  })()
  yield* withoutPacking(whole, packingOf(first.value))
}

/** A file's bytes at once. @throws {Error} where it is damaged, cut or unpacks to more than `maxBytes` */
export async function unpackedBytes(path: string, packing: Packing, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of unpacked(path, packing)) {
    size += chunk.length
    if (size > maxBytes) throw new Error(`it unpacks to more than ${Math.round(maxBytes / 1e6)} MB`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
