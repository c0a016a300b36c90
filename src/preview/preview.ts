import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ConfigError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { DigestView, Run } from '../model.ts'
import { claimPage, claimsPage, digestsPage, lookupPage, missingPage, type PageAnswer, sourcesPage } from './pages.ts'
import { contentPolicy } from './style.ts'

/** How one source does. */
export type SourceHealth = {
  name: string
  address: string
  enabled: boolean
  trouble: string | null
  lastReadAt: string | null
  nextReadAt: string | null
  /** Why then, or why never. */
  nextReadBecause?: string | null
  /** That nothing new came for long against its habit, null where it is as lively as ever. */
  silent?: string | null
}
/** A known claim with how often it was said. */
export type ClaimSummary = { id: string; text: string; said: number }
/** Who said a claim when, oldest first. */
export type ClaimTimeline = {
  text: string
  notes: Run[][]
  /** `turned`: what the speaker's position was before, where it changed. */
  moments: { at: string | null; head: Run[]; quotation: Run[][]; turned: Run[] | null; sources: Run[][]; id: string }[]
}

/** What the page shows comes through these: it keeps nothing itself. */
export type PreviewReaders = {
  /** Newest first. */
  digests(limit: number): Promise<{ view: DigestView; composedAt: string }[]>
  digest(id: string): Promise<{ view: DigestView; composedAt: string } | null>
  lookup(text: string): Promise<DigestView>
  /** Those that most statements bear on first, and how many are not among them. */
  claims(): Promise<{ shown: ClaimSummary[]; more: number }>
  claim(id: string): Promise<ClaimTimeline | null>
  /** Its timeline as a PNG, null where nothing with a date is known. */
  picture(claimId: string): Promise<Uint8Array | null>
  sources(): Promise<SourceHealth[]>
}

export type Preview = { readonly url: string; close(): Promise<void> }

/**
 * Serves the page on loopback: the last digests as Discord would show them, what is on record, how the sources do.
 *
 * @param options.port 0 takes any free one
 * @throws {ConfigError} where the port is taken
 */
export async function startPreview(options: { port: number; readers: PreviewReaders; log: Log }): Promise<Preview> {
  const { port, readers, log } = options
  const server = createServer((request, response) => {
    answer(request, readers)
      .catch((error) => {
        log.error({ err: error, path: request.url }, 'the preview page failed')
        return missingPage(500)
      })
      .then((page) => send(response, page, request.method === 'HEAD'))
      .catch((error) => log.error({ err: error }, 'the preview page could not be sent'))
  })
  server.requestTimeout = 10_000
  server.headersTimeout = 10_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new ConfigError([`PREVIEW_PORT: port ${port} is taken; set another one`], { cause: error })
          : error,
      ),
    )
    server.listen(port, '127.0.0.1', resolve)
  })
  const { port: bound } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${bound}/`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** A name that leads here from outside (DNS rebinding) is refused: the page is for this machine alone. */
const OUR_HOSTS = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/

async function answer(request: IncomingMessage, readers: PreviewReaders): Promise<PageAnswer> {
  if (!OUR_HOSTS.test(request.headers.host ?? '')) return missingPage(421)
  if (request.method !== 'GET' && request.method !== 'HEAD') return missingPage(405)
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1')
  const [, place = '', ...rest] = pathname.split('/')
  const id = decode(rest.join('/'))
  switch (place) {
    case '':
      return digestsPage(await readers.digests(5))
    case 'digest': {
      const found = id ? await readers.digest(id) : null
      return found ? digestsPage([found]) : missingPage(404)
    }
    case 'record':
      return lookupPage(id, id ? await readers.lookup(id) : null)
    case 'lookup': {
      const asked = (searchParams.get('q') ?? '').trim().slice(0, 1500)
      return lookupPage(asked, asked ? await readers.lookup(asked) : null)
    }
    case 'claims':
      return claimsPage(await readers.claims())
    case 'claim': {
      const found = await readers.claim(id)
      return found ? claimPage(found, id) : missingPage(404)
    }
    case 'timeline': {
      const png = await readers.picture(id.replace(/\.png$/, ''))
      return png ? { status: 200, type: 'image/png', body: png } : missingPage(404)
    }
    case 'sources':
      return sourcesPage(await readers.sources())
    case 'healthz':
      return { status: 200, type: 'text/plain; charset=utf-8', body: 'ok\n' }
    default:
      return missingPage(404)
  }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return ''
  }
}

function send(response: ServerResponse, page: PageAnswer, headOnly: boolean): void {
  response.writeHead(page.status, {
    'content-type': page.type ?? 'text/html; charset=utf-8',
    'content-security-policy': `${contentPolicy('self')}; frame-ancestors 'none'`,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  })
  response.end(headOnly ? undefined : page.body)
}
