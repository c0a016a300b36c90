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
  /** Those of the config, retired ones too. Imported ones stay in the store: there may be a million. */
  configured: Claim[]
  /** Over the operator's active ones, of the config and imported. */
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
  const configured = named.map((claim) => ({ ...claim, figures: findFigures(claim.text) }))
  const owned = Map.groupBy(await store.claims.owned(), ({ owner }) => owner)
  return {
    configured,
    operators: await openOperatorClaims({ configured, change }, config, store, log),
    own: new Map([...owned].map(([owner, theirs]) => [owner, toOwn(theirs)])),
    change,
  }
}

const isActive = ({ status }: Claim) => status === 'active'
const toOwn = (claims: Claim[]): Own => ({ claims, matcher: createMatcher(claims.filter(isActive)) })

/** These claims, of the operator and of every server, in the order asked for; what is not there is left out. */
export async function claimsByIds(
  ids: Iterable<string>,
  { store, rooms }: { store: Pick<Store, 'claims'>; rooms: Pick<KnownClaims, 'configured' | 'own'> },
): Promise<Claim[]> {
  const wanted = new Set(ids)
  const found = new Map<string, Claim>()
  for (const claim of [...rooms.configured, ...[...rooms.own.values()].flatMap(({ claims }) => claims)])
    if (wanted.has(claim.id)) found.set(claim.id, claim)
  const others = [...wanted].filter((id) => !found.has(id))
  for (const claim of await store.claims.byIds(others)) found.set(claim.id, claim)
  return [...wanted].flatMap((id) => found.get(id) ?? [])
}

/** Every claim there is: of the config, of servers, and page by page the imported ones. */
export async function* everyClaim({
  store,
  rooms,
}: {
  store: Pick<Store, 'claims'>
  rooms: Pick<KnownClaims, 'configured' | 'own'>
}): AsyncGenerator<Claim> {
  yield* rooms.configured
  for (const { claims } of rooms.own.values()) yield* claims
  const named = new Set(rooms.configured.map(({ id }) => id))
  for (let after = ''; ; ) {
    const page = await store.claims.imported({ after, limit: PAGE })
    for (const claim of page) if (!named.has(claim.id)) yield claim
    const last = page.at(-1)
    if (!last) return
    after = last.id
  }
}

/** The claims that some statements bear on, as one server (null: none) sees them: the operator's and its own. */
export async function claimsOn(
  found: Pick<Found, 'matches'>[],
  guildId: string | null,
  kit: Parameters<typeof claimsByIds>[1],
): Promise<Claim[]> {
  const ids = found.flatMap(({ matches }) => matches.map(({ claimId }) => claimId))
  return (await claimsByIds(ids, kit)).filter(({ owner }) => owner === 'operator' || owner === guildId)
}

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
  kit: Pick<Kit, 'store' | 'rooms'>,
): Promise<{ claim: Claim; match: Match }[]> {
  const { operators, own, threshold } = kit.rooms
  const asked = { top: MOST_BEHIND, threshold }
  const theirs = [...own.values()].flatMap(({ matcher }) => matcher.match(text, asked))
  const matches = [...(await operators.match(text, asked)), ...theirs]
    .filter(({ decision }) => decision !== 'none')
    .sort((a, b) => b.score - a.score)
    .slice(0, MOST_BEHIND)
  const claims = new Map(
    (
      await claimsByIds(
        matches.map(({ claimId }) => claimId),
        kit,
      )
    ).map((one) => [one.id, one]),
  )
  return matches.flatMap((match) => {
    const claim = claims.get(match.claimId)
    return claim ? [{ claim, match }] : []
  })
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
 * @returns what is owed now
 */
export async function takeClaimsOver(kit: Pick<Kit, 'store' | 'rooms' | 'now'>): Promise<MatchJob[]> {
  const { store, rooms, now } = kit
  const change = await store.claims.lastChange()
  if (change === rooms.change) return []
  const changed = await store.claims.changedAfter(rooms.change)
  rooms.operators.take(
    changed.filter(({ owner }) => owner === 'operator'),
    change,
  )
  const own = new Map(rooms.own)
  const gone: string[] = []
  const known = [...rooms.own.keys()]
  // A server that was forgotten, here or by another process, leaves no claim that has changed.
  const forgotten = new Set(known).difference(new Set(await store.claims.ownersAmong(known)))
  for (const owner of new Set([...changed.map((claim) => claim.owner), ...forgotten])) {
    if (owner === 'operator') continue
    const kept = await store.claims.list(owner)
    const here = new Set(kept.map(({ id }) => id))
    gone.push(...(own.get(owner)?.claims ?? []).flatMap(({ id }) => (here.has(id) ? [] : [id])))
    changed.push(...kept)
    if (kept.length > 0) own.set(owner, toOwn(kept))
    else own.delete(owner)
  }
  kit.rooms = { ...kit.rooms, own, change }
  return store.transaction(async (tx) => {
    const debts = await openDebts(tx)
    for (const claim of changed) debts.look(claim)
    return debts.owe([...gone, ...debts.retired], now())
  })
}

/** Imported claims that are read at once. */
const PAGE = 1000

/** Owes a look through the record for every claim that it was not looked through for, as that claim is worded now. */
export async function oweMatching({ store, rooms, now }: Pick<Kit, 'store' | 'rooms' | 'now'>): Promise<MatchJob[]> {
  return store.transaction(async (tx) => {
    const debts = await openDebts(tx)
    for await (const claim of everyClaim({ store: tx, rooms })) debts.look(claim)
    return debts.owe(debts.unseen(), now())
  })
}

/** Compares claims with what the record was looked through for. */
async function openDebts(tx: Pick<Store, 'matching'>) {
  const before = await tx.matching.wordings()
  const seen = new Set<string>()
  const retired: string[] = []
  const fresh = new Map<string, { id: string; owner: string; wording: string }>()
  return {
    retired,
    look({ id, owner, status, text, title, paraphrases }: Claim) {
      if (seen.has(id)) return
      if (status !== 'active') return void retired.push(id)
      seen.add(id)
      const wording = hash([text, title, ...paraphrases])
      if (before.get(id) !== wording) fresh.set(id, { id, owner, wording })
    },
    unseen: () => [...before.keys()].filter((id) => !seen.has(id)),
    /** @param gone ids of claims that are no more */
    async owe(gone: string[], now: string): Promise<MatchJob[]> {
      const known = gone.filter((id) => before.has(id))
      if (known.length > 0) await tx.matching.forget(known)
      const jobs: MatchJob[] = []
      for (const [owner, claims] of Map.groupBy(fresh.values(), (claim) => claim.owner))
        jobs.push(await tx.matching.begin({ id: randomUUID(), owner, claims, now }))
      return jobs
    },
  }
}

const hash = (parts: (string | null)[]) => createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16)
