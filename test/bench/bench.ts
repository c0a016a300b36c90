/**
 * `npm run bench [-- NAME…]`: prints speed and size beside named peers, same work, same run. Each file beside this one is one table and
 * exports `run(args)`.
 */
import { readdirSync } from 'node:fs'

const tables = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && file !== 'bench.ts')
  .map((file) => file.slice(0, -3))
const [wanted, ...args] = process.argv.slice(2)
if (wanted && !tables.includes(wanted)) {
  console.error(`there is no table “${wanted}”; there are: ${tables.join(', ')}`)
  process.exit(2)
}
for (const table of wanted ? [wanted] : tables) {
  const { run } = (await import(`./${table}.ts`)) as { run(args: string[]): Promise<void> }
  await run(args)
}
