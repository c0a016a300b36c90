import type { Claim, Match, Statement } from '../model.ts'
import { compareCounts, findCounts } from './figures.ts'

/** What one entity said on one claim, once. `when`: as said, else as first published. */
export type Said = {
  statement: Pick<Statement, 'id' | 'content' | 'said'>
  match: Pick<Match, 'claimId' | 'relation' | 'score'>
  published: string | null
}

export type Stance = 'affirms' | 'denies' | 'unclear'

/** How a step differs from the last one that took a stance, or gave that figure. */
export type Turn = {
  what: 'stance' | 'figure'
  from: string
  to: string
  earlier: { statementId: string; words: string; when: string | null }
}

/** One step of a position. `turned` is null where it does not differ from those before. */
export type Position = {
  statementId: string
  when: string | null
  words: string
  stance: Stance
  figures: string[]
  turned: Turn | null
}

const STANCE: Record<string, Stance> = {
  repeats: 'affirms',
  'differs-in-figure': 'affirms',
  narrower: 'affirms',
  wider: 'affirms',
  opposes: 'denies',
}

/**
 * What an entity said on a claim, in order, and where it turned: from affirming to denying, or from one figure to
 * another. Statements without a time come last. A claim that is itself a denial is kept in mind by its relation.
 */
export function tracePosition(claim: Pick<Claim, 'id'>, said: Said[]): Position[] {
  const steps = said
    .filter(({ match }) => match.claimId === claim.id)
    .map(({ statement, match, published }) => ({
      statementId: statement.id,
      when: earliest(statement.said, published),
      words: statement.content,
      stance: STANCE[match.relation ?? ''] ?? ('unclear' as Stance),
      counts: findCounts(statement.content),
    }))
    .sort((a, b) => compare(a.when ?? '~', b.when ?? '~') || compare(a.statementId, b.statementId))
  let stance: Stance = 'unclear'
  let counts: ReturnType<typeof findCounts> = []
  let stood: Turn['earlier'] | null = null
  let counted: Turn['earlier'] | null = null
  return steps.map(({ counts: theirs, ...step }) => {
    const [differing] = compareCounts(counts, theirs).differ
    let turned: Position['turned'] = null
    if (step.stance !== 'unclear' && stance !== 'unclear' && step.stance !== stance && stood)
      turned = { from: stance, to: step.stance, what: 'stance', earlier: stood }
    else if (differing && counted)
      turned = { from: differing[0].text, to: differing[1].text, what: 'figure', earlier: counted }
    const here = { statementId: step.statementId, words: step.words, when: step.when }
    if (step.stance !== 'unclear') [stance, stood] = [step.stance, here]
    if (theirs.length > 0) [counts, counted] = [theirs, here]
    return { ...step, figures: theirs.map(({ text }) => text), turned }
  })
}

/** By code units, so that a time that is not known comes last wherever this runs. */
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** What was said cannot have been said after it was published. */
function earliest(said: string | null, published: string | null): string | null {
  if (!said || !published) return said ?? published
  return said <= published ? said : published
}
