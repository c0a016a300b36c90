import { parseArgs } from 'node:util'
import { type Config, loadConfig } from '../config.ts'
import { checkDiscord } from '../discord/check.ts'
import { ConfigError } from '../errors.ts'
import { readProcesses, shardsOf } from '../jobs/processes.ts'
import { openReader, type Reader } from '../jobs/reader.ts'
import { openStore } from '../store/open-store.ts'
import type { Store } from '../store/store.ts'
import type { Io, Verb } from './verb.ts'

export const verb: Verb = {
  summary: 'check config, store, sources and Discord',
  help: `
usage: npm run -s onrecord -- doctor [--config FILE] [--data FOLDER]

Says what works and what does not, a line each: the config, the store (is it whole, can it be written), every source
that is switched on (is it there, how many items), with DATABASE_URL every process that shares the work, the Discord token and the permissions in every subscribed channel.
Posts nothing and records nothing. Ends with 0 where all works, else with 1.

example: npm run -s onrecord -- doctor`,
  async run(args, io) {
    const { values } = parseArgs({ args, options: { config: { type: 'string' }, data: { type: 'string' } } })
    const tell = teller(io)
    const config = await checkConfig(values, tell)
    if (!config) return 1
    const store = await checkStore(config, tell)
    if (store) await checkProcesses(store, tell)
    await checkSources(config, tell)
    await checkChannels(config, store, tell)
    await store?.[Symbol.asyncDispose]()
    return tell.failed === 0 ? 0 : 1
  },
}

type Teller = { (ok: boolean | 'off', what: string, detail: string): void; failed: number }

function teller(io: Io): Teller {
  const tell = ((ok, what, detail) => {
    io.out(`${ok === 'off' ? 'off ' : ok ? 'ok  ' : 'FAIL'}  ${what}: ${detail}`)
    if (ok === false) tell.failed += 1
  }) as Teller
  tell.failed = 0
  return tell
}

async function checkConfig(
  paths: { config?: string | undefined; data?: string | undefined },
  tell: Teller,
): Promise<Config | null> {
  try {
    const config = await loadConfig(paths)
    const { sources, entities, claims, subscriptions } = config
    const count = `${sources.length} sources, ${entities.length} entities, ${claims.length} claims, ${subscriptions.length} terminal subscriptions`
    tell(true, 'config', `${config.file} (${count})`)
    return config
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    for (const fault of error.faults) tell(false, 'config', fault)
    return null
  }
}

async function checkStore(config: Config, tell: Teller): Promise<Store | null> {
  try {
    const store = await openStore(config)
    await store.check()
    const { documents, statements, owed } = await store.counts()
    tell(
      true,
      'store',
      `${store.where} is whole and can be written (${documents} documents, ${statements} statements, ${owed} digests owed)`,
    )
    return store
  } catch (error) {
    tell(false, 'store', (error as Error).message)
    return null
  }
}

/** Where several processes share the work: which are at work, and which have died without a word. */
async function checkProcesses(store: Store, tell: Teller): Promise<void> {
  const processes = await readProcesses({ store, now: () => new Date().toISOString() })
  for (const one of processes) {
    const shards = shardsOf(one)
    const what = [
      `${one.role ?? 'all'}${shards ? ` of shards ${shards}` : ''}`,
      `version ${one.version ?? 'unknown'}`,
      `since ${one.startedAt}`,
      ...(one.tickedAt ? [`last tick ${one.tickedAt}`] : []),
      `${Math.round(one.memoryBytes / 1e6)} MB`,
    ].join(', ')
    tell(
      one.isSilent ? 'off' : true,
      `process ${one.process}`,
      one.isSilent ? `silent since ${one.at} (${what})` : what,
    )
  }
  const isWorked = processes.some(({ role, isSilent }) => !isSilent && role !== 'gateway')
  if (processes.some(({ isSilent }) => !isSilent) && !isWorked)
    tell(false, 'processes', 'no worker is at work: nothing is read or posted; start one with run --role worker')
}

async function checkSources(config: Config, tell: Teller): Promise<void> {
  await using reader = openReader(config)
  const sources = [...config.sources, ...(config.sample?.sources ?? [])]
  const results = await Promise.all(sources.map((source) => checkSource(source, reader)))
  for (const { source, ok, detail } of results) tell(ok, `source ${source.id}`, detail)
}

async function checkSource(source: Config['sources'][number], reader: Reader) {
  if (!source.enabled) return { source, ok: 'off' as const, detail: `${source.address} is switched off in the config` }
  try {
    const { items, problems } = await reader.read(source, null)
    const detail = `${items.length} items${problems[0] ? `; ${problems.length} could not be read: ${problems[0].where}: ${problems[0].reason}` : ''}`
    return { source, ok: items.length > 0 || problems.length === 0, detail: `${source.address} (${detail})` }
  } catch (error) {
    return { source, ok: false, detail: (error as Error).message }
  }
}

async function checkChannels(config: Config, store: Store | null, tell: Teller): Promise<void> {
  if (!config.discord)
    return tell('off', 'Discord', 'no DISCORD_TOKEN: digests go to the terminal and the preview page')
  const subscriptions = (await store?.subscriptions.list()) ?? []
  const channels = subscriptions.flatMap(({ target }) => (target.kind === 'discord' ? [target] : []))
  for (const { what, ok, detail } of await checkDiscord(config.discord, channels)) tell(ok, what, detail)
}
