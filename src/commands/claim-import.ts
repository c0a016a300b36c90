import type { Attachment } from 'discord.js'
import { mergeClaims, parseClaims, sameKey } from '../claims/import-claims.ts'
import type { Answer } from '../discord/command.ts'
import { UsageError } from '../errors.ts'
import type { Claim } from '../model.ts'
import type { Asker } from './asking.ts'
import { readAttachment, withReport } from './attachments.ts'
import { noteChange } from './changes.ts'
import type { CommandContext } from './context.ts'
import { EVERY_MS, withLookBack } from './looked-through.ts'
import { MOST_CLAIMS } from './own-claims.ts'
import { panel, quoted } from './reply.ts'

const FORMATS = ['csv', 'tsv', 'json', 'jsonl', 'yaml', 'yml']
const MOST_BYTES = 2_000_000
/** Claims that are written in one transaction: somebody else may be waiting for an answer. */
const BATCH = 50

type Counts = { added: number; changed: number; same: number }

/**
 * `/claim import`: the claims of an attached file become this server's own; what is not usable is told with its line.
 * Of a long file the answer shows how far it is, and changes until it is done.
 */
export async function importClaims(file: Attachment, asker: Asker, context: CommandContext): Promise<Answer> {
  const { say, guildId } = asker
  const format = file.name.split('.').at(-1)?.toLowerCase() ?? ''
  if (!FORMATS.includes(format)) throw new UsageError(say.text('claim.import.format', { formats: FORMATS.join(', ') }))
  const text = await readAttachment(file, MOST_BYTES, asker, context)
  const { claims, problems } = parseClaims(text, { format, where: file.name, owner: guildId })
  const room = MOST_CLAIMS - (await context.store.claims.list(guildId)).length
  const kept = claims.slice(0, Math.max(room, 0))
  const title = say.text('claim.import.title', { file: quoted(file.name, 80) })
  const reasons = problems.map(({ where, reason }) => `${where}: ${reason}`)
  const finish = async (counts: Counts): Promise<Answer & { kind: 'message' }> => {
    const over = claims.length - kept.length
    const lines = [
      say.text('claim.import.done', { ...counts, unusable: problems.length }),
      ...(over > 0 ? [say.text('claim.import.over', { over, most: MOST_CLAIMS })] : []),
    ]
    const draw = (line: string) =>
      withReport(panel(title, [[...lines, line].filter(Boolean).join('\n')]), reasons, asker)
    return withLookBack(draw, asker, context)
  }
  if (kept.length <= BATCH) return finish(await keep(kept, file.name, asker, context))
  const total = kept.length
  const going = (done: number) =>
    panel(title, [say.text('claim.import.going', { done, total, percent: Math.floor((100 * done) / total) })])
  return {
    kind: 'message',
    message: going(0),
    async later(show) {
      let done = 0
      let shownAt = performance.now()
      const told = async (now: number) => {
        done = now
        if (performance.now() - shownAt < EVERY_MS) return
        shownAt = performance.now()
        await show(going(done))
      }
      try {
        const answer = await finish(await keep(kept, file.name, asker, context, told))
        await show(answer.message)
        await answer.later?.(show)
      } catch (error) {
        await show(panel(title, [say.text('claim.import.broken', { done, total })]))
        throw error
      }
    },
  }
}

/** Writes them a batch at a time, and notes in the list of changes that it was done. */
async function keep(
  claims: Claim[],
  fileName: string,
  asker: Asker,
  { store, now }: CommandContext,
  told: (done: number) => Promise<void> = async () => {},
): Promise<Counts> {
  const total = { added: 0, changed: 0, same: 0 }
  for (let from = 0; from < claims.length; from += BATCH) {
    const batch = claims.slice(from, from + BATCH).map((claim) => asOwn(claim, asker.guildId))
    const wish = { merge: mergeClaims, by: asker.userId, now: now() }
    const counts = await store.transaction((tx) => tx.claims.add(batch, wish))
    for (const key of ['added', 'changed', 'same'] as const) total[key] += counts[key]
    await told(from + batch.length)
    await new Promise(setImmediate)
  }
  if (total.added + total.changed > 0)
    await store.transaction((tx) => noteChange(tx, asker, now(), { what: 'import', object: fileName.slice(0, 100) }))
  return total
}

/** Its id says whose it is: two servers, and the operator, may all have a claim `c1`. */
const asOwn = (claim: Claim, guildId: string) => ({
  claim: { ...claim, id: `own-${guildId}-${claim.id}`.slice(0, 90), owner: guildId },
  key: `${guildId} ${sameKey(claim.text, claim.claimant)}`,
})
