/**
 * A process of its own that serves many feeds from many addresses of 127.0.0.0/8 as so many hosts, and keeps watch
 * over how each host is visited. Argument: number of hosts. Tells its port; on a message it tells what it saw.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'

const visits = new Map<string, { last: number; active: number; most: number; leastGap: number; count: number }>()
const SIZES = [3, 10, 30, 100]

function body(name: string): string {
  const number = Number(/\d+$/.exec(name)?.[0] ?? 0)
  const items = Array.from(
    { length: SIZES[number % SIZES.length]! },
    (_, i) =>
      `<item><title>Report ${i} of ${name}</title><link>https://farm.example/${name}/${i}</link><guid isPermaLink="false">${name}-${i}</guid><pubDate>Tue, 03 Mar 2026 09:${String(i % 60).padStart(2, '0')}:00 GMT</pubDate><description>&lt;p&gt;${'The ferry sails on Monday. '.repeat(6)}&lt;/p&gt;</description></item>`,
  )
  return `<?xml version="1.0"?><rss version="2.0"><channel><title>${name}</title><link>https://farm.example/</link>${items.join('')}</channel></rss>`
}

const server = createServer((request, response) => {
  const host = request.socket.localAddress ?? ''
  const now = performance.now()
  const seen = visits.get(host) ?? {
    last: Number.NEGATIVE_INFINITY,
    active: 0,
    most: 0,
    leastGap: Number.POSITIVE_INFINITY,
    count: 0,
  }
  visits.set(host, seen)
  seen.leastGap = Math.min(seen.leastGap, now - seen.last)
  seen.last = now
  seen.count += 1
  seen.active += 1
  seen.most = Math.max(seen.most, seen.active)
  response.on('close', () => {
    seen.active -= 1
  })
  const name = request.url?.slice(1) ?? ''
  const number = Number(/\d+$/.exec(name)?.[0] ?? 0)
  if (number % 100 === 7)
    return response.writeHead(200, { 'content-type': 'application/xml' }).end('<rss><channel><item>')
  if (request.headers['if-none-match'] === '"kept"') return response.writeHead(304).end()
  const answer = () =>
    response
      .writeHead(200, { 'content-type': 'application/rss+xml', 'content-encoding': 'gzip' })
      .end(gzipSync(body(name), { level: 1 }))
  if (number % 100 === 13) setTimeout(answer, 2000)
  else answer()
})
server.keepAliveTimeout = 1000
server.listen(0, '0.0.0.0', () => process.send?.({ port: (server.address() as AddressInfo).port }))
process.on('message', () => {
  const all = [...visits.values()]
  process.send?.({
    hosts: all.length,
    visits: all.reduce((sum, { count }) => sum + count, 0),
    most: Math.max(...all.map(({ most }) => most)),
    leastGap: Math.min(...all.map(({ leastGap }) => leastGap)),
  })
})
