import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { Document, Problem } from '../model.ts'

const BARE: Omit<Document, 'id' | 'text'> = {
  kind: 'article',
  url: null,
  title: null,
  author: null,
  publisher: null,
  published: null,
  publishedFrom: null,
  language: null,
  archivedAt: [],
  provenance: [],
  post: null,
}

/** Documents of a file: JSON lines as `ingest` prints them, or a text file whose bytes are the text. */
export function* readDocuments(path: string): Generator<{ document: Document } | { problem: Problem }> {
  let text: string
  try {
    text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(readFileSync(path))
  } catch (error) {
    yield { problem: { where: path, reason: `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})` } }
    return
  }
  if (!/\.(jsonl|ndjson|json)$/i.test(path)) {
    yield { document: { ...BARE, id: basename(path), text, provenance: [{ source: path, locator: null }] } }
    return
  }
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    try {
      const found = JSON.parse(line) as Partial<Document> & { type?: string }
      if (found.type && found.type !== 'document') continue
      if (typeof found.text !== 'string') throw new TypeError('it has no text')
      yield { document: { ...BARE, ...found, id: String(found.id ?? `${basename(path)}:${i + 1}`), text: found.text } }
    } catch (error) {
      yield { problem: { where: `${path}:${i + 1}`, reason: `is no document: ${(error as Error).message}` } }
    }
  }
}
