import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { loadConfig } from '../config.ts'
import { viewDigest } from '../digests/digest-view.ts'
import { renderText } from '../digests/render-text.ts'
import type { Shards } from '../discord/client.ts'
import { StoreError, UsageError } from '../errors.ts'
import { createLog } from '../log.ts'
import { type Desk, main } from '../main.ts'
import type { Role } from '../model.ts'
import type { Io, Verb } from './verb.ts'

export const verb: Verb = {
  summary: 'do the main job: poll, analyse, compose, deliver',
  help: `
usage: npm start
       npm run -s onrecord -- run [--once] [--role ROLE] [--shards LIST] [--config FILE] [--data FOLDER]

Polls the sources of the config, finds who said what, matches it with known claims, prints the digest and, with
DISCORD_TOKEN, posts it to the subscribed channels. Goes on until SIGINT or SIGTERM; SIGHUP or a change of the config
files reads them again. Digests go to standard output, logs and remarks to standard error.

  --once          one full cycle, then end
  --role ROLE     with DATABASE_URL, where several processes share the work: gateway (holds the connections to Discord
                  and answers there), worker (reads, analyses, composes, posts) or all (both; the default)
  --shards LIST   with DATABASE_URL: which of Discord's shards this gateway holds, of how many: 0-3/16 or 4,5/16.
                  Without it one gateway holds all, and a second one waits to take over
  --config FILE   config file (default config/onrecord.yaml, or ONRECORD_CONFIG)
  --data FOLDER   where the record is kept (default ./data, or ONRECORD_DATA)

examples: npm run -s onrecord -- run --once --data /tmp/try
          npm run -s onrecord -- run --role worker`,
  async run(args, io) {
    const { values } = parseArgs({
      args,
      options: {
        once: { type: 'boolean', default: false },
        role: { type: 'string' },
        shards: { type: 'string' },
        config: { type: 'string' },
        data: { type: 'string' },
      },
    })
    const paths = { config: values.config, data: values.data }
    const role = toRole(values.role)
    const shards = values.shards === undefined ? null : toShards(values.shards)
    const config = await loadConfig(paths)
    if ((values.role || shards) && config.store.kind === 'sqlite')
      throw new UsageError('--role and --shards are for several processes on one database: set DATABASE_URL first')
    if (shards && role === 'worker') throw new UsageError('--shards is for gateways; a worker holds none')
    const log = createLog(config.logLevel, config.secrets)
    const begin = () =>
      main({ config, paths, once: values.once, role, shards, log, desk: openDesk(io.out, io.err, io.progress) })
    return config.store.kind === 'postgres' && !values.once ? patiently(begin, io) : begin()
  },
}

const MOST_TRIES = 30
const PAUSE_MS = 2000

/** A database that is just being started, or started again, is waited for. */
async function patiently(begin: () => Promise<number>, io: Pick<Io, 'err'>): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await begin()
    } catch (error) {
      if (!(error instanceof StoreError) || error.reason !== 'unreachable' || tries === MOST_TRIES) throw error
      io.err(`${error.message} (trying again)`)
      await sleep(PAUSE_MS)
    }
  }
}

function toRole(given = 'all'): Role {
  if (given === 'gateway' || given === 'worker' || given === 'all') return given
  throw new UsageError(`--role is gateway, worker or all, not “${given}”`)
}

/** `0-3/16` or `4,5/16`. @throws {UsageError} */
export function toShards(given: string): Shards {
  const [list = '', count = ''] = given.split('/')
  const of = Number(count)
  const ids = list.split(',').flatMap((part) => {
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(part.trim()) ?? []
    if (first === undefined) return [Number.NaN]
    return Array.from({ length: Number(last) - Number(first) + 1 }, (_, i) => Number(first) + i)
  })
  const isFaulty = !Number.isInteger(of) || of < 1 || ids.length === 0 || ids.some((id) => !(id < of))
  if (isFaulty)
    throw new UsageError(`--shards is a list of shards and how many there are, such as 0-3/16, not “${given}”`)
  return { ids: [...new Set(ids)], of }
}

/** Prints digests as text; draws progress on one line of its own, only where a person looks on. */
function openDesk(out: (line: string) => void, err: (line: string) => void, isTerminal: boolean): Desk {
  const { stdout } = process
  const style = {
    colour: stdout.isTTY === true && stdout.hasColors?.() === true,
    width: stdout.columns ?? 100,
    timeZone: stdout.isTTY ? Intl.DateTimeFormat().resolvedOptions().timeZone : 'UTC',
  }
  return {
    show: ({ digest }) => out(renderText(viewDigest(digest), style)),
    remark: err,
    progress(work, done, all) {
      if (!isTerminal) return
      const end = done >= all ? '\r\u001b[K' : ''
      process.stderr.write(`\r\u001b[K${work}: ${done} of ${all}${end}`)
    },
  }
}
