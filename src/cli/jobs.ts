import { parseArgs } from 'node:util'
import { loadConfig } from '../config.ts'
import { UsageError } from '../errors.ts'
import type { Queues } from '../jobs/boss.ts'
import { createLog } from '../log.ts'
import type { Io, Verb } from './verb.ts'

export const verb: Verb = {
  summary: 'list the queues, replay what was given up',
  help: `
usage: npm run -s onrecord -- jobs [list] [--format text|jsonl] [--config FILE]
       npm run -s onrecord -- jobs replay [ID|QUEUE]
       npm run -s onrecord -- jobs drop [ID|QUEUE]

With DATABASE_URL the work waits in queues beside the record. list tells of each how much waits, is at work, waits for a
later try and was given up, and then each order that was given up: its id, what it was to be done to, when and why.
replay gives such orders back to their queues: one by its id, those of one queue, or all. drop lets them go. Nothing is
lost by it: what is due or owed stands in the record, and is ordered anew.

example: npm run -s onrecord -- jobs replay poll`,
  async run(args, io) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { format: { type: 'string', default: 'text' }, config: { type: 'string' } },
    })
    const [what = 'list', which = null, ...more] = positionals
    if (!['list', 'replay', 'drop'].includes(what) || more.length > 0 || (what === 'list' && which))
      throw new UsageError(`there are list, replay and drop, not “${positionals.join(' ')}”`)
    if (values.format !== 'text' && values.format !== 'jsonl')
      throw new UsageError(`--format is text or jsonl, not “${values.format}”`)
    const config = await loadConfig({ config: values.config })
    if (config.store.kind === 'sqlite') {
      io.err('there are no queues: without DATABASE_URL one process does all the work itself')
      return 0
    }
    const { openQueues } = await import('../jobs/boss.ts')
    const log = createLog(config.logLevel, config.secrets)
    await using queues = await openQueues({ url: config.store.url, places: 1, log })
    if (what === 'list') await list(queues, values.format, io)
    if (what === 'replay') io.err(`${await queues.replay(which)} given back to their queues`)
    if (what === 'drop') io.err(`${await queues.drop(which)} let go`)
    return 0
  },
}

async function list(queues: Queues, format: 'text' | 'jsonl', io: Io): Promise<void> {
  const counts = await queues.counts()
  const letters = await queues.dead()
  if (format === 'jsonl') {
    for (const { kind, ...rest } of counts) io.out(JSON.stringify({ type: 'queue', queue: kind, ...rest }))
    for (const { kind, ...rest } of letters) io.out(JSON.stringify({ type: 'given-up', queue: kind, ...rest }))
    return
  }
  const row = (...cells: (string | number)[]) =>
    cells.map((cell, i) => (i ? String(cell).padStart(9) : String(cell).padEnd(9))).join('')
  io.out(row('queue', 'waiting', 'at work', 'later', 'given up'))
  for (const { kind, waiting, active, later, dead } of counts) io.out(row(kind, waiting, active, later, dead))
  for (const { id, kind, key, at, reason } of letters) io.out(`\n${id}  ${kind} ${key}\n  given up ${at}: ${reason}`)
}
