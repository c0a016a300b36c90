import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { toDocuments } from '../../src/documents/to-document.ts'
import type { Document } from '../../src/model.ts'
import { readLocalFile } from '../../src/sources/file.ts'
import { createParsers } from '../../src/sources/parsers.ts'
import { shared } from '../support/shared.ts'
import { type ExpectedPost, expectedPosts } from './posts/expected-posts.ts'

/** Of the posts in the real archives, how many have the right id, words, author and time. */
export async function run(args: string[]): Promise<void> {
  const folder = args[0] ?? shared('data', 'tweets')
  if (!folder) return console.log('posts: the real archives are not on this machine')
  const parsers = createParsers()
  const scores = { files: 0, expected: 0, found: 0, text: [0, 0], handle: [0, 0], time: [0, 0] }
  try {
    for (const path of filesIn(folder)) {
      const documents = new Map<string, Document>()
      for await (const read of readLocalFile(path, parsers))
        if ('item' in read) for (const document of toDocuments(read.item, path)) documents.set(document.id, document)
      scores.files += 1
      for (const post of expectedPosts(path).filter(({ id }) => id !== '')) {
        scores.expected += 1
        const document = documents.get(`twitter:${post.id}`)
        if (!document) {
          console.log(`  ${relative(folder, path)}: ${post.id} is missing`)
          continue
        }
        scores.found += 1
        compare(relative(folder, path), post, document, scores)
      }
    }
  } finally {
    await parsers.close()
  }
  const part = ([right = 0, all = 0]: number[]) => `${right} of ${all}`
  console.log(
    `posts: ${scores.files} files, ids ${scores.found} of ${scores.expected}, words ${part(scores.text)}, authors ${part(scores.handle)}, times ${part(scores.time)}`,
  )
}

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'README.md')
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()

function compare(
  file: string,
  post: ExpectedPost,
  document: Document,
  scores: { text: number[]; handle: number[]; time: number[] },
) {
  const check = (kind: 'text' | 'handle' | 'time', want: string | null | undefined, found: string | null) => {
    if (want === undefined) return
    scores[kind][1]! += 1
    if (want === found || want === null) scores[kind][0]! += 1
    else console.log(`  ${file}: ${post.id} ${kind} is ${JSON.stringify(found)} instead of ${JSON.stringify(want)}`)
  }
  // An article's markup does not keep line ends apart from spaces.
  check('text', post.text, /embeds/.test(file) ? document.text.replace(/\s+/g, ' ') : document.text)
  check('handle', post.handle, document.author?.alternateName ?? null)
  check('time', post.time, document.published)
}
