import { existsSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { SourceError } from '../errors.ts'

/** What we use of transformers.js. */
type Pipeline = (texts: string[], options: object) => Promise<{ tolist(): number[][] }>
type Transformers = {
  env: { allowRemoteModels: boolean; localModelPath: string }
  pipeline(task: string, model: string, options: object): Promise<Pipeline>
}

/** No part of what is installed: only who configures a model folder needs it, and it brings 200 MB. */
const PACKAGE = '@huggingface/transformers'
const BATCH = 16

/**
 * A sentence encoder from a folder on this machine, as ONNX with its tokenizer, through transformers.js. Nothing is
 * fetched. Loaded with the first texts.
 */
export function folderEncoder(folder: string) {
  const path = resolve(folder)
  let loading: Promise<Pipeline> | null = null
  return {
    name: basename(path),
    /** @throws {SourceError} where the package, or the model, is not there or cannot be read */
    async encode(texts: string[]): Promise<Float32Array[]> {
      loading ??= open(path)
      const embed = await loading.catch((error) => {
        loading = null
        throw error
      })
      const vectors: Float32Array[] = []
      for (let from = 0; from < texts.length; from += BATCH) {
        const found = await embed(texts.slice(from, from + BATCH), { pooling: 'mean', normalize: true })
        vectors.push(...found.tolist().map((vector) => Float32Array.from(vector)))
      }
      return vectors
    },
  }
}

async function open(path: string): Promise<Pipeline> {
  if (!existsSync(path)) throw new SourceError('unreachable', path, 'there is no such folder')
  const { env, pipeline } = await (import(PACKAGE) as Promise<Transformers>).catch((cause: NodeJS.ErrnoException) => {
    const why =
      cause.code === 'ERR_MODULE_NOT_FOUND'
        ? `a model in a folder needs a package: npm install ${PACKAGE}`
        : `${PACKAGE} cannot be loaded (${cause.message})`
    throw new SourceError('unreadable', path, why, { cause })
  })
  env.allowRemoteModels = false
  env.localModelPath = resolve(path, '..')
  try {
    return await pipeline('feature-extraction', basename(path), { local_files_only: true })
  } catch (cause) {
    throw new SourceError('unreadable', path, `holds no model that can be read (${(cause as Error).message})`, {
      cause,
    })
  }
}
