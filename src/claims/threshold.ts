import type { Match } from '../model.ts'

/** What another threshold would have changed on matches already given: new alarms, and what would be silent. */
export function thresholdEffect(
  matches: Pick<Match, 'statementId' | 'claimId' | 'score'>[],
  from: number,
  to: number,
): { gained: typeof matches; lost: typeof matches } {
  return {
    gained: matches.filter(({ score }) => score < from && score >= to),
    lost: matches.filter(({ score }) => score >= from && score < to),
  }
}
