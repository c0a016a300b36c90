import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { IDS } from '../support/discord-channels.ts'
import { Person } from '../support/discord-person.ts'
import { DiscordServer } from '../support/discord-server.ts'
import { scratch } from '../support/scratch.ts'

const root = resolve(import.meta.dirname, '../..')
const CONFIG = `
sources:
  - { id: gazette, kind: feed, publisher: The Gazette, address: feed.xml, every: 10s }
entities:
  - { id: mira-sol, name: Mira Sol, kind: person, handles: [mirasol] }
`
// The article's own page stands at an address that is refused at once: no test asks the network.
const item = (id: number, words: string, hour: number) => `
<item><title>Harbour news ${id}</title><link>http://127.0.0.1:9/${id}</link><guid>g${id}</guid>
<pubDate>${new Date(Date.now() - hour * 3_600_000).toUTCString()}</pubDate>
<description>${words}</description></item>`
const feed = (...items: string[]) =>
  `<?xml version="1.0"?><rss version="2.0"><channel><title>Gazette</title>${items.join('')}</channel></rss>`

/** Sources that never answer: all of them together take ten minutes. */
const SLOW = 40

let server: DiscordServer
let folder: string
let child: ChildProcess | null = null
let said = ''
beforeEach(async () => {
  server = await DiscordServer.start()
  folder = scratch()
  mkdirSync(join(folder, 'data'))
  writeFileSync(join(folder, 'onrecord.yaml'), CONFIG)
  writeFileSync(
    join(folder, 'feed.xml'),
    feed(item(1, '“The lamps stay on for thirty nights,” Mira Sol said on Monday.', 2)),
  )
})
afterEach(async () => {
  child?.kill('SIGKILL')
  await server[Symbol.asyncDispose]()
  expect(server.faults).toEqual([])
})

/** The real process, as `npm start` runs it. */
function start(token: string = IDS.token): Promise<number | null> {
  said = ''
  const args = ['src/launch.js', 'run', '--config', join(folder, 'onrecord.yaml'), '--data', join(folder, 'data')]
  const env = {
    ...process.env,
    DISCORD_TOKEN: token,
    DISCORD_API_URL: server.url,
    PREVIEW_PORT: '0',
    METRICS_PORT: '0',
    ALLOW_ADDRESSES: '127.0.0.0/8',
    // All there is to tell, so that what must not be told would be seen.
    LOG_LEVEL: 'trace',
  }
  const running = spawn(process.execPath, args, { cwd: root, env })
  child = running
  for (const stream of [running.stdout, running.stderr])
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
  return new Promise((done) => running.on('exit', (code) => done(code)))
}

describe('the whole program with a token', () => {
  test('answers commands, posts what is new to a subscribed channel, and ends cleanly', async () => {
    const ended = start()
    await server.until(() => server.gateway.isLive() && server.commands.length > 0, 'the login', 40_000)
    const curator = new Person(server)
    expect((await curator.slash('subscribe', { schedule: 'hourly' })).text).toContain('gets digests')
    await server.until(() => said.includes('Mira Sol') || said.includes('nothing new'), 'the first round', 40_000)
    expect((await curator.slash('digest preview')).text).toContain('The lamps stay on for thirty nights')
    await curator.slash('digest now')
    const [message] = await server.until(
      () => server.messages.size > 0 && [...server.messages.values()],
      'the post',
      40_000,
    )
    expect(JSON.stringify(message)).toContain('The lamps stay on for thirty nights')
    expect(message).toMatchObject({ channel_id: IDS.channel, enforce_nonce: true })
    child?.kill('SIGTERM')
    expect(await ended).toBe(0)
    expect(said).toContain('"level":20')
    expect(said).not.toContain(IDS.token)
    for (const file of readdirSync(join(folder, 'data')))
      expect(readFileSync(join(folder, 'data', file), 'latin1')).not.toContain(IDS.token)
  }, 150_000)

  test('posts what is owed while a first reading still waits for slow sources', async () => {
    const slow = createServer(() => {})
    let asked = 0
    slow.on('request', () => {
      asked += 1
    })
    await new Promise<void>((done) => slow.listen(0, '127.0.0.2', done))
    onTestFinished(() => {
      slow.closeAllConnections()
      slow.close()
    })
    const { port } = slow.address() as AddressInfo
    // One host is asked twice at once at most, and given up after half a minute each time.
    const sources = Array.from(
      { length: SLOW },
      (_, i) => `  - { kind: feed, address: "http://127.0.0.2:${port}/${i}" }`,
    )
    writeFileSync(join(folder, 'onrecord.yaml'), CONFIG.replace('entities:', `${sources.join('\n')}\nentities:`))
    const ended = start()
    await server.until(() => server.gateway.isLive() && server.commands.length > 0, 'the login', 40_000)
    const curator = new Person(server)
    await curator.slash('subscribe', { schedule: 'hourly' })
    let shown = ''
    for (const end = Date.now() + 60_000; !shown.includes('thirty nights') && Date.now() < end; await sleep(500))
      shown = (await curator.slash('digest preview')).text
    await curator.slash('digest now')
    await server.until(() => server.messages.size > 0, 'the post', 40_000)
    expect(JSON.stringify([...server.messages.values()])).toContain('The lamps stay on for thirty nights')
    expect(asked).toBeLessThan(SLOW)
    child?.kill('SIGKILL')
    await ended
  }, 200_000)

  test('with a wrong token says so in one line and exits with 1', async () => {
    const wrong = 'MTIzNDU2Nzg5MDEyMzQ1Njc4.GaBcDe.this-is-no-token-of-anybody-at-all'
    expect(await start(wrong)).toBe(1)
    expect(said).toContain('DISCORD_TOKEN')
    expect(said).not.toContain(wrong)
  }, 60_000)
})
