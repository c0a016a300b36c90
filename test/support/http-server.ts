import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One request as it came in. `at` is in milliseconds since the server began. */
export type Arrival = { at: number; method: string; path: string; headers: IncomingMessage['headers']; host: string }

export type Answer =
  | { status?: number; headers?: Record<string, string>; body?: string | Buffer }
  | ((request: IncomingMessage, response: ServerResponse) => void)

/** A server on loopback that plays what it is told and remembers who came when. */
export type TestServer = AsyncDisposable & {
  url: string
  port: number
  arrivals: Arrival[]
  /** Most requests that were under way at once. */
  busiest(): number
  /** Answers for a path; a list is played one after another, its last answer for ever. */
  on(path: string, ...answers: Answer[]): void
  close(): Promise<void>
}

/** @param address in 127.0.0.0/8, each a host of its own; several servers may share a port there */
export async function startServer(address = '127.0.0.1', port = 0): Promise<TestServer> {
  const began = performance.now()
  const routes = new Map<string, Answer[]>()
  const arrivals: Arrival[] = []
  let active = 0
  let busiest = 0
  const server = createServer((request, response) => {
    const path = request.url ?? '/'
    arrivals.push({
      at: performance.now() - began,
      method: request.method ?? '',
      path,
      headers: request.headers,
      host: request.headers.host ?? '',
    })
    active += 1
    busiest = Math.max(busiest, active)
    response.once('close', () => {
      active -= 1
    })
    const answers = routes.get(path) ?? routes.get(path.split('?')[0] ?? '') ?? routes.get('*')
    const answer = answers && answers.length > 1 ? answers.shift() : answers?.[0]
    if (typeof answer === 'function') return answer(request, response)
    response.writeHead(answer ? (answer.status ?? 200) : 404, answer?.headers)
    response.end(answer?.body)
  })
  await new Promise<void>((done) => server.listen(port, address, done))
  const actual = (server.address() as AddressInfo).port
  const close = async () => {
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
  }
  return {
    url: `http://${address}:${actual}`,
    port: actual,
    arrivals,
    busiest: () => busiest,
    on: (path, ...answers) => void routes.set(path, answers),
    close,
    [Symbol.asyncDispose]: close,
  }
}
