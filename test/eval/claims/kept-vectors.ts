import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Encoder } from '../../../src/claims/meaning.ts'
import { localEncoder } from '../../../src/encoder/local.ts'
import learnt from '../../../src/encoder/projection.json' with { type: 'json' }
import { project, readProjection } from '../../../src/encoder/projection.ts'

/** An encoder that remembers on disk: training and evaluation ask for the same texts again and again. */
export function keepVectors(encoder: Encoder): Encoder & { save(): void } {
  const path = join(tmpdir(), `onrecord-vectors-${encoder.name}`)
  const known = new Map<string, Float32Array>()
  if (existsSync(`${path}.json`)) {
    const texts = JSON.parse(readFileSync(`${path}.json`, 'utf8')) as string[]
    const file = readFileSync(`${path}.bin`)
    const all = new Float32Array(file.buffer, file.byteOffset, file.length / 4)
    const width = all.length / texts.length
    for (const [i, text] of texts.entries()) known.set(text, all.slice(i * width, (i + 1) * width))
  }
  let grown = false
  return {
    name: encoder.name,
    async encode(texts) {
      const missing = [...new Set(texts)].filter((text) => !known.has(text))
      for (const [i, vector] of (await encoder.encode(missing)).entries()) known.set(missing[i]!, vector)
      grown ||= missing.length > 0
      return texts.map((text) => known.get(text)!)
    },
    save() {
      if (!grown) return
      const width = known.values().next().value?.length ?? 0
      const all = new Float32Array(known.size * width)
      for (const [i, vector] of [...known.values()].entries()) all.set(vector, i * width)
      writeFileSync(`${path}.bin`, new Uint8Array(all.buffer))
      writeFileSync(`${path}.json`, JSON.stringify([...known.keys()]))
    },
  }
}

/** The encoder that ships, with what it read before kept as it was before the projection: that is learnt anew at times. */
export function keptLocalEncoder(): Encoder & { save(): void } {
  const raw = keepVectors(localEncoder({ projection: null }))
  const projection = readProjection(learnt)
  return {
    name: localEncoder().name,
    encode: async (texts) => (await raw.encode(texts)).map((vector) => project(vector, projection)),
    save: () => raw.save(),
  }
}
