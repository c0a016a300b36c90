import type { Turn } from '../claims/positions.ts'
import type { Say } from '../messages/say.ts'
import { dated, quoted } from './reply.ts'

/** Under a statement: what its speaker said on the same claim before, and when. */
export function turnLine({ what, from, to, earlier }: Turn, say: Say): string {
  const values = { from: quoted(from, 40), to: quoted(to, 40), words: quoted(earlier.words, 120) }
  const when = earlier.when && !Number.isNaN(Date.parse(earlier.when)) ? ` · ${dated(earlier.when, say)}` : ''
  return `-# **↪ ${say.text(`turn.${what}`, values)}**${when} · \`${earlier.statementId.slice(0, 12)}\``
}
