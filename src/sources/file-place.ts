import { stat } from 'node:fs/promises'
import { SourceError } from '../errors.ts'
import type { Read } from './archive/json-lines.ts'

/** How far a file has been read: its line, 0 where it has none, and how much of that was read since. */
export type FilePlace = { line: number; reads: number }
export const START: FilePlace = { line: 0, reads: 0 }

/** The place behind one thing that was read. */
export const placeBehind = (place: FilePlace, { line = 0 }: Read): FilePlace =>
  line === place.line ? { line, reads: place.reads + 1 } : { line, reads: 1 }

/** Size and time of change: another value means that the file is another one. @throws {SourceError} where there is none */
export async function fileState(path: string): Promise<string> {
  try {
    const { size, mtimeMs } = await stat(path)
    return `${size} ${Math.round(mtimeMs)}`
  } catch (error) {
    throw cannotOpen(path, error)
  }
}

/** Why a file cannot be read, in words for an operator. */
export function cannotOpen(path: string, error: unknown): SourceError {
  const { code } = error as NodeJS.ErrnoException
  const why =
    code === 'ENOENT'
      ? 'there is no such file'
      : code === 'EACCES'
        ? 'this file may not be read; change its permissions'
        : `this file cannot be opened (${code})`
  return new SourceError('unreadable', path, why, { cause: error })
}
