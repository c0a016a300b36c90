/**
 * How long a person waits for the first response to a command: while nothing else goes on, and while documents are
 * analysed in the same process. Discord gives up after 3 s.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { openDiscord } from '../../src/commands/open-discord.ts'
import { readConfig } from '../../src/config.ts'
import { analyseStored, openRooms } from '../../src/jobs/analyse.ts'
import type { Kit } from '../../src/jobs/kit.ts'
import { openStore } from '../../src/store/open-store.ts'
import { IDS } from '../support/discord-channels.ts'
import { Person } from '../support/discord-person.ts'
import { DiscordServer } from '../support/discord-server.ts'
import { aDocument } from '../support/nouns.ts'

const DOCUMENTS = 1000
const ASKED = 40

export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'onrecord-'))
  const server = await DiscordServer.start()
  const config = readConfig({ DISCORD_TOKEN: IDS.token, DISCORD_API_URL: server.url }, { data: folder })
  const store = await openStore(config)
  const none = () => Promise.reject(new Error('no network'))
  const kit: Kit = {
    store,
    config,
    rooms: await openRooms(config, store),
    reader: {
      read: none,
      // biome-ignore lint/correctness/useYield: it fails before its first part
      async *parts() {
        await none()
      },
      page: none,
      find: none,
      file: none,
      async [Symbol.asyncDispose]() {},
    },
    now: () => new Date().toISOString(),
    log: pino({ level: 'silent' }),
    deliver: async () => 'later',
    progress: () => {},
    stopping: new AbortController().signal,
  }
  const outlet = await openDiscord(kit)
  try {
    const person = new Person(server)
    await person.slash('watch list')
    const idle = await measure(person, () => true)
    for (let i = 0; i < DOCUMENTS; i++) await putDocument(kit, i)
    let busy = true
    const work = analyseStored(kit).finally(() => {
      busy = false
    })
    const working = await measure(person, () => busy)
    await work
    console.log('first response to a command      median ms   longest ms   measured')
    for (const [name, times] of [
      ['nothing else goes on', idle],
      [`${DOCUMENTS} documents are analysed`, working],
    ] as const)
      console.log(
        `${name.padEnd(32)} ${median(times).toFixed(0).padStart(9)} ${Math.max(...times)
          .toFixed(0)
          .padStart(12)} ${String(times.length).padStart(10)}`,
      )
  } finally {
    await outlet[Symbol.asyncDispose]()
    await store[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function measure(person: Person, goesOn: () => boolean): Promise<number[]> {
  const times: number[] = []
  while (times.length < ASKED && (goesOn() || times.length === 0)) {
    times.push((await person.slash('watch list')).elapsedMs)
    times.push((await person.slash('lookup text', { words: 'the lamps on the quay stay on' })).elapsedMs)
  }
  return times
}

async function putDocument({ store, now }: Kit, i: number): Promise<void> {
  const paragraph = `“Website number ${i} is speech and not a bomb,” Matthew Prince, chief executive of Cloudflare, told the Gazette. Anonymous accused the company of protecting ${i + 3} websites.`
  const one = aDocument({
    id: `doc-${i}`,
    url: `https://gazette.example/${i}`,
    text: Array(12).fill(paragraph).join('\n\n'),
  })
  await store.documents.put(one, { sourceId: 'gazette', keys: [one.id], backlog: false, sample: false, now: now() })
}

const median = (times: number[]) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0
