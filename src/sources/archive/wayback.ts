import { SourceError } from '../../errors.ts'
import type { ArchivedCopy, Problem, RawItem } from '../../model.ts'
import type { SharedTurns } from '../host-gate.ts'
import type { Net, NetResponse } from '../net.ts'
import type { Parsers } from '../parsers.ts'
import { readArchivedBody } from './archived-body.ts'
import { createAsker, WAYBACK_LIMITS, type WaybackLimits } from './ask-wayback.ts'
import { byWorth, type Capture, type CdxPage, captureTime, cdxAddress, postIdOf, readCdxPage } from './cdx.ts'

/** Captures of one post that are tried before it is given up. */
const CAPTURES_TRIED = 3
/** A replay that was moved further than this in time is another capture. */
const FAR_MS = 86_400_000

/** How far a reading has come: plain data, kept beside what was read. */
export type WaybackCursor = {
  /** Hosts whose index is still to be asked; the first is being asked. */
  hosts: string[]
  resumeKey: string | null
  /** Captures of the posts that were listed and not yet read, by post. */
  pending: Capture[][]
  /** What became of the captures of the first of them that were read already. */
  post?: { tried: number; found: boolean; problems: Problem[] } | null
  counts: WaybackCounts
  /** Latest capture that was listed: the next reading begins there. */
  latest: string | null
  from: string | null
  to: string | null
}
/** What became of the captures. None found, and could not ask, are never the same. */
export type WaybackCounts = { listed: number; read: number; withoutText: number; blocked: number; failed: number }

export type WaybackStep = { items: RawItem[]; problems: Problem[]; cursor: WaybackCursor; done: boolean }

export type Wayback = {
  /**
   * One page of the index, or one capture: one question to the archive. Each step's items and cursor belong into one transaction: a reading that was
   * killed goes on where it was.
   *
   * @throws {SourceError} where the archive could not be asked; the cursor of the last step stays good
   */
  steps(target: WaybackTarget, cursor: WaybackCursor | null, signal?: AbortSignal): AsyncGenerator<WaybackStep>
}
export type WaybackTarget = { name: string; from?: string | undefined; to?: string | undefined; source: string }

/** `wayback:twitter.com/NAME`, with `?from=2015&to=20151231` where only a time is wanted. @returns null where it is none */
export function waybackTarget(address: string): WaybackTarget | null {
  const [, name, query = ''] =
    /^wayback:(?:(?:www\.|mobile\.)?(?:twitter|x)\.com\/)@?(\w{1,20})\/?(?:\?(.*))?$/i.exec(address) ?? []
  if (!name) return null
  const parts = new URLSearchParams(query)
  const digits = (key: string) => parts.get(key)?.replace(/\D/g, '').slice(0, 14) || undefined
  return { name, from: digits('from'), to: digits('to'), source: address }
}

/** The operator's wishes as the limits of the client. */
export const waybackLimits = (wished: {
  indexGapSeconds: number
  captureGapSeconds: number
  pageRows: number
}): Partial<WaybackLimits> => ({
  cdxGapMs: wished.indexGapSeconds * 1000,
  replayGapMs: wished.captureGapSeconds * 1000,
  pageRows: wished.pageRows,
})

