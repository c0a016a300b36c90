import type { Claim, Match, Statement } from '../model.ts'
import { createMatcher, type MatchOptions } from './match-claims.ts'

/**
 * Matches new claims with statements that are on record already, a batch at a time, so that whoever drives it can
 * show progress, write each batch, rest, and stop between two.
 *
 * @returns for each batch its matches that are not `none`, and how many statements are done
 */
export function* matchBack(
  claims: Claim[],
  statements: Iterable<Pick<Statement, 'id' | 'content'>>,
  { batch = 200, ...options }: MatchOptions & { batch?: number } = {},
): Generator<{ matches: Match[]; done: number }> {
  const matcher = createMatcher(claims)
  let matches: Match[] = []
  let done = 0
  for (const statement of statements) {
    matches.push(...matcher.match(statement, options).filter(({ decision }) => decision !== 'none'))
    done += 1
    if (done % batch === 0) {
      yield { matches, done }
      matches = []
    }
  }
  if (done % batch !== 0) yield { matches, done }
}
