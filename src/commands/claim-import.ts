import type { Attachment } from 'discord.js'
import { parseClaims } from '../claims/import-claims.ts'
import type { Answer } from '../discord/command.ts'
import { UsageError } from '../errors.ts'
import { followImport, MOST_CLAIMS, unfollowImport } from '../jobs/imports.ts'
import type { ImportJob } from '../model.ts'
import type { Asker } from './asking.ts'
import { readAttachment, withReport } from './attachments.ts'
import type { CommandContext } from './context.ts'
import { EVERY_MS, MOST_MS, withLookBack } from './looked-through.ts'
import { panel, quoted } from './reply.ts'

const FORMATS = ['csv', 'tsv', 'json', 'jsonl', 'yaml', 'yml']
const MOST_BYTES = 2_000_000

/**
 * `/claim import`: the claims of an attached file become this server's own; what is not usable is told with its line.
 * Of a long file the answer shows how far it is, and changes until it is done.
 */
export async function importClaims(file: Attachment, asker: Asker, context: CommandContext): Promise<Answer> {
  const { say, guildId, userId } = asker
  const format = file.name.split('.').at(-1)?.toLowerCase() ?? ''
  if (!FORMATS.includes(format)) throw new UsageError(say.text('claim.import.format', { formats: FORMATS.join(', ') }))
  const text = await readAttachment(file, MOST_BYTES, asker, context)
  const { claims, problems } = parseClaims(text, { format, where: file.name, owner: guildId })
  const title = say.text('claim.import.title', { file: quoted(file.name, 80) })
  const reasons = problems.map(({ where, reason }) => `${where}: ${reason}`)
  const finish = async ({ counts, over }: ImportJob): Promise<Answer & { kind: 'message' }> => {
    const lines = [
      say.text('claim.import.done', { ...counts, unusable: problems.length }),
      ...(over > 0 ? [say.text('claim.import.over', { over, most: MOST_CLAIMS })] : []),
    ]
    const draw = (line: string) =>
      withReport(panel(title, [[...lines, line].filter(Boolean).join('\n')]), reasons, asker)
    return withLookBack(draw, asker, context)
  }
  const going = ({ done, total, trouble }: ImportJob) => {
    const percent = Math.floor((100 * done) / total)
    return panel(title, [say.text(trouble ? 'claim.import.broken' : 'claim.import.going', { done, total, percent })])
  }
  const job = await context.importClaims({ guildId, by: userId, fileName: file.name, claims })
  if (job.finishedAt) return finish(job)
  return {
    kind: 'message',
    message: going(job),
    async later(show) {
      const finished = await follow(job, (now) => show(going(now)), context)
      if (!finished) return
      const answer = await finish(finished)
      await show(answer.message)
      await answer.later?.(show)
    },
  }
}

/**
 * Shows how far an import is, not too often. @returns how it ended; null where its server was forgotten, or the answer
 * can be changed no more
 */
function follow(
  { id }: ImportJob,
  show: (job: ImportJob) => Promise<void>,
  { store }: Pick<CommandContext, 'store'>,
): Promise<ImportJob | null> {
  let shownAt = performance.now()
  let shownTrouble = false
  let showing = Promise.resolve()
  return new Promise((resolve, reject) => {
    const leave = () => {
      clearTimeout(late)
      unfollowImport(id)
    }
    const end = (job: ImportJob | null) => {
      leave()
      // What is being shown comes before what is shown in the end.
      showing.then(() => resolve(job), reject)
    }
    const fail = (error: unknown) => {
      leave()
      reject(error)
    }
    const late = setTimeout(() => end(null), MOST_MS).unref()
    followImport(id, (now) => {
      if (!now || now.finishedAt) return end(now)
      const at = performance.now()
      const isNews = now.trouble !== null && !shownTrouble
      if (at - shownAt < EVERY_MS && !isNews) return
      shownAt = at
      shownTrouble = now.trouble !== null
      showing = show(now)
      showing.catch(fail)
    })
    // It may have been done before anybody listened.
    store.imports.get(id).then((now) => (!now || now.finishedAt) && end(now), fail)
  })
}
