import { readFileSync, renameSync, writeFileSync } from 'node:fs'
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

/** Written beside it and moved into place: a crash leaves the old one or the new one, never half of one. */
export function writeClaimIndex(folder: string, bytes: Uint8Array): void {
  const path = join(folder, `${NAME}.new`)
  writeFileSync(path, bytes, { mode: 0o600 })
  renameSync(path, join(folder, NAME))
}
