import type { AutocompleteInteraction, ChatInputCommandInteraction } from 'discord.js'
import type { Choice, Command } from '../discord/command.ts'
import { asCurator } from './asking.ts'
import type { CommandContext } from './context.ts'
import { attachmentOption, choiceOption, slash, subcommand, textOption } from './define.ts'
import { type Lister, showList } from './lists.ts'
import { addSource, importOpml, pauseSource, removeSource } from './own-sources.ts'
import { moment, quoted } from './reply.ts'
import { testSource } from './source-test.ts'

const EVERY = {
  '900': 'source.every.quarter',
  '1800': 'source.every.half',
  '3600': 'source.every.hour',
  '21600': 'source.every.six',
  '86400': 'source.every.day',
} as const
const sourceOption = textOption('source', 'source.source', { required: true, autocomplete: true, maxLength: 300 })

/** `/source`: what is read; a server's own beside the operator's. */
export const source = (context: CommandContext): Command => ({
  examples: [
    '/source add address:https://gazette.example',
    '/source add address:wayback:twitter.com/tidewatch',
    '/source test source:https://gazette.example/feed',
    '/source list search:gazette',
  ],
  definition: slash('source', 'source.help', {
    options: [
      subcommand('add', 'source.add.help', [
        textOption('address', 'source.address', { maxLength: 300 }),
        attachmentOption('opml', 'source.opml'),
        textOption('publisher', 'source.publisher', { maxLength: 60 }),
        choiceOption('every', 'source.every', EVERY),
      ]),
      subcommand('remove', 'source.remove.help', [sourceOption]),
      subcommand('list', 'source.list.help', [textOption('search', 'list.search', { maxLength: 50 })]),
      subcommand('test', 'source.test.help', [sourceOption]),
      subcommand('pause', 'source.pause.help', [sourceOption]),
      subcommand('resume', 'source.resume.help', [sourceOption]),
    ],
  }),
  complete: (interaction) => complete(interaction, context),
  async run(interaction) {
    const { options } = interaction as ChatInputCommandInteraction
    const written = options.getString('source') ?? ''
    switch (options.getSubcommand()) {
      case 'list':
        return showList(sourceList, 'sources', interaction, options.getString('search') ?? '', context)
      case 'test':
        return testSource(written, await asCurator(interaction, context), context)
      case 'remove':
        return removeSource(written, await asCurator(interaction, context), context)
      case 'pause':
      case 'resume': {
        const enabled = options.getSubcommand() === 'resume'
        return pauseSource(written, enabled, await asCurator(interaction, context), context)
      }
      default: {
        const asker = await asCurator(interaction, context)
        const file = options.getAttachment('opml')
        const wish = {
          publisher: options.getString('publisher'),
          pollSeconds: Number(options.getString('every') ?? 1800),
        }
        return file
          ? importOpml(file, wish, asker, context)
          : addSource(options.getString('address') ?? '', wish, asker, context)
      }
    }
  },
})

/** Sources of this server; where nothing is changed, the operator's too. */
async function complete(interaction: AutocompleteInteraction, { store }: CommandContext): Promise<Choice[]> {
  const { options, guildId } = interaction
  const typed = options.getFocused().toLowerCase()
  const isTest = options.getSubcommand() === 'test'
  return (await store.seenBy(guildId).sources.list())
    .filter(({ source: one }) => !one.sample && (isTest || one.owner === guildId))
    .map(({ source: one }) => ({ name: `${one.publisher ?? ''} ${one.address}`.trim(), value: one.id }))
    .filter(({ name }) => name.toLowerCase().includes(typed))
}

/** What is read, how it goes, and what is the matter where it does not. */
export const sourceList: Lister = async ({ say, guildId }, query, { store }) => ({
  title: say.text('source.title'),
  empty: say.text('list.nothing'),
  rows: (await store.seenBy(guildId).sources.list())
    .filter(
      ({ source: one }) =>
        !one.sample && `${one.id} ${one.publisher} ${one.address}`.toLowerCase().includes(query.toLowerCase()),
    )
    .map(({ source: one, state }) => {
      const how = !one.enabled
        ? say.text('source.off')
        : state.trouble
          ? say.text('source.trouble', { reason: quoted(state.trouble, 120) })
          : state.lastSucceededAt
            ? say.text('source.read', { time: moment(state.lastSucceededAt, 'R') })
            : say.text('source.unread')
      const own = one.owner ? ` · ${say.text('entity.own')}` : ''
      return `**${quoted(one.publisher ?? one.id, 60)}** · ${how}${own}\n-# ${quoted(one.address, 120)}`
    }),
})
