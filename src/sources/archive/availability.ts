import { z } from 'zod'
import { SourceError } from '../../errors.ts'
import type { ArchivedCopy } from '../../model.ts'
import { retryAfter } from '../feed.ts'
import type { Net } from '../net.ts'
import { captureTime } from './cdx.ts'

const Answer = z.object({
  archived_snapshots: z.object({
    closest: z
      .object({
        available: z.boolean(),
        url: z.string(),
        timestamp: z.string().regex(/^\d{14}$/),
        status: z.string().optional(),
      })
      .optional(),
  }),
})

/** Where the question is asked: the Wayback Machine answers it on another host than the one that replays. */
const askedAt = (base: string): string =>
  /^https?:\/\/web\.archive\.org\/?$/.test(base) ? 'https://archive.org' : base.replace(/\/$/, '')

/**
 * Asks the Wayback Machine for its copy of an address nearest to a time.
 *
 * @param base of the Wayback Machine, as in WAYBACK_URL
 * @param near ISO 8601, null for the latest copy
 * @returns null where it was asked and has none
 * @throws {SourceError} where it could not be asked
 */
export async function closestCopy(
  address: string,
  near: string | null,
  { net, base }: { net: Net; base: string },
): Promise<ArchivedCopy | null> {
  const query = new URLSearchParams({ url: address })
  if (near) query.set('timestamp', near.replace(/\D/g, '').slice(0, 14))
  const asked = `${askedAt(base)}/wayback/available?${query}`
  const response = await net.get(asked)
  if (response.status !== 200) {
    const retryAfterSeconds = retryAfter(response.headers)
    const reason = response.status === 429 ? 'rate-limited' : 'unreachable'
    throw new SourceError(
      reason,
      asked,
      `the Wayback Machine could not say whether it has a copy (${response.status})`,
      { retryAfterSeconds },
    )
  }
  let json: unknown = null
  try {
    json = JSON.parse((await response.bytes()).toString('utf8'))
  } catch {
    // told below
  }
  const answer = Answer.safeParse(json)
  if (!answer.success)
    throw new SourceError('unreadable', asked, 'the Wayback Machine could not say whether it has a copy')
  const { closest } = answer.data.archived_snapshots
  if (!closest?.available || (closest.status && closest.status !== '200')) return null
  return {
    url: closest.url.replace(/^http:\/\/web\.archive\.org/, 'https://web.archive.org'),
    capturedAt: captureTime(closest.timestamp),
  }
}
