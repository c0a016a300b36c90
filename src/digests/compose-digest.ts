import type {
  Claim,
  Cluster,
  Digest,
  DigestEntry,
  DigestGroup,
  Document,
  EmergingNote,
  FigureDiscrepancy,
  Match,
  Report,
  Statement,
} from '../model.ts'
import { weightOf, weightOfAll } from './weight.ts'

/** A statement with the document it stands in and the claims it bears on. */
export type Recorded = { statement: Statement; document: Document; matches: Match[] }

export type DigestInput = Pick<Digest, 'id' | 'title' | 'sample' | 'composedAt' | 'since' | 'troubles'> & {
  /** Recorded since the last digest. */
  fresh: Recorded[]
  /** Recorded before, and sharing words with what is fresh. `told`: an earlier digest showed it. */
  earlier: (Recorded & { told: boolean })[]
  /** Over fresh and earlier ones. */
  clusters: Cluster[]
  discrepancies: FigureDiscrepancy[]
  claims: Claim[]
  /** By statement: how its speaker said something else on that claim before. */
  turns?: Map<string, DigestEntry['turned']>
  /** What is offered as a claim, the best first. */
  emerging?: EmergingNote[]
  sources: number
}

/** Offers are an aside: no more of them stand in one digest. */
const MOST_EMERGING = 3

/** The segments of one utterance in one document, in reading order. */
type Turn = { key: string; parts: Recorded[]; fresh: boolean; told: boolean }

/**
 * Lays out what is new: by known claim, then by speaker; what bears on no claim by speaker alone. The same words in
 * several documents are one entry with all its reports. Pure: the same input gives the same digest.
 */
export function composeDigest(input: DigestInput): Digest {
  const entries = toTurnGroups(input).flatMap((turns) => toEntry(turns, input) ?? [])
  const claims = new Map(input.claims.map((claim) => [claim.id, claim]))
  const byClaim = new Map<string, DigestEntry[]>()
  const unmatched: DigestEntry[] = []
  for (const entry of entries) {
    const claimId = entry.match?.claimId
    if (claimId && claims.has(claimId)) byClaim.set(claimId, [...(byClaim.get(claimId) ?? []), entry])
    else unmatched.push(entry)
  }
  const { id, title, sample, composedAt, since, troubles, discrepancies } = input
  const shown = new Set(entries.flatMap((entry) => entry.statementIds))
  const emerging = input.emerging
    ?.filter(({ id, others }) => [id, ...others].some((one) => shown.has(one)))
    .slice(0, MOST_EMERGING)
  return {
    id,
    title,
    sample,
    composedAt,
    since,
    claims: [...byClaim]
      .sort(
        ([a, ours], [b, theirs]) =>
          weightOfAll(theirs) - weightOfAll(ours) || theirs.length - ours.length || (a < b ? -1 : 1),
      )
      .map(([claimId, found]) => ({ claim: claims.get(claimId) as Claim, speakers: bySpeaker(found) })),
    unmatched: bySpeaker(unmatched),
    discrepancies: discrepancies.filter(({ members }) => members.some(({ statementId }) => shown.has(statementId))),
    ...(emerging && emerging.length > 0 ? { emerging } : {}),
    troubles,
    counts: {
      documents: new Set(input.fresh.map(({ document }) => document.id)).size,
      statements: entries.length,
      sources: input.sources,
    },
  }
}

