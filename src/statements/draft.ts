import type { Span, Statement } from '../model.ts'
import type { Tag } from './attribution.ts'

/** A statement in the making. Offsets into the text as it is read, not as it is stored. */
export type Draft = {
  start: number
  end: number
  /** Segments of one utterance have the same. */
  turn: string
  directness: Statement['directness']
  tag: Tag | null
  speaker: Span | null
  /** Which rule gave it, step by step, for a person. */
  steps: string[]
}
