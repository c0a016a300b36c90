import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Chance, Tally } from './chance.ts'
import { newSaying, paragraphs, type Saying } from './sayings.ts'

export const FEEDS = 200
const HOSTS = 100
/** One article in so many stands in its feed with a summary only, and whole on its own page. */
const SUMMARY_ONLY = 20

type Article = Saying & { at: Date; summaryOnly: boolean }
type Fault = 'error' | 'reset' | 'cut' | 'shortened' | 'slow' | 'garbage' | 'limited'
const FAULTS: Fault[] = ['error', 'reset', 'cut', 'shortened', 'slow', 'garbage', 'limited']

/** Two hundred feeds on a hundred loopback addresses, in three formats, with articles that come as the run goes. */
export class Press implements AsyncDisposable {
  readonly published: Article[] = []
  /** One request in so many meets a fault; 0 for none. */
  faultOnceIn = 0
  readonly #feeds: Article[][] = Array.from({ length: FEEDS }, () => [])
  readonly #chance: Chance
  readonly #tally: Tally
  readonly #http: Server

  private constructor(chance: Chance, tally: Tally) {
    this.#chance = chance
    this.#tally = tally
    this.#http = createServer((request, response) => this.#serve(request, response))
    this.#http.keepAliveTimeout = 1000
  }

  static async start(chance: Chance, tally: Tally): Promise<Press> {
    const press = new Press(chance, tally)
    await new Promise<void>((done) => press.#http.listen(0, '0.0.0.0', done))
    return press
  }

  addressOf(feed: number): string {
    return `http://127.0.1.${1 + (feed % HOSTS)}:${(this.#http.address() as AddressInfo).port}/feed/${feed}`
  }

  /** One new article in one feed, about something that nobody said before. */
  publish(number: number, feed = this.#chance.below(FEEDS)): void {
    const summaryOnly = this.#chance.once(SUMMARY_ONLY)
    const article = { ...newSaying(number, this.#chance), at: new Date(), summaryOnly }
    this.published.push(article)
    this.#feeds[feed]?.unshift(article)
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const [, kind, name = ''] = /^\/(feed|page)\/(\w+)/.exec(request.url ?? '') ?? []
    const origin = `http://${request.headers.host}`
    const articles = this.#feeds[Number(name)] ?? []
    const page = kind === 'page' ? this.published.find(({ marker }) => marker === name) : undefined
    if (!kind || (kind === 'page' && !page)) {
      response.writeHead(404).end()
      return
    }
    const etag = `"${articles.length}-${name}"`
    const fault = this.faultOnceIn > 0 && this.#chance.once(this.faultOnceIn) ? this.#chance.pick(FAULTS) : null
    if (!fault && request.headers['if-none-match'] === etag) {
      response.writeHead(304, { etag }).end()
      return
    }
    const body = page ? webPage(page) : DIALECTS[Number(name) % DIALECTS.length]!(origin, articles)
    const type = page ? 'text/html; charset=utf-8' : 'application/xml; charset=utf-8'
    const headers = { 'content-type': type, ...(page ? {} : { etag }) }
    if (fault) this.#spoil(fault, { response, headers, body })
    else response.writeHead(200, headers).end(body)
  }

  #spoil(fault: Fault, answer: { response: ServerResponse; headers: Record<string, string>; body: string }): void {
    this.#tally.add(fault)
    const { response, headers, body } = answer
    const bytes = Buffer.from(body)
    const half = bytes.subarray(0, this.#chance.below(bytes.length))
    if (fault === 'error') response.writeHead(this.#chance.pick([500, 502, 503, 404])).end()
    else if (fault === 'reset') response.destroy()
    else if (fault === 'cut') {
      response.writeHead(200, { ...headers, 'content-length': String(bytes.length) })
      response.write(half, () => response.destroy())
    } else if (fault === 'shortened') response.writeHead(200, headers).end(half)
    else if (fault === 'garbage')
      response.writeHead(200, headers).end(bytes.map((byte) => byte ^ this.#chance.below(256)))
    else if (fault === 'limited') response.writeHead(429, { 'retry-after': String(1 + this.#chance.below(3)) }).end()
    else setTimeout(() => response.writeHead(200, headers).end(body), 500 + this.#chance.below(4000)).unref()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#http.closeAllConnections()
    await new Promise((done) => this.#http.close(done))
  }
}

const linkOf = (origin: string, { marker }: Article) => `${origin}/page/${marker}`
const html = (article: Article) =>
  (article.summaryOnly ? paragraphs(article).slice(1, 2) : paragraphs(article)).map((one) => `<p>${one}</p>`).join('')
const titleOf = ({ marker, speaker }: Article) => `${speaker.name} on the ${marker.slice(0, 6)} matter`

const webPage = (article: Article) =>
  `<!doctype html><html lang="en"><head><title>${titleOf(article)}</title></head><body><article><h1>${titleOf(article)}</h1>${paragraphs(
    article,
  )
    .map((one) => `<p>${one}</p>`)
    .join('')}</article></body></html>`

/** RSS, Atom and JSON Feed. */
const DIALECTS: ((origin: string, articles: Article[]) => string)[] = [
  (origin, articles) =>
    `<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>The Gazette</title><link>${origin}</link>${articles
      .map(
        (one) =>
          `<item><title>${titleOf(one)}</title><link>${linkOf(origin, one)}</link><guid isPermaLink="false">${one.marker}</guid><pubDate>${one.at.toUTCString()}</pubDate>${one.summaryOnly ? `<description><![CDATA[${html(one)}]]></description>` : `<content:encoded><![CDATA[${html(one)}]]></content:encoded>`}</item>`,
      )
      .join('')}</channel></rss>`,
  (origin, articles) =>
    `<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Coast and Cable</title><id>${origin}</id><updated>2026-01-01T00:00:00Z</updated>${articles
      .map(
        (one) =>
          `<entry><title>${titleOf(one)}</title><id>urn:x:${one.marker}</id><link href="${linkOf(origin, one)}"/><updated>${one.at.toISOString()}</updated><published>${one.at.toISOString()}</published><content type="html"><![CDATA[${html(one)}]]></content></entry>`,
      )
      .join('')}</feed>`,
  (origin, articles) =>
    JSON.stringify({
      version: 'https://jsonfeed.org/version/1.1',
      title: 'Harbour Notes',
      home_page_url: origin,
      items: articles.map((one) => ({
        id: one.marker,
        url: linkOf(origin, one),
        title: titleOf(one),
        date_published: one.at.toISOString(),
        content_html: html(one),
      })),
    }),
]
