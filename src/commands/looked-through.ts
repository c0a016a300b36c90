import type { Answer } from '../discord/command.ts'
import { type RenderedMessage, textMessage } from '../discord/message.ts'
import { followJob } from '../jobs/match-back.ts'
import type { MatchJob } from '../model.ts'
import type { Asker } from './asking.ts'
import type { CommandContext } from './context.ts'

/** Between two changes of an answer: Discord allows five in five seconds. */
export const EVERY_MS = 3000
/** An answer can be changed for a quarter of an hour. */
export const MOST_MS = 14 * 60_000

/**
 * An answer to a change of this server's claims, which are then looked for in the record. How far that is stands under
 * the answer, which changes until it is done.
 *
 * @param draw the answer with a last line of ours
 */
export async function withLookBack(
  draw: (line: string) => RenderedMessage,
  asker: Asker,
  context: CommandContext,
): Promise<Answer & { kind: 'message' }> {
  const job = (await context.claimsChanged(asker.guildId)) ?? (await takenByOthers(asker, context))
  if (!job || job.finishedAt) return { kind: 'message', message: draw('') }
  return {
    kind: 'message',
    message: draw(lineOf(job, asker)),
    later: (show) => follow(job, (now) => show(draw(lineOf(now, asker))), context),
  }
}

/** Another process may have taken the change over first: it looks through the record already. */
async function takenByOthers({ guildId }: Asker, { store }: CommandContext): Promise<MatchJob | null> {
  if (!store.postgres) return null
  return (await store.matching.open()).findLast(({ owner }) => owner === guildId) ?? null
}

/** As a line of text. */
export const withLine = (words: string) => (line: string) => textMessage(...[words, line].filter(Boolean))

function lineOf({ finishedAt, looked, total, found }: MatchJob, { say }: Asker): string {
  if (finishedAt) return say.count('matching.done', found, { total })
  return say.text('matching.going', { looked, total, percent: Math.floor((100 * looked) / Math.max(total, 1)) })
}

/** Shows how far a job is, not too often, until it is done. */
function follow(
  job: MatchJob,
  show: (job: MatchJob) => Promise<void>,
  { store }: Pick<CommandContext, 'store'>,
): Promise<void> {
  const begun = performance.now()
  let shownAt = begun
  return new Promise((resolve, reject) => {
    const told = (now: MatchJob) => {
      const at = performance.now()
      if (at - begun > MOST_MS) return resolve()
      if (now.finishedAt) return void show(now).then(resolve, reject)
      if (at - shownAt < EVERY_MS) return
      shownAt = at
      show(now).catch(reject)
    }
    followJob(job.id, told)
    // It may have been done before anybody listened.
    store.matching.get(job.id).then((now) => now?.finishedAt && told(now), reject)
  })
}
