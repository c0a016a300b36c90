import type { AutocompleteInteraction, ChatInputCommandInteraction } from 'discord.js'
import type { Answer, Choice, Command } from '../discord/command.ts'
import { UsageError } from '../errors.ts'
import { type Asker, asCurator, inServer } from './asking.ts'
import type { CommandContext } from './context.ts'
import { choiceOption, slash, subcommand, textOption } from './define.ts'
import { describeEntity, ENTITY_KINDS } from './describe-entity.ts'
import { type Lister, showList } from './lists.ts'
import { addEntity, changeAliases, editEntity, removeEntity } from './own-entities.ts'
import { panel, quoted } from './reply.ts'
import { findEntity, suggestEntities } from './terms.ts'

const name = textOption('name', 'entity.name', { required: true, autocomplete: true, maxLength: 100 })
const details = [
  textOption('aliases', 'entity.option.aliases', { maxLength: 600 }),
  textOption('handles', 'entity.option.handles', { maxLength: 300 }),
  textOption('roles', 'entity.option.roles', { maxLength: 300 }),
  textOption('near', 'entity.option.near', { maxLength: 300 }),
  textOption('not_near', 'entity.option.notnear', { maxLength: 300 }),
  textOption('speaks_for', 'entity.option.speaks', { autocomplete: true, maxLength: 100 }),
]
const CLEAR = {
  aliases: 'entity.clear.aliases',
  handles: 'entity.clear.handles',
  roles: 'entity.clear.roles',
  near: 'entity.clear.near',
  not_near: 'entity.clear.notnear',
  speaks_for: 'entity.clear.speaks',
} as const

/** `/entity`: who is tracked, by which names; a server's own beside the operator's. */
export const entity = (context: CommandContext): Command => ({
  examples: [
    '/entity add name:Tidewatch kind:group aliases:Tide Watch, the Watch handles:@tidewatch near:harbour, cameras',
    '/entity alias name:Tidewatch add:TW Collective',
    '/entity show name:Mira Sol',
  ],
  definition: slash('entity', 'entity.help', {
    options: [
      subcommand('add', 'entity.add.help', [
        textOption('name', 'entity.option.name', { required: true, maxLength: 100 }),
        choiceOption('kind', 'entity.option.kind', ENTITY_KINDS, true),
        ...details,
      ]),
      subcommand('edit', 'entity.edit.help', [
        name,
        textOption('rename', 'entity.option.rename', { maxLength: 100 }),
        choiceOption('kind', 'entity.option.kind', ENTITY_KINDS),
        ...details,
        choiceOption('clear', 'filter.clear', CLEAR),
      ]),
      subcommand('alias', 'entity.alias.help', [
        name,
        textOption('add', 'entity.option.alias.add', { maxLength: 300 }),
        textOption('remove', 'entity.option.alias.remove', { maxLength: 300 }),
      ]),
      subcommand('remove', 'entity.remove.help', [name]),
      subcommand('list', 'entity.list.help', [textOption('search', 'list.search', { maxLength: 50 })]),
      subcommand('show', 'entity.show.help', [name]),
    ],
  }),
  complete: (interaction) => complete(interaction, context),
  async run(interaction) {
    const { options } = interaction as ChatInputCommandInteraction
    switch (options.getSubcommand()) {
      case 'list':
        return showList(entityList, 'entities', interaction, options.getString('search') ?? '', context)
      case 'show':
        return show(options.getString('name') ?? '', inServer(interaction), context)
      case 'add':
        return addEntity(options, await asCurator(interaction, context), context)
      case 'alias':
        return changeAliases(options, await asCurator(interaction, context), context)
      case 'remove':
        return removeEntity(options.getString('name') ?? '', await asCurator(interaction, context), context)
      default:
        return editEntity(options, await asCurator(interaction, context), context)
    }
  },
})

/** Where something is changed, only this server's own are suggested. */
function complete(interaction: AutocompleteInteraction, context: CommandContext): Choice[] {
  const { guildId, options } = interaction
  const all = suggestEntities(options.getFocused(), guildId, context)
  if (options.getSubcommand() === 'show' || options.getFocused(true).name === 'speaks_for') return all
  const own = new Set(context.entities(guildId).flatMap(({ id, owner }) => (owner ? [id] : [])))
  return all.filter(({ value }) => own.has(value))
}

function show(wanted: string, { say, guildId }: Asker, context: CommandContext): Answer {
  const found = findEntity(wanted, guildId, context)
  if (!found) throw new UsageError(say.text('entity.unknown', { name: wanted.slice(0, 60) }))
  return {
    kind: 'message',
    message: panel(quoted(found.name, 100), [describeEntity(found, say, context.entities(guildId))]),
  }
}

export const entityList: Lister = async ({ say, guildId }, query, { entities }) => ({
  title: say.text('entity.title'),
  empty: say.text('list.nothing'),
  rows: entities(guildId)
    .filter((one) => [one.name, ...one.aliases, ...one.handles].join(' ').toLowerCase().includes(query.toLowerCase()))
    .map(({ name: called, aliases, handles, owner }) => {
      const also = [...aliases, ...handles.map((handle) => `@${handle}`)].slice(0, 6).join(', ')
      const own = owner ? ` · ${say.text('entity.own')}` : ''
      return `**${quoted(called, 80)}**${also ? ` · ${quoted(also, 150)}` : ''}${own}`
    }),
})
