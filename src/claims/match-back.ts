import type { Claim, Match, Statement } from '../model.ts'
import { createMatcher } from './match-claims.ts'

type Said = Pick<Statement, 'id' | 'content'>

/**
 * Matches new claims with statements that are on record already, a batch at a time, so that whoever drives it can
 * show progress, write each batch, rest, and stop between two.
 *
 * @param options.match how a statement is matched with all known claims: what it finds of others is left out. Without
 *   it these claims are all there are.
 * @returns for each batch its matches that are not `none`, and how many statements are done
 */
export async function* matchBack(
  claims: Claim[],
  statements: Iterable<Said>,
  options: { batch?: number; match?: (statement: Said) => Match[] | Promise<Match[]> } = {},
): AsyncGenerator<{ matches: Match[]; done: number }> {
  const { batch = 200 } = options
  const these = new Set(claims.map(({ id }) => id))
  const matcher = createMatcher(claims)
  const match = options.match ?? ((statement: Said) => matcher.match(statement))
  let matches: Match[] = []
  let done = 0
  for (const statement of statements) {
    // What shares no word with these claims need not be ranked among all.
    if (matcher.candidates(statement.content, 1).length > 0)
      matches.push(
        ...(await match(statement)).filter(({ claimId, decision }) => decision !== 'none' && these.has(claimId)),
      )
    done += 1
    if (done % batch === 0) {
      yield { matches, done }
      matches = []
    }
  }
  if (done % batch !== 0) yield { matches, done }
}
