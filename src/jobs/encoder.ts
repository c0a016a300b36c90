import type { Config } from '../config.ts'
import { folderEncoder } from '../encoder/folder.ts'
import { type GuardedEncoder, guarded } from '../encoder/guarded.ts'
import { localEncoder } from '../encoder/local.ts'
import { remoteEncoder } from '../encoder/remote.ts'
import type { Log } from '../log.ts'

/** The encoder that the config names. */
export function openEncoder(chosen: NonNullable<Config['encoder']>, key: string | null, log: Log): GuardedEncoder {
  const encoder =
    chosen === 'shipped'
      ? localEncoder()
      : 'folder' in chosen
        ? folderEncoder(chosen.folder)
        : remoteEncoder({ ...chosen, key: key ?? undefined })
  return guarded(encoder, { log, now: () => new Date().toISOString() })
}
