import type { APIApplicationCommandOption, ChatInputCommandInteraction } from 'discord.js'
import type { Command } from '../discord/command.ts'
import type { RenderedMessage } from '../discord/message.ts'
import { UsageError } from '../errors.ts'
import { sayIn } from '../messages/languages.ts'
import type { Say } from '../messages/say.ts'
import { slash, textOption } from './define.ts'
import { panel } from './reply.ts'

const GROUPS: Record<string, string[]> = {
  'help.read': ['lookup', 'said', 'timeline', 'why', 'export', 'claim', 'entity', 'source'],
  'help.configure': [
    'setup',
    'subscribe',
    'unsubscribe',
    'subscriptions',
    'watch',
    'digest',
    'past',
    'status',
    'forget',
  ],
}

type Described = { name: string; description: string; description_localizations?: Record<string, string> | null }

/** `/help`: every command with one line; with a command, everything about that one. In the asker's language. */
export const help = (others: () => Command[]): Command => ({
  examples: ['/help', '/help command:watch'],
  definition: slash('help', 'help.help', {
    where: 'everywhere',
    options: [textOption('command', 'help.command', { autocomplete: true, maxLength: 40 })],
  }),
  complete: (interaction) => {
    const typed = interaction.options.getFocused().replace(/^\//, '').toLowerCase()
    return named(others())
      .filter(({ definition: { name } }) => name.includes(typed))
      .map(({ definition: { name } }) => ({ name: `/${name}`, value: name }))
  },
  run(interaction) {
    const say = sayIn(interaction.locale)
    const asked = (interaction as ChatInputCommandInteraction).options.getString('command')
    if (asked) return { kind: 'message', message: about(asked, others(), say) }
    const lines = (names: string[]) =>
      others()
        .filter(({ definition }) => names.includes(definition.name))
        .map(({ definition }) => {
          const subs = subcommandsOf(definition).map(({ name }) => name)
          const line = `**/${definition.name}**: ${local(definition as Described, say)}`
          return subs.length > 0 ? `${line}\n-# ${subs.join(' · ')}` : line
        })
        .join('\n')
    const paragraphs = Object.entries(GROUPS).map(
      ([key, names]) => `**${say.text(key as 'help.read' | 'help.configure')}**\n${lines(names)}`,
    )
    const closing = [say.text('help.menu'), say.text('help.more')].join('\n')
    return { kind: 'message', message: panel(say.text('help.title'), [...paragraphs, closing]) }
  },
})

const named = (commands: Command[]) => commands.filter(({ definition }) => 'description' in definition)
const local = (one: Described, say: Say) => one.description_localizations?.[say.language] ?? one.description
const optionsOf = (one: unknown) => (one as { options?: APIApplicationCommandOption[] }).options ?? []
const subcommandsOf = (one: unknown) => optionsOf(one).filter(({ type }) => type === 1)
/** A message's text displays hold 4,000 characters in all. */
const LONGEST = 3400

/** One command: each form it has, its options, and examples to copy. */
function about(asked: string, commands: Command[], say: Say): RenderedMessage {
  const wanted = asked.replace(/^\//, '').trim().split(/\s+/)[0]?.toLowerCase()
  const found = named(commands).find(({ definition }) => definition.name === wanted)
  if (!found) throw new UsageError(say.text('help.unknown', { command: asked.slice(0, 40) }))
  const { definition, examples = [] } = found
  const subs = subcommandsOf(definition)
  const forms = (subs.length > 0 ? subs : [definition]).map((one) => {
    const path = subs.length > 0 ? `${definition.name} ${(one as Described).name}` : definition.name
    const options = optionsOf(one).map((option) => {
      const needed = 'required' in option && option.required ? '' : ` ${say.text('help.optional')}`
      return `-# \`${option.name}\`${needed}: ${local(option as Described, say)}`
    })
    return [`**/${path}**: ${local(one as Described, say)}`, ...options].join('\n')
  })
  const shown =
    examples.length > 0 ? `${say.text('help.examples')}\n${examples.map((one) => `\`${one}\``).join('\n')}` : ''
  const text = forms.join('\n')
  // Where all of it is too long, the forms stand without their options: Discord shows these while typing.
  const short = forms.map((one) => one.split('\n')[0]).join('\n')
  return panel(`/${definition.name}`, [text.length > LONGEST - shown.length ? short : text, shown])
}
