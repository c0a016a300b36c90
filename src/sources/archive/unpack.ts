import { createReadStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'

export type Packing = 'gzip' | 'bzip2' | 'zstd' | 'none'

/** How bytes are packed, by their first four. */
export function packingOf(head: Uint8Array): Packing {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip'
  if (head[0] === 0x42 && head[1] === 0x5a && head[2] === 0x68) return 'bzip2'
  if (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd) return 'zstd'
  return 'none'
}

/** A file's bytes without their packing. What is damaged or cut gives an error after the bytes that are whole. */
export function unpacked(path: string, packing: Packing): Readable {
  const raw = createReadStream(path, { highWaterMark: 256 * 1024 })
  if (packing === 'none') return raw
  const decoder =
    packing === 'zstd' ? createZstdDecompress({ chunkSize: 256 * 1024 }) : createGunzip({ chunkSize: 256 * 1024 })
  raw.on('error', (error) => decoder.destroy(error))
  decoder.on('close', () => raw.destroy())
  return raw.pipe(decoder)
}
