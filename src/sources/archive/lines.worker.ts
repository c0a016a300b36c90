/** Unpacks a large file of JSON lines and scans its lines, so that the thread that asked only builds the posts. */
import { once } from 'node:events'
import { parentPort, workerData } from 'node:worker_threads'
import { followedBy } from './follow.ts'
import { LINE_NUMBERS, type LinesAnswer, type LinesTask, lineBatches, type NumberedLine } from './lines.ts'
import { POST } from './post-keys.ts'
import { createScanner } from './skim-json.ts'
import { unpacked } from './unpack.ts'

/** Batches that are on their way at most: memory is bounded by them. */
const AHEAD = 3
/** Batches are seldom larger: memory of this size can be used again for any of them. */
const ROOM = 1024 * 1024

const { path, packing, follow, afterLine } = workerData as LinesTask
const port = parentPort!
const scan = createScanner(POST)
let notes = new Int32Array(64 * 1024)
let onTheirWay = 0
/** Memory that came back: what is touched for the first time costs more than what is filled again. */
const free: Uint8Array<ArrayBuffer>[] = []
port.on('message', (used: Uint8Array<ArrayBuffer>) => {
  onTheirWay -= 1
  free.push(used)
})

const tell = (answer: LinesAnswer, given: ArrayBuffer[] = []) => port.postMessage(answer, given)

/** Hands a batch over in few pieces of memory, without a copy of them. */
function give(batch: NumberedLine[]): void {
  const bytes = memoryFor(batch.reduce((sum, [, raw]) => sum + (raw?.length ?? 0), 0))
  const lines = new Float64Array(batch.length * LINE_NUMBERS)
  let start = 0
  let noted = 0
  for (const [i, [number, raw, at]] of batch.entries()) {
    const found = raw && scan(raw)
    lines.set([number, at, raw ? start : -1, raw?.length ?? 0, found ? noted : -1], i * LINE_NUMBERS)
    if (found) noted = note(found, noted)
    if (raw) start += raw.copy(bytes, start)
  }
  const own = notes.slice(0, noted)
  onTheirWay += 1
  tell({ kind: 'lines', bytes, lines, notes: own }, [bytes.buffer, lines.buffer, own.buffer])
}

function memoryFor(size: number): Uint8Array<ArrayBuffer> {
  const old = free.pop()
  return old && old.length >= size ? old : new Uint8Array(Math.max(size, ROOM))
}

/** @returns where the next notes begin */
function note(found: Int32Array, at: number): number {
  const end = at + found.length
  if (end > notes.length) {
    const larger = new Int32Array(2 * end)
    larger.set(notes.subarray(0, at))
    notes = larger
  }
  notes.set(found, at)
  return end
}

try {
  const bytes = unpacked(path, packing, (read, size) => tell({ kind: 'bytes', read, size }))
  for await (const batch of lineBatches(bytes, { follow: followedBy(follow), afterLine })) {
    give(batch)
    while (onTheirWay >= AHEAD) await once(port, 'message')
  }
  tell({ kind: 'end', failure: null })
} catch (error) {
  const { code = '', message } = error as Error & { code?: string }
  tell({ kind: 'end', failure: { code, message } })
}
