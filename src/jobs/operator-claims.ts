import { createHash } from 'node:crypto'
import { setImmediate as rest } from 'node:timers/promises'
import { indexFromBytes, indexToBytes } from '../claims/index-file.ts'
import { createMatcher, type Matcher, type MatchOptions, type Query } from '../claims/match-claims.ts'
import { tokenise } from '../claims/tokens.ts'
import type { Config } from '../config.ts'
import type { GuardedEncoder } from '../encoder/guarded.ts'
import type { Log } from '../log.ts'
import type { Claim, Match } from '../model.ts'
import { readClaimIndex, writeClaimIndex } from '../store/claim-index-file.ts'
import type { Store } from '../store/store.ts'
import { type EncoderConfig, matchWith, openEncoder } from './encoder.ts'

/** What of the config decides how the operator's claims are matched. */
export type MatcherConfig = EncoderConfig & Partial<Pick<Config, 'dataFolder' | 'claimsInMemory'>>

/** The operator's active claims, to be matched; with an encoder where one is configured. */
export type OperatorClaims = {
  match(query: Query, options?: MatchOptions): Promise<Match[]>
  /** Takes over what changed in the store. @param change the last change that is among these */
  take(changed: Claim[], change: number): void
  /** Builds the index where none could be opened, a stretch at a time; until then the store's full text answers. */
  prepare(stop: AbortSignal): Promise<void>
  /** Writes the index beside the store where it has changed since it was read or written. */
  keep(): Promise<void>
}

/** What of the store an operator's claims are read from. */
export type ClaimStore = {
  claims: Pick<Store['claims'], 'imported' | 'ofOperator' | 'byIds' | 'search' | 'changeMark' | 'changedAfter'>
}

/** Smaller indexes are built faster than they are read. */
const WORTH_KEEPING = 2000
/** Of more changes than this the index is built again. */
const MOST_CHANGES = 20_000
/** Claims that are read at once, and indexed between two rests: somebody may be waiting for an answer. */
const STRETCH = 500

/**
 * Opens the index that is kept beside the store and brings it up to date; where it is stale, damaged or not there, and
 * the claims are many, it is `prepare` that builds it. The claims themselves stay in the store until they are looked at.
 *
 * @param configured the config's own, active and retired
 * @param change the last change in the store
 * @param log told how it was opened, and of an encoder that does not work
 */
export async function openOperatorClaims(
  { configured, change }: { configured: Claim[]; change: number },
  config: MatcherConfig,
  store: ClaimStore,
  log: Log | null,
): Promise<OperatorClaims> {
  const named = new Map(configured.map((claim) => [claim.id, claim]))
  const count = Math.max(configured.length, await store.claims.ofOperator())
  const encoder = log && openEncoder(config, log)
  const from: From = { named, store, encoder }
  const searched = searchedMatcher(named, store)
  if (count > (config.claimsInMemory ?? Number.POSITIVE_INFINITY))
    return { match: searched, take: () => {}, prepare: async () => {}, keep: async () => {} }
  const made = hash(tokenise(PROBE), configured)
  const folder = count >= WORTH_KEEPING ? (config.dataFolder ?? null) : null
  const kept = folder === null ? null : await openKept(folder, { made, change, log }, from)
  let matcher = kept?.matcher ?? (folder === null ? await build(from, null) : null)
  let at = change
  let writtenAt = kept?.at ?? -1
  let building: Promise<Matcher | null> | null = null
  /** What changes while the index is built. */
  const late: Claim[] = []
  const keep = async () => {
    if (!matcher || folder === null || writtenAt === at) return
    const mark = JSON.stringify([made, at, await store.claims.changeMark(at)])
    try {
      writeClaimIndex(folder, indexToBytes(matcher.keep(mark)))
      writtenAt = at
    } catch (error) {
      // It is built again at the next start.
      log?.warn({ err: error }, 'the index of claims could not be kept')
    }
  }
  return {
    match: async (query, options) => (matcher ? matchReading(matcher, query, options, from) : searched(query, options)),
    take(changed, now) {
      for (const claim of changed) {
        if (named.has(claim.id)) named.set(claim.id, claim)
        if (matcher) takeInto(matcher, claim)
        else late.push(claim)
      }
      at = now
    },
    async prepare(stop) {
      if (matcher) return
      building ??= build(from, stop).finally(() => {
        building = null
      })
      const built = await building
      if (!built || matcher) return
      for (const claim of late.splice(0)) takeInto(built, claim)
      matcher = built
      log?.info({ claims: built.size() }, 'the index of claims is built')
      await keep()
    },
    keep,
  }
}

