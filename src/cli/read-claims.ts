import { readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { type ClaimImport, parseClaims } from '../claims/import-claims.ts'
import { UsageError } from '../errors.ts'

/** Reads a file of claims in the format that its name tells. @throws {UsageError} where there is no such file. */
export function readClaims(path: string): ClaimImport {
  return parseClaims(readText(path), { format: extname(path).slice(1).toLowerCase(), where: path })
}

/** @throws {UsageError} where the file cannot be read */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new UsageError(`${path}: ${code === 'ENOENT' ? 'there is no such file' : `cannot be read (${code})`}`)
  }
}
