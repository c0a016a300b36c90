import { readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/**
 * Runs the tables that stand beside a script, or the one that was asked for. Each is a file that exports `run(args)`.
 *
 * @param script path of the script itself
 */
export async function runTables(script: string, { onlyByName = [] as string[] } = {}): Promise<void> {
  const tables = readdirSync(dirname(script))
    .filter((file) => file.endsWith('.ts') && file !== basename(script))
    .map((file) => file.slice(0, -3))
  const [wanted, ...args] = process.argv.slice(2)
  if (wanted && !tables.includes(wanted)) {
    console.error(`there is no table “${wanted}”; there are: ${tables.join(', ')}`)
    process.exit(2)
  }
  for (const table of wanted ? [wanted] : tables.filter((name) => !onlyByName.includes(name))) {
    const { run } = (await import(join(dirname(script), `${table}.ts`))) as { run(args: string[]): Promise<void> }
    await run(args)
  }
}
