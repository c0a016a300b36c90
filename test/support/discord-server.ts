import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import busboy from 'busboy'
import { type Gateway, openGateway } from './discord-gateway.ts'
import { callbackFaults, commandFaults, type Json, type MessageBody, messageFaults } from './discord-limits.ts'
import { schemaFaults } from './discord-schema.ts'

/** One request as it came in. `path` without the version; `at` in milliseconds of the monotonic clock. */
export type Heard = {
  at: number
  method: string
  path: string
  body: Json
  files: { name: string; text: string; bytes: number }[]
  status: number
}
/** What the next matching request meets instead of an answer; `taken` does the work and then hides that it did. */
export type Trouble =
  | { status: 429; retryAfter: number }
  | { status: 400 | 401 | 403 | 404 | 500 | 502 | 503; code?: number; message?: string }
  | { reset: true; taken?: boolean }
  | { delayMs: number }

export type PostedMessage = MessageBody & {
  id: string
  channel_id: string
  author: { id: string }
  files: Heard['files']
}
type Channel = {
  id: string
  type: number
  guild_id: string
  name: string
  parent_id?: string
  owner_id?: string
  thread_metadata?: { archived: boolean; locked: boolean }
  permission_overwrites?: { id: string; type: number; allow: string; deny: string }[]
}

export const IDS = {
  token: 'MTAwMDAwMDAwMDAwMDAwMDAx.GaBcDe.abcdefghijklmnopqrstuvwxyz0123456789AB',
  application: '100000000000000001',
  bot: '100000000000000001',
  guild: '200000000000000001',
  otherGuild: '200000000000000002',
  channel: '300000000000000001',
  otherChannel: '300000000000000002',
  user: '400000000000000001',
} as const

/**
 * A Discord of our own on loopback: the routes and gateway events that Onrecord uses, and the troubles it must live
 * with. Everything it is sent is checked against Discord's limits; `faults` holds what was wrong.
 */
export class DiscordServer implements AsyncDisposable {
  readonly heard: Heard[] = []
  readonly faults: string[] = []
  readonly messages = new Map<string, PostedMessage>()
  readonly channels = new Map<string, Channel>()
  /** Interaction token → what was answered. */
  readonly answers = new Map<string, Answered>()
  commands: Json[] = []
  /** Takes any token over HTTP, so that only the gateway refuses a wrong one. */
  lenient = false
  /** May make any request meet a trouble, besides those that were planned. */
  weather: ((method: string, path: string) => Trouble | undefined) | undefined
  /** How long an enforced nonce is known. */
  nonceMs = Number.POSITIVE_INFINITY
  gateway!: Gateway
  #http: Server
  #troubles: { method: string; path: RegExp; trouble: Trouble }[] = []
  /** Files that somebody attaches, by id. */
  readonly attachments = new Map<string, object>()
  readonly #files = new Map<string, string>()
  #nonces = new Map<string, { id: string; at: number }>()
  /** Ids tell the time: later than any clock of a test. */
  #next = 1700000000000000000n
  #waiting = new Set<() => void>()

  private constructor() {
    this.#http = createServer((request, response) => void this.#serve(request, response))
    // A test that takes its time must not meet a connection that was closed for idleness.
    this.#http.keepAliveTimeout = 120_000
    for (const [id, guild_id] of [
      [IDS.channel, IDS.guild],
      [IDS.otherChannel, IDS.otherGuild],
    ] as const)
      this.channels.set(id, { id, guild_id, type: 0, name: `channel-${id.slice(-1)}` })
  }

