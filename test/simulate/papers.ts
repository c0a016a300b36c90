import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Chance } from '../torture/chance.ts'
import { newSaying, paragraphs, type Saying } from '../torture/sayings.ts'

/** `readAt`: when it was first handed out. Milliseconds of the simulated clock. */
export type Article = Saying & { at: number; readAt: number | null }

const HOSTS = 20
/** A feed shows its articles of so long. */
const SHOWN_MS = 3 * 86_400_000
const EVERY_MS = 72 * 3_600_000

/** Feeds whose articles of the whole stretch are settled beforehand, and appear as the simulated clock goes on. */
export class Papers implements AsyncDisposable {
  readonly feeds: Article[][]
  readonly #now: () => number
  readonly #http: Server

  constructor(feeds: number, stretch: { from: number; to: number }, chance: Chance, now: () => number) {
    this.#now = now
    let number = 0
    this.feeds = Array.from({ length: feeds }, () => {
      const articles: Article[] = []
      for (
        let at = stretch.from - chance.below(EVERY_MS);
        at < stretch.to;
        at += EVERY_MS * (0.3 + 1.4 * chance.next())
      )
        articles.push({ ...newSaying(number++, chance), at: Math.floor(at), readAt: null })
      return articles
    })
    this.#http = createServer((request, response) => this.#serve(request, response))
  }

  async listen(): Promise<this> {
    await new Promise<void>((done) => this.#http.listen(0, '0.0.0.0', done))
    return this
  }

  addressOf(feed: number): string {
    return `http://127.0.2.${1 + (feed % HOSTS)}:${(this.#http.address() as AddressInfo).port}/${feed}`
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const now = this.#now()
    const shown = (this.feeds[Number(request.url?.slice(1))] ?? []).filter(({ at }) => at <= now && at > now - SHOWN_MS)
    const etag = `"${shown.map(({ marker }) => marker).join('')}"`
    if (request.headers['if-none-match'] === etag) {
      response.writeHead(304, { etag }).end()
      return
    }
    for (const article of shown) article.readAt ??= now
    response.writeHead(200, { 'content-type': 'application/rss+xml', etag }).end(rss(shown))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#http.closeAllConnections()
    await new Promise((done) => this.#http.close(done))
  }
}

const rss = (articles: Article[]) =>
  `<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Gazette</title><link>http://gazette.example</link><language>en</language>${articles
    .map(
      (one) =>
        `<item><title>${one.speaker.name} spoke</title><guid isPermaLink="false">${one.marker}</guid><pubDate>${new Date(one.at).toUTCString()}</pubDate><content:encoded><![CDATA[${paragraphs(
          one,
        )
          .map((words) => `<p>${words}</p>`)
          .join('')}]]></content:encoded></item>`,
    )
    .join('')}</channel></rss>`
