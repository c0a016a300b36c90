/** Puts one piece at a time through everything that reads what comes from outside. */
import { parentPort } from 'node:worker_threads'
import type { Piece } from './pieces.ts'
import { TRIALS } from './trials.ts'

export type FuzzAnswer =
  | { kind: 'ready' }
  | { kind: 'done'; number: number; thrown: string[]; documents: number; heapBytes: number | null }

parentPort?.on('message', async (piece: Piece) => {
  const thrown: string[] = []
  let documents = 0
  for (const [trial, run] of Object.entries(TRIALS))
    try {
      documents += Number((await run(piece)) ?? 0)
    } catch (error) {
      thrown.push(`${trial}: ${(error as Error).stack?.split('\n').slice(0, 4).join(' | ')}`)
    }
  if (piece.number % 200 < 2) globalThis.gc?.()
  const heapBytes = piece.number % 200 < 2 ? process.memoryUsage().heapUsed : null
  parentPort?.postMessage({ kind: 'done', number: piece.number, thrown, documents, heapBytes } satisfies FuzzAnswer)
})
parentPort?.postMessage({ kind: 'ready' } satisfies FuzzAnswer)
