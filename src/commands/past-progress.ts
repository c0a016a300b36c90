import type { RenderedMessage } from '../discord/message.ts'
import { DiscordError } from '../errors.ts'
import { followPast, standingOf } from '../jobs/past.ts'
import type { Log } from '../log.ts'
import { sayIn } from '../messages/languages.ts'
import type { Say } from '../messages/say.ts'
import type { LongReading } from '../model.ts'
import type { CommandContext } from './context.ts'
import { button, moment, panel, quoted } from './reply.ts'

type Show = (message: RenderedMessage) => Promise<void>

/** Between two changes of an answer: Discord allows five in five seconds. */
const EVERY_MS = 5000
/** An answer can be changed for a quarter of an hour. */
const MOST_MS = 14 * 60_000
/** An answer that was not given by then never will be. */
const GIVEN_MS = 60_000

/** Answers that can still be changed, by the reading they show. After a restart there are none. */
const shown = new Map<string, Show>()

/**
 * Lets an answer show how far a reading is, until it is over or Discord takes no more changes of it.
 *
 * @returns takes the way to change the answer once it was given; what is to be shown waits for that
 */
export function showPast(reading: LongReading, say: Say, log: Log): (show: Show) => Promise<void> {
  const begun = performance.now()
  const before = settledOf(reading)
  const { promise: given, resolve: give, reject } = Promise.withResolvers<Show>()
  setTimeout(() => reject(new Error('the answer was not given')), GIVEN_MS).unref()
  let shownAt = begun
  let changes: Promise<void> = Promise.resolve()
  const forget = () => {
    if (shown.get(reading.id) === inTurn) shown.delete(reading.id)
  }
  const inTurn: Show = (message) => {
    changes = changes.then(() => given).then((show) => show(message))
    return changes
  }
  given.catch(forget)
  shown.set(reading.id, inTurn)
  setTimeout(forget, MOST_MS).unref()
  followPast(reading.id, (now) => {
    const at = performance.now()
    if (at - shownAt < EVERY_MS || !shown.has(reading.id)) return
    shownAt = at
    const settled = settledOf(now) - before
    const msEach = settled > 0 ? (at - begun) / settled : null
    inTurn(pastPanel(now, say, msEach)).catch((error) => {
      forget()
      log.info({ err: error, reading: reading.id }, 'an answer can be changed no more; the end is told in the channel')
    })
  })
  return async (show) => give(show)
}

function settledOf(reading: LongReading): number {
  const { read, withoutText, blocked, failed } = standingOf(reading).counts
  return read + withoutText + blocked + failed
}

/** A reading as it stands. @param msEach what one post takes just now, null where it is not known yet */
export function pastPanel(reading: LongReading, say: Say, msEach: number | null = null): RenderedMessage {
  const { name, waiting, listed } = standingOf(reading)
  const title = say.text('past.title', { name })
  const left =
    msEach === null || waiting === 0 ? null : say.text('past.left', { time: inMinutes(waiting * msEach, say) })
  const lines = [
    spanOf(reading, say),
    ...countsOf(reading, say),
    reading.waiting
      ? say.text('past.wait', { reason: quoted(reading.waiting.reason, 200), time: moment(reading.waiting.until, 'R') })
      : [left, listed ? null : say.text('past.listing')].filter(Boolean).join(' '),
  ]
  return panel(
    title,
    [lines.filter(Boolean).join('\n'), `-# ${say.text('past.polite')}`],
    [[button(say.text('past.stop'), `past:stop:${reading.id}`, 'danger')]],
  )
}

const inMinutes = (ms: number, say: Say) => say.count('past.minutes', Math.max(1, Math.round(ms / 60_000)))

const spanOf = (reading: LongReading, say: Say) => {
  const { from, to } = standingOf(reading)
  return from || to ? say.text('past.span', { from: dashed(from), to: dashed(to) }) : ''
}

/** Digits of a date as people write it. */
const dashed = (digits: string | null) =>
  digits?.replace(/^(\d{4})(\d{2})?(\d{2})?.*$/, (_, ...parts) => parts.slice(0, 3).filter(Boolean).join('-')) ?? '…'

function countsOf(reading: LongReading, say: Say): string[] {
  const { counts, waiting } = standingOf(reading)
  const { withoutText, blocked, failed } = counts
  return [
    say.text('past.counts', { ...counts, waiting, kept: reading.documents }),
    withoutText + blocked + failed > 0 ? `-# ${say.text('past.lost', { withoutText, blocked, failed })}` : '',
  ]
}

/** What a reading that is over brought. */
export function endWords(reading: LongReading, say: Say): string {
  const { name, counts } = standingOf(reading)
  if (reading.ended?.trouble) return say.text('past.refused', { name, reason: quoted(reading.ended.trouble, 300) })
  if (counts.listed === 0) return say.text('past.none', { name })
  return [say.text('past.done', { name }), spanOf(reading, say), ...countsOf(reading, say)].filter(Boolean).join('\n')
}

/** Tells that a reading is over: in the answer to who asked where that can still be changed, else in the channel. */
export async function tellPast(
  reading: LongReading,
  { tell, log }: Pick<CommandContext, 'tell' | 'log'>,
): Promise<'done' | 'later'> {
  const { askedBy } = reading
  if (!askedBy) return 'done'
  const say = sayIn(askedBy.locale)
  const words = endWords(reading, say)
  const show = shown.get(reading.id)
  shown.delete(reading.id)
  try {
    if (show) {
      await show(panel(say.text('past.title', { name: standingOf(reading).name }), [words]))
      return 'done'
    }
  } catch (error) {
    log.info({ err: error, reading: reading.id }, 'the answer can be changed no more; the end is told in the channel')
  }
  try {
    await tell(askedBy.channelId, `<@${askedBy.userId}> ${words}`)
  } catch (error) {
    if (!(error instanceof DiscordError)) throw error
    if (error.reason !== 'forbidden' && error.reason !== 'gone') return 'later'
    log.warn({ err: error, reading: reading.id }, 'the end of a reading can be told nowhere')
  }
  return 'done'
}
