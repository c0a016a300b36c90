import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { resolve } from 'node:path'
import { createGzip } from 'node:zlib'
import { toDocument } from '../../../src/documents/to-document.ts'
import type { Source } from '../../../src/model.ts'
import { readFeed } from '../../../src/sources/feed.ts'
import { createNet, type Net } from '../../../src/sources/net.ts'
import { createParsers, type Parsers } from '../../../src/sources/parsers.ts'

const GAP_MS = 100
const PER_HOST = 2

/** One round over many feeds on a thousand addresses: its time, its memory, and whether every host was spared. */
async function pollRound(feeds: number): Promise<void> {
  const farm = fork(resolve(import.meta.dirname, 'feed-farm.ts'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const [{ port }] = (await once(farm, 'message')) as [{ port: number }]
  const net = createNet({
    allowAddresses: ['127.0.0.0/8'],
    hostGapMs: GAP_MS,
    hostConcurrency: PER_HOST,
    concurrency: 64,
  })
  const parsers = createParsers({ size: 2 })
  const began = performance.now()
  const ids = new Set<string>()
  const outcomes = { new: 0, unchanged: 0, failed: 0 }
  try {
    await eachOf(feeds, 400, async (i) => {
      const source = feedAt(i, port)
      const state = i % 10 === 0 ? null : { etag: '"kept"', lastModified: null }
      try {
        const { items, notModified } = await readFeed({ source, state }, { net, parsers })
        for (const item of items) ids.add(toDocument(item, source.id).id)
        outcomes[notModified ? 'unchanged' : 'new'] += 1
      } catch {
        outcomes.failed += 1
      }
    })
    const seconds = (performance.now() - began) / 1000
    farm.send('tell')
    const [seen] = (await once(farm, 'message')) as [{ hosts: number; visits: number; most: number; leastGap: number }]
    console.log(
      `polling: ${feeds} feeds on ${seen.hosts} hosts in ${seconds.toFixed(1)} s (wanted: under 300), ${outcomes.new} new, ${outcomes.unchanged} unchanged, ${outcomes.failed} broken, ${ids.size} documents`,
    )
    console.log(
      `  hosts: at most ${seen.most} visits at once (allowed ${PER_HOST}), at least ${seen.leastGap.toFixed(0)} ms apart (set ${GAP_MS})`,
    )
    console.log(`  same documents as one after another: ${await sameAsSequential(feeds, port, ids, { net, parsers })}`)
    console.log(`  most memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MB (wanted: under 400)`)
    await bomb()
  } finally {
    farm.kill()
    await Promise.all([net.close(), parsers.close()])
  }
}

const feedAt = (i: number, port: number): Source => {
  const host = i % 1000
  return {
    id: `f${i}`,
    kind: 'feed',
    address: `http://127.${1 + Math.floor(host / 250)}.${host % 250}.1:${port}/feed${i}`,
    publisher: null,
    enabled: true,
    sample: false,
    pollSeconds: 900,
  }
}

/** Works on many at once, but never on more than a few hundred, so that memory does not grow with their number. */
async function eachOf(count: number, most: number, work: (i: number) => Promise<void>): Promise<void> {
  let next = 0
  await Promise.all(
    Array.from({ length: Math.min(most, count) }, async () => {
      for (let i = next++; i < count; i = next++) await work(i)
    }),
  )
}

/** Reads every feed that has something new once more, one after another, and compares. */
async function sameAsSequential(
  feeds: number,
  port: number,
  ids: Set<string>,
  kit: { net: Net; parsers: Parsers },
): Promise<string> {
  const slow = new Set<string>()
  const chosen = Array.from({ length: Math.ceil(feeds / 10) }, (_, i) => i * 10)
  for (const i of chosen) {
    const source = feedAt(i, port)
    const { items } = await readFeed({ source, state: null }, kit)
    for (const item of items) slow.add(toDocument(item, source.id).id)
  }
  const missing = [...slow].filter((id) => !ids.has(id)).length
  const surplus = [...ids].filter((id) => !slow.has(id)).length
  return missing + surplus === 0 ? 'yes' : `no, ${missing} missing, ${surplus} too many`
}

/** A 200 MB gzip bomb is cut off at the cap, in a process of its own whose memory is measured. */
async function bomb(): Promise<void> {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' })
    const gzip = createGzip()
    gzip.on('error', () => {})
    gzip.pipe(response)
    response.on('close', () => gzip.destroy())
    const zeros = Buffer.alloc(1_000_000)
    for (let i = 0; i < 200; i += 1) gzip.write(zeros)
    gzip.end()
  })
  await new Promise<void>((done) => server.listen(0, '127.9.9.9', done))
  const reader = fork(
    resolve(import.meta.dirname, 'bomb-reader.ts'),
    [`http://127.9.9.9:${(server.address() as AddressInfo).port}/`],
    { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
  )
  const [{ outcome, ms, mb }] = (await once(reader, 'message')) as [{ outcome: string; ms: number; mb: number }]
  console.log(`  200 MB gzip bomb: ${outcome} after ${ms.toFixed(0)} ms, most memory ${mb} MB (wanted: under 300)`)
  server.closeAllConnections()
  server.close()
}

await pollRound(Number(process.argv[2]))
