import { startWayback, type WaybackServer } from '../support/wayback-server.ts'
import type { Chance, Tally } from './chance.ts'
import { newSaying, type Saying, SPEAKERS } from './sayings.ts'

/** Whose archived posts are read. */
export const POSTER = SPEAKERS[0]
const FIRST_POST = 2028730275483095040n

/** A Wayback Machine on loopback that gets further captures of one account while it is read. */
export class Archive implements AsyncDisposable {
  readonly held: Saying[] = []
  faultOnceIn = 0
  readonly #server: WaybackServer
  readonly #chance: Chance
  readonly #tally: Tally

  private constructor(server: WaybackServer, chance: Chance, tally: Tally) {
    this.#server = server
    this.#chance = chance
    this.#tally = tally
  }

  static start = async (chance: Chance, tally: Tally) => new Archive(await startWayback(), chance, tally)

  get url(): string {
    return this.#server.url
  }

  /** Holds a capture of one new post. Each has a second of its own, later than all before. */
  capture(number: number): void {
    const saying = { ...newSaying(number, this.#chance), speaker: POSTER }
    const id = String(FIRST_POST + BigInt(this.held.length))
    this.held.push(saying)
    const body = JSON.stringify({
      created_at: 'Tue Mar 03 07:12:44 +0000 2026',
      id_str: id,
      text: `Again: ${saying.words}.`,
      user: { id_str: '9', screen_name: POSTER.handle, name: POSTER.name },
      entities: {},
    })
    this.#server.hold({
      original: `https://twitter.com/${POSTER.handle}/status/${id}`,
      timestamp: new Date(Date.UTC(2026, 3, 1) + this.held.length * 1000).toISOString().replace(/\D/g, '').slice(0, 14),
      mimetype: 'application/json',
      body,
      replay: (_request, response) => {
        const headers = { 'content-type': 'application/json', 'memento-datetime': 'Tue, 03 Mar 2026 09:00:00 GMT' }
        if (!this.#strikes()) return void response.writeHead(200, headers).end(body)
        const fault = this.#chance.pick(['error', 'reset', 'limited', 'slow'] as const)
        this.#tally.add(`archive ${fault}`)
        if (fault === 'error') response.writeHead(503).end()
        else if (fault === 'reset') response.destroy()
        else if (fault === 'limited') response.writeHead(429, { 'retry-after': '2' }).end()
        else setTimeout(() => response.writeHead(200, headers).end(body), 2000).unref()
      },
    })
  }

  /** Perhaps a fault for the next question to the index. */
  cloud(): void {
    if (this.#server.troubles.cdx.length > 0 || !this.#strikes() || !this.#chance.once(5)) return
    this.#tally.add('archive index')
    this.#server.troubles.cdx.push(
      this.#chance.pick([{ status: 503 }, { status: 429, headers: { 'retry-after': '2' } }]),
    )
  }

  /** The faults are over, also those that nobody has met yet. */
  clear(): void {
    this.faultOnceIn = 0
    this.#server.troubles.cdx.length = 0
  }

  #strikes = () => this.faultOnceIn > 0 && this.#chance.once(this.faultOnceIn)

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.close()
  }
}
