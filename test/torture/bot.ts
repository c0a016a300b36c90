import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { openStore } from '../../src/store/open-store.ts'
import { IDS } from '../support/discord-channels.ts'
import { POSTER } from './archive.ts'
import { FEEDS, type Press } from './press.ts'
import { SPEAKERS } from './sayings.ts'

const root = resolve(import.meta.dirname, '../..')

/** A channel with what is owed to it: everything, or what one of the tracked people says. */
export type Reader = { channelId: string; guildId: string; entityId: string | null; schedule: string }

/** Two channels for each person's server, and one server that wants everything. */
export const READERS: Reader[] = [
  ...SPEAKERS.flatMap(({ id }, i) =>
    ['* * * * *', '*/2 * * * *'].map((schedule, j) => ({
      guildId: `2100000000000000${String(i).padStart(2, '0')}`,
      channelId: `3100000000000000${String(i * 2 + j).padStart(2, '0')}`,
      entityId: id,
      schedule,
    })),
  ),
  { guildId: '210000000000000090', channelId: '310000000000000090', entityId: null, schedule: '* * * * *' },
]

/** The config and the record that the runs begin with: sources, people, and who subscribed to them. */
export async function prepare(folder: string, press: Press, database: string | null): Promise<void> {
  const sources = Array.from(
    { length: FEEDS },
    (_, i) => `  - { id: feed-${i}, kind: feed, publisher: Paper ${i}, address: "${press.addressOf(i)}", every: 10s }`,
  )
  const people = SPEAKERS.map(
    ({ id, name, handle }) => `  - { id: ${id}, name: ${name}, kind: person, handles: [${handle}] }`,
  )
  const wayback = `  - { id: archive, kind: wayback, address: "wayback:twitter.com/${POSTER.handle}", every: 10s }`
  writeFileSync(
    join(folder, 'onrecord.yaml'),
    ['firstPollItems: 1000', 'sources:', ...sources, wayback, 'entities:', ...people, ''].join('\n'),
  )
  const now = new Date().toISOString()
  await using store = await openStore({
    dataFolder: join(folder, 'data'),
    store: database ? { kind: 'postgres', url: database } : { kind: 'sqlite' },
  })
  for (const { channelId, guildId, entityId, schedule } of READERS) {
    await store.subscriptions.add({
      id: `discord:${channelId}`,
      target: { kind: 'discord', guildId, channelId },
      schedule,
      timeZone: 'UTC',
      createdBy: null,
      createdAt: now,
      pausedBecause: null,
      nextDigestAt: now,
    })
    if (!entityId) continue
    const term = { id: `${guildId}-${entityId}`, guildId, kind: 'entity', value: entityId } as const
    await store.watchTerms.add({ ...term, createdBy: IDS.user, createdAt: now })
  }
}

/** The real program, as `npm start` runs it. What it prints is kept in the folder. */
export class Bot {
  readonly #child: ChildProcess
  readonly ended: Promise<number | null>

  constructor(
    folder: string,
    addresses: { discord: string; wayback: string; database: string | null },
    more: string[] = [],
  ) {
    const log = openSync(join(folder, 'bot.log'), 'a')
    const args = [
      'src/launch.js',
      'run',
      '--config',
      join(folder, 'onrecord.yaml'),
      '--data',
      join(folder, 'data'),
      ...more,
    ]
    this.#child = spawn(process.execPath, args, {
      cwd: root,
      stdio: ['ignore', log, log],
      env: {
        PATH: process.env.PATH ?? '',
        HOME: '/nonexistent',
        DISCORD_TOKEN: IDS.token,
        DISCORD_API_URL: addresses.discord,
        WAYBACK_URL: addresses.wayback,
        ...(addresses.database ? { DATABASE_URL: addresses.database } : {}),
        ALLOW_ADDRESSES: '127.0.0.0/8',
        PREVIEW_PORT: '0',
        METRICS_PORT: '0',
        LOG_LEVEL: 'warn',
      },
    })
    // Whoever ends the torture half way leaves no program behind.
    process.once('exit', () => this.#child.kill('SIGKILL'))
    this.ended = once(this.#child, 'exit').then(([code]) => code as number | null)
  }

  /** Ends it as no program can prevent. @returns false where it had ended by itself */
  async kill(): Promise<boolean> {
    const alive = this.#child.exitCode === null && this.#child.kill('SIGKILL')
    await this.ended
    return alive
  }

  /** Asks it to end. @returns its exit code, null where it had to be killed */
  async stop(withinMs: number): Promise<number | null> {
    this.#child.kill('SIGTERM')
    const late = setTimeout(() => this.#child.kill('SIGKILL'), withinMs)
    const code = await this.ended
    clearTimeout(late)
    return code
  }
}
