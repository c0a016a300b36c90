import type { Log } from '../log.ts'

type Encoder = { name: string; encode(texts: string[]): Promise<Float32Array[]> }

/** After a failure an encoder is left alone for so long: every text would wait for it. */
const REST_MS = 5 * 60_000

/** An encoder that may fail. `isResting`: it failed a short while ago, and is not to be asked. */
export type GuardedEncoder = Encoder & { isResting(): boolean }

/**
 * Tells once that an encoder does not answer, leaves it alone for five minutes after each failure, and tells once when
 * it is back. What it throws reaches whoever asked: they go on with words alone.
 *
 * @param now ISO 8601
 */
export function guarded(encoder: Encoder, { log, now }: { log: Log; now(): string }): GuardedEncoder {
  let failedAt: number | null = null
  return {
    name: encoder.name,
    isResting: () => failedAt !== null && Date.parse(now()) - failedAt < REST_MS,
    async encode(texts) {
      try {
        const vectors = await encoder.encode(texts)
        if (failedAt !== null) log.info({ encoder: encoder.name }, 'the encoder of claims answers again')
        failedAt = null
        return vectors
      } catch (error) {
        const { message } = error as Error
        if (failedAt === null)
          log.warn(
            { encoder: encoder.name, reason: message },
            'the encoder of claims does not work: claims are matched by their words alone until it does',
          )
        failedAt = Date.parse(now())
        throw error
      }
    },
  }
}
