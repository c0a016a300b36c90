import type { Attachment } from 'discord.js'
import { mergeClaims, parseClaims, sameKey } from '../claims/import-claims.ts'
import type { Answer } from '../discord/command.ts'
import { UsageError } from '../errors.ts'
import type { Claim } from '../model.ts'
import type { Asker } from './asking.ts'
import { readAttachment, withReport } from './attachments.ts'
import { noteChange } from './changes.ts'
import type { CommandContext } from './context.ts'
import { withLookBack } from './looked-through.ts'
import { MOST_CLAIMS } from './own-claims.ts'
import { panel, quoted } from './reply.ts'

const FORMATS = ['csv', 'tsv', 'json', 'jsonl', 'yaml', 'yml']
const MOST_BYTES = 2_000_000
/** Claims that are written in one transaction: somebody else may be waiting for an answer. */
const BATCH = 50

/** `/claim import`: the claims of an attached file become this server's own; what is not usable is told with its line. */
export async function importClaims(file: Attachment, asker: Asker, context: CommandContext): Promise<Answer> {
  const { say, guildId, userId } = asker
  const { store, now } = context
  const format = file.name.split('.').at(-1)?.toLowerCase() ?? ''
  if (!FORMATS.includes(format)) throw new UsageError(say.text('claim.import.format', { formats: FORMATS.join(', ') }))
  const text = await readAttachment(file, MOST_BYTES, asker, context)
  const { claims, problems } = parseClaims(text, { format, where: file.name, owner: guildId })
  const room = MOST_CLAIMS - (await store.claims.list(guildId)).length
  const kept = claims.slice(0, Math.max(room, 0))
  const total = { added: 0, changed: 0, same: 0 }
  for (let from = 0; from < kept.length; from += BATCH) {
    const batch = kept.slice(from, from + BATCH).map((claim) => asOwn(claim, guildId))
    const counts = await store.transaction((tx) => tx.claims.add(batch, { merge: mergeClaims, by: userId, now: now() }))
    for (const key of ['added', 'changed', 'same'] as const) total[key] += counts[key]
    await new Promise(setImmediate)
  }
  if (total.added + total.changed > 0)
    await store.transaction((tx) => noteChange(tx, asker, now(), { what: 'import', object: file.name.slice(0, 100) }))
  const over = claims.length - kept.length
  const lines = [
    say.text('claim.import.done', { ...total, unusable: problems.length }),
    ...(over > 0 ? [say.text('claim.import.over', { over, most: MOST_CLAIMS })] : []),
  ]
  const reasons = problems.map(({ where, reason }) => `${where}: ${reason}`)
  const draw = (line: string) => {
    const title = say.text('claim.import.title', { file: quoted(file.name, 80) })
    return withReport(panel(title, [[...lines, line].filter(Boolean).join('\n')]), reasons, asker)
  }
  return withLookBack(draw, asker, context)
}

/** Its id says whose it is: two servers, and the operator, may all have a claim `c1`. */
const asOwn = (claim: Claim, guildId: string) => ({
  claim: { ...claim, id: `own-${guildId}-${claim.id}`.slice(0, 90), owner: guildId },
  key: `${guildId} ${sameKey(claim.text, claim.claimant)}`,
})
