import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { loadConfig } from '../config.ts'
import { UsageError } from '../errors.ts'
import { openStore } from '../store/open-store.ts'
import type { MoveProgress, TableProof } from '../store/postgres/move-record.ts'
import { DATABASE, lockFolder } from '../store/sqlite.ts'
import type { Io, Verb } from './verb.ts'

export const verb: Verb = {
  summary: 'move the record from its file into Postgres',
  help: `
usage: DATABASE_URL=postgres://… npm run -s onrecord -- migrate-store [--data FOLDER]

Moves everything in the file of the data folder into the empty database that DATABASE_URL names. The bot must be
stopped; the file is only read and stays as it is. It may be interrupted, or killed, and called again: it goes on where
it was. In the end both sides are read once more and compared, row by row, by counts and checksums.

Then start the bot with DATABASE_URL set. Without it, it would go on with the file.

example: DATABASE_URL=postgres://onrecord@db.example/onrecord npm run -s onrecord -- migrate-store --data data`,
  async run(args, io) {
    const { values } = parseArgs({ args, options: { config: { type: 'string' }, data: { type: 'string' } } })
    const { dataFolder, store } = await loadConfig(values)
    if (store.kind !== 'postgres')
      throw new UsageError('set DATABASE_URL to the empty database that it is to be moved into')
    const path = join(dataFolder, DATABASE)
    if (!existsSync(path)) throw new UsageError(`${path}: there is no record to move; name its folder with --data`)
    using _lock = lockFolder(dataFolder)
    // Both sides get this version's shape first.
    await (await openStore({ dataFolder }))[Symbol.asyncDispose]()
    const { openPostgres } = await import('../store/postgres/open-postgres.ts')
    await (await openPostgres(store.url)).db.destroy()
    return move(path, store.url, io)
  },
}

async function move(path: string, url: string, io: Io): Promise<number> {
  const { moveRecord } = await import('../store/postgres/move-record.ts')
  const stop = new AbortController()
  const heard = () => stop.abort()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, heard)
  const began = performance.now()
  const gauge = drawMove(io, began)
  try {
    const moved = await moveRecord(path, url, { onProgress: gauge.draw, stopping: stop.signal })
    gauge.end()
    if (moved.outcome === 'stopped') {
      io.err(`stopped: ${moved.rows} rows are moved; the same command goes on`)
      return 1
    }
    for (const line of table(moved.proofs)) io.out(line)
    if (moved.replaced > 0)
      io.err(`${moved.replaced} texts held the character NUL, which Postgres cannot keep: it was replaced by U+FFFD`)
    const rows = moved.proofs.reduce((sum, proof) => sum + proof.rows, 0)
    const seconds = (performance.now() - began) / 1000
    io.err(
      `${moved.outcome}: ${rows} rows in ${seconds.toFixed(1)} s (${Math.round(rows / seconds)} a second), equal on both sides, most memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`,
    )
    io.err(`start the bot with DATABASE_URL set; ${path} is no longer used and may be kept as a copy`)
    return 0
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, heard)
  }
}

const table = (proofs: TableProof[]): string[] => [
  '| table | rows | checksum on both sides |',
  '|---|---|---|',
  ...proofs.map(({ table, rows, checksum }) => `| ${table} | ${rows} | ${checksum} |`),
]

/** How far it is, on standard error: a line that is drawn over, or one every ten seconds. */
function drawMove({ err, progress }: Io, began: number) {
  const everyMs = progress ? 500 : 10_000
  let next = began + everyMs
  let first: number | null = null
  return {
    draw({ table, rows, all }: MoveProgress) {
      // What an earlier call moved says nothing of this one's rate.
      first ??= rows
      const now = performance.now()
      if (now < next) return
      next = now + everyMs
      const rate = (rows - first) / ((now - began) / 1000)
      const left = rate > 0 ? `, ${Math.round(rate)} a second, ${Math.round((all - rows) / rate)} s left` : ''
      const line = `${table}: ${rows} of ${all}${table === 'comparing' ? ' tables' : ` rows${left}`}`
      if (progress) process.stderr.write(`\r\u001b[K${line}`)
      else err(line)
    },
    end: () => void (progress && process.stderr.write('\r\u001b[K')),
  }
}
