import { z } from 'zod'
import { SourceError } from '../../errors.ts'
import type { ArchivedCopy } from '../../model.ts'
import { retryAfter } from '../feed.ts'
import type { Net, NetResponse } from '../net.ts'
import { captureTime } from './cdx.ts'

/** Orders copies from the Wayback Machine's Save Page Now, with the operator's key. */
export type SavePage = {
  /** @returns the order's id. @throws {SourceError} `gone` where such a page is never copied */
  order(address: string): Promise<string>
  /** @returns null while it is being made. @throws {SourceError} `gone` where no copy will come of it */
  ordered(id: string, address: string): Promise<ArchivedCopy | null>
}

/** A capture takes about a minute; nobody waits for an answer longer than this. */
const TIMEOUT_MS = 20_000
/** A copy so young serves as well: none is made beside it. */
const YOUNG = '1d'

const Answer = z.object({
  job_id: z.string().nullish(),
  status: z.string().optional(),
  timestamp: z
    .string()
    .regex(/^\d{14}$/)
    .optional(),
  original_url: z.string().optional(),
  /** Such as `error:blocked-url`. */
  status_ext: z.string().optional(),
  message: z.string().nullish(),
})

/** What another try will not change. */
const FINAL =
  /^error:(?:blocked|not-found|gone|no-access|forbidden|unauthorized|bad-request|method-not-allowed|invalid|filesize-limit|not-acceptable|proxy|unsupported|http-version)/

/**
 * @param base of the Wayback Machine, as in WAYBACK_URL
 * @param key `access:secret`, as archive.org/account/s3.php gives it
 * @see Save Page Now 2 API, Internet Archive
 */
export function savePage({ net, base, key }: { net: Net; base: string; key: string }): SavePage {
  const root = base.replace(/\/$/, '')
  const headers = { accept: 'application/json', authorization: `LOW ${key}` }
  return {
    async order(address) {
      const asked = `${root}/save`
      const body = new URLSearchParams({ url: address, skip_first_archive: '1', if_not_archived_within: YOUNG })
      const form = { ...headers, 'content-type': 'application/x-www-form-urlencoded' }
      const answer = await read(await net.post(asked, body.toString(), form, { timeoutMs: TIMEOUT_MS }), address, net)
      if (!answer.job_id) throw refused(answer, address)
      return answer.job_id
    },
    async ordered(id, address) {
      const asked = `${root}/save/status/${encodeURIComponent(id)}`
      const answer = await read(
        await net.get(asked, headers, { timeoutMs: TIMEOUT_MS, redirects: false }),
        address,
        net,
      )
      if (answer.status === 'pending') return null
      if (answer.status !== 'success' || !answer.timestamp) throw refused(answer, address)
      const url = `${root}/web/${answer.timestamp}/${answer.original_url ?? address}`
      return { url, capturedAt: captureTime(answer.timestamp) }
    },
  }
}

function refused({ status_ext, message }: z.infer<typeof Answer>, address: string): SourceError {
  const why = (message || status_ext || 'without a reason').replace(/\s+/g, ' ').slice(0, 200)
  const reason = FINAL.test(status_ext ?? '') ? 'gone' : 'unreachable'
  return new SourceError(reason, address, `the Wayback Machine made no copy: ${why}`)
}

async function read(response: NetResponse, address: string, net: Net): Promise<z.infer<typeof Answer>> {
  const { status, url } = response
  const retryAfterSeconds = retryAfter(response.headers)
  if (status === 401 || status === 403)
    throw new SourceError('refused', address, 'the Wayback Machine does not know this key: check ARCHIVE_ORG_KEY')
  if (status === 429) {
    // The same host answers for the index: nobody asks it before it wants to be asked.
    if (retryAfterSeconds) net.holdOff(url, retryAfterSeconds)
    throw new SourceError('rate-limited', address, 'the Wayback Machine asks to wait with orders', {
      retryAfterSeconds,
    })
  }
  const json = await response.bytes().then((bytes) => parsed(bytes.toString('utf8')))
  const answer = Answer.safeParse(json)
  if (answer.success && (status === 200 || answer.data.status_ext)) return answer.data
  throw new SourceError('unreachable', address, `the Wayback Machine takes no orders now (${status})`, {
    retryAfterSeconds,
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
