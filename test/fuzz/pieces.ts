import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Chance, createChance } from '../torture/chance.ts'

/** A mutated part of a real file. `number` and the seed give it again. */
export type Piece = { number: number; name: string; bytes: Uint8Array; query: string; text: string }

const MOST_BYTES = 16_384
/** What parsers stumble over. */
const TOKENS = [
  '<',
  '>',
  '&',
  '"',
  '“',
  '”',
  '«',
  '\\',
  '\0',
  '\uFEFF',
  '\u202E',
  '\u2028',
  '👩‍👩‍👧',
  '\r',
  ']]>',
  '<![CDATA[',
  '<!--',
  '-->',
  '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb">]>',
  '&b;&b;&b;',
  '&#x0;',
  '&#xD800;',
  '&#99999999999;',
  '<script>',
  '</channel>',
  '<?xml version="1.0" encoding="UTF-7"?>',
  '__proto__',
  '"constructor":',
  '1e999',
  '-0',
  'NaN',
  '9'.repeat(400),
  ' '.repeat(3000),
  '<a>'.repeat(800),
  '['.repeat(2000),
  '{"a":'.repeat(800),
  '('.repeat(200),
  'a'.repeat(5000),
  '"'.repeat(500),
  '-'.repeat(500),
  ' said '.repeat(300),
  '“a” '.repeat(300),
  '\n'.repeat(2000),
  'Sat, 99 Foo 99999 99:99:99 +9999',
  'NEAR/999',
  'OR OR',
  '*',
  '%00',
  'http://[::1',
].map((token) => Buffer.from(token))

/** Real files of others that lie beside the project; what is held out for testing stays shut. */
export function readCorpus(folder: string): { name: string; bytes: Buffer }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'README.md')
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !/test/i.test(path.slice(folder.length)))
    .map((path) => ({ name: path.slice(folder.length + 1), bytes: readFileSync(path) }))
}

/** The same seed and number give the same piece. */
export function pieceOf(number: number, seed: number, corpus: { name: string; bytes: Buffer }[]): Piece {
  const chance = createChance(seed * 1_000_003 + number)
  const { name, bytes } = chance.pick(corpus)
  let piece = Buffer.from(window(bytes, chance)) as Buffer
  for (let i = 1 + chance.below(8); i > 0; i--) piece = mutate(piece, chance, corpus)
  piece = piece.subarray(0, MOST_BYTES)
  const text = piece.toString('utf8')
  const at = chance.below(Math.max(1, text.length - 200))
  return { number, name, bytes: new Uint8Array(piece), text, query: text.slice(at, at + chance.below(200)) }
}

/** Half of the pieces begin where their file begins: a parser looks at the head first. */
function window(bytes: Buffer, chance: Chance): Buffer {
  const start = chance.once(2) ? 0 : chance.below(Math.max(1, bytes.length - 100))
  return bytes.subarray(start, start + 1 + chance.below(MOST_BYTES))
}

function mutate(piece: Buffer, chance: Chance, corpus: { bytes: Buffer }[]): Buffer {
  const at = chance.below(piece.length + 1)
  const end = Math.min(piece.length, at + chance.below(200))
  const replaced = (by: Buffer, until = at) => Buffer.concat([piece.subarray(0, at), by, piece.subarray(until)])
  switch (chance.below(6)) {
    case 0:
      return replaced(Buffer.from(piece.subarray(at, end).map((byte) => byte ^ (1 << chance.below(8)))), end)
    case 1:
      return replaced(Buffer.alloc(0), end)
    case 2:
      return replaced(piece.subarray(at, end))
    case 3:
      return replaced(Buffer.from(Array.from({ length: chance.below(40) }, () => chance.below(256))))
    case 4:
      return replaced(window(chance.pick(corpus).bytes, chance).subarray(0, 2000))
    default:
      return replaced(chance.pick(TOKENS))
  }
}
