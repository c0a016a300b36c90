import type { Answer } from '../discord/command.ts'
import { toDocument } from '../documents/to-document.ts'
import { SourceError, UsageError } from '../errors.ts'
import { sayNextRead } from '../messages/next-read.ts'
import type { Say } from '../messages/say.ts'
import type { RawItem, Source, SourceState } from '../model.ts'
import { nextPoll } from '../sources/next-poll.ts'
import { fallenSilent } from '../sources/quiet.ts'
import type { SourceReading } from '../sources/read-source.ts'
import type { Asker } from './asking.ts'
import type { CommandContext } from './context.ts'
import { moment, panel, quoted } from './reply.ts'

const SHOWN = 4

/** `/source test`: reads a source or an address once and keeps nothing: what would come, how whole it is, when next. */
export async function testSource(written: string, asker: Asker, context: CommandContext): Promise<Answer> {
  const { say, guildId } = asker
  const wanted = written.trim()
  const known = (await context.store.seenBy(guildId).sources.list()).find(
    ({ source }) => !source.sample && (source.id === wanted || source.address === wanted),
  )
  const source = known?.source ?? toSource(wanted)
  if (!source) throw new UsageError(say.text('source.address.wrong'))
  const title = quoted(source.publisher ?? source.address, 100)
  let reading: SourceReading
  try {
    reading = await readOnce(source, context)
  } catch (error) {
    const words = [say.text('source.test.failed', { reason: quoted(reasonOf(error, say), 500) })]
    return { kind: 'message', message: panel(title, [...words, ...stateLines(known?.state, asker)]) }
  }
  const lines = [...qualityLines(reading, asker), nextLine(source, reading, asker, context.now())]
  const silent = fallenSilent(
    reading.items.map(({ published }) => published),
    context.now(),
  )
  if (silent) lines.push(say.text('source.test.silent', { reason: quoted(silent, 200) }))
  if (reading.feed?.movedTo) lines.push(say.text('source.test.moved', { address: quoted(reading.feed.movedTo, 200) }))
  const problems = reading.problems.slice(0, 3).map(({ reason }) => `- ${quoted(reason, 200)}`)
  const paragraphs = [
    lines.join('\n'),
    reading.items.slice(0, SHOWN).map(itemLine).join('\n'),
    problems.length > 0 ? `**${say.text('file.unusable')}**\n${problems.join('\n')}` : '',
    ...stateLines(known?.state, asker),
  ]
  return { kind: 'message', message: panel(title, paragraphs) }
}

/** Why an address could not be read, for a server: what an operator could change is not its matter. @throws any other error */
export function reasonOf(error: unknown, say: Say): string {
  if (!(error instanceof SourceError)) throw error
  const isPrivate = error.reason === 'refused' && error.message.includes('ALLOW_ADDRESSES')
  return isPrivate ? say.text('source.private', { address: error.address.slice(0, 200) }) : error.message
}

/** What is not on this machine: a server may never have its files read. */
const toSource = (address: string): Source | null =>
  /^https?:\/\//i.test(address) || /^wayback:/i.test(address)
    ? {
        id: 'test',
        kind: /^wayback:/i.test(address) ? 'wayback' : 'feed',
        address,
        publisher: null,
        enabled: true,
        sample: false,
        pollSeconds: 1800,
      }
    : null

const readOnce = (source: Source, { outside }: CommandContext): Promise<SourceReading> => outside.read(source, null)

function qualityLines({ items, problems }: SourceReading, { say }: Asker): string[] {
  const count = (test: (item: RawItem) => unknown) => items.filter((item) => test(item)).length
  return [
    say.text('source.test.read', { entries: items.length, problems: problems.length }),
    ...(items.length > 0
      ? [
          say.text('source.test.quality', {
            all: items.length,
            title: count(({ title }) => title),
            link: count(({ url }) => url),
            date: count(({ published }) => published),
            whole: count(({ summaryOnly }) => !summaryOnly),
          }),
        ]
      : []),
  ]
}

function nextLine(source: Source, { items, feed }: SourceReading, { say }: Asker, now: string): string {
  const { at, because } = nextPoll({
    now,
    pollSeconds: source.pollSeconds,
    published: items.map(({ published }) => published),
    freshSeconds: feed?.freshSeconds ?? null,
    skipHours: feed?.head?.skipHours ?? [],
    skipDays: feed?.head?.skipDays ?? [],
    failures: 0,
    jitter: 0,
  })
  return say.text('source.test.next', { time: moment(at, 'R'), because: quoted(sayNextRead(because, say), 200) })
}

function itemLine(item: RawItem): string {
  const { title, published, text } = toDocument(item, 'test')
  return `- ${published ? `${moment(published)} ` : ''}${quoted(title ?? text, 110)}`
}

/** Of a source that is read already: how it has gone. */
function stateLines(state: SourceState | undefined, { say }: Asker): string[] {
  if (!state?.lastPolledAt) return []
  const next = state.nextPollAt ? moment(state.nextPollAt, 'R') : '–'
  return [say.text('source.test.state', { last: moment(state.lastPolledAt, 'R'), next })]
}
