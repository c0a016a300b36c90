/**
 * A process of its own that serves the feeds of the load from many addresses of 127.0.0.0/8, as so many hosts, and keeps
 * watch over how each is visited. Argument: the size as JSON. Tells its port; publishes when told to; tells what it saw.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { createChance } from '../../torture/chance.ts'
import { article, articleUrl, type Size } from './world.ts'

type Item = { number: number; at: number }
export type Seen = {
  published: number
  visits: number
  unchanged: number
  hosts: number
  most: number
  /** Visits of one host within RATE_MS. */
  mostInWindow: number
  leastGap: number
}

/** The rate of visits is measured over so long: one moment says more of this machine than of its visitors. */
const RATE_MS = 3000
const size = JSON.parse(process.argv[2] ?? '{}') as Size
const feeds = new Map<number, Item[]>()
type Host = { times: number[]; active: number; most: number; mostInWindow: number; leastGap: number }
const hosts = new Map<string, Host>()
const chance = createChance(7)
/** A feed shows so many of its newest entries. */
const SHOWN = 15
const TICK_MS = 100
let published = 0
let visits = 0
let unchanged = 0

function publish(): void {
  const begun = Date.now()
  const timer = setInterval(() => {
    const wanted = Math.min(size.rate * size.seconds, Math.floor(((Date.now() - begun) / 1000) * size.rate))
    for (; published < wanted; published += 1)
      feeds.getOrInsert(chance.below(size.feeds), []).unshift({ number: published, at: Date.now() })
    if (published < size.rate * size.seconds) return
    clearInterval(timer)
    process.send?.({ over: true })
  }, TICK_MS)
}

function body(feed: number, items: Item[]): string {
  const entries = items.slice(0, SHOWN).map(({ number, at }) => {
    const { title, html } = article(number)
    const url = articleUrl(feed, at, number)
    const escaped = html.replaceAll('<', '&lt;').replaceAll('>', '&gt;')
    return `<entry><id>${url}</id><title>${title}</title><link href="${url}"/><published>${new Date(at).toISOString()}</published><updated>${new Date(at).toISOString()}</updated><content type="html">${escaped}</content></entry>`
  })
  return `<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><id>urn:paper:${feed}</id><title>Paper ${feed}</title><updated>2026-01-01T00:00:00Z</updated>${entries.join('')}</feed>`
}

const server = createServer((request, response) => {
  const now = performance.now()
  const host = hosts.getOrInsert(request.socket.localAddress ?? '', {
    times: [],
    active: 0,
    most: 0,
    mostInWindow: 0,
    leastGap: Number.POSITIVE_INFINITY,
  })
  visits += 1
  host.leastGap = Math.min(host.leastGap, now - (host.times.at(-1) ?? Number.NEGATIVE_INFINITY))
  host.times = [...host.times.filter((time) => now - time < RATE_MS), now]
  host.mostInWindow = Math.max(host.mostInWindow, host.times.length)
  host.active += 1
  host.most = Math.max(host.most, host.active)
  const feed = Number(request.url?.replace('/feed', ''))
  const items = feeds.get(feed) ?? []
  const etag = `"${items[0]?.number ?? 'none'}"`
  const answer = () => {
    // Before the visitor can know that it is over, so that nobody is counted twice.
    host.active -= 1
    if (request.headers['if-none-match'] !== etag)
      return response
        .writeHead(200, { 'content-type': 'application/atom+xml', 'content-encoding': 'gzip', etag })
        .end(gzipSync(body(feed, items), { level: 1 }))
    unchanged += 1
    return response.writeHead(304, { etag }).end()
  }
  setImmediate(answer)
})
server.listen(0, '0.0.0.0', () => process.send?.({ port: (server.address() as AddressInfo).port }))
process.on('message', (asked) => {
  if (asked === 'publish') return publish()
  if (asked === 'forget')
    for (const host of hosts.values())
      Object.assign(host, { most: 0, mostInWindow: 0, leastGap: Number.POSITIVE_INFINITY })
  const all = [...hosts.values()]
  const seen: Seen = {
    published,
    visits,
    unchanged,
    hosts: all.length,
    most: Math.max(0, ...all.map(({ most }) => most)),
    mostInWindow: Math.max(0, ...all.map(({ mostInWindow }) => mostInWindow)),
    leastGap: Math.min(...all.map(({ leastGap }) => leastGap)),
  }
  process.send?.(seen)
})
process.on('disconnect', () => process.exit())
