import { on } from 'node:events'
import { Worker } from 'node:worker_threads'
import { LINE_NUMBERS, type LinesAnswer, type LinesTask, type NumberedLine } from './lines.ts'
import { buildPost } from './skim-posts.ts'
import type { OnBytes } from './unpack.ts'

/**
 * As lineBatches of an unpacked file, whose bytes are unpacked and scanned in a thread of their own: two cores share
 * the work, and whoever else this thread serves waits less. A line's bytes hold until the next batch is asked for.
 *
 * @throws {Error} while it is read, as `unpacked` does
 */
export async function* linesAside(task: LinesTask, onBytes?: OnBytes): AsyncGenerator<NumberedLine[]> {
  const worker = new Worker(new URL('./lines.worker.ts', import.meta.url), { workerData: task })
  try {
    for await (const [answer] of on(worker, 'message', { close: ['exit'] }) as AsyncIterable<[LinesAnswer]>) {
      if (answer.kind === 'bytes') onBytes?.(answer.read, answer.size)
      else if (answer.kind === 'lines') {
        yield linesOf(answer)
        worker.postMessage(answer.bytes, [answer.bytes.buffer])
      } else if (answer.failure) throw Object.assign(new Error(answer.failure.message), { code: answer.failure.code })
      else return
    }
    throw new Error('the thread that reads it ended early')
  } finally {
    await worker.terminate()
  }
}

function linesOf({ bytes, lines, notes }: LinesAnswer & { kind: 'lines' }): NumberedLine[] {
  const whole = Buffer.from(bytes.buffer)
  const found: NumberedLine[] = []
  for (let i = 0; i < lines.length; i += LINE_NUMBERS) {
    const [number, at] = [lines[i]!, lines[i + 1]!]
    const [start, length, noted] = [lines[i + 2]!, lines[i + 3]!, lines[i + 4]!]
    const post = () => (noted < 0 ? undefined : buildPost(whole, start, notes, noted))
    found.push(start < 0 ? [number, null, at] : [number, whole.subarray(start, start + length), at, post])
  }
  return found
}
