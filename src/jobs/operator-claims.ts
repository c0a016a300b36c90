import { createHash } from 'node:crypto'
import { indexFromBytes, indexToBytes } from '../claims/index-file.ts'
import { createMatcher, type Matcher, type MatchOptions, type Query } from '../claims/match-claims.ts'
import { tokenise } from '../claims/tokens.ts'
import type { Config } from '../config.ts'
import { folderEncoder } from '../encoder/folder.ts'
import { type GuardedEncoder, guarded } from '../encoder/guarded.ts'
import { localEncoder } from '../encoder/local.ts'
import { remoteEncoder } from '../encoder/remote.ts'
import { SourceError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Claim, Match } from '../model.ts'
import { readClaimIndex, writeClaimIndex } from '../store/claim-index-file.ts'
import type { Store } from '../store/store.ts'

/** What of the config decides how the operator's claims are matched. */
export type MatcherConfig = Partial<Pick<Config, 'dataFolder' | 'encoder' | 'encoderKey' | 'claimsInMemory'>>

/** The operator's active claims, ready to be matched; with an encoder where one is configured. */
export type OperatorClaims = Pick<Matcher, 'add' | 'remove' | 'get' | 'size'> & {
  match(query: Query, options?: MatchOptions): Promise<Match[]>
  /** Writes the index beside the store where it has changed since it was read or written. */
  keep(): void
}

/** Smaller indexes are built faster than they are read. */
const WORTH_KEEPING = 2000

/**
 * Opens the index that is kept beside the store, or builds it where that is stale, damaged or not there.
 *
 * @param log told how it was opened, and of an encoder that does not work
 */
export function openOperatorClaims(
  active: Claim[],
  config: MatcherConfig,
  store: Pick<Store, 'claims'>,
  log: Log | null,
): OperatorClaims {
  if (active.length > (config.claimsInMemory ?? Number.POSITIVE_INFINITY)) return searchedClaims(active, store)
  const { dataFolder } = config
  const encoder = log && config.encoder ? openEncoder(config.encoder, config.encoderKey ?? null, log) : null
  const claims = new Map(active.map((claim) => [claim.id, claim]))
  const isKept = dataFolder !== undefined && active.length >= WORTH_KEEPING
  const bytes = isKept ? readClaimIndex(dataFolder) : null
  const found = bytes && indexFromBytes(bytes)
  const fresh = found && found.fingerprint === fingerprintOf(claims.values()) ? found : null
  if (bytes && log)
    log.info(
      { claims: active.length },
      fresh
        ? 'the kept index of claims is used'
        : found
          ? 'the claims have changed since their index was kept: it is built again'
          : 'the kept index of claims is damaged, or another version’s: it is built again',
    )
  const matcher = createMatcher(active, { kept: fresh, ...(encoder ? { encoder } : {}) })
  let isWritten = fresh !== null
  return {
    get: matcher.get,
    size: matcher.size,
    add(claim) {
      matcher.add(claim)
      claims.set(claim.id, claim)
      isWritten = false
    },
    remove(id) {
      matcher.remove(id)
      claims.delete(id)
      isWritten = false
    },
    async match(query, options) {
      if (!encoder || encoder.isResting()) return matcher.match(query, options)
      try {
        return await matcher.matchByMeaning(query, options)
      } catch (error) {
        if (!(error instanceof SourceError)) throw error
        return matcher.match(query, options)
      }
    },
    keep() {
      if (isWritten || dataFolder === undefined || claims.size < WORTH_KEEPING) return
      isWritten = true
      try {
        writeClaimIndex(dataFolder, indexToBytes(matcher.keep(fingerprintOf(claims.values()))))
      } catch (error) {
        // It is built again at the next start.
        log?.warn({ err: error }, 'the index of claims could not be kept')
      }
    },
  }
}

/** What the store's full text hands over for a text, by its first words. */
const SEARCHED = 50
const SEARCHED_WORDS = 24

/** The same without an index in memory: the store's full text finds the candidates, these are ranked as a few claims. */
function searchedClaims(active: Claim[], store: Pick<Store, 'claims'>): OperatorClaims {
  const claims = new Map(active.map((claim) => [claim.id, claim]))
  return {
    get: (id) => claims.get(id),
    size: () => claims.size,
    add: (claim) => void claims.set(claim.id, claim),
    remove: (id) => void claims.delete(id),
    async match(query, options) {
      const text = typeof query === 'string' ? query : 'content' in query ? query.content : query.text
      const words = new Set(tokenise(text.slice(0, LONGEST)).map(({ raw }) => raw))
      const found = await store.claims.search([...words].slice(0, SEARCHED_WORDS), SEARCHED)
      return createMatcher(found.flatMap(({ id }) => claims.get(id) ?? [])).match(query, options)
    },
    keep() {},
  }
}
/** Of a text, as much is read for its words. In UTF-16 units. */
const LONGEST = 4000

/** Changes with what the claims say, and with how texts are cut into words. */
function fingerprintOf(claims: Iterable<Claim>): string {
  const hash = createHash('sha256')
  const probe = 'Forty-one percent of the U.S. ministers’ cities weren’t flooded in 2024, they said'
  hash.update(JSON.stringify(tokenise(probe)))
  const ordered = [...claims].sort((a, b) => (a.id < b.id ? -1 : 1))
  for (const { id, text, title, paraphrases } of ordered) hash.update(JSON.stringify([id, text, title, paraphrases]))
  return hash.digest('hex').slice(0, 32)
}

function openEncoder(chosen: NonNullable<Config['encoder']>, key: string | null, log: Log): GuardedEncoder {
  const encoder =
    chosen === 'shipped'
      ? localEncoder()
      : 'folder' in chosen
        ? folderEncoder(chosen.folder)
        : remoteEncoder({ ...chosen, key: key ?? undefined })
  return guarded(encoder, { log, now: () => new Date().toISOString() })
}
