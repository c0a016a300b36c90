import { type APIApplicationCommandOption, ApplicationCommandOptionType, InteractionContextType } from 'discord.js'
import type { Command } from '../discord/command.ts'

const KIND: Partial<Record<ApplicationCommandOptionType, string>> = {
  [ApplicationCommandOptionType.String]: 'text',
  [ApplicationCommandOptionType.Boolean]: 'yes or no',
  [ApplicationCommandOptionType.Channel]: 'channel',
  [ApplicationCommandOptionType.Role]: 'role',
  [ApplicationCommandOptionType.Integer]: 'number',
  [ApplicationCommandOptionType.Attachment]: 'file',
}

/** Every command as a page of Markdown: what a person can type, and who may. Generated, so that it is never behind. */
export function documentCommands(commands: Command[]): string {
  const slashes = commands.filter(({ definition }) => 'description' in definition && definition.description)
  const menus = commands.filter((command) => !slashes.includes(command))
  return [
    '# Commands',
    '',
    'Generated from the command definitions (`npx vitest run test/commands/document.test.ts -u`). Answers are seen by the',
    'asker alone unless a command says that it shares. Lists page with buttons that go on working after a restart;',
    'removals can be undone for a day.',
    '',
    ...slashes.flatMap(documentCommand),
    '## On a message: right-click → Apps',
    '',
    ...menus.map(({ definition }) => `- **${definition.name}**`),
    '',
  ].join('\n')
}

function documentCommand({ definition, examples = [] }: Command): string[] {
  const { name, description } = definition as { name: string; description: string }
  const options = ('options' in definition ? (definition.options ?? []) : []) as APIApplicationCommandOption[]
  const subs = options.filter((option) => option.type === ApplicationCommandOptionType.Subcommand)
  const contexts = definition.contexts ?? []
  const who = definition.default_member_permissions
    ? 'Needs Manage Server, or the role that `/setup` sets.'
    : contexts.includes(InteractionContextType.BotDM)
      ? 'For everybody, in servers and direct messages.'
      : 'For everybody in a server.'
  return [
    `## /${name}`,
    '',
    `${description}. ${who}`,
    '',
    ...(subs.length > 0
      ? subs.flatMap((sub) => [
          `- \`${usage(`${name} ${sub.name}`, sub.options ?? [])}\`: ${sub.description}`,
          ...documentOptions(sub.options ?? [], '  '),
        ])
      : [`\`${usage(name, options)}\``, ...(options.length > 0 ? ['', ...documentOptions(options, '')] : [])]),
    '',
    ...(examples.length > 0 ? [`Examples: ${examples.map((example) => `\`${example}\``).join(', ')}`, ''] : []),
  ]
}

const usage = (path: string, options: APIApplicationCommandOption[]) =>
  [`/${path}`, ...options.map(({ name, required }) => (required ? `${name}:…` : `[${name}:…]`))].join(' ')

function documentOptions(options: APIApplicationCommandOption[], indent: string): string[] {
  return options.map((option) => {
    const choices = 'choices' in option ? (option.choices ?? []).map(({ name }) => name) : []
    const kind = choices.length > 0 ? choices.join(' | ') : (KIND[option.type] ?? 'text')
    const suggested = 'autocomplete' in option && option.autocomplete ? ', suggested while you type' : ''
    return `${indent}- \`${option.name}\` (${kind}${suggested}): ${option.description}`
  })
}
