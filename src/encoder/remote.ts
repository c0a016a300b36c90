import { z } from 'zod'
import { SourceError } from '../errors.ts'

const Answer = z.object({ data: z.array(z.object({ index: z.number().int().min(0), embedding: z.array(z.number()) })) })

/** Most services take this many texts at once. */
const BATCH = 64
const SECONDS = 30

/**
 * An encoder behind an OpenAI-compatible `/embeddings` address.
 *
 * @param options.fetch handed in, so that a test can answer
 */
export function remoteEncoder(options: {
  address: string
  model: string
  key?: string | undefined
  fetch?: typeof fetch
}) {
  const { address, model, key, fetch: send = fetch } = options
  return {
    name: `${model} at ${new URL(address).host}`,
    /** @throws {SourceError} */
    async encode(texts: string[]): Promise<Float32Array[]> {
      const vectors: Float32Array[] = []
      for (let from = 0; from < texts.length; from += BATCH) {
        const input = texts.slice(from, from + BATCH)
        const body = JSON.stringify({ model, input, encoding_format: 'float' })
        const headers = { 'content-type': 'application/json', ...(key ? { authorization: `Bearer ${key}` } : {}) }
        const response = await send(address, {
          method: 'POST',
          headers,
          body,
          redirect: 'error',
          signal: AbortSignal.timeout(SECONDS * 1000),
        }).catch((cause: unknown) => {
          throw new SourceError('unreachable', address, 'the encoder does not answer', { cause })
        })
        if (!response.ok)
          throw new SourceError('refused', address, `the encoder answered ${response.status}; check its key and model`)
        const parsed = Answer.safeParse(await response.json().catch(() => null))
        if (!parsed.success || parsed.data.data.length !== input.length)
          throw new SourceError('unreadable', address, 'the encoder answered something that is no list of embeddings')
        for (const { index, embedding } of parsed.data.data) vectors[from + index] = Float32Array.from(embedding)
      }
      return vectors
    },
  }
}
