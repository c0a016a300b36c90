import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { toDocument } from '../../src/documents/to-document.ts'
import { parseFeed } from '../../src/sources/parse-feed.ts'
import { shared } from '../support/shared.ts'
import { type ScannedEntry, scanFeed } from './feeds/scan-feed.ts'

/** What the files hold, counted by hand, where the scan and the file's own look could be argued about. */
const ENTRIES: Record<string, number> = {
  'nodefeedparser_illegally-nested.xml': 10,
  'fastfeedparser_malformed_rss_namespaced.xml': 2,
}

/** How many real feeds are read wholly right: number, titles, links and dates of their entries. */
export async function run(args: string[]): Promise<void> {
  const folder = args[0] ?? shared('data', 'feeds')
  if (!folder) return console.log('feeds: the real feeds are not on this machine')
  const scores = { files: 0, right: 0, entries: 0 }
  for (const file of readdirSync(folder).filter((name) => !/README|\.html$/.test(name))) {
    const bytes = readFileSync(join(folder, file))
    const expected = scanFeed(bytes)
    const { items } = await parseFeed(bytes, null, file)
    const found = items.map((item) => ({ title: toDocument(item, file).title, link: item.url, date: item.published }))
    const wrong = differences(found, expected, ENTRIES[file])
    scores.files += 1
    scores.entries += found.length
    if (wrong.length === 0) scores.right += 1
    else console.log(`  ${file}: ${wrong.slice(0, 3).join('; ')}`)
  }
  console.log(
    `feeds: ${scores.right} of ${scores.files} wholly right (${scores.entries} entries: number, titles, links, dates)`,
  )
}

function differences(found: ScannedEntry[], expected: ScannedEntry[], count = expected.length): string[] {
  if (found.length !== count) return [`${found.length} entries instead of ${count}`]
  return found.flatMap((entry, i) =>
    (['title', 'link', 'date'] as const).flatMap((field) => {
      const want = expected[i]?.[field] ?? null
      return entry[field] === want
        ? []
        : [`entry ${i + 1} ${field}: ${JSON.stringify(entry[field])} instead of ${JSON.stringify(want)}`]
    }),
  )
}
