import type { ServerResponse } from 'node:http'

/** What the next matching request meets instead of an answer; `taken` does the work and then hides that it did. */
export type Trouble =
  | { status: 429; retryAfter: number }
  | { status: 400 | 401 | 403 | 404 | 500 | 502 | 503; code?: number; message?: string }
  | { reset: true; taken?: boolean }
  | { delayMs: number }

/** The troubles that requests to our Discord meet. */
export class DiscordTroubles {
  /** May make any request meet a trouble, besides those that were planned. */
  weather: ((method: string, path: string) => Trouble | undefined) | undefined
  readonly #planned: { method: string; path: RegExp; trouble: Trouble }[] = []

  /** The next request that matches meets this trouble, once. Several are met in turn. */
  plan(method: string, path: RegExp, ...troubles: Trouble[]): void {
    for (const trouble of troubles) this.#planned.push({ method, path, trouble })
  }

  /** What this request meets. */
  met(method: string, path: string): Trouble | undefined {
    const at = this.#planned.findIndex((one) => one.method === method && one.path.test(path))
    return at >= 0 ? this.#planned.splice(at, 1)[0]?.trouble : this.weather?.(method, path)
  }
}

/** Answers with a failure as Discord words it. */
export function refuse(response: ServerResponse, trouble: Extract<Trouble, { status: number }>): void {
  const retryAfter = trouble.status === 429 ? trouble.retryAfter : null
  response.writeHead(trouble.status, {
    'content-type': 'application/json',
    ...(retryAfter === null ? {} : { 'retry-after': String(retryAfter), 'x-ratelimit-scope': 'shared' }),
  })
  const said =
    trouble.status === 429
      ? { message: 'You are being rate limited.', retry_after: retryAfter, global: false }
      : { message: trouble.message ?? 'no', code: trouble.code ?? 0 }
  response.end(JSON.stringify(said))
}
