import { type ChatInputCommandInteraction, ComponentType } from 'discord.js'
import type { Command } from '../discord/command.ts'
import type { Found } from '../store/store.ts'
import { inServer } from './asking.ts'
import type { CommandContext } from './context.ts'
import { choiceOption, slash, textOption } from './define.ts'
import { findSaid, SINCE, saidQuery } from './record.ts'
import { panel, quoted } from './reply.ts'
import { suggestEntities } from './terms.ts'

/** `/export`: what somebody said, as a file for a spreadsheet or a program. */
export const exportSaid = (context: CommandContext): Command => ({
  examples: ['/export who:Mira Sol format:CSV', '/export who:Mira Sol format:JSON about:lamps since:one year'],
  definition: slash('export', 'export.help', {
    options: [
      textOption('who', 'said.who', { required: true, autocomplete: true, maxLength: 60 }),
      choiceOption('format', 'export.format', { csv: 'export.csv', json: 'export.json' }, true),
      textOption('about', 'said.about', { maxLength: 60 }),
      choiceOption('since', 'said.since', SINCE),
    ],
  }),
  complete: (interaction) => suggestEntities(interaction.options.getFocused(), interaction.guildId, context),
  async run(interaction) {
    const { say, guildId } = inServer(interaction)
    const { options } = interaction as ChatInputCommandInteraction
    const { name, found } = await findSaid(saidQuery(options), guildId, context)
    if (found.length === 0) return { kind: 'message', message: panel('', [say.text('lookup.nothing')]) }
    const rows = found.map(toRow)
    const isCsv = options.getString('format') === 'csv'
    const file = `said.${isCsv ? 'csv' : 'json'}`
    const message = panel(say.text('said.title', { who: quoted(name, 60), count: rows.length }), [])
    const [frame] = message.components
    if (frame?.type === ComponentType.Container)
      frame.components.push({ type: ComponentType.File, file: { url: `attachment://${file}` } })
    const data = isCsv ? toCsv(rows) : `${JSON.stringify(rows, null, 1)}\n`
    return { kind: 'message', message: { ...message, files: [{ name: file, data }] } }
  },
})

const COLUMNS = [
  'id',
  'speaker',
  'cue',
  'content',
  'directness',
  'said',
  'published',
  'publisher',
  'title',
  'url',
] as const
type Row = Record<(typeof COLUMNS)[number], string>

function toRow({ statement, document }: Found): Row {
  return {
    id: statement.id,
    speaker: statement.speaker?.name ?? '',
    cue: statement.cue?.text ?? '',
    content: statement.content,
    directness: statement.directness,
    said: statement.said ?? '',
    published: document.published ?? '',
    publisher: document.publisher ?? '',
    title: document.title ?? '',
    url: document.url ?? '',
  }
}

/** RFC 4180. A cell that a spreadsheet would take for a formula begins with an apostrophe. */
function toCsv(rows: Row[]): string {
  const cell = (words: string) => `"${(/^[=+\-@\t\r]/.test(words) ? `'${words}` : words).replaceAll('"', '""')}"`
  const lines = rows.map((row) => COLUMNS.map((column) => cell(row[column])).join(','))
  return [COLUMNS.join(','), ...lines, ''].join('\r\n')
}
