import type { ChatInputCommandInteraction } from 'discord.js'
import { THRESHOLDS } from '../claims/ranking.ts'
import { THRESHOLD_RANGE } from '../claims/threshold.ts'
import type { Answer } from '../discord/command.ts'
import { UsageError } from '../errors.ts'
import { readWeek, type Weighed, weighThreshold } from '../jobs/threshold-week.ts'
import { type Asker, asCurator } from './asking.ts'
import { noteChange, undoButton } from './changes.ts'
import type { CommandContext } from './context.ts'
import { flagOption, numberOption } from './define.ts'
import { panel, quoted } from './reply.ts'

const EXAMPLES = 3
/** What is shown of other thresholds where none is asked for. */
const STEP = 0.1

export const thresholdOptions = () => [
  numberOption('value', 'threshold.value', THRESHOLD_RANGE.least, THRESHOLD_RANGE.most),
  flagOption('reset', 'threshold.reset'),
]

/**
 * `/claim threshold`: from which probability on this server calls it a match, and what another one would have changed
 * last week. With a value, or with `reset`, it is set.
 */
export async function threshold(interaction: ChatInputCommandInteraction, context: CommandContext): Promise<Answer> {
  const asker = await asCurator(interaction, context)
  const { options } = interaction
  const value = options.getNumber('value')
  const reset = options.getBoolean('reset') ?? false
  if (value !== null && reset) throw new UsageError(asker.say.text('threshold.both'))
  if (value === null && !reset) return show(asker, context)
  // Two digits are what a person means, and what is shown.
  const wanted = value === null ? null : Math.round(value * 100) / 100
  if (wanted !== null && (wanted < THRESHOLD_RANGE.least || wanted > THRESHOLD_RANGE.most))
    throw new UsageError(asker.say.text('threshold.range', shownRange(asker)))
  return set(wanted, asker, context)
}

const shown = (value: number, { say }: Pick<Asker, 'say'>) =>
  new Intl.NumberFormat(say.language, { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(value)
const shownRange = (asker: Asker) => ({
  least: shown(THRESHOLD_RANGE.least, asker),
  most: shown(THRESHOLD_RANGE.most, asker),
})

async function show(asker: Asker, context: CommandContext): Promise<Answer> {
  const { say, guildId } = asker
  const now = await context.threshold(guildId)
  const isOwn = (await context.store.guilds.settings(guildId)).threshold !== null
  const { statements, matches } = await readWeek(guildId, context)
  const { before } = weighThreshold(matches, now, now)
  const paragraphs = [
    [
      say.text('threshold.now', { value: shown(now, asker), unsure: shown(Math.min(now, THRESHOLDS.unsure), asker) }),
      say.text(isOwn ? 'threshold.own' : 'threshold.inherited'),
    ].join('\n'),
    say.count('threshold.week', statements, {
      match: before.match,
      unsure: before.unsure,
      none: statements - before.match - before.unsure,
    }),
    ...[now - STEP, now + STEP]
      .map((other) => Math.round(other * 100) / 100)
      .filter((other) => other >= THRESHOLD_RANGE.least && other <= THRESHOLD_RANGE.most)
      .map((other) => [
        say.text('threshold.with', { value: shown(other, asker) }),
        ...effect(matches, now, other, asker),
      ])
      .map((lines) => lines.join('\n')),
    `-# ${say.text('threshold.hint')}`,
  ]
  return { kind: 'message', message: panel(say.text('threshold.title'), paragraphs) }
}

async function set(wanted: number | null, asker: Asker, context: CommandContext): Promise<Answer> {
  const { store, now } = context
  const { say, guildId } = asker
  const before = await context.threshold(guildId)
  const settings = await store.guilds.settings(guildId)
  const change = await store.transaction(async (tx) => {
    await tx.guilds.configure(guildId, { ...(await tx.guilds.settings(guildId)), threshold: wanted })
    const undo = { kind: 'threshold' as const, threshold: settings.threshold }
    return noteChange(tx, asker, now(), { what: 'threshold', object: wanted === null ? '–' : wanted.toFixed(2), undo })
  })
  const after = await context.threshold(guildId)
  const { matches } = await readWeek(guildId, context)
  const done = say.text(wanted === null ? 'threshold.reset.done' : 'threshold.done', {
    value: shown(after, asker),
    before: shown(before, asker),
  })
  const lines = [say.text('threshold.would'), ...effect(matches, before, after, asker)].join('\n')
  const message = panel(say.text('threshold.title'), [done, lines], [[undoButton(change, asker)]])
  return { kind: 'message', message }
}

/** How many statements another threshold moves, which way, and a few of them. */
function effect(matches: Weighed[], from: number, to: number, asker: Asker): string[] {
  const { say } = asker
  const { gained, lost } = weighThreshold(matches, from, to)
  const moved = [...gained, ...lost]
  if (moved.length === 0) return [say.text('threshold.same')]
  return [
    ...(gained.length > 0 ? [say.count('threshold.gained', gained.length)] : []),
    ...(lost.length > 0 ? [say.count('threshold.lost', lost.length)] : []),
    ...moved.slice(0, EXAMPLES).map(({ words, speaker, score, claimId }) => {
      const who = quoted(speaker ?? say.text('digest.speaker.unknown'), 60)
      return `> ${who}: ${quoted(words, 140)} \`${quoted(claimId, 40)}\` ${shown(score, asker)}`
    }),
  ]
}
