import { gunzipSync } from 'node:zlib'
import iconv from 'iconv-lite'

/** Text with the charset that gave it and where that was told. */
export type Decoded = { text: string; charset: string; from: 'bom' | 'header' | 'declaration' | 'guess' }

const BOMS: [string, number[]][] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-32le', [0xff, 0xfe, 0, 0]],
  ['utf-32be', [0, 0, 0xfe, 0xff]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
]
/** The first bytes of a document without a byte order mark that can only be UTF-16: `<` beside a zero. */
const UTF16 = { '3c00': 'utf-16le', '003c': 'utf-16be' } as Record<string, string>

/**
 * Bytes to text by byte order mark, then HTTP header, then declaration, then UTF-8, then windows-1252. A charset that
 * is named but not known, or that the bytes contradict, is passed over.
 *
 * @param contentType the Content-Type header, null where there was none
 * @see RFC 7303 §3.2, WHATWG Encoding §6.1
 */
export function decode(bytes: Uint8Array, contentType: string | null): Decoded {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const bom = BOMS.find(([, mark]) => mark.every((byte, i) => buffer[i] === byte))
  if (bom) return { text: decodeAs(buffer.subarray(bom[1].length), bom[0]), charset: bom[0], from: 'bom' }
  const wide = UTF16[buffer.subarray(0, 2).toString('hex')]
  if (wide) return { text: decodeAs(buffer, wide), charset: wide, from: 'guess' }
  const header = /charset\s*=\s*["']?([\w.:+-]+)/i.exec(contentType ?? '')?.[1]
  const declared = declaredCharset(buffer)
  const strict = strictUtf8(buffer)
  for (const [name, from] of [
    [header, 'header'],
    [declared, 'declaration'],
  ] as const) {
    const charset = name && known(name)
    if (!charset) continue
    if (charset === 'utf-8' && strict === null) continue
    return { text: charset === 'utf-8' ? strict! : decodeAs(buffer, charset), charset, from }
  }
  if (strict !== null) return { text: strict, charset: 'utf-8', from: 'guess' }
  const loose = buffer.toString('utf8')
  const broken = loose.split('�').length - 1
  const whole = (loose.match(/[^\x00-\x7f�]/g) ?? []).length
  // A few broken bytes in what is clearly UTF-8 cost a few characters; the whole text as windows-1252 would be lost.
  if (whole > broken * 2) return { text: loose, charset: 'utf-8', from: 'guess' }
  return { text: decodeAs(buffer, 'windows-1252'), charset: 'windows-1252', from: 'guess' }
}

function strictUtf8(buffer: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(buffer)
  } catch {
    return null
  }
}

/** The charset that an XML declaration, an HTML meta element or a CSS-like hint at the start names. */
function declaredCharset(buffer: Buffer): string | undefined {
  const head = buffer.subarray(0, 2048).toString('latin1')
  const named =
    /<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:+-]+)/i.exec(head) ??
    /<meta[^>]{0,200}?charset\s*=\s*["']?([\w.:+-]+)/i.exec(head)
  // A declaration that can be read byte by byte is not in UTF-16, whatever it says.
  return named?.[1] && !/^(utf-?(16|32)|ucs-?[24]|iso-10646)/i.test(named[1]) ? named[1] : undefined
}

/** The name to decode by, null where nobody knows it. Latin-1 and ASCII are read as windows-1252, as browsers do. */
function known(name: string): string | null {
  const lower = name.toLowerCase()
  if (/^utf-?8$/.test(lower)) return 'utf-8'
  if (/^(us-ascii|ascii|ansi_x3|iso646)/.test(lower)) return null
  if (/^(iso-?8859-?1|latin-?1|l1|cp819)$/.test(lower)) return 'windows-1252'
  if (iconv.encodingExists(lower) && !/^(base64|hex|binary|utf-?7)/.test(lower)) return lower
  try {
    return new TextDecoder(lower).encoding
  } catch {
    return null
  }
}

const decodeAs = (buffer: Buffer, charset: string): string =>
  iconv.encodingExists(charset) ? iconv.decode(buffer, charset) : new TextDecoder(charset).decode(buffer)

/** True where the bytes begin as a gzip member does. */
export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b

/**
 * Unpacks a file that was stored as gzip.
 *
 * @param maxBytes most bytes of the result
 * @throws {Error} where it is damaged, cut or larger
 */
export const gunzip = (bytes: Uint8Array, maxBytes: number): Buffer => gunzipSync(bytes, { maxOutputLength: maxBytes })
