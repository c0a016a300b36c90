import { type Position, tracePosition } from '../claims/positions.ts'
import { THRESHOLD_RANGE } from '../claims/threshold.ts'
import type { Config } from '../config.ts'
import { viewClaimNotes } from '../digests/digest-view.ts'
import { UsageError } from '../errors.ts'
import { openRooms, type Rooms } from '../jobs/analyse.ts'
import { emergingFor } from '../jobs/emerging.ts'
import { claimsByIds, everyClaim } from '../jobs/known-claims.ts'
import { readSaid } from '../jobs/positions.ts'
import { readWeek, weighThreshold } from '../jobs/threshold-week.ts'
import { english } from '../messages/say.ts'
import type { Claim } from '../model.ts'
import type { Store } from '../store/store.ts'
import type { Io } from './verb.ts'

/** What these verbs work with: the record, and the claims of config and store. */
export type ClaimKit = { config: Config; store: Store; rooms: Rooms; now(): string; io: Io; asLines: boolean }

export async function openClaimKit(config: Config, store: Store, io: Io, asLines: boolean): Promise<ClaimKit> {
  return { config, store, rooms: await openRooms(config, store), now: () => new Date().toISOString(), io, asLines }
}

const when = (iso: string | null) => iso?.slice(0, 10) ?? 'undated'

/** Every claim of a status (null: any) that holds these words, by id. */
export async function listClaims(
  search: string,
  status: Claim['status'] | null,
  { store, rooms, io, asLines }: ClaimKit,
): Promise<number> {
  const wanted = search.toLowerCase()
  const found: Claim[] = []
  let all = 0
  for await (const claim of everyClaim({ store, rooms })) {
    all += 1
    const isHeld = `${claim.id} ${claim.title ?? ''} ${claim.text}`.toLowerCase().includes(wanted)
    if (isHeld && (status === null || claim.status === status)) found.push(claim)
  }
  found.sort((a, b) => (a.id < b.id ? -1 : 1))
  for (const claim of found) io.out(asLines ? JSON.stringify({ type: 'claim', ...claim }) : oneLine(claim))
  if (!asLines) io.err(`${found.length} of ${all} claims`)
  return 0
}

function oneLine({ id, text, reviews, status, owner }: Claim): string {
  const verdict = reviews.find(({ rating }) => rating)?.rating
  const tags = [verdict, status === 'retired' ? 'retired' : null, owner === 'operator' ? null : `of server ${owner}`]
  return [id, text, ...tags.filter((tag) => tag)].join(' · ')
}

/** @returns the claim, or null after saying that there is none */
async function findClaim(id: string, kit: ClaimKit): Promise<Claim | null> {
  const [found] = await claimsByIds([id], kit)
  if (!found) kit.io.err(`there is no claim with the id “${id}”; claims list --search WORDS finds it`)
  return found ?? null
}

/** A claim with its verdicts and who is on record as saying it. */
export async function showClaim(id: string, kit: ClaimKit): Promise<number> {
  const claim = await findClaim(id, kit)
  if (!claim) return 1
  const { store, rooms, io, asLines } = kit
  const seen = claim.owner === 'operator' ? store.seenBy(null) : store.seenBy(claim.owner)
  const said = await seen.statements.byClaim(id, 50)
  if (asLines) {
    const statements = said.map(({ statement, matches }) => ({
      ...statement,
      match: matches.find(({ claimId }) => claimId === id),
    }))
    io.out(JSON.stringify({ type: 'claim', ...claim, history: await store.claims.history(id), statements }))
    return 0
  }
  io.out(oneLine(claim))
  const notes = viewClaimNotes(claim, english).map((runs) =>
    runs.map((run) => ('text' in run ? run.text : run.at)).join(''),
  )
  for (const note of notes) io.out(`  ${note}`)
  for (const words of claim.paraphrases) io.out(`  also: ${words}`)
  if (claim.figures.length > 0) io.out(`  figures: ${claim.figures.map(({ text }) => text).join(', ')}`)
  for (const { changedAt, changedBy, before } of await store.claims.history(id))
    io.out(`  ${when(changedAt)} ${before ? 'changed' : 'added'} by ${changedBy}`)
  for (const { statement, document, matches } of said) {
    const match = matches.find(({ claimId }) => claimId === id)
    const sure = match
      ? `${match.score >= rooms.threshold ? (match.relation ?? 'match') : 'unsure'} ${match.score.toFixed(2)}`
      : ''
    io.out(`  ${when(document.published)} ${statement.speaker?.name ?? 'not named'}: “${statement.content}” (${sure})`)
  }
  if (said.length === 0) io.out('  nobody is on record as saying it')
  return 0
}