export function createWayback(kit: {
  net: Net
  parsers: Parsers
  base: string
  limits?: Partial<WaybackLimits>
  /** With them its gaps and pauses hold over all processes together. */
  sharedTurns?: SharedTurns | undefined
}): Wayback {
  const limits = { ...WAYBACK_LIMITS, ...kit.limits }
  const asker = createAsker(kit.net, limits, kit.sharedTurns)
  const base = kit.base.replace(/\/$/, '')

  async function listPage(target: WaybackTarget, cursor: WaybackCursor, signal?: AbortSignal): Promise<WaybackCursor> {
    const host = cursor.hosts[0]!
    const address = cdxAddress(
      base,
      {
        url: `${host}/${target.name}/status/`,
        from: cursor.from ?? undefined,
        to: cursor.to ?? undefined,
        limit: limits.pageRows,
      },
      cursor.resumeKey,
    )
    const page = await asker.ask('cdx', address, signal, (response, text) => cdxAnswer(response, text, target))
    if (page.resumeKey !== null && page.resumeKey === cursor.resumeKey)
      throw new SourceError(
        'unreadable',
        target.source,
        'the Wayback Machine’s index repeats itself; it is asked again later',
      )
    const posts = Map.groupBy(page.rows, ({ original }) => postIdOf(original) ?? '')
    posts.delete('')
    const latest = page.rows.reduce<string | null>(
      (last, { timestamp }) => (last && last > timestamp ? last : timestamp),
      cursor.latest,
    )
    return {
      ...cursor,
      hosts: page.resumeKey ? cursor.hosts : cursor.hosts.slice(1),
      resumeKey: page.resumeKey,
      pending: [...posts.values()].map(byWorth).filter((captures) => captures.length > 0),
      counts: { ...cursor.counts, listed: cursor.counts.listed + page.rows.length },
      latest,
    }
  }

  /** One capture of the post whose turn it is; enough of them, or none left, settle it. */
  async function readCapture(target: WaybackTarget, cursor: WaybackCursor, signal?: AbortSignal): Promise<WaybackStep> {
    const [[capture, ...rest] = [], ...others] = cursor.pending
    if (!capture) return { items: [], problems: [], cursor: { ...cursor, pending: others, post: null }, done: false }
    const before = cursor.post ?? { tried: 0, found: false, problems: [] }
    const outcome = await replay(target, capture, signal)
    const items = Array.isArray(outcome) ? outcome : []
    const failure = Array.isArray(outcome) ? null : outcome
    const own = items.filter(({ guid }) => guid === `twitter:${postIdOf(capture.original)}`)
    const post = {
      tried: before.tried + 1,
      found: before.found || own.length > 0,
      problems: failure ? [...before.problems, failureOf(target, capture, failure)] : before.problems,
    }
    const whole = own.some((item) => item.post?.textStatus === 'full')
    const settled = whole || failure?.blocked === true || rest.length === 0 || post.tried >= CAPTURES_TRIED
    if (!settled) return { items, problems: [], cursor: { ...cursor, pending: [rest, ...others], post }, done: false }
    const counts = { ...cursor.counts }
    if (post.found) counts.read += 1
    else if (failure?.blocked) counts.blocked += 1
    else if (post.problems.length > 0) counts.failed += 1
    else counts.withoutText += 1
    const problems = post.found ? [] : post.problems
    return { items, problems, cursor: { ...cursor, pending: others, post: null, counts }, done: false }
  }

  async function replay(target: WaybackTarget, capture: Capture, signal?: AbortSignal): Promise<RawItem[] | Failure> {
    const address = `${base}/web/${capture.timestamp}id_/${capture.original}`
    const answer = await asker.ask('replay', address, signal, replayAnswer)
    if ('reason' in answer) return answer
    const { bytes, url, type } = answer
    const timestamp = /\/web\/(\d{14})/.exec(url)?.[1] ?? capture.timestamp
    if (Math.abs(Date.parse(captureTime(timestamp)) - Date.parse(captureTime(capture.timestamp))) > FAR_MS)
      return { reason: `the archive gave a capture of ${captureTime(timestamp)} instead`, blocked: false }
    const copy: ArchivedCopy = {
      url: `${base}/web/${timestamp}/${capture.original}`,
      capturedAt: captureTime(timestamp),
      digest: capture.digest,
      mediaType: type ?? capture.mimetype,
    }
    const place = { source: target.source, locator: `${timestamp} ${capture.original}` }
    const items: RawItem[] = []
    for await (const read of readArchivedBody(
      { bytes, contentType: type, address: capture.original, place },
      kit.parsers,
    ))
      if ('item' in read && read.item.kind === 'post') items.push({ ...read.item, archivedAt: [copy] })
    return items
  }

  return {
    async *steps(target, known, signal) {
      let cursor: WaybackCursor = known && !isDone(known) ? known : fresh(target, known)
      while (!isDone(cursor)) {
        if (signal?.aborted) return
        const step: WaybackStep =
          cursor.pending.length > 0
            ? await readCapture(target, cursor, signal)
            : { items: [], problems: [], cursor: await listPage(target, cursor, signal), done: false }
        cursor = step.cursor
        yield { ...step, done: isDone(cursor) }
      }
    },
  }
}

type Failure = { reason: string; blocked: boolean }

const failureOf = ({ source }: WaybackTarget, { original, timestamp }: Capture, { reason }: Failure): Problem => ({
  where: `${source}, ${original} of ${captureTime(timestamp)}`,
  reason,
})

/** Three hosts hold the posts of one person; `www.` is one with the bare host there. */
const HOSTS = ['twitter.com', 'mobile.twitter.com', 'x.com']

const fresh = (target: WaybackTarget, before: WaybackCursor | null): WaybackCursor => ({
  hosts: HOSTS,
  resumeKey: null,
  pending: [],
  counts: { listed: 0, read: 0, withoutText: 0, blocked: 0, failed: 0 },
  latest: before?.latest ?? null,
  from: before?.latest ? String(BigInt(before.latest) + 1n) : (target.from ?? null),
  to: target.to ?? null,
})

const isDone = ({ hosts, pending }: WaybackCursor): boolean => hosts.length === 0 && pending.length === 0

function cdxAnswer(response: NetResponse, text: string, target: WaybackTarget): CdxPage | 'again' {
  const page = readCdxPage(text)
  if ('rows' in page && response.status === 200) return page
  if ('refused' in page && page.refused)
    throw new SourceError(
      'refused',
      target.source,
      `the Wayback Machine does not show this account (${page.said}); that will not change by asking again`,
    )
  return 'again'
}

type Replayed = { bytes: Buffer; url: string; type: string | null } | Failure

/** An archived 429 or 404 is content and carries its capture's time; without that it is the archive's own answer. */
function replayAnswer(response: NetResponse, _text: string, bytes: Buffer): Replayed | 'again' {
  const archived = response.headers.has('memento-datetime') || response.headers.has('x-archive-orig-date')
  const error = response.headers.get('x-archive-wayback-runtime-error') ?? ''
  if (response.status === 200) return { bytes, url: response.url, type: response.headers.get('content-type') }
  if (archived) return { reason: `the captured answer was ${response.status}, without the post`, blocked: false }
  if (/AccessControl|Blocked/i.test(error) || response.status === 403)
    return { reason: 'this capture is not shown by the archive', blocked: true }
  if (response.status === 404) return { reason: 'the archive lists this capture but does not have it', blocked: false }
  return 'again'
}
