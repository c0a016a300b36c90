import { Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw, createZstdDecompress } from 'node:zlib'
import { Agent, type Dispatcher, request } from 'undici'
import { SourceError } from '../errors.ts'
import { type AddressRule, addressRule, checkedUrl, type Resolve, refusedPrivate } from './addresses.ts'
import { HeldOff, HostGate, type SharedTurns } from './host-gate.ts'

/** One answer, wholly read, its content coding taken off. Names of headers are lower-case. */
export type NetResponse = {
  status: number
  headers: Headers
  /** The address that answered, after every redirect. */
  url: string
  /** Each redirect that was followed, in order. */
  redirects: { status: number; from: string; to: string }[]
  bytes(): Promise<Buffer>
}

export type GetOptions = {
  /** Most decoded bytes of this answer. */
  maxBytes?: number
  /** Most milliseconds for this answer with all its redirects, without the wait for the host's turn. */
  timeoutMs?: number
  /** False: an answer that redirects is handed back as it is. */
  redirects?: boolean
}

/** The one door to other machines. */
export type Net = {
  /** @throws {SourceError} unreachable, refused, too-large, timeout or unreadable; never for a status code */
  get(url: string, headers?: Record<string, string>, options?: GetOptions): Promise<NetResponse>
  /**
   * Sends a body to one address, and follows no redirect: what is sent, and its key, are for that address alone.
   *
   * @throws {SourceError} as `get`
   */
  post(
    url: string,
    body: string,
    headers?: Record<string, string>,
    options?: Omit<GetOptions, 'redirects'>,
  ): Promise<NetResponse>
  /** Puts the next request to this address's host off, as its Retry-After asks. */
  holdOff(url: string, seconds: number): void
  close(): Promise<void>
}

export type NetOptions = {
  /** CIDR ranges that may be reached although they are private. */
  allowAddresses?: readonly string[]
  /** Where a publisher can write: stands in the User-Agent. */
  contact?: string | null
  version?: string
  maxBytes?: number
  timeoutMs?: number
  connectTimeoutMs?: number
  /** Least time between the starts of two requests to one host. */
  hostGapMs?: number
  hostConcurrency?: number
  concurrency?: number
  /** With them the gap and the requests per host are those of all processes together. */
  sharedTurns?: SharedTurns | undefined
  /** Finds the addresses of a host name: the system's way by default. */
  resolve?: Resolve
}

const MAX_REDIRECTS = 5
/** Seconds of a pause that a host asked for which a request may wait out. */
const LONGEST_WAIT = 5
const REDIRECTS = new Set([301, 302, 303, 307, 308])

/**
 * Opens the door to other machines: time and size limits, redirects by hand with every hop checked, public addresses
 * only, a gap and a cap per host.
 *
 * @throws {Error} where a range of `allowAddresses` is no CIDR range
 */
export function createNet(options: NetOptions = {}): Net {
  const limits = { maxBytes: 5_000_000, timeoutMs: 30_000, ...defined(options) }
  const rule = addressRule(options.allowAddresses ?? [], options.resolve)
  const gate = new HostGate({
    gapMs: options.hostGapMs ?? 1000,
    perHost: options.hostConcurrency ?? 2,
    overall: options.concurrency ?? 32,
    shared: options.sharedTurns,
  })
  const agent = new Agent({
    connect: { lookup: rule.lookup, timeout: options.connectTimeoutMs ?? 10_000 },
    headersTimeout: limits.timeoutMs,
    bodyTimeout: limits.timeoutMs,
    keepAliveTimeout: 4_000,
    keepAliveMaxTimeout: 30_000,
    maxHeaderSize: 64 * 1024,
  })
  const version = options.version ?? '0'
  const userAgent = options.contact ? `Onrecord/${version} (+${options.contact})` : `Onrecord/${version}`

  async function get(address: string, headers: Record<string, string> = {}, choice: GetOptions = {}) {
    const { maxBytes, timeoutMs } = { ...limits, ...defined(choice) }
    const redirects: NetResponse['redirects'] = []
    let url = checkedUrl(address, rule)
    let left = timeoutMs
    for (;;) {
      const visit = async () => {
        const begun = performance.now()
        const answer = await one(url, address, { headers: { 'user-agent': userAgent, ...headers }, maxBytes, left })
        left -= performance.now() - begun
        return answer
      }
      // Whoever waits that long would hold up others: it is asked again later.
      const hop = await gate.through(url.hostname, visit, LONGEST_WAIT).catch((error) => {
        if (!(error instanceof HeldOff)) throw error
        throw new SourceError('held-off', address, 'its host asked for a pause; it is tried again after it', {
          retryAfterSeconds: Math.ceil(error.seconds),
        })
      })
      const location = hop.headers.get('location')
      if (choice.redirects === false || !REDIRECTS.has(hop.status) || !location)
        return { ...hop, url: url.href, redirects, bytes: async () => hop.body }
      if (redirects.length === MAX_REDIRECTS)
        throw new SourceError(
          'unreachable',
          address,
          `it redirects more than ${MAX_REDIRECTS} times; look it up in a browser`,
        )
      const next = URL.parse(location, url)
      if (!next) throw new SourceError('unreachable', address, 'it redirects to something that is not an address')
      redirects.push({ status: hop.status, from: url.href, to: next.href })
      url = checkedHop(next.href, address, rule)
    }
  }

  async function post(
    address: string,
    sent: string,
    headers: Record<string, string> = {},
    choice: Omit<GetOptions, 'redirects'> = {},
  ) {
    const { maxBytes, timeoutMs } = { ...limits, ...defined(choice) }
    const url = checkedUrl(address, rule)
    const asked = { headers: { 'user-agent': userAgent, ...headers }, maxBytes, left: timeoutMs, sent }
    const answer = await gate.through(url.hostname, () => one(url, address, asked))
    return { ...answer, url: url.href, redirects: [], bytes: async () => answer.body }
  }

  async function one(
    url: URL,
    address: string,
    asked: { headers: Record<string, string>; maxBytes: number; left: number; sent?: string },
  ) {
    const signal = AbortSignal.timeout(Math.max(1, Math.ceil(asked.left)))
    try {
      const answer = await request(url, {
        dispatcher: agent,
        signal,
        ...(asked.sent === undefined ? {} : { method: 'POST' as const, body: asked.sent }),
        headers: { 'accept-encoding': 'gzip, deflate, br, zstd', ...asked.headers },
      })
      const body = await readBody(answer, asked.maxBytes, address, signal)
      return { status: answer.statusCode, headers: toHeaders(answer.headers), body }
    } catch (error) {
      throw toSourceError(error, address, signal)
    }
  }

  return {
    get,
    post,
    holdOff: (address, seconds) => {
      const host = URL.parse(address)?.hostname
      if (host) gate.holdOff(host, seconds)
    },
    close: () => agent.destroy(),
  }
}

