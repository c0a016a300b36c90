import type { Matcher, MatchOptions, Query } from '../claims/match-claims.ts'
import { type Config, program } from '../config.ts'
import { folderEncoder } from '../encoder/folder.ts'
import { type GuardedEncoder, guarded } from '../encoder/guarded.ts'
import { localEncoder } from '../encoder/local.ts'
import { remoteEncoder } from '../encoder/remote.ts'
import { SourceError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Match } from '../model.ts'
import type { Net } from '../sources/net.ts'

/** What of the config decides which encoder is asked. */
export type EncoderConfig = Partial<Pick<Config, 'encoder' | 'encoderKey' | 'allowAddresses' | 'contact'>>

/** The encoder that the config names, null where it names none. */
export function openEncoder(config: EncoderConfig, log: Log): GuardedEncoder | null {
  const { encoder: chosen } = config
  if (!chosen || chosen === 'none') return null
  const encoder =
    chosen === 'local' ? localEncoder() : 'folder' in chosen ? folderEncoder(chosen.folder) : serviceOf(chosen, config)
  return guarded(encoder, { log, now: () => new Date().toISOString() })
}

/** Asked through the one door, without the gap that is left between two visits of a publisher. */
function serviceOf(chosen: { url: string; model: string }, { encoderKey, allowAddresses, contact }: EncoderConfig) {
  let opening: Promise<Net> | null = null
  const open = async () => {
    const { createNet } = await import('../sources/net.ts')
    return createNet({
      allowAddresses: allowAddresses ?? [],
      contact: contact ?? null,
      version: program.version,
      hostGapMs: 0,
    })
  }
  return remoteEncoder({
    ...chosen,
    key: encoderKey ?? undefined,
    async post(...asked) {
      opening ??= open()
      return (await opening).post(...asked)
    },
  })
}

/** Matches by meaning where there is an encoder and it answers, else by words alone. */
export async function matchWith(
  matcher: Matcher,
  encoder: GuardedEncoder | null,
  query: Query,
  options?: MatchOptions,
): Promise<Match[]> {
  if (!encoder || encoder.isResting()) return matcher.match(query, options)
  try {
    return await matcher.matchByMeaning(query, options)
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    return matcher.match(query, options)
  }
}