/** Turns that hold the same words, together. Only groups with something fresh in them are news. */
function toTurnGroups({ fresh, earlier, clusters }: DigestInput): Turn[][] {
  const turns = new Map<string, Turn>()
  const turnOf = new Map<string, string>()
  const all = [
    ...fresh.map((r) => ({ ...r, fresh: true, told: false })),
    ...earlier.map((r) => ({ ...r, fresh: false })),
  ]
  for (const recorded of all) {
    const key = `${recorded.document.id} ${recorded.statement.turnId}`
    const turn = turns.get(key) ?? { key, parts: [], fresh: false, told: false }
    if (turnOf.has(recorded.statement.id)) continue
    turn.parts.push(recorded)
    turn.fresh ||= recorded.fresh
    turn.told ||= recorded.told
    turns.set(key, turn)
    turnOf.set(recorded.statement.id, key)
  }
  const leader = new Map<string, string>()
  const lead = (key: string): string => {
    let top = key
    for (let next = leader.get(top); next !== undefined; next = leader.get(top)) top = next
    return top
  }
  joinRepeats(turns, lead, leader)
  for (const { kind, members } of clusters) {
    if (kind !== 'same-quote') continue
    const keys = members.flatMap((member) => turnOf.get(member) ?? [])
    for (const key of keys.slice(1)) if (lead(key) !== lead(keys[0]!)) leader.set(lead(key), lead(keys[0]!))
  }
  const groups = new Map<string, Turn[]>()
  for (const turn of turns.values()) {
    turn.parts.sort((a, b) => a.statement.start - b.statement.start)
    groups.set(lead(turn.key), [...(groups.get(lead(turn.key)) ?? []), turn])
  }
  return [...groups.values()].filter((group) => group.some((turn) => turn.fresh))
}

/** Where headlines and captions stand. */
const HEAD_OF_TEXT = 250
/** Of the fewer words, so many stand in the other: a headline says again what the text says at length. */
const SAID_AGAIN = 0.7
/** What is longer than this many headlines says more than the headline. */
const LONGER = 2.5

/** The same words of one speaker twice in one document, as in a headline and the text below it, are one entry. */
function joinRepeats(turns: Map<string, Turn>, lead: (key: string) => string, leader: Map<string, string>): void {
  const spoken = Map.groupBy(turns.values(), ({ parts: [first] }) =>
    JSON.stringify([first?.document.id, first?.statement.speaker?.name]),
  )
  for (const own of spoken.values()) {
    const read = own.map((turn) => ({ ...turn, words: wordsOf(turn) }))
    for (const [i, turn] of read.entries()) {
      const known = read.slice(0, i).find((other) => isSaidAgain(turn, other))
      if (known && lead(known.key) !== lead(turn.key)) leader.set(lead(turn.key), lead(known.key))
    }
  }
}

const wordsOf = ({ parts }: Turn): string[] =>
  parts.flatMap(({ statement }) => statement.content.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])

type Read = Turn & { words: string[] }

function isSaidAgain(a: Read, b: Read): boolean {
  if (a.words.join(' ') === b.words.join(' ')) return true
  const [headline, text] = a.words.length < b.words.length ? [a, b] : [b, a]
  const inHead = (headline.parts[0]?.statement.start ?? HEAD_OF_TEXT) < HEAD_OF_TEXT
  const reported = [a, b].every(({ parts }) => parts.every(({ statement }) => statement.directness === 'indirect'))
  const { length } = headline.words
  if (!inHead || !reported || length < 4 || text.words.length > length * LONGER) return false
  const other = new Set(text.words)
  return headline.words.filter((word) => other.has(word)).length / length >= SAID_AGAIN
}

/** An article's words without the addresses that stood behind its links, on one line. A post keeps its own. */
export const shownWords = ({ document, statement }: Pick<Recorded, 'document' | 'statement'>): string => {
  const words =
    document.kind === 'post' ? statement.content : statement.content.replace(/\s*<?https?:\/\/[^\s<>]+>?/g, '')
  return words.replace(/\s+/g, ' ').trim()
}

const length = (turn: Turn) => turn.parts.reduce((sum, { statement }) => sum + statement.content.length, 0)
const time = (recorded: Recorded) => recorded.document.published ?? '9999'

