/** Reads one feed or page at a time away from the main thread, so that hostile input can be cut off. */
import { parentPort } from 'node:worker_threads'
import { parseFeed } from './parse-feed.ts'
import type { ParseAnswer, ParseTask } from './parsers.ts'

parentPort?.on('message', async ({ kind, bytes, contentType, address }: ParseTask) => {
  // Readability and a DOM are loaded only where a page is read.
  const result =
    kind === 'feed'
      ? await parseFeed(bytes, contentType, address)
      : (await import('./parse-page.ts')).parsePage(bytes, contentType, address)
  parentPort?.postMessage({ kind, result: JSON.stringify(result) } satisfies ParseAnswer)
})

parentPort?.postMessage({ kind: 'ready' } satisfies ParseAnswer)