/** Looks for claims no more, or again. Those of the config are the config's. */
export async function setStatus(ids: string[], status: Claim['status'], kit: ClaimKit): Promise<number> {
  const { config, store, io, now } = kit
  const named = new Set([...config.claims, ...(config.sample?.claims ?? [])].map(({ id }) => id))
  let missed = 0
  for (const id of ids) {
    const claim = await findClaim(id, kit)
    if (!claim || named.has(id)) missed += 1
    if (claim && named.has(id)) io.err(`“${id}” stands in the config: give it status: ${status} there`)
    if (!claim || named.has(id)) continue
    await store.transaction((tx) => tx.claims.edit({ ...claim, status }, { by: 'operator', now: now() }))
    io.out(JSON.stringify({ type: 'claim', id, status }))
  }
  return missed > 0 ? 1 : 0
}

/** What several outlets say and no claim covers. */
export async function listEmerging(kit: ClaimKit): Promise<number> {
  const { io, asLines } = kit
  const found = await emergingFor(null, kit)
  for (const one of found) {
    if (asLines) io.out(JSON.stringify({ type: 'emerging', ...one }))
    else {
      const who = one.proposed.claimant ? `${one.proposed.claimant}: ` : ''
      io.out(`${who}“${one.proposed.text}”`)
      io.out(`  ${one.publishers.join(', ')} · first ${when(one.first)} · record ${one.statementIds[0]?.slice(0, 12)}`)
      for (const words of one.proposed.paraphrases) io.out(`  also: “${words}”`)
    }
  }
  if (found.length === 0 && !asLines)
    io.err('nothing that several outlets said in the last two weeks is without a claim')
  return 0
}

/** What was said on a claim, in order, by one speaker or by each, and where they turned. */
export async function listPositions(claimId: string, entity: string | null, kit: ClaimKit): Promise<number> {
  const claim = await findClaim(claimId, kit)
  if (!claim) return 1
  const { store, rooms, io, asLines } = kit
  const seen = claim.owner === 'operator' ? store.seenBy(null) : store.seenBy(claim.owner)
  const wanted = entity?.trim().toLowerCase() ?? null
  let told = 0
  for (const [key, { speaker, said }] of await readSaid(claim, rooms.threshold, seen)) {
    if (wanted && key.toLowerCase() !== wanted && speaker.toLowerCase() !== wanted) continue
    if (!asLines) io.out(speaker)
    for (const step of tracePosition(claim, said)) {
      io.out(asLines ? JSON.stringify({ type: 'position', claimId, speaker, entityId: key, ...step }) : lineOf(step))
      told += 1
    }
  }
  if (told === 0) io.err(entity ? `“${entity}” is not on record on that claim` : 'nobody is on record on that claim')
  return told > 0 ? 0 : 1
}

function lineOf({ when: at, stance, words, turned }: Position): string {
  const turn = turned ? `  ↪ ${turned.what === 'stance' ? 'turned' : `${turned.from} → ${turned.to}`}` : ''
  return `  ${when(at)} ${stance === 'unclear' ? '' : `${stance} `}“${words}”${turn}`
}

/** What another threshold of the operator's would have changed last week. */
export async function tryThreshold(value: string | undefined, kit: ClaimKit): Promise<number> {
  const { io, rooms, asLines } = kit
  const to = value === undefined ? rooms.threshold : Number(value)
  const { least, most } = THRESHOLD_RANGE
  if (!(to >= least && to <= most)) throw new UsageError(`a threshold is a number from ${least} to ${most}`)
  const { statements, matches } = await readWeek(null, kit)
  const effect = weighThreshold(matches, rooms.threshold, to)
  if (asLines) {
    io.out(JSON.stringify({ type: 'threshold', from: rooms.threshold, to, statements, ...effect }))
    return 0
  }
  const { match, unsure } = effect.after
  io.out(`last week, ${statements} statements; from ${to} on: ${match} matches, ${unsure} unsure`)
  for (const [what, some] of [
    ['would become a match', effect.gained],
    ['would become unsure', effect.lost],
  ] as const)
    for (const { score, claimId, speaker, words } of some.slice(0, 10))
      io.out(`  ${what}: ${score.toFixed(2)} ${claimId} · ${speaker ?? 'not named'}: “${words}”`)
  io.err(`now it is ${rooms.threshold}; matchThreshold in ${kit.config.file} sets it`)
  return 0
}
