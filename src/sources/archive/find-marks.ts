import { instanceOf, PAGE, type WasmMemory } from './webassembly.ts'

/** Where things stand in the memory of find-marks.wat. */
const MARKS = 1024
const INPUT = 64 * 1024
/** Bytes behind the end that may be looked at. */
const BEHIND = 1024

type Exports = { memory: WasmMemory; find(marks: number, at: number, end: number): number }

/** Looks for marks in bytes, whatever the case of letters. What it finds may be something alike; it misses nothing. */
export type MarkFinder = {
  /** From now on these bytes are meant. */
  take(bytes: Buffer): void
  /** @returns the first place of a mark at or behind `from`, -1 where there is none */
  next(from: number): number
}

/** @param marks ASCII, at least one sign each, together not more than fits: else null, and they are looked for otherwise */
export function createMarkFinder(marks: readonly string[]): MarkFinder | null {
  const room = marks.reduce((sum, mark) => sum + 8 + mark.length, 4)
  if (room > INPUT - MARKS || marks.some((mark) => mark === '' || mark.length >= BEHIND - 16)) return null
  const { memory, find } = instanceOf<Exports>('./find-marks.wat')
  let bytes = Buffer.from(memory.buffer)
  let place = MARKS
  for (const mark of marks) {
    bytes.writeInt32LE(mark.length, place)
    for (let i = 0; i < mark.length; i += 1) bytes[place + 4 + i] = mark.charCodeAt(i) | 32
    place += (mark.length + 7) & -4
  }
  let end = INPUT
  return {
    take(next) {
      end = INPUT + next.length
      const missing = end + BEHIND - bytes.length
      if (missing > 0) {
        memory.grow(Math.ceil(missing / PAGE))
        bytes = Buffer.from(memory.buffer)
      }
      bytes.set(next, INPUT)
    },
    next(from) {
      const found = find(MARKS, INPUT + from, end)
      return found === end ? -1 : found - INPUT
    },
  }
}
