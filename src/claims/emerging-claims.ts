import type { Claim, Statement } from '../model.ts'
import { claimId } from './import-claims.ts'
import { createMatcher } from './match-claims.ts'
import { terms } from './tokens.ts'

/** A statement with what decides whether it may found a claim: who printed it, and whether it met a known one. */
export type Unclaimed = {
  statement: Pick<Statement, 'id' | 'content' | 'speaker' | 'figures'>
  /** The outlet, or the author of a post. */
  publisher: string | null
  published: string | null
}

/** What several outlets report and no known claim covers, offered as a claim with its evidence. */
export type Emerging = {
  /** Made of the first statement; its other wordings are its paraphrases. Not yet active: a curator decides. */
  proposed: Claim
  statementIds: string[]
  publishers: string[]
  first: string | null
}

/** From this probability two statements say the same. Higher than for known claims: nobody has looked at these yet. */
const ALIKE = 0.6
/** Shorter statements recur everywhere and claim nothing. In words. */
const LEAST_WORDS = 5
/**
 * Of the shorter statement's words, weighed by how few statements hold them, so many must be in the other. Of some 300
 * pairs of feed entries that were held to be alike with less in common, none of sixty that were read said the same.
 */
const LEAST_SHARED = 0.35
const BREATH = 2

/**
 * Groups statements that match no known claim and recur. The same for any order of the same statements.
 *
 * @param options.leastPublishers how many different outlets must carry it
 * @param options.rest called every few statements, for whoever must not be held up
 * @returns those with the most outlets first
 */
export async function findEmerging(
  unclaimed: Unclaimed[],
  { leastPublishers = 2, rest }: { leastPublishers?: number; rest?: () => Promise<unknown> } = {},
): Promise<Emerging[]> {
  const usable = unclaimed
    .filter(({ statement }) => statement.content.trim().split(/\s+/).length >= LEAST_WORDS)
    .sort(
      (a, b) => (a.published ?? '9').localeCompare(b.published ?? '9') || a.statement.id.localeCompare(b.statement.id),
    )
  const shared = wordsShared(usable)
  const matcher = createMatcher(usable.map(({ statement }) => toClaim(statement.id, statement.content, null)))
  const root = new Map(usable.map(({ statement }) => [statement.id, statement.id]))
  const find = (id: string): string => {
    let at = id
    while (root.get(at) !== at) at = root.get(at)!
    root.set(id, at)
    return at
  }
  for (const [i, { statement }] of usable.entries()) {
    if (i % BREATH === 0) await rest?.()
    const others = shared(i)
    if (others.size === 0) continue
    for (const { claimId: other, score } of matcher.match({ id: statement.id, text: statement.content }, { top: 8 })) {
      if (score < ALIKE || !others.has(other)) continue
      const [first = '', last = ''] = [find(statement.id), find(other)].sort()
      if (first !== last) root.set(last, first)
    }
  }
  const groups = Map.groupBy(usable, ({ statement }) => find(statement.id))
  return [...groups.values()]
    .map((members): Emerging => {
      const publishers = [...new Set(members.flatMap(({ publisher }) => publisher ?? []))]
      const { statement, published } = members[0]!
      const others = [...new Set(members.slice(1).map((one) => one.statement.content))].filter(
        (words) => words !== statement.content,
      )
      const speaker = statement.speaker?.name ?? null
      return {
        proposed: {
          ...toClaim(claimId(statement.content, speaker), statement.content, speaker),
          date: published,
          paraphrases: others.slice(0, 5),
          figures: statement.figures,
          status: 'retired',
        },
        statementIds: members.map((one) => one.statement.id),
        publishers,
        first: published,
      }
    })
    .filter(({ publishers }) => publishers.length >= leastPublishers)
    .sort((a, b) => b.publishers.length - a.publishers.length || a.proposed.id.localeCompare(b.proposed.id))
}

/** Reads once which words each statement has. @returns the ids of those that have enough in common with the one at an index */
function wordsShared(all: Unclaimed[]): (index: number) => Set<string> {
  const words = all.map(({ statement }) => [...new Set(terms(statement.content))])
  const holders = new Map<string, number[]>()
  for (const [i, own] of words.entries()) for (const word of own) holders.getOrInsert(word, []).push(i)
  const weigh = (word: string) => Math.log(1 + all.length / holders.get(word)!.length)
  const weights = words.map((own) => own.reduce((sum, word) => sum + weigh(word), 0))
  return (index) => {
    const common = new Map<number, number>()
    for (const word of words[index]!)
      for (const other of holders.get(word)!) common.set(other, (common.get(other) ?? 0) + weigh(word))
    const isShared = ([other, weight]: [number, number]) =>
      other !== index &&
      weight >= LEAST_SHARED * Math.min(weights[index]!, weights[other]!) &&
      sameSpeaker(all[other]!, all[index]!)
    return new Set([...common].filter(isShared).map(([other]) => all[other]!.statement.id))
  }
}

/** Two named speakers make two claims; an unnamed one may be either. */
function sameSpeaker(a: Unclaimed, b: Unclaimed): boolean {
  const [left, right] = [a.statement.speaker, b.statement.speaker]
  if (!left || !right) return true
  if (left.entityId && right.entityId) return left.entityId === right.entityId
  return left.name.toLowerCase() === right.name.toLowerCase() || !left.entityId !== !right.entityId
}

function toClaim(id: string, text: string, claimant: string | null): Claim {
  return {
    id,
    text,
    title: null,
    claimant,
    date: null,
    paraphrases: [],
    figures: [],
    reviews: [],
    status: 'active',
    owner: 'operator',
  }
}
