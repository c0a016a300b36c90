import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openStore } from '../src/store/open-store.ts'
import { IDS } from './support/discord-channels.ts'
import { Person } from './support/discord-person.ts'
import { DiscordServer } from './support/discord-server.ts'
import { startServer } from './support/http-server.ts'
import { run, start } from './support/onrecord.ts'
import { scratch } from './support/scratch.ts'
import { aDatabase } from './support/stores.ts'

const LONG = 120_000
const says = (marker: string) =>
  `Mira Sol, the harbour mistress, said on Monday: “The ${marker} lamps on the quay stay lit until the last boat is in.”`

/** One feed whose items can be added to, a Discord of our own, and a subscribed channel. */
async function aNewsroom() {
  const items: string[] = []
  const feed = await startServer()
  onTestFinished(() => feed.close())
  feed.on('/feed', (_request, response) => {
    const entries = items.map(
      (marker, i) =>
        `<item><guid>${marker}</guid><title>${marker}</title><link>http://gazette.example/${marker}</link>` +
        `<pubDate>${new Date(Date.now() - i * 1000).toUTCString()}</pubDate><description>${says(marker)}</description></item>`,
    )
    response.setHeader('content-type', 'application/rss+xml')
    response.end(`<rss version="2.0"><channel><title>Gazette</title>${entries.join('')}</channel></rss>`)
  })
  const discord = await DiscordServer.start()
  onTestFinished(() => discord[Symbol.asyncDispose]())
  const place = await aDatabase()
  const folder = scratch()
  writeFileSync(
    join(folder, 'onrecord.yaml'),
    [
      'firstPollItems: 100',
      `sources: [{ id: gazette, kind: feed, publisher: Gazette, address: "${feed.url}/feed", every: 10s }]`,
      'entities: [{ id: mira-sol, name: Mira Sol, kind: person }]',
      '',
    ].join('\n'),
  )
  await using store = await openStore(place)
  const now = new Date().toISOString()
  await store.subscriptions.add({
    id: `discord:${IDS.channel}`,
    target: { kind: 'discord', guildId: IDS.guild, channelId: IDS.channel },
    schedule: '* * * * *',
    timeZone: 'UTC',
    createdBy: null,
    createdAt: now,
    pausedBecause: null,
    nextDigestAt: now,
  })
  const url = place.store?.kind === 'postgres' ? place.store.url : ''
  const env = {
    DATABASE_URL: url,
    DISCORD_TOKEN: IDS.token,
    DISCORD_API_URL: discord.url,
    ALLOW_ADDRESSES: '127.0.0.0/8',
  }
  const begin = (...args: string[]) =>
    start(['run', '--config', join(folder, 'onrecord.yaml'), '--data', join(folder, 'data'), ...args], { env })
  const told = (marker: string) =>
    [...discord.messages.values()].filter((message) => JSON.stringify(message).includes(`The ${marker} lamps`)).length
  return { items, discord, begin, told, env }
}

test(
  'processes on one database share the work: workers read and post, gateways answer, what a dead one had in hand is done',
  async () => {
    const { items, discord, begin, told } = await aNewsroom()
    items.push('amber')
    const gateway = begin('--role', 'gateway', '--shards', '0/1')
    const doomed = begin('--role', 'worker')
    await gateway.says('is at work')
    await doomed.says('is at work')
    await discord.until(() => told('amber') > 0, 'the first digest', LONG)
    const standby = begin('--role', 'gateway', '--shards', '0/1')
    const worker = begin('--role', 'worker')
    await standby.says('another process holds these shards')
    await worker.says('is at work')
    doomed.process.kill('SIGKILL')
    items.unshift('copper')
    await discord.until(() => told('copper') > 0, 'the digest after a worker has died', LONG)
    const status = JSON.stringify(await new Person(discord).slash('status now'))
    for (const words of ['2 statements', 'At work: 3 processes', 'gateway of shards 0/1', 'worker: version'])
      expect(status).toContain(words)
    gateway.process.kill('SIGTERM')
    expect((await gateway.ended).code).toBe(0)
    await standby.says('is at work')
    for (const one of [worker, standby]) one.process.kill('SIGTERM')
    expect([(await worker.ended).code, (await standby.ended).code]).toEqual([0, 0])
    expect([told('amber'), told('copper')]).toEqual([1, 1])
    expect(discord.faults).toEqual([])
  },
  3 * LONG,
)

test(
  'a file of claims that a gateway takes is imported by a worker, and the answer follows it',
  async () => {
    const { discord, begin, env } = await aNewsroom()
    const gateway = begin('--role', 'gateway', '--shards', '0/1')
    await gateway.says('is at work')
    const lines = Array.from({ length: 130 }, (_, i) => `{"text":"No ferry number ${i} sails at night."}`)
    lines.push('{"title":"empty"}')
    const file = discord.attach('ferries.jsonl', lines.join('\n'))
    const reply = await new Person(discord).slash('claim import', { file })
    expect(reply.text).toContain('Keeping claims: 0 of 130 (0 %)')
    const { out } = await run(['jobs', '--format', 'jsonl'], { env })
    expect(out).toContain('{"type":"queue","queue":"import","waiting":1,"active":0,"later":0,"dead":0}')
    const worker = begin('--role', 'worker')
    const shown = () => reply.edits.map((edit) => JSON.stringify(edit)).find((edit) => edit.includes('New: 130'))
    const done = await discord.until(shown, 'the end of the import', LONG)
    expect(done).toContain('ferries.jsonl:131')
    for (const one of [worker, gateway]) one.process.kill('SIGTERM')
    expect([(await worker.ended).code, (await gateway.ended).code]).toEqual([0, 0])
    expect(discord.faults).toEqual([])
  },
  2 * LONG,
)

test('the queues are listed for an operator', async () => {
  const { env } = await aNewsroom()
  const { code, out } = await run(['jobs', '--format', 'jsonl'], { env })
  expect(code).toBe(0)
  expect(out.split('\n')[1]).toBe('{"type":"queue","queue":"poll","waiting":0,"active":0,"later":0,"dead":0}')
})

test.each([
  [['run', '--role', 'worker'], 'set DATABASE_URL first'],
  [['run', '--shards', '0-3/16'], 'set DATABASE_URL first'],
  [['run', '--role', 'captain'], 'gateway, worker or all'],
  [['run', '--shards', '3/2'], 'such as 0-3/16'],
  [['run', '--shards', '2-1/4'], 'such as 0-3/16'],
])('%j is refused with what to do', async (args, words) => {
  const { code, err } = await run(args)
  expect(code).toBe(2)
  expect(err).toContain(words)
})
