import type { Claim, Decision, Match } from '../model.ts'
import { THRESHOLDS } from './ranking.ts'
import { relateClosest } from './relation.ts'

/** The range an owner may choose from. Below the lower end nothing is kept. */
export const THRESHOLD_RANGE = { least: THRESHOLDS.unsure, most: 0.99 }

/** What a probability means under an owner's threshold. */
export function decisionAt(score: number, threshold: number): Decision {
  if (score >= threshold) return 'match'
  return score >= Math.min(threshold, THRESHOLDS.unsure) ? 'unsure' : 'none'
}

/**
 * A match as another threshold decides it. How the two relate is only said where they meet: it is worked out for what
 * becomes a match, and taken back where it becomes unsure.
 */
export function decideAgain(
  match: Match,
  threshold: number,
  claim: Pick<Claim, 'text' | 'paraphrases'> | undefined,
  words: string,
): Match {
  const decision = decisionAt(match.score, threshold)
  if (decision === match.decision) return match
  if (decision !== 'match' || !claim) return { ...match, decision, relation: decision === 'none' ? null : 'related' }
  const { relation, because, figures } = relateClosest([claim.text, ...claim.paraphrases], words)
  return { ...match, decision, relation, evidence: { words: because, figures } }
}

/** What another threshold would have changed on matches already given: new alarms, and what would be silent. */
export function thresholdEffect<M extends Pick<Match, 'score'>>(
  matches: M[],
  from: number,
  to: number,
): { gained: M[]; lost: M[]; before: Record<Decision, number>; after: Record<Decision, number> } {
  const count = (threshold: number) => {
    const counts = { match: 0, unsure: 0, none: 0 }
    for (const { score } of matches) counts[decisionAt(score, threshold)] += 1
    return counts
  }
  return {
    gained: matches.filter(({ score }) => score < from && score >= to),
    lost: matches.filter(({ score }) => score >= from && score < to),
    before: count(from),
    after: count(to),
  }
}