/** The fullest wording of a group, with every report of it. */
function toEntry(turns: Turn[], { claims, turns: moved }: DigestInput): DigestEntry | null {
  const byTime = turns.toSorted((a, b) =>
    time(a.parts[0]!) < time(b.parts[0]!) ? -1 : time(a.parts[0]!) > time(b.parts[0]!) ? 1 : a.key < b.key ? -1 : 1,
  )
  const fullest = byTime.toSorted((a, b) => length(b) - length(a))[0]
  const parts = fullest?.parts
  if (!parts?.[0]) return null
  const all = byTime.flatMap((turn) => turn.parts)
  const speakers = [...parts, ...all].map(({ statement }) => statement)
  const named =
    speakers.find(({ speaker }) => speaker?.entityId) ?? speakers.find(({ speaker }) => speaker) ?? parts[0].statement
  const turned = all.map(({ statement }) => moved?.get(statement.id)).find((one) => one !== undefined)
  const reports = new Map<string, Report>()
  for (const recorded of all)
    for (const report of toReports(recorded)) {
      const place = `${report.documentId} ${report.publisher} ${report.url}`
      if (!reports.has(place)) reports.set(place, report)
    }
  return {
    id: all[0]!.statement.id,
    statementIds: all.map(({ statement }) => statement.id),
    speaker: named.speaker,
    speaksFor: speakers.find(({ speaksFor }) => speaksFor)?.speaksFor ?? null,
    cue: parts.find(({ statement }) => statement.cue)?.statement.cue?.text.toLowerCase() ?? null,
    words: parts.map((part) => ({ content: shownWords(part), directness: part.statement.directness })),
    medium: all.find(({ statement }) => statement.medium)?.statement.medium ?? null,
    said: all.map(({ statement }) => statement.said).find((said) => said !== null) ?? null,
    firstSeen: all.map(({ document }) => document.published).find((published) => published !== null) ?? null,
    reports: [...reports.values()],
    again: turns.some((turn) => turn.told),
    ...(turned ? { turned } : {}),
    match: bestMatch(all, claims),
  }
}

/** Who printed a statement, and where to check it. */
export function toReport({ document, statement }: Pick<Recorded, 'document' | 'statement'>): Report {
  const { id, kind, publisher, author, title, url, published, publishedFrom, archivedAt } = document
  return {
    documentId: id,
    kind,
    publisher,
    author,
    title,
    url,
    published,
    publishedFrom,
    archivedAt,
    reportedBy: statement.reportedBy,
    ...(statement.fate ? { fate: statement.fate } : {}),
  }
}

/** A copy that another outlet printed is a report of its own. */
function toReports(recorded: Recorded): Report[] {
  const own = toReport(recorded)
  const copies = (recorded.document.appearances ?? []).filter(
    ({ publisher }) => publisher && publisher !== own.publisher,
  )
  return [
    own,
    ...copies.map(({ publisher, title, url, published }) => ({
      ...own,
      publisher,
      title,
      url,
      published,
      author: null,
      archivedAt: [],
    })),
  ]
}

const WEIGHT = { match: 2, unsure: 1, none: 0 } as const

function bestMatch(all: Recorded[], claims: Claim[]): DigestEntry['match'] {
  const [best] = all
    .flatMap(({ matches }) => matches)
    .filter(({ decision }) => decision !== 'none')
    .sort((a, b) => WEIGHT[b.decision] - WEIGHT[a.decision] || b.score - a.score || (a.claimId < b.claimId ? -1 : 1))
  if (!best) return null
  const review = claims.find(({ id }) => id === best.claimId)?.reviews.find(({ rating }) => rating)
  return {
    ...best,
    verdict: review?.rating ?? null,
    reviewedBy: review?.publisher ?? null,
    reviewed: review?.reviewed ?? null,
  }
}

/** The weightiest first, then tracked speakers, then those with most to say, then by name; unknown ones last. */
function bySpeaker(entries: DigestEntry[]): DigestGroup[] {
  const groups = new Map<string, DigestEntry[]>()
  for (const entry of entries) {
    const name = entry.speaker?.name ?? 'Speaker not named'
    groups.set(name, [...(groups.get(name) ?? []), entry])
  }
  const rank = (found: DigestEntry[]) => (found[0]?.speaker?.entityId ? 0 : found[0]?.speaker ? 1 : 2)
  const when = (entry: DigestEntry) => entry.said ?? entry.firstSeen ?? '9999'
  return [...groups]
    .sort(
      ([a, ours], [b, theirs]) =>
        weightOfAll(theirs) - weightOfAll(ours) ||
        rank(ours) - rank(theirs) ||
        theirs.length - ours.length ||
        (a < b ? -1 : 1),
    )
    .map(([speaker, found]) => ({
      speaker,
      entries: found.sort(
        (a, b) => weightOf(b) - weightOf(a) || (when(a) < when(b) ? -1 : when(a) > when(b) ? 1 : a.id < b.id ? -1 : 1),
      ),
    }))
}
