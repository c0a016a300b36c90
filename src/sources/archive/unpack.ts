import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { bunzip2 } from './bzip2.ts'

export type Packing = 'gzip' | 'bzip2' | 'zstd' | 'none'
const CHUNK = 256 * 1024

/** How bytes are packed, by their first four. */
export function packingOf(head: Uint8Array): Packing {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip'
  if (head[0] === 0x42 && head[1] === 0x5a && head[2] === 0x68) return 'bzip2'
  if (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd) return 'zstd'
  return 'none'
}

/** A file's bytes without their packing. What is damaged or cut gives an error after the bytes that are whole. */
export const unpacked = (path: string, packing: Packing): Readable =>
  unpackedStream(createReadStream(path, { highWaterMark: CHUNK }), packing)

function unpackedStream(raw: Readable, packing: Packing): Readable {
  if (packing === 'none') return raw
  if (packing === 'bzip2') return Readable.from(bunzip2(raw), { objectMode: false })
  const decoder = packing === 'zstd' ? createZstdDecompress({ chunkSize: CHUNK }) : createGunzip({ chunkSize: CHUNK })
  raw.on('error', (error) => decoder.destroy(error))
  decoder.on('close', () => raw.destroy())
  return raw.pipe(decoder)
}

/** A stream's bytes without their packing, which its first bytes tell. */
export async function* unpackedByHead(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const source = bytes[Symbol.asyncIterator]()
  const first = await source.next()
  if (first.done) return
  const rest = (async function* () {
    yield first.value
    for (let next = await source.next(); !next.done; next = await source.next()) yield next.value
  })()
  const packing = packingOf(first.value)
  if (packing === 'none') yield* rest
  else yield* unpackedStream(Readable.from(rest, { objectMode: false }), packing) as AsyncIterable<Buffer>
}

/** A file's bytes at once. @throws {Error} where it is damaged, cut or unpacks to more than `maxBytes` */
export async function unpackedBytes(path: string, packing: Packing, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of unpacked(path, packing) as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBytes) throw new Error(`it unpacks to more than ${Math.round(maxBytes / 1e6)} MB`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
