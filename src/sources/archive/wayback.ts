import { SourceError } from '../../errors.ts'
import type { ArchivedCopy, Problem, RawItem } from '../../model.ts'
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
   * One page of the index, or one post. Each step's items and cursor belong into one transaction: a reading that was
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

export function createWayback(kit: {
  net: Net
  parsers: Parsers
  base: string
  limits?: Partial<WaybackLimits>
}): Wayback {
  const limits = { ...WAYBACK_LIMITS, ...kit.limits }
  const asker = createAsker(kit.net, limits)
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

  async function readPost(target: WaybackTarget, cursor: WaybackCursor, signal?: AbortSignal): Promise<WaybackStep> {
    const [captures = [], ...pending] = cursor.pending
    const counts = { ...cursor.counts }
    const problems: Problem[] = []
    const items: RawItem[] = []
    const id = postIdOf(captures[0]?.original ?? '')
    for (const capture of captures.slice(0, CAPTURES_TRIED)) {
      const outcome = await replay(target, capture, signal)
      if (Array.isArray(outcome)) items.push(...outcome)
      else if (outcome.blocked) {
        counts.blocked += 1
        problems.push({ where: `${target.source}, ${capture.original}`, reason: outcome.reason })
        break
      } else
        problems.push({
          where: `${target.source}, ${capture.original} of ${captureTime(capture.timestamp)}`,
          reason: outcome.reason,
        })
      if (items.some(({ guid, post }) => guid === `twitter:${id}` && post?.textStatus === 'full')) break
    }
    const found = items.some(({ guid }) => guid === `twitter:${id}`)
    if (found) counts.read += 1
    else if (problems.length === 0) counts.withoutText += 1
    else if (counts.blocked === cursor.counts.blocked) counts.failed += 1
    const next = { ...cursor, pending, counts }
    return { items, problems: found ? [] : problems, cursor: next, done: isDone(next) }
  }

  async function replay(
    target: WaybackTarget,
    capture: Capture,
    signal?: AbortSignal,
  ): Promise<RawItem[] | { reason: string; blocked: boolean }> {
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
            ? await readPost(target, cursor, signal)
            : { items: [], problems: [], cursor: await listPage(target, cursor, signal), done: false }
        cursor = step.cursor
        yield { ...step, done: isDone(cursor) }
      }
    },
  }
}

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

type Replayed = { bytes: Buffer; url: string; type: string | null } | { reason: string; blocked: boolean }

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
