import type { APIApplicationCommandOption } from 'discord.js'
import type { Command } from '../discord/command.ts'
import { sayIn } from '../messages/languages.ts'
import { slash } from './define.ts'
import { panel } from './reply.ts'

const GROUPS: Record<string, string[]> = {
  'help.read': ['lookup', 'said', 'timeline', 'why', 'export', 'claim', 'entity', 'source'],
  'help.configure': ['setup', 'subscribe', 'unsubscribe', 'subscriptions', 'watch', 'digest', 'status', 'forget'],
}

type Described = { name: string; description: string; description_localizations?: Record<string, string> | null }

/** `/help`: every command with one line, in the asker's language. */
export const help = (others: () => Command[]): Command => ({
  definition: slash('help', 'help.help', { where: 'everywhere' }),
  run(interaction) {
    const say = sayIn(interaction.locale)
    const local = (one: Described) => one.description_localizations?.[say.language] ?? one.description
    const lines = (names: string[]) =>
      others()
        .filter(({ definition }) => names.includes(definition.name))
        .map(({ definition }) => {
          const options = ('options' in definition ? (definition.options ?? []) : []) as APIApplicationCommandOption[]
          const subs = options.filter(({ type }) => type === 1).map(({ name }) => name)
          return `**/${definition.name}${subs.length > 0 ? ` ${subs.join('|')}` : ''}**: ${local(definition as Described)}`
        })
        .join('\n')
    const paragraphs = Object.entries(GROUPS).map(
      ([key, names]) => `**${say.text(key as 'help.read' | 'help.configure')}**\n${lines(names)}`,
    )
    return { kind: 'message', message: panel(say.text('help.title'), [...paragraphs, say.text('help.menu')]) }
  },
})
