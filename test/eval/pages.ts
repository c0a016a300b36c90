import { toDocument } from '../../src/documents/to-document.ts'
import { parsePage } from '../../src/sources/parse-page.ts'
import { type InventedPage, inventedPages } from './pages/invented-pages.ts'

/** How much of an article is extracted from its page, and how little of what stands around it: words of invented pages. */
export async function run(): Promise<void> {
  const pages = inventedPages()
  const scores = pages.map((page) => ({ page, ...score(page) }))
  for (const { page, precision, recall, around } of scores)
    if (precision < 0.95 || recall < 0.95 || around.length > 0)
      console.log(
        `  ${page.name}: precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}${around.length > 0 ? `, holds “${around[0]}”` : ''}`,
      )
  const mean = (pick: (one: (typeof scores)[number]) => number) =>
    scores.reduce((sum, one) => sum + pick(one), 0) / scores.length
  const [precision, recall] = [mean((one) => one.precision), mean((one) => one.recall)]
  console.log(
    `pages: ${pages.length} invented pages, precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}, F1 ${((2 * precision * recall) / (precision + recall)).toFixed(3)}, ${scores.filter(({ around }) => around.length === 0).length} without a word from around the article`,
  )
}

function score(page: InventedPage): { precision: number; recall: number; around: string[] } {
  const { items } = parsePage(Buffer.from(page.html), 'text/html', 'https://pages.example/1')
  const text = items[0] ? toDocument(items[0], 'eval').text : ''
  const found = counted(text)
  const wanted = counted(page.paragraphs.join(' '))
  let shared = 0
  for (const [word, count] of found) shared += Math.min(count, wanted.get(word) ?? 0)
  const size = (words: Map<string, number>) => [...words.values()].reduce((sum, count) => sum + count, 0)
  return {
    precision: shared / Math.max(1, size(found)),
    recall: shared / size(wanted),
    around: page.around.filter((words) => text.includes(words)),
  }
}

function counted(text: string): Map<string, number> {
  const words = new Map<string, number>()
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) words.set(word, (words.get(word) ?? 0) + 1)
  return words
}
