import { crc32 } from 'node:zlib'
import type { Snapshot } from './index.ts'
import type { Segment } from './segment.ts'

/** The indexes as they are kept: the terms by their numbers, the claims' ids by theirs ('' for one that is gone). */
export type KeptIndex = {
  /** Of what it was made: where this differs from what the store says now, the index is stale. */
  fingerprint: string
  terms: string[]
  ids: string[]
  words: Snapshot
  grams: Snapshot
}

const MAGIC = 'onrecord-claims-3'
const ARRAYS = ['terms', 'offsets', 'docs', 'frequencies', 'lengths', 'highest', 'shortest'] as const
const KINDS = {
  terms: Uint32Array,
  offsets: Uint32Array,
  docs: Uint32Array,
  frequencies: Uint8Array,
  lengths: Uint16Array,
  highest: Uint8Array,
  shortest: Uint16Array,
} as const

type IndexHeader = {
  k1: number
  b: number
  gone: number
  segments: { base: number; count: number; lengths: number[] }[]
}
type Header = {
  magic: string
  fingerprint: string
  /** Of all bytes after the header's line and its padding: CRC-32. */
  checksum: number
  termsBytes: number
  idsBytes: number
  words: IndexHeader
  grams: IndexHeader
}

const aligned = (bytes: number) => Math.ceil(bytes / 8) * 8

/** A header line of JSON, then the arrays one after another, each from a multiple of 8 bytes, in this machine's byte order. */
export function indexToBytes({ fingerprint, terms, ids, words, grams }: KeptIndex): Uint8Array {
  const encoder = new TextEncoder()
  const termBytes = encoder.encode(terms.join('\n'))
  const idBytes = encoder.encode(ids.join('\n'))
  const header: Header = {
    magic: MAGIC,
    fingerprint,
    checksum: 0,
    termsBytes: termBytes.length,
    idsBytes: idBytes.length,
    words: headerOf(words),
    grams: headerOf(grams),
  }
  const parts: Uint8Array[] = [termBytes, idBytes]
  for (const { gone, segments } of [words, grams]) {
    parts.push(gone)
    for (const segment of segments)
      for (const name of ARRAYS) {
        const { buffer, byteOffset, byteLength } = segment[name]
        parts.push(new Uint8Array(buffer, byteOffset, byteLength))
      }
  }
  const body = new Uint8Array(parts.reduce((sum, part) => sum + aligned(part.length), 0))
  let at = 0
  for (const part of parts) {
    body.set(part, at)
    at += aligned(part.length)
  }
  const head = encoder.encode(`${JSON.stringify({ ...header, checksum: crc32(body) })}\n`)
  const whole = new Uint8Array(aligned(head.length) + body.length)
  whole.set(head)
  whole.set(body, aligned(head.length))
  return whole
}

function headerOf({ k1, b, gone, segments }: Snapshot): IndexHeader {
  return {
    k1,
    b,
    gone: gone.length,
    segments: segments.map((segment) => ({
      base: segment.base,
      count: segment.count,
      lengths: ARRAYS.map((name) => segment[name].length),
    })),
  }
}

/** @returns null where these bytes are no index of this version, are cut short or damaged: it is to be built again */
export function indexFromBytes(bytes: Uint8Array): KeptIndex | null {
  const end = bytes.indexOf(10)
  if (end < 0) return null
  const decoder = new TextDecoder()
  let header: Header
  try {
    header = JSON.parse(decoder.decode(bytes.subarray(0, end))) as Header
  } catch {
    return null
  }
  if (header.magic !== MAGIC) return null
  // Views need their place to be a multiple of the width of what they view.
  const whole = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice()
  let at = aligned(end + 1)
  if (crc32(whole.subarray(at)) !== header.checksum) return null
  const take = (length: number) => {
    const from = at
    at += aligned(length)
    return whole.subarray(from, from + length)
  }
  const text = (length: number) => {
    const found = decoder.decode(take(length))
    return found === '' ? [] : found.split('\n')
  }
  const terms = text(header.termsBytes)
  const ids = text(header.idsBytes)
  const index = ({ k1, b, gone: goneBytes, segments: headers }: IndexHeader): Snapshot | null => {
    const gone = take(goneBytes).slice()
    const segments: Segment[] = []
    for (const { base, count, lengths } of headers) {
      const arrays = ARRAYS.map((name, i) => {
        const Kind = KINDS[name]
        const part = take(lengths[i]! * Kind.BYTES_PER_ELEMENT)
        return part.length === lengths[i]! * Kind.BYTES_PER_ELEMENT
          ? new Kind(part.buffer as ArrayBuffer, part.byteOffset, lengths[i]!)
          : null
      })
      if (arrays.includes(null)) return null
      segments.push({ base, count, ...Object.fromEntries(ARRAYS.map((name, i) => [name, arrays[i]])) } as Segment)
    }
    return { k1, b, gone, segments }
  }
  const words = index(header.words)
  const grams = index(header.grams)
  return words && grams ? { fingerprint: header.fingerprint, terms, ids, words, grams } : null
}
