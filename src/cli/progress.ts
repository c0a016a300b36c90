import type { Io } from './verb.ts'

/** How far a file has been read at a moment: bytes of it as it lies on disk, and milliseconds of any clock. */
export type Mark = { bytes: number; at: number }

/**
 * How a reading comes along, as a line. Its rate is that of what was read since it began: what an earlier run had read is
 * passed over much faster, and says nothing about the rest.
 */
export function progressLine(path: string, size: number, begun: Mark, now: Mark, documents: number): string {
  const seconds = Math.max((now.at - begun.at) / 1000, 0.001)
  const rate = (now.bytes - begun.bytes) / seconds
  const left = rate > 0 ? `${Math.round((size - now.bytes) / rate)} s left` : 'time left not known yet'
  const megabytes = (bytes: number) => Math.round(bytes / 1e6)
  return `${path}: ${megabytes(now.bytes)} of ${megabytes(size)} MB, ${documents} documents, ${Math.round(documents / seconds)} a second, ${left}`
}

/** How a file that takes long comes along: drawn over and over on a terminal, else a line now and then. */
export function drawProgress(path: string, { err, progress }: Io, told: boolean) {
  const everyMs = progress ? 500 : 10_000
  let next = performance.now() + Math.max(everyMs, 1000)
  let read = 0
  let size = 0
  let begun: Mark | null = null
  let shown = false
  return {
    bytes(now: number, all: number) {
      read = now
      size = all
    },
    /** Told of each thing that is read in this run. */
    draw(documents: number) {
      const now = { bytes: read, at: performance.now() }
      begun ??= now
      if (now.at < next || size === 0 || !(progress || told)) return
      next = now.at + everyMs
      shown = true
      const line = progressLine(path, size, begun, now, documents)
      if (progress) process.stderr.write(`\r\u001b[K${line}`)
      else err(line)
    },
    end: () => void (shown && progress && process.stderr.write('\r\u001b[K')),
  }
}
