import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readBody } from './discord-body.ts'
import { type Channel, DiscordChannels, IDS, type PostedMessage, type SentFile } from './discord-channels.ts'
import { DiscordTroubles, refuse, type Trouble } from './discord-faults.ts'
import { type Gateway, openGateway } from './discord-gateway.ts'
import type { Json } from './discord-limits.ts'
import { type Answered, ROUTES } from './discord-routes.ts'
import { schemaFaults } from './discord-schema.ts'

/** One request as it came in. `path` without the version; `at` in milliseconds of the monotonic clock. */
export type Heard = {
  at: number
  method: string
  path: string
  body: Json
  files: SentFile[]
  status: number
}
/**
 * A Discord of our own on loopback: the routes and gateway events that Onrecord uses, and the troubles it must live
 * with. Everything it is sent is checked against Discord's limits; `faults` holds what was wrong.
 */
export class DiscordServer implements AsyncDisposable {
  readonly heard: Heard[] = []
  readonly faults: string[] = []
  /** Interaction token → what was answered. */
  readonly answers = new Map<string, Answered>()
  commands: Json[] = []
  /** Takes any token over HTTP, so that only the gateway refuses a wrong one. */
  lenient = false
  /** No token is good any more, as after *Reset Token*. */
  revoked = false
  gateway!: Gateway
  #http: Server
  readonly place = new DiscordChannels()
  readonly troubles = new DiscordTroubles()
  /** Files that somebody attaches, by id. */
  readonly attachments = new Map<string, object>()
  readonly #files = new Map<string, string>()
  #waiting = new Set<() => void>()

  private constructor() {
    this.#http = createServer((request, response) => void this.#serve(request, response))
    // A test that takes its time must not meet a connection that was closed for idleness.
    this.#http.keepAliveTimeout = 120_000
  }

  static async start(): Promise<DiscordServer> {
    const server = new DiscordServer()
    await new Promise<void>((resolve) => server.#http.listen(0, '127.0.0.1', resolve))
    server.gateway = openGateway(
      server.#http,
      () => [...server.channels.values()],
      IDS,
      (token) => !server.revoked && token === IDS.token,
    )
    return server
  }

  get port(): number {
    return (this.#http.address() as AddressInfo).port
  }

  /** For `DISCORD_API_URL`. */
  get url(): string {
    return `http://127.0.0.1:${this.port}/api`
  }

  get channels(): Map<string, Channel> {
    return this.place.all
  }

  get messages(): Map<string, PostedMessage> {
    return this.place.messages
  }

  /** The next request that matches meets this trouble, once. Several are met in turn. */
  trouble(method: string, path: RegExp, ...troubles: Trouble[]): void {
    this.troubles.plan(method, path, ...troubles)
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
    const id = this.place.id()
    const path = `/attachments/${id}/${encodeURIComponent(filename)}`
    const url = `http://127.0.0.1:${this.port}${path}`
    this.#files.set(path, content)
    this.attachments.set(id, { id, filename, size: Buffer.byteLength(content), url, proxy_url: url, ephemeral: true })
    return id
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
    const trouble = this.troubles.met(method, path)
    if (trouble && 'delayMs' in trouble) await new Promise((resolve) => setTimeout(resolve, trouble.delayMs))
    else if (trouble && 'reset' in trouble) {
      if (trouble.taken) this.#answer(heard, address)
      request.socket.destroy()
      this.#tell()
      return
    } else if (trouble) {
      heard.status = trouble.status
      refuse(response, trouble)
      this.#tell()
      return
    }
    const authorised =
      this.lenient ||
      /^\/(interactions|webhooks)\//.test(path) ||
      (!this.revoked && request.headers.authorization === `Bot ${IDS.token}`)
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

  async [Symbol.asyncDispose](): Promise<void> {
    this.gateway.close()
    this.#http.closeAllConnections()
    await new Promise((resolve) => this.#http.close(resolve))
  }
}
