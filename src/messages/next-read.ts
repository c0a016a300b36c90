import type { NextReason } from '../model.ts'
import type { Say } from './say.ts'

/** Why a source is read next when it is, as half a sentence: “the config says every 15 minutes”. */
export function sayNextRead(reason: NextReason | string, say: Say): string {
  if (typeof reason === 'string') return reason
  const { code, seconds = 0, slowestSeconds = 0, times = 1, moved } = reason
  const words =
    code === 'failed'
      ? say.count('next.failed', times)
      : say.text(`next.${code}`, { span: say.span(seconds), slowest: say.span(slowestSeconds) })
  return moved ? say.text('next.moved', { reason: words }) : words
}
