import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { areCopies, likeness, nearKeys } from '../../src/documents/near-duplicates.ts'
import { toDocument } from '../../src/documents/to-document.ts'
import type { Document } from '../../src/model.ts'
import { parseFeed } from '../../src/sources/parse-feed.ts'
import { shared } from '../support/shared.ts'

/** Whether copies are known as copies and nothing else is: all pairs of real entries, and edited copies of them. */
export async function run(): Promise<void> {
  const folder = shared('data', 'feeds')
  if (!folder) return console.log('copies: the real feeds are not on this machine')
  const documents: (Document & { file: string; keys: Set<string> })[] = []
  const seeds = shared('data', 'seeds')
  const files = [folder, ...(seeds ? [seeds] : [])].flatMap((one) =>
    readdirSync(one).map((name) => ({ name, path: join(one, name) })),
  )
  for (const { name, path } of files.filter((one) => /\.(xml|atom|rss|txt)$/.test(one.name))) {
    const texts = name.endsWith('.txt')
      ? [{ ...EMPTY, id: name, title: name, text: readFileSync(path, 'utf8') }]
      : (await parseFeed(readFileSync(path), null, name)).items.map((item) => toDocument(item, name))
    for (const document of texts) {
      const keys = new Set(nearKeys(document.text))
      if (keys.size > 0) documents.push({ ...document, file: name, keys })
    }
  }
  tellPairs(documents)
  tellEdited(documents)
}

const EMPTY = {
  kind: 'article' as const,
  url: null,
  author: null,
  publisher: null,
  published: null,
  publishedFrom: null,
  language: null,
  archivedAt: [],
  provenance: [],
  post: null,
}

/** Every pair: one that is taken for copies must have one headline (or one file name, of a seed). */
function tellPairs(documents: (Document & { file: string; keys: Set<string> })[]): void {
  const counts = { pairs: 0, copies: 0, wrong: 0, nearest: 0 }
  for (const [i, a] of documents.entries())
    for (const b of documents.slice(i + 1)) {
      counts.pairs += 1
      // As in the main job: only what shares a key is compared.
      if (a.keys.isDisjointFrom(b.keys)) continue
      const same = a.title === b.title && a.title !== null
      const copies = areCopies(a.text, b.text, a.file === b.file)
      if (!copies) {
        if (a.file !== b.file) counts.nearest = Math.max(counts.nearest, likeness(a.text, b.text))
        continue
      }
      counts.copies += 1
      if (same || a.file.endsWith('.txt') || b.file.endsWith('.txt')) continue
      counts.wrong += 1
      console.log(`  taken for copies: ${a.file} “${a.title}” and ${b.file} “${b.title}”`)
    }
  console.log(
    `copies: ${documents.length} real texts, ${counts.pairs} pairs, ${counts.copies} copies, ${counts.wrong} with another headline; the likest two of different feeds that are no copies: ${counts.nearest.toFixed(2)}`,
  )
}

const EDITS: [string, (sentences: string[]) => string[]][] = [
  ['a dateline', (all) => ['SOMEWHERE, 12 May (Agency) –', ...all]],
  ['the last tenth cut', (all) => all.slice(0, Math.ceil(all.length * 0.9))],
  ['the last quarter cut', (all) => all.slice(0, Math.ceil(all.length * 0.75))],
  [
    'every 50th word another',
    (all) => [
      all
        .join(' ')
        .split(' ')
        .map((word, i) => (i % 50 === 25 ? 'changed' : word))
        .join(' '),
    ],
  ],
  [
    'every 30th word another',
    (all) => [
      all
        .join(' ')
        .split(' ')
        .map((word, i) => (i % 30 === 15 ? 'changed' : word))
        .join(' '),
    ],
  ],
  [
    'a paragraph added',
    (all) => [
      ...all,
      'Sign up for our letter, follow us, and read more about it on our pages every morning before nine.',
    ],
  ],
]

/** Copies as outlets edit them: found through their keys, and taken for copies. */
function tellEdited(documents: Document[]): void {
  for (const [name, edit] of EDITS) {
    const found = documents.filter(({ text }) => {
      const copy = edit(text.split(/(?<=[.!?])\s+/)).join(' ')
      const keys = new Set(nearKeys(copy))
      return nearKeys(text).some((key) => keys.has(key)) && areCopies(text, copy, false)
    })
    console.log(`  copies with ${name}: ${found.length} of ${documents.length} found`)
  }
}
