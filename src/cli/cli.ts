import { ConfigError, DiscordError, SourceError, StoreError, UsageError } from '../errors.ts'
import type { Io, Verb } from './verb.ts'

/** Every verb, read only when it is asked for: an on-demand lookup need not load Discord. */
const VERBS: Record<string, { summary: string; load(): Promise<{ verb: Verb }> }> = {
  run: { summary: 'do the main job: poll, analyse, compose, deliver', load: () => import('./run.ts') },
  ingest: { summary: 'read feeds, posts, pages and archives into documents', load: () => import('./ingest.ts') },
  extract: { summary: 'find the statements in documents', load: () => import('./extract.ts') },
  mentions: { summary: 'find the tracked entities in documents', load: () => import('./mentions.ts') },
  match: { summary: 'find the known claim behind each text', load: () => import('./match.ts') },
  lookup: { summary: 'tell what is known of a text or a link', load: () => import('./lookup.ts') },
  digest: { summary: 'show the digest that would be posted', load: () => import('./digest.ts') },
  sources: { summary: 'list, test, import or export sources', load: () => import('./sources.ts') },
  claims: { summary: 'import or export known claims', load: () => import('./claims.ts') },
  commands: { summary: 'register the slash commands with Discord', load: () => import('./commands.ts') },
  backup: { summary: 'copy the record while it is in use, or put a copy back', load: () => import('./backup.ts') },
  'migrate-store': { summary: 'move the record from its file into Postgres', load: () => import('./migrate-store.ts') },
  jobs: { summary: 'list the queues, replay what was given up', load: () => import('./jobs.ts') },
  doctor: { summary: 'check config, store, sources and Discord', load: () => import('./doctor.ts') },
}

const io: Io = {
  out: (line) => void process.stdout.write(`${line}\n`),
  err: (line) => void process.stderr.write(`${line}\n`),
  progress: process.stderr.isTTY === true,
}

/** Runs one operator verb. @returns the exit code: 0 success, 1 a failure of its work, 2 wrong usage. */
export async function runCli([name, ...args]: string[]): Promise<number> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // The reader of a pipe has gone (as in `… | head`): there is nobody left to tell.
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
  if (!name || name === 'help' || name === '--help' || name === '-h') {
    ;(name ? io.out : io.err)(overview())
    return name ? 0 : 2
  }
  const entry = VERBS[name]
  if (!entry) {
    io.err(`there is no verb “${name}”\n\n${overview()}`)
    return 2
  }
  const { verb } = await entry.load()
  if (args.includes('--help') || args.includes('-h')) {
    io.out(verb.help.trim())
    return 0
  }
  try {
    return await verb.run(args, io)
  } catch (error) {
    return explain(error, name)
  }
}

/** One clear line for what an operator can mend; everything else is ours and keeps its stack. */
function explain(error: unknown, name: string): number {
  if (error instanceof UsageError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS')) {
    io.err(`${name}: ${(error as Error).message.split('\n')[0]} (npm run -s onrecord -- ${name} --help tells more)`)
    return 2
  }
  if (error instanceof ConfigError) {
    for (const fault of error.faults) io.err(fault)
    return 1
  }
  if (error instanceof StoreError || error instanceof DiscordError || error instanceof SourceError) {
    io.err(error.message)
    return 1
  }
  io.err(`${name} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  return 1
}

function overview(): string {
  const width = Math.max(...Object.keys(VERBS).map((verb) => verb.length))
  const lines = Object.entries(VERBS).map(([verb, { summary }]) => `  ${verb.padEnd(width)}  ${summary}`)
  return `onrecord keeps the public record of what named people and organisations say\n\nusage: npm run -s onrecord -- <verb> [options]\n\n${lines.join('\n')}\n\nnpm run -s onrecord -- <verb> --help tells more. Results go to standard output, logs to standard error.`
}