/** Reads and indexes a stretch of claims at a time. Null where it was stopped. */
async function build({ named, store, encoder }: From, stop: AbortSignal | null): Promise<Matcher | null> {
  const built = createMatcher([...named.values()].filter(isActive), encoder ? { encoder } : {})
  for (let after = ''; ; ) {
    const page = await store.claims.imported({ after, limit: STRETCH })
    for (const claim of page) if (isActive(claim) && !named.has(claim.id)) built.add(claim)
    const last = page.at(-1)
    if (!last) return built
    if (stop?.aborted) return null
    after = last.id
    await rest()
  }
}

const isActive = ({ status }: Claim) => status === 'active'

function takeInto(matcher: Pick<Matcher, 'add' | 'remove'>, claim: Claim): void {
  if (isActive(claim)) matcher.add(claim)
  else matcher.remove(claim.id)
}

type From = { named: Map<string, Claim>; store: ClaimStore; encoder: GuardedEncoder | null }

/** The kept index with the changes since, null where it is to be built again. */
async function openKept(
  folder: string,
  { made, change, log }: { made: string; change: number; log: Log | null },
  { store, encoder }: From,
): Promise<{ matcher: Matcher; at: number } | null> {
  const bytes = readClaimIndex(folder)
  if (!bytes) return null
  const kept = indexFromBytes(bytes)
  if (!kept) {
    log?.warn('the kept index of claims is damaged, or another version’s: it is built again')
    return null
  }
  const [keptMade, keptAt, mark] = JSON.parse(kept.fingerprint) as [string, number, string | null]
  const isSame = keptMade === made && change - keptAt <= MOST_CHANGES && keptAt <= change
  if (!isSame || mark !== (await store.claims.changeMark(keptAt))) {
    log?.info('the claims have changed since their index was kept: it is built again')
    return null
  }
  const matcher = createMatcher([], { kept, onDemand: true, ...(encoder ? { encoder } : {}) })
  const changed = keptAt === change ? [] : await store.claims.changedAfter(keptAt)
  for (const claim of changed) if (claim.owner === 'operator') takeInto(matcher, claim)
  log?.debug({ claims: matcher.size(), changed: changed.length }, 'the kept index of claims is used')
  return { matcher, at: keptAt }
}

/** Reads the claims that come into question, then matches. One that is not in the store any more leaves the index. */
async function matchReading(
  matcher: Matcher,
  query: Query,
  options: MatchOptions | undefined,
  { named, store, encoder }: From,
): Promise<Match[]> {
  for (;;) {
    const missing = matcher.missing(query)
    if (missing.length === 0) break
    const stored = await store.claims.byIds(missing.filter((id) => !named.has(id)))
    const found = [...missing.flatMap((id) => named.get(id) ?? []), ...stored]
    matcher.supply(found)
    const there = new Set(found.map(({ id }) => id))
    for (const id of missing) if (!there.has(id)) matcher.remove(id)
  }
  return matchWith(matcher, encoder, query, options)
}

/** What the store's full text hands over for a text, by its first words. */
const SEARCHED = 50
const SEARCHED_WORDS = 24

/** Without an index in memory: the store's full text finds the candidates, these are ranked as a few claims. */
function searchedMatcher(named: Map<string, Claim>, store: ClaimStore): OperatorClaims['match'] {
  return async (query, options) => {
    const text = typeof query === 'string' ? query : 'content' in query ? query.content : query.text
    const words = new Set(tokenise(text.slice(0, LONGEST)).map(({ raw }) => raw))
    const found = await store.claims.search([...words].slice(0, SEARCHED_WORDS), SEARCHED)
    const stored = found.filter((claim) => claim.owner === 'operator' && isActive(claim) && !named.has(claim.id))
    const claims = [...[...named.values()].filter(isActive), ...stored]
    return createMatcher(claims, { drawn: stored.length > 0 }).match(query, options)
  }
}
/** Of a text, as much is read for its words. In UTF-16 units. */
const LONGEST = 4000

/** Changes with how texts are cut into words: an index of other words is stale. */
const PROBE = 'Forty-one percent of the U.S. ministers’ cities weren’t flooded in 2024, they said'

const hash = (...parts: unknown[]) => createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)
