import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

const NAME = 'claims.index'

/** The bytes of the kept index beside the store, null where there is none. Whether it is stale its fingerprint tells. */
export function readClaimIndex(folder: string): Uint8Array | null {
  try {
    return readFileSync(join(folder, NAME))
  } catch {
    return null
  }
}

/**
 * Written beside it, synced and moved into place: a crash leaves the old one or the new one, never half of one, and two
 * processes do not write into each other's.
 */
export function writeClaimIndex(folder: string, bytes: Uint8Array): void {
  const path = join(folder, `${NAME}.${process.pid}.new`)
  try {
    const file = openSync(path, 'w', 0o600)
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(path, join(folder, NAME))
  } catch (error) {
    rmSync(path, { force: true })
    throw error
  }
}