  static async start(): Promise<DiscordServer> {
    const server = new DiscordServer()
    await new Promise<void>((resolve) => server.#http.listen(0, '127.0.0.1', resolve))
    server.gateway = openGateway(server.#http, () => [...server.channels.values()], IDS)
    return server
  }

  get port(): number {
    return (this.#http.address() as AddressInfo).port
  }

  /** For `DISCORD_API_URL`. */
  get url(): string {
    return `http://127.0.0.1:${this.port}/api`
  }

  /** The next request that matches meets this trouble, once. Several are met in turn. */
  trouble(method: string, path: RegExp, ...troubles: Trouble[]): void {
    for (const trouble of troubles) this.#troubles.push({ method, path, trouble })
  }

  /** Requests of one kind, in order. */
  requests(method: string, path: RegExp): Heard[] {
    return this.heard.filter((one) => one.method === method && path.test(one.path))
  }

  /** Resolves as soon as `look` finds something; rejects after a while, so that a test never hangs. */
  async until<T>(look: () => T | null | undefined | false, what: string, withinMs = 8000): Promise<T> {
    const found = look()
    if (found) return found
    return new Promise<T>((resolve, reject) => {
      const check = () => {
        const now = look()
        if (!now) return
        done()
        resolve(now)
      }
      const timer = setTimeout(() => {
        done()
        reject(new Error(`waited in vain for ${what}`))
      }, withinMs)
      // What is looked for need not be a request of ours: a process may have printed it.
      const again = setInterval(check, 50)
      const done = () => {
        clearTimeout(timer)
        clearInterval(again)
        this.#waiting.delete(check)
        this.gateway.off(check)
      }
      this.#waiting.add(check)
      this.gateway.on(check)
    })
  }

  /** A file as Discord keeps it for an option. @returns its id, the option's value */
  attach(filename: string, content: string): string {
    const id = this.id()
    const path = `/attachments/${id}/${encodeURIComponent(filename)}`
    const url = `http://127.0.0.1:${this.port}${path}`
    this.#files.set(path, content)
    this.attachments.set(id, { id, filename, size: Buffer.byteLength(content), url, proxy_url: url, ephemeral: true })
    return id
  }

  /** A new id, larger than all before. */
  id(): string {
    this.#next += 1n
    return String(this.#next)
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const file = this.#files.get(request.url ?? '')
    if (file !== undefined) {
      response.end(file)
      return
    }
    const at = performance.now()
    const address = new URL(request.url ?? '/', 'http://127.0.0.1')
    const path = decodeURIComponent(address.pathname).replace(/^\/api(\/v\d+)?/, '')
    const { body, files } = await readBody(request)
    const method = request.method ?? 'GET'
    const heard: Heard = { at, method, path, body, files, status: 0 }
    this.heard.push(heard)
    const met = this.#troubles.findIndex((one) => one.method === method && one.path.test(path))
    const trouble = met >= 0 ? this.#troubles.splice(met, 1)[0]?.trouble : this.weather?.(method, path)
    if (trouble && 'delayMs' in trouble) await new Promise((resolve) => setTimeout(resolve, trouble.delayMs))
    else if (trouble && 'reset' in trouble) {
      if (trouble.taken) this.#answer(heard, address)
      request.socket.destroy()
      this.#tell()
      return
    } else if (trouble) {
      heard.status = trouble.status
      const limited = trouble.status === 429
      const retryAfter = limited ? trouble.retryAfter : 0
      response.writeHead(trouble.status, {
        'content-type': 'application/json',
        ...(limited ? { 'retry-after': String(retryAfter), 'x-ratelimit-scope': 'shared' } : {}),
      })
      const said = limited
        ? { message: 'You are being rate limited.', retry_after: retryAfter, global: false }
        : { message: trouble.message ?? 'no', code: trouble.code ?? 0 }
      response.end(JSON.stringify(said))
      this.#tell()
      return
    }
    const authorised =
      this.lenient || /^\/(interactions|webhooks)\//.test(path) || request.headers.authorization === `Bot ${IDS.token}`
    const { status, json } = authorised
      ? this.#answer(heard, address)
      : { status: 401, json: { message: '401: Unauthorized', code: 0 } }
    heard.status = status
    response.writeHead(status, status === 204 ? {} : { 'content-type': 'application/json' })
    response.end(status === 204 ? undefined : JSON.stringify(json))
    this.#tell()
  }

  #tell(): void {
    for (const check of [...this.#waiting]) check()
  }

  #answer(heard: Heard, address: URL): { status: number; json: Json } {
    const { method, path, body, files } = heard
    const route = ROUTES.find((one) => one.method === method && one.path.test(path))
    if (!route) {
      this.faults.push(`no such route here: ${method} ${path}`)
      return { status: 404, json: { message: '404: Not Found', code: 0 } }
    }
    const names = files.map(({ name }) => name)
    const own = route.check?.(body as never, names) ?? []
    const faults = [...own, ...(route.operation ? schemaFaults(route.operation, body) : [])]
    this.faults.push(...faults.map((fault) => `${method} ${path}: ${fault}`))
    if (faults.length > 0)
      return { status: 400, json: { message: `Invalid Form Body: ${faults.join('; ')}`, code: 50035 } }
    return route.answer({ server: this, heard, match: route.path.exec(path) ?? [], query: address.searchParams })
  }

  /** Stores a message, or returns the earlier one with the same enforced nonce. */
  post(channelId: string, body: MessageBody, files: Heard['files']): PostedMessage {
    const key = body.enforce_nonce ? `${channelId} ${body.nonce}` : null
    const used = key ? this.#nonces.get(key) : undefined
    const earlier = used && performance.now() - used.at < this.nonceMs && this.messages.get(used.id)
    if (earlier) return earlier
    const message = { ...body, id: this.id(), channel_id: channelId, author: { id: IDS.bot }, files }
    this.messages.set(message.id, message)
    if (key) this.#nonces.set(key, { id: message.id, at: performance.now() })
    return message
  }

  /** Messages of a channel as Discord lists them: newest first, or the oldest that come after an id. */
  history(channelId: string, after: string | null, limit: number): object[] {
    const all = [...this.messages.values()].filter((one) => one.channel_id === channelId)
    const asked = after ? all.filter(({ id }) => BigInt(id) > BigInt(after)).slice(0, limit) : all.slice(-limit)
    // Discord keeps nonces to itself.
    return asked.toReversed().map(({ nonce: _nonce, ...message }) => message)
  }

  /** A post in a forum: a thread with its first message, which has the thread's own id. */
  openPost(forumId: string, name: string, body: MessageBody, files: Heard['files']): object {
    const id = this.id()
    const guild_id = this.channels.get(forumId)?.guild_id ?? IDS.guild
    const thread_metadata = { archived: false, locked: false }
    const thread = { id, type: 11, guild_id, name, parent_id: forumId, owner_id: IDS.bot, thread_metadata }
    this.channels.set(id, thread)
    const message = { ...body, id, channel_id: id, author: { id: IDS.bot }, files }
    this.messages.set(id, message)
    return { ...thread, message }
  }

  threads(archived: boolean): Channel[] {
    return [...this.channels.values()].filter(({ thread_metadata: state }) => state && state.archived === archived)
  }

  /** Why a message is refused in a channel: it is a forum, or an archived thread. */
  refusal(channelId: string): { status: number; json: Json } | null {
    const { type, thread_metadata: state } = this.channels.get(channelId) ?? {}
    if (type === 15)
      return { status: 400, json: { message: 'Cannot send messages in a non-text channel', code: 50008 } }
    return state?.archived ? { status: 400, json: { message: 'Thread is archived', code: 50083 } } : null
  }

  /** What Discord forgets after a few minutes. */
  forgetNonces(): void {
    this.#nonces.clear()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.gateway.close()
    this.#http.closeAllConnections()
    await new Promise((resolve) => this.#http.close(resolve))
  }
}

/** All that was said in answer to one interaction. */
export type Answered = {
  first: { type: number; data?: Json } | null
  firstAt: number
  files: Heard['files']
  edits: MessageBody[]
  followUps: MessageBody[]
}

type RouteKit = { server: DiscordServer; heard: Heard; match: string[]; query: URLSearchParams }
type Check = (body: never, files: string[]) => string[]
type Route = {
  method: string
  path: RegExp
  operation?: string
  check?: Check
  answer: (kit: RouteKit) => { status: number; json: Json }
}

const ok = (json: unknown = null) => ({ status: json === null ? 204 : 200, json: json as Json })
const missing = (what: string, code: number) => ({ status: 404, json: { message: `Unknown ${what}`, code } })
const answered = (server: DiscordServer, token: string): Answered => {
  const known = server.answers.get(token) ?? { first: null, firstAt: 0, files: [], edits: [], followUps: [] }
  server.answers.set(token, known)
  return known
}
const newMessage = (body: MessageBody, files: string[]) => messageFaults(body, files)
const changed = (body: MessageBody, files: string[]) => messageFaults(body, files, true)

/** View Channel, Send Messages, Embed Links, Attach Files, Read Message History. */
const EVERYONE = (1n << 10n) | (1n << 11n) | (1n << 14n) | (1n << 15n) | (1n << 16n)

const ROUTES: Route[] = [
  {
    method: 'GET',
    path: /^\/gateway\/bot$/,
    answer: ({ server }) =>
      ok({
        url: `ws://127.0.0.1:${server.port}`,
        shards: 1,
        session_start_limit: { total: 1000, remaining: 1000, reset_after: 0, max_concurrency: 1 },
      }),
  },
  ...['/applications/{application_id}/commands', '/applications/{application_id}/guilds/{guild_id}/commands'].map(
    (route): Route => ({
      method: 'PUT',
      path: new RegExp(`^${route.replace(/\{\w+\}/g, '\\d+')}$`),
      operation: `put ${route}`,
      check: commandFaults,
      answer: ({ server, heard }) => {
        server.commands = heard.body as Json[]
        return ok((heard.body as object[]).map((command) => ({ ...command, id: server.id() })))
      },
    }),
  ),
  {
    method: 'GET',
    path: /^\/(applications|oauth2\/applications)\/@me$/,
    answer: () => ok({ id: IDS.application, name: 'Onrecord' }),
  },
  {
    method: 'GET',
    path: /^\/users\/@me$/,
    answer: () => ok({ id: IDS.bot, username: 'onrecord', discriminator: '0', bot: true }),
  },
  {
    method: 'POST',
    path: /^\/users\/@me\/channels$/,
    operation: 'post /users/@me/channels',
    answer: ({ server, heard }) => {
      const id = `9${(heard.body as { recipient_id: string }).recipient_id.slice(1)}`
      server.channels.set(id, { id, type: 1, guild_id: '', name: 'direct' })
      return ok({ id, type: 1 })
    },
  },
  {
    method: 'GET',
    path: /^\/channels\/(\d+)$/,
    answer: ({ server, match }) => {
      const channel = server.channels.get(match[1] ?? '')
      return channel ? ok(channel) : missing('Channel', 10003)
    },
  },
  {
    method: 'GET',
    path: /^\/guilds\/(\d+)$/,
    answer: ({ match }) =>
      ok({
        id: match[1],
        name: 'Harbour',
        owner_id: IDS.user,
        roles: [{ id: match[1], permissions: String(EVERYONE) }],
      }),
  },
  { method: 'GET', path: /^\/guilds\/\d+\/members\/(\d+)$/, answer: () => ok({ user: { id: IDS.bot }, roles: [] }) },
  {
    method: 'GET',
    path: /^\/channels\/(\d+)\/messages$/,
    answer: ({ server, match, query }) =>
      server.channels.has(match[1] ?? '')
        ? ok(server.history(match[1] ?? '', query.get('after'), Number(query.get('limit') ?? 50)))
        : missing('Channel', 10003),
  },
  {
    method: 'POST',
    path: /^\/channels\/(\d+)\/threads$/,
    operation: 'post /channels/{channel_id}/threads',
    check: ((body: { message: MessageBody }, files: string[]) => newMessage(body.message, files)) as Check,
    answer: ({ server, heard, match }) => {
      const { name, message } = heard.body as unknown as { name: string; message: MessageBody }
      return ok(server.openPost(match[1] ?? '', name, message, heard.files))
    },
  },
  {
    method: 'GET',
    path: /^\/guilds\/(\d+)\/threads\/active$/,
    answer: ({ server }) => ok({ threads: server.threads(false), members: [] }),
  },
  {
    method: 'GET',
    path: /^\/channels\/(\d+)\/threads\/archived\/public$/,
    answer: ({ server, match }) =>
      ok({ threads: server.threads(true).filter(({ parent_id }) => parent_id === match[1]), members: [] }),
  },
  {
    method: 'PATCH',
    path: /^\/channels\/(\d+)$/,
    answer: ({ server, heard, match }) => {
      const channel = server.channels.get(match[1] ?? '')
      if (!channel) return missing('Channel', 10003)
      Object.assign(channel.thread_metadata ?? {}, heard.body)
      return ok(channel)
    },
  },
  {
    method: 'POST',
    path: /^\/channels\/(\d+)\/messages$/,
    operation: 'post /channels/{channel_id}/messages',
    check: newMessage,
    answer: ({ server, heard, match }) =>
      server.channels.has(match[1] ?? '')
        ? (server.refusal(match[1] ?? '') ?? ok(server.post(match[1] ?? '', heard.body as MessageBody, heard.files)))
        : missing('Channel', 10003),
  },
  {
    method: 'PATCH',
    path: /^\/channels\/(\d+)\/messages\/(\d+)$/,
    operation: 'patch /channels/{channel_id}/messages/{message_id}',
    check: changed,
    answer: ({ server, heard, match }) => {
      const message = server.messages.get(match[2] ?? '')
      if (!message) return missing('Message', 10008)
      Object.assign(message, heard.body)
      return ok(message)
    },
  },
  {
    method: 'POST',
    path: /^\/interactions\/(\d+)\/([^/]+)\/callback$/,
    operation: 'post /interactions/{interaction_id}/{interaction_token}/callback',
    check: callbackFaults as Route['check'] & object,
    answer: ({ server, heard, match }) => {
      const answer = answered(server, match[2] ?? '')
      if (answer.first) return { status: 400, json: { message: 'Interaction already acknowledged.', code: 40060 } }
      answer.first = heard.body as unknown as Answered['first']
      answer.firstAt = heard.at
      answer.files = heard.files
      return ok()
    },
  },
  {
    method: 'PATCH',
    path: /^\/webhooks\/\d+\/([^/]+)\/messages\/@original$/,
    operation: 'patch /webhooks/{webhook_id}/{webhook_token}/messages/@original',
    check: changed,
    answer: ({ server, heard, match }) => {
      answered(server, match[1] ?? '').edits.push(heard.body as MessageBody)
      return ok({ id: server.id(), channel_id: IDS.channel })
    },
  },
  {
    method: 'POST',
    path: /^\/webhooks\/\d+\/([^/]+)$/,
    operation: 'post /webhooks/{webhook_id}/{webhook_token}',
    check: newMessage,
    answer: ({ server, heard, match }) => {
      answered(server, match[1] ?? '').followUps.push(heard.body as MessageBody)
      return ok({ id: server.id(), channel_id: IDS.channel })
    },
  },
]

async function readBody(request: IncomingMessage): Promise<{ body: Json; files: Heard['files'] }> {
  if ((request.headers['content-type'] ?? '').startsWith('multipart/')) return readParts(request)
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString('utf8')
  return { body: text === '' ? null : (JSON.parse(text) as Json), files: [] }
}

async function readParts(request: IncomingMessage): Promise<{ body: Json; files: Heard['files'] }> {
  const parser = busboy({ headers: request.headers, limits: { fieldSize: 5e6 } })
  const files: Heard['files'] = []
  let body: Json = null
  parser.on('field', (name, value) => {
    if (name === 'payload_json') body = JSON.parse(value) as Json
  })
  parser.on('file', (_name, stream, { filename }) => {
    const chunks: Buffer[] = []
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('end', () => {
      const bytes = Buffer.concat(chunks)
      files.push({ name: filename ?? '', text: bytes.toString('utf8'), bytes: bytes.length })
    })
  })
  await new Promise((resolve, reject) => {
    parser.on('close', resolve)
    parser.on('error', reject)
    request.pipe(parser)
  })
  return { body, files }
}
