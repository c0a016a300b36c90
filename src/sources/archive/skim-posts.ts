import { POST } from './post-keys.ts'
import { createBuilder, createSkimmer } from './skim-json.ts'
import { isSnscrape } from './snscrape.ts'
import { isTweetV1 } from './tweet-v1.ts'
import { isTweetV2 } from './tweet-v2.ts'

const skim = createSkimmer(POST)

/**
 * One line as the readers of posts see it: what they do not look at is left out.
 *
 * @returns undefined where the line is no post that is known by these keys; JSON.parse must decide what it is
 */
export const skimPost = (line: Buffer): unknown => known(skim(line))

const build = createBuilder(POST)

/** As skimPost, from notes that begin with word `at`, for the line that begins with byte `start`. */
export const buildPost = (bytes: Buffer, start: number, notes: Int32Array, at: number): unknown =>
  known(build(bytes, start, notes, at))

function known(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const post = value as Record<string, unknown>
  return isSnscrape(post) || isTweetV2(post) || isTweetV1(post) ? post : undefined
}
