import { createHash, randomUUID } from 'node:crypto'
import { createMatcher, type Matcher } from '../claims/match-claims.ts'
import { decideAgain } from '../claims/threshold.ts'
import type { Config } from '../config.ts'
import type { Log } from '../log.ts'
import type { Claim, Match, MatchJob, Statement } from '../model.ts'
import { findFigures } from '../statements/figures.ts'
import type { Found, Store } from '../store/store.ts'
import type { Kit } from './kit.ts'
import { type MatcherConfig, type OperatorClaims, openOperatorClaims } from './operator-claims.ts'

/** What one server keeps for itself. Matched apart, so that no server's claims move what another is told. */
type Own = { claims: Claim[]; matcher: Matcher }

/** The claims that are looked for, made ready. */
export type KnownClaims = {
  /** The operator's: of the config and imported, retired ones too. */
  claims: Claim[]
  /** Over the active ones of these. */
  operators: OperatorClaims
  /** By server. */
  own: Map<string, Own>
  /** The last change of a claim in the store that is taken over. */
  change: number
}

const MOST_MATCHES = 3
const MOST_BEHIND = 5

export async function openClaims(
  config: Pick<Config, 'claims' | 'sample'> & MatcherConfig,
  store: Pick<Store, 'claims'>,
  log: Log | null,
): Promise<KnownClaims> {
  const change = await store.claims.lastChange()
  const named = [...config.claims, ...(config.sample?.claims ?? [])]
  const known = [
    ...named.map((claim) => ({ ...claim, figures: findFigures(claim.text) })),
    ...(await store.claims.imported()),
  ]
  const owned = Map.groupBy(await store.claims.owned(), ({ owner }) => owner)
  return {
    claims: known,
    operators: openOperatorClaims(known.filter(isActive), config, store, log),
    own: new Map([...owned].map(([owner, theirs]) => [owner, toOwn(theirs)])),
    change,
  }
}

const isActive = ({ status }: Claim) => status === 'active'
const toOwn = (claims: Claim[]): Own => ({ claims, matcher: createMatcher(claims.filter(isActive)) })

/** The claims of the operator, and of every server that these are made ready for. */
export const allClaims = ({ claims, own }: Pick<KnownClaims, 'claims' | 'own'>): Claim[] => [
  ...claims,
  ...[...own.values()].flatMap((theirs) => theirs.claims),
]

/** The claims that one server sees: the operator's and its own. */
export const claimsFor = (guildId: string | null, { claims, own }: Pick<KnownClaims, 'claims' | 'own'>): Claim[] => [
  ...claims,
  ...((guildId && own.get(guildId)?.claims) || []),
]

/** What a statement bears on, best first for each owner; nothing that is none. */
export async function matchKnown(
  statement: Pick<Statement, 'id' | 'content'>,
  { operators, own }: Pick<KnownClaims, 'operators' | 'own'>,
): Promise<Match[]> {
  const theirs = [...own.values()].flatMap(({ matcher }) => matcher.match(statement, { top: MOST_MATCHES }))
  const all = [...(await operators.match(statement, { top: MOST_MATCHES })), ...theirs]
  return all.filter(({ decision }) => decision !== 'none')
}

/** From which probability on a server (null: the operator) is told of a match. */
export async function thresholdOf(
  guildId: string | null,
  { store, rooms }: Pick<Kit, 'store' | 'rooms'>,
): Promise<number> {
  const chosen = guildId ? (await store.guilds.settings(guildId)).threshold : null
  return chosen ?? rooms.threshold
}

/** The claims behind a text that somebody asks about, best first, as a threshold decides them. */
export async function claimsBehind(
  text: string,
  { operators, own, threshold }: Pick<Kit['rooms'], 'operators' | 'own' | 'threshold'>,
): Promise<{ claim: Claim; match: Match }[]> {
  const behind: { claim: Claim; match: Match }[] = []
  for (const one of [operators, ...[...own.values()].map(({ matcher }) => matcher)])
    for (const match of await one.match(text, { top: MOST_BEHIND, threshold })) {
      const claim = one.get(match.claimId)
      if (claim && match.decision !== 'none') behind.push({ claim, match })
    }
  return behind.sort((a, b) => b.match.score - a.match.score).slice(0, MOST_BEHIND)
}

/** Statements with their matches as a threshold decides them; what is none under it is left out. */
export function decideFound<F extends Pick<Found, 'statement' | 'matches'>>(
  found: F[],
  threshold: number,
  claims: Claim[],
): F[] {
  const wanted = new Set(found.flatMap(({ matches }) => matches.map(({ claimId }) => claimId)))
  const known = new Map(claims.flatMap((claim) => (wanted.has(claim.id) ? [[claim.id, claim]] : [])))
  return found.map((one) => ({
    ...one,
    matches: one.matches
      .map((match) => decideAgain(match, threshold, known.get(match.claimId), one.statement.content))
      .filter(({ decision }) => decision !== 'none'),
  }))
}

/**
 * Takes claims over that changed in the store: those of a server whole, the operator's one by one. What is new, or
 * worded anew, is owed a look through the record. Repeating it does no harm.
 *
 * @param guildId a server whose claims may have gone without a trace
 * @returns what is owed now
 */
export async function takeClaimsOver(
  kit: Pick<Kit, 'store' | 'rooms' | 'now'>,
  guildId: string | null = null,
): Promise<MatchJob[]> {
  const { store, rooms } = kit
  const change = await store.claims.lastChange()
  if (change === rooms.change && guildId === null) return []
  const changed = await store.claims.changedAfter(rooms.change)
  const theirs = changed.filter(({ owner }) => owner === 'operator')
  for (const claim of theirs) {
    if (isActive(claim)) rooms.operators.add(claim)
    else rooms.operators.remove(claim.id)
  }
  const byId = new Map(theirs.length > 0 ? [...rooms.claims, ...theirs].map((claim) => [claim.id, claim]) : [])
  const own = new Map(rooms.own)
  for (const owner of new Set([...changed.map((claim) => claim.owner), ...(guildId ? [guildId] : [])])) {
    if (owner === 'operator') continue
    const kept = await store.claims.list(owner)
    if (kept.length > 0) own.set(owner, toOwn(kept))
    else own.delete(owner)
  }
  kit.rooms = { ...kit.rooms, own, change, ...(theirs.length > 0 ? { claims: [...byId.values()] } : {}) }
  return oweMatching(kit)
}

/** Owes a look through the record for every claim that it was not looked through for, as that claim is worded now. */
export async function oweMatching({ store, rooms, now }: Pick<Kit, 'store' | 'rooms' | 'now'>): Promise<MatchJob[]> {
  return store.transaction(async (tx) => {
    const before = await tx.matching.wordings()
    const active = allClaims(rooms).filter(isActive)
    const here = new Set(active.map(({ id }) => id))
    const gone = [...before.keys()].filter((id) => !here.has(id))
    if (gone.length > 0) await tx.matching.forget(gone)
    const fresh = active
      .map(({ id, owner, text, title, paraphrases }) => ({ id, owner, wording: hash([text, title, ...paraphrases]) }))
      .filter(({ id, wording }) => before.get(id) !== wording)
    const jobs: MatchJob[] = []
    for (const [owner, claims] of Map.groupBy(fresh, (claim) => claim.owner))
      jobs.push(await tx.matching.begin({ id: randomUUID(), owner, claims, now: now() }))
    return jobs
  })
}

const hash = (parts: (string | null)[]) => createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16)
