import { parseArgs } from 'node:util'
import { loadConfig } from '../config.ts'
import { viewDigest } from '../digests/digest-view.ts'
import { renderText } from '../digests/render-text.ts'
import { UsageError } from '../errors.ts'
import { openRooms } from '../jobs/analyse.ts'
import { prepareDigest } from '../jobs/digest.ts'
import { createLog } from '../log.ts'
import type { Digest } from '../model.ts'
import { renderHtml } from '../preview/render-page.ts'
import { openStore } from '../store/open-store.ts'
import type { Store } from '../store/store.ts'
import type { Io, Verb } from './verb.ts'

const FORMATS = ['text', 'json', 'html'] as const

export const verb: Verb = {
  summary: 'show the digest that would be posted',
  help: `
usage: npm run -s onrecord -- digest [--since TIME] [--format text|json|html] [--config FILE] [--data FOLDER]

Shows what is new since the last digest or, where nothing is, that last digest again. Posts nothing and changes nothing.

  --since TIME    everything recorded since then: 90m, 24h, 7d, or a date such as 2026-03-01
  --format        text (default), json (one object), or html (a whole page)

example: npm run -s onrecord -- digest --since 7d --format html > week.html`,
  async run(args, io) {
    const { values } = parseArgs({
      args,
      options: {
        since: { type: 'string' },
        format: { type: 'string', default: 'text' },
        config: { type: 'string' },
        data: { type: 'string' },
      },
    })
    const format = FORMATS.find((known) => known === values.format)
    if (!format) throw new UsageError(`--format is text, json or html, not “${values.format}”`)
    const since = values.since === undefined ? null : momentOf(values.since, Date.now())
    const config = await loadConfig({ config: values.config, data: values.data })
    await using store = await openStore(config)
    const kit = {
      store,
      rooms: await openRooms(config, store),
      now: () => new Date().toISOString(),
      log: createLog(config.logLevel, config.secrets),
    }
    const digest = await chooseDigest(kit, since, io)
    if (!digest) io.err('nothing is on record yet: npm start reads the sources')
    else io.out(render(digest, format))
    return 0
  },
}

async function chooseDigest(
  kit: Parameters<typeof prepareDigest>[0],
  since: string | null,
  io: Io,
): Promise<Digest | null> {
  const { store } = kit
  const subscription = (await store.subscriptions.list()).find(({ target }) => target.kind === 'terminal')
  const cursor = subscription ? await store.digests.cursor(subscription.id) : { sequence: 0, composedAt: null }
  const sequence = since ? await store.statements.before(since) : cursor.sequence
  const target = subscription?.target ?? { kind: 'terminal' as const }
  const asked = { id: 'preview', sequence, since: since ?? cursor.composedAt, subscription: { target } }
  const { digest } = await prepareDigest(kit, { ...asked, sample: await store.documents.noneReal() })
  if (digest.counts.statements > 0 || since) return digest
  const last = await lastDigest(store)
  if (last) io.err(`nothing new since ${last.composedAt}: this is the digest of then`)
  return last
}

async function lastDigest(store: Store): Promise<Digest | null> {
  const [last] = await store.digests.latest(1)
  return last ?? null
}

function render(digest: Digest, format: (typeof FORMATS)[number]): string {
  if (format === 'json') return JSON.stringify({ type: 'digest', ...digest })
  if (format === 'html') return renderHtml(viewDigest(digest))
  const colour = process.stdout.isTTY === true && process.stdout.hasColors()
  return renderText(viewDigest(digest), { colour, width: process.stdout.columns ?? 100, timeZone: 'UTC' })
}

const SECONDS = { m: 60, h: 3600, d: 86400, w: 604800 } as const

/** A moment as people write it: a span before now, or a date. @throws {UsageError} */
export function momentOf(text: string, now: number): string {
  const span = /^(\d{1,6})([mhdw])$/.exec(text)
  if (span) return new Date(now - Number(span[1]) * SECONDS[span[2] as keyof typeof SECONDS] * 1000).toISOString()
  const date = /^\d{4}-\d{2}-\d{2}/.test(text) ? new Date(text) : null
  if (date && !Number.isNaN(date.getTime())) return date.toISOString()
  throw new UsageError(`“${text}” is no time: write 24h, 7d or 2026-03-01`)
}
