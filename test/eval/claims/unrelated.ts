import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { toDocuments } from '../../../src/documents/to-document.ts'
import { parseFeed } from '../../../src/sources/parse-feed.ts'
import { shared } from '../../support/shared.ts'

/** A real document that has nothing to do with the claims, unless by chance. */
export type Unrelated = { id: string; text: string; from: 'feeds' | 'articles' }

/** Every item of the shared feeds, title and text. `parity` picks every second file, to learn on one half alone. */
export async function readFeedItems(parity?: 0 | 1): Promise<Unrelated[]> {
  const folder = shared('data', 'feeds')
  if (!folder) return []
  const items: Unrelated[] = []
  for (const [i, file] of readdirSync(folder).sort().entries()) {
    if (file === 'README.md' || (parity !== undefined && i % 2 !== parity)) continue
    const parsed = await parseFeed(readFileSync(join(folder, file)), null, file).catch(() => null)
    for (const document of parsed?.items.flatMap((item) => toDocuments(item, file)) ?? [])
      items.push({
        id: `${file} ${document.url ?? document.id}`,
        text: `${document.title ?? ''}\n${document.text}`.trim(),
        from: 'feeds',
      })
  }
  return items
}

/** News articles of the shared quotation corpus. Scored on, never learnt from. */
export function readArticles(): Unrelated[] {
  return ['dev', 'train'].flatMap((split) => {
    const folder = shared('data', 'quotes', 'polnear', split, 'text')
    if (!folder) return []
    return readdirSync(folder)
      .sort()
      .map((file): Unrelated => ({ id: file, text: readFileSync(join(folder, file), 'utf8'), from: 'articles' }))
  })
}
