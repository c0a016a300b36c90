import type { APIButtonComponent } from 'discord.js'
import { citation } from '../digests/citation.ts'
import type { Component } from '../discord/command.ts'
import { UsageError } from '../errors.ts'
import { datedReports } from '../jobs/spread-picture.ts'
import { sayIn } from '../messages/languages.ts'
import type { Say } from '../messages/say.ts'
import type { DigestEntry, EntryView, Report } from '../model.ts'
import { inServer } from './asking.ts'
import type { CommandContext } from './context.ts'
import { formField } from './form.ts'
import type { Lister } from './lists.ts'
import { button, dated, panel, quoted, told } from './reply.ts'

/** What stands with each entry, after its links: one button, so that a digest stays a thing to read. */
export const entryActions =
  (say: Say) =>
  ({ id }: EntryView): APIButtonComponent[] =>
    /^[\w-]{1,80}$/.test(id) ? [button(say.text('entry.more'), `entry:${id}`)] : []

/** One entry with everything known of it: a citation to copy, all its reports, a way to say that it is wrong. */
export const entryComponent = (context: CommandContext): Component => ({
  name: 'entry',
  answers: 'message',
  async run(interaction, [id = '']) {
    const say = sayIn(interaction.locale)
    const entry = await findEntry(id, interaction.guildId, say, context)
    const parted = await isParted(entry, interaction.guildId, context)
    const cite = `${say.text('entry.cite')}\n\`\`\`\n${citation(entry, context.now()).replaceAll('`', "'")}\n\`\`\``
    const buttons = [
      ...(interaction.guildId && entry.reports.length > 0
        ? [button(say.count('entry.reports', entry.reports.length), `list:reports:0:${id}`)]
        : []),
      ...(interaction.guildId && datedReports(entry).length > 0
        ? [button(say.text('entry.picture'), `picture:${id}`)]
        : []),
      ...(interaction.guildId ? [button(say.text('entry.wrong'), `wrong:${id}`)] : []),
      ...(interaction.guildId && entry.match && !parted
        ? [button(say.text('entry.parted'), `correct:part:${id}`)]
        : []),
      ...(interaction.guildId && !entry.match ? [button(say.text('entry.track'), `track:${id}`)] : []),
      ...(interaction.guildId && entry.speaker ? [button(say.text('entry.mute'), `correct:mute:${id}`)] : []),
    ]
    const words = `> ${quoted(entry.words.map(({ content }) => content).join(' … '), 900)}`
    return { kind: 'message', message: panel(say.text('entry.title', { id }), [words, cite], [buttons]) }
  },
})

/** Whether a curator of this server has said that it is not the claim that it bears on. */
async function isParted(entry: DigestEntry, guildId: string | null, { store }: CommandContext): Promise<boolean> {
  const { match } = entry
  if (!guildId || !match) return false
  const { corrections } = await store.guilds.settings(guildId)
  const ids = [entry.id, ...entry.statementIds]
  return corrections.some(({ entryId, claimId }) => claimId === match.claimId && ids.includes(entryId))
}

/** An entry by its id, as this server may see it. @throws {UsageError} */
export async function findEntry(
  id: string,
  guildId: string | null,
  say: Say,
  context: CommandContext,
): Promise<DigestEntry> {
  const { entries } = await context.lookup(id, guildId)
  const entry = entries.find((one) => one.id === id || one.statementIds.includes(id))
  if (!entry) throw new UsageError(say.text('why.unknown', { record: id.slice(0, 60) }))
  return entry
}

/** Every report of an entry, oldest first. The query is the entry's id. */
export const reportList: Lister = async ({ say, guildId }, id, context) => {
  const { reports } = await findEntry(id, guildId, say, context)
  const order = (report: Report) => report.published ?? '9999'
  return {
    title: say.text('entry.reports.title', { id: quoted(id, 40) }),
    empty: say.text('list.nothing'),
    rows: reports
      .toSorted((a, b) => (order(a) < order(b) ? -1 : 1))
      .map(({ publisher, title, url, published }) => {
        const when = published ? dated(published, say) : say.text('digest.report.undated')
        return `**${quoted(publisher ?? '–', 60)}** · ${when} · ${quoted(title ?? '', 120)}\n-# ${quoted(url ?? '', 300)}`
      }),
  }
}

/** A form for what is wrong, then a line to those who curate. */
export const reportErrorComponent = (context: CommandContext): Component => ({
  name: 'wrong',
  answers: 'message',
  async run(interaction, [id = '']) {
    const { guildId, userId, say } = inServer(interaction)
    if (!interaction.isModalSubmit()) return { kind: 'modal', modal: form(id, say) }
    const { statusChannelId } = await context.store.guilds.settings(guildId)
    if (!statusChannelId) throw new UsageError(say.text('entry.wrong.nobody'))
    const words = quoted(interaction.fields.getTextInputValue('words'), 500)
    await context.tell(
      statusChannelId,
      say.text('entry.wrong.notice', { user: `<@${userId}>`, id: quoted(id, 80), words }),
    )
    return told(say.text('entry.wrong.told'))
  },
})

const form = (id: string, say: Say) => ({
  custom_id: `wrong:${id}`,
  title: say.text('entry.wrong.title').slice(0, 45),
  components: [
    formField('words', {
      label: say.text('entry.wrong.label'),
      hint: say.text('entry.wrong.hint'),
      most: 500,
      required: true,
    }),
  ],
})
