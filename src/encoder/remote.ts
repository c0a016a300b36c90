import { z } from 'zod'
import { SourceError } from '../errors.ts'

const Answer = z.object({ data: z.array(z.object({ index: z.number().int().min(0), embedding: z.array(z.number()) })) })

/** Most services take this many texts at once. */
const BATCH = 64
/** 64 vectors of 4,096 numbers, as text. */
const MAX_BYTES = 8_000_000

/** Sends a body to an address, and hands over what it answers. @throws {SourceError} where it does not */
type Post = (
  address: string,
  body: string,
  headers: Record<string, string>,
  options: { maxBytes: number },
) => Promise<{ status: number; bytes(): Promise<Uint8Array> }>

/** An encoder behind an OpenAI-compatible `/embeddings` address. */
export function remoteEncoder(options: { url: string; model: string; key?: string | undefined; post: Post }) {
  const { url, model, key, post } = options
  const headers = { 'content-type': 'application/json', ...(key ? { authorization: `Bearer ${key}` } : {}) }
  return {
    name: `${model} at ${new URL(url).host}`,
    /** @throws {SourceError} */
    async encode(texts: string[]): Promise<Float32Array[]> {
      const vectors: Float32Array[] = []
      for (let from = 0; from < texts.length; from += BATCH) {
        const input = texts.slice(from, from + BATCH)
        const body = JSON.stringify({ model, input, encoding_format: 'float' })
        const response = await post(url, body, headers, { maxBytes: MAX_BYTES })
        if (response.status < 200 || response.status > 299)
          throw new SourceError('refused', url, `the encoder answered ${response.status}; check its key and model`)
        const parsed = Answer.safeParse(parseJson(await response.bytes()))
        if (!parsed.success || new Set(parsed.data.data.map(({ index }) => index)).size !== input.length)
          throw new SourceError('unreadable', url, 'the encoder answered something that is no list of embeddings')
        for (const { index, embedding } of parsed.data.data) vectors[from + index] = Float32Array.from(embedding)
      }
      if (
        vectors.some((vector) => vector.length !== vectors[0]?.length) ||
        Object.keys(vectors).length !== texts.length
      )
        throw new SourceError('unreadable', url, 'the encoder answered embeddings of several lengths')
      return vectors
    },
  }
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return null
  }
}