const defined = <T extends object>(options: T): Partial<T> =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>

function checkedHop(url: string, address: string, rule: AddressRule): URL {
  try {
    return checkedUrl(url, rule)
  } catch (error) {
    throw new SourceError('refused', address, `it redirects to ${(error as Error).message}`, { cause: error })
  }
}

function toHeaders(raw: Dispatcher.ResponseData['headers']): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(raw))
    for (const one of [value ?? []].flat()) headers.append(name, one.replace(/[^\t\x20-\xff]/g, ''))
  return headers
}

/** Counts what comes out of the decoders, not what comes in: 200 KB of gzip can be 200 MB. */
async function readBody(
  answer: Dispatcher.ResponseData,
  maxBytes: number,
  address: string,
  signal: AbortSignal,
): Promise<Buffer> {
  const codings = String(answer.headers['content-encoding'] ?? '')
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding && coding !== 'identity')
  if (codings.length > 3)
    throw new SourceError('unreadable', address, 'its content is encoded more than three times over')
  let stream: Readable = answer.body
  const empty = answer.statusCode === 304 || answer.statusCode === 204
  if (!empty) for (const coding of codings.reverse()) stream = await decoded(stream, coding, address)
  const stop = () => stream.destroy(signal.reason as Error)
  signal.addEventListener('abort', stop, { once: true })
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > maxBytes)
        throw new SourceError(
          'too-large',
          address,
          `it is larger than ${Math.round(maxBytes / 1e6)} MB once unpacked and was not read to its end`,
        )
      chunks.push(chunk)
    }
  } finally {
    signal.removeEventListener('abort', stop)
    answer.body.destroy()
  }
  return Buffer.concat(chunks)
}

async function decoded(from: Readable, coding: string, address: string): Promise<Readable> {
  const decoder = await decoderOf(from, coding)
  if (!decoder)
    throw new SourceError(
      'unreadable',
      address,
      `its content coding ${JSON.stringify(coding.slice(0, 40))} is not known`,
    )
  decoder.stream.on('error', () => from.destroy())
  decoder.from.on('error', (error) => decoder.stream.destroy(error))
  return decoder.from.pipe(decoder.stream)
}

async function decoderOf(from: Readable, coding: string) {
  if (coding === 'gzip' || coding === 'x-gzip') return { from, stream: createGunzip() }
  if (coding === 'br') return { from, stream: createBrotliDecompress() }
  if (coding === 'zstd') return { from, stream: createZstdDecompress() }
  if (coding !== 'deflate') return null
  // Some servers send raw deflate where RFC 9110 §8.4.1.2 asks for a zlib header: 8 in the first byte's low half.
  const iterator = from[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  const first = await iterator.next()
  const head: Buffer = first.done ? Buffer.alloc(0) : first.value
  const rest = Readable.from(
    (async function* () {
      if (head.length > 0) yield head
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value
    })(),
  )
  return { from: rest, stream: head.length > 0 && (head[0]! & 0x0f) !== 8 ? createInflateRaw() : createInflate() }
}

/** What went wrong, in words that tell what to do. */
function toSourceError(error: unknown, address: string, signal: AbortSignal): Error {
  if (error instanceof SourceError) return error
  const { code = '', name = '', message = '' } = error as { code?: string; name?: string; message?: string }
  if (signal.aborted || name === 'TimeoutError' || code.includes('TIMEOUT') || code === 'ETIMEDOUT')
    return new SourceError('timeout', address, 'it did not answer in time; it is tried again later', { cause: error })
  if (code === 'ENOTPUBLIC') return refusedPrivate(address, error)
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return new SourceError(
      'unreachable',
      address,
      'its host name was not found; check the spelling and this machine’s connection',
      { cause: error },
    )
  if (code === 'ECONNREFUSED')
    return new SourceError('unreachable', address, 'its host refuses connections; it is tried again later', {
      cause: error,
    })
  if (/^(ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(code))
    return new SourceError(
      'unreachable',
      address,
      `its certificate is not accepted (${code}); look it up in a browser`,
      { cause: error },
    )
  if (code.startsWith('Z_') || code.startsWith('ERR_BROTLI') || code.startsWith('ERR__') || code.startsWith('ZSTD'))
    return new SourceError('unreadable', address, 'its compressed content is damaged or cut; it is tried again later', {
      cause: error,
    })
  return new SourceError(
    'unreachable',
    address,
    `the connection failed (${code || name || message}); it is tried again later`,
    { cause: error },
  )
}
