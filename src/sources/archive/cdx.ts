import { z } from 'zod'

/** One row of the Wayback Machine's index: that an address was captured, not what it said. */
export type Capture = {
  urlkey: string
  timestamp: string
  original: string
  mimetype: string
  statuscode: string
  digest: string
  length: string
}

export type CdxQuery = { url: string; from?: string | undefined; to?: string | undefined; limit: number }

const FIELDS = ['urlkey', 'timestamp', 'original', 'mimetype', 'statuscode', 'digest', 'length'] as const

/** Address of one page of captures below a path. The key of the last page goes in untouched: it is encoded once more. */
export function cdxAddress(base: string, { url, from, to, limit }: CdxQuery, resumeKey: string | null): string {
  const query = new URLSearchParams({
    url,
    matchType: 'prefix',
    output: 'json',
    fl: FIELDS.join(','),
    limit: String(limit),
    showResumeKey: 'true',
  })
  if (from) query.set('from', from)
  if (to) query.set('to', to)
  if (resumeKey) query.set('resumeKey', resumeKey)
  return `${base.replace(/\/$/, '')}/cdx/search/cdx?${query}`
}

const Rows = z.array(z.array(z.string()))

export type CdxPage = { rows: Capture[]; resumeKey: string | null }

/**
 * Reads one page by the names in its first row; an empty list is an answer: there are none.
 *
 * @returns words on what the server said instead, where it is no such list
 */
export function readCdxPage(text: string): CdxPage | { refused: boolean; said: string } {
  let json: unknown
  try {
    json = JSON.parse(text.trim() === '' ? '[]' : text)
  } catch {
    const refused = /(?:AdministrativeAccessControl|RobotAccessControl|BlockedSite)\w*/.exec(text)?.[0]
    return {
      refused: refused !== undefined,
      said:
        refused ??
        text
          .slice(0, 3000)
          .replace(/<[^>]*>/g, ' ')
          .replace(/\s+/g, ' ')
          .trim()
          .slice(0, 120),
    }
  }
  const parsed = Rows.safeParse(json)
  if (!parsed.success) return { refused: false, said: 'a list of another shape' }
  const [header = [], ...lines] = parsed.data
  const end = lines.findIndex((line) => line.length === 0)
  const rows = (end === -1 ? lines : lines.slice(0, end)).map((line) =>
    Object.fromEntries(header.map((name, i) => [name, line[i] ?? ''])),
  )
  return {
    rows: rows
      .map((row) => Object.fromEntries(FIELDS.map((name) => [name, row[name] ?? ''])) as Capture)
      .filter(({ timestamp, original }) => /^\d{14}$/.test(timestamp) && original !== ''),
    resumeKey: end === -1 ? null : (lines[end + 1]?.[0] ?? null),
  }
}

/** Fourteen digits of UTC to ISO 8601. */
export const captureTime = (timestamp: string): string =>
  new Date(
    Date.UTC(
      Number(timestamp.slice(0, 4)),
      Number(timestamp.slice(4, 6)) - 1,
      Number(timestamp.slice(6, 8)),
      Number(timestamp.slice(8, 10)),
      Number(timestamp.slice(10, 12)),
      Number(timestamp.slice(12, 14)),
    ),
  ).toISOString()

/** The post that a captured address stands for, whatever was written behind it; null for other pages. */
export const postIdOf = (original: string): string | null =>
  /\/status(?:es)?\/(\d{1,19})(?!\d)/i.exec(original)?.[1] ?? null

/** From mid-2020 pages were an application without words in its markup. */
const SHELLS_FROM = '20200601'

/** The captures of one post in the order in which they are worth reading: JSON, then pages that hold words, then the rest. */
export function byWorth(captures: Capture[]): Capture[] {
  const worth = ({ mimetype, timestamp }: Capture): number =>
    /json/.test(mimetype) ? 0 : mimetype === 'unk' || /revisit/.test(mimetype) ? 1 : timestamp < SHELLS_FROM ? 1 : 2
  const usable = captures.filter(({ statuscode }) => statuscode === '200' || statuscode === '-' || statuscode === '')
  const seen = new Set<string>()
  return usable
    .toSorted((a, b) => worth(a) - worth(b) || (a.timestamp < b.timestamp ? -1 : 1))
    .filter(({ digest }) => !seen.has(digest) && Boolean(seen.add(digest)))
}
