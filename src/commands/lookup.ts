import type { ChatInputCommandInteraction, Interaction, MessageContextMenuCommandInteraction } from 'discord.js'
import { viewLookup } from '../digests/lookup-view.ts'
import type { Answer, Command } from '../discord/command.ts'
import { renderDigest } from '../discord/render-digest.ts'
import { UsageError } from '../errors.ts'
import { sayIn } from '../messages/languages.ts'
import type { Say } from '../messages/say.ts'
import type { CommandContext } from './context.ts'
import { flagOption, messageMenu, slash, subcommand, textOption } from './define.ts'
import { entryActions } from './entry.ts'

const LONGEST_TEXT = 1500

export const lookup = (context: CommandContext): Command => ({
  examples: ['/lookup text words:the lamps stay on', '/lookup url address:https://gazette.example/one'],
  definition: slash('lookup', 'lookup.help', {
    where: 'everywhere',
    options: [
      subcommand('text', 'lookup.text.help', [
        textOption('words', 'lookup.words', { required: true, maxLength: LONGEST_TEXT }),
        flagOption('share', 'share'),
      ]),
      subcommand('url', 'lookup.url.help', [
        textOption('address', 'lookup.address', { required: true, maxLength: 500 }),
        flagOption('share', 'share'),
      ]),
    ],
  }),
  isShared: (interaction) => (interaction as ChatInputCommandInteraction).options.getBoolean('share') ?? false,
  run(interaction) {
    const { options } = interaction as ChatInputCommandInteraction
    const say = sayIn(interaction.locale)
    const asked = (options.getString('words') ?? options.getString('address') ?? '').trim()
    if (options.getSubcommand() === 'url' && !/^https?:\/\/\S+$/i.test(asked))
      throw new UsageError(say.text('lookup.url.wrong'))
    return answer(asked, interaction, say, context)
  },
})

/** Right-click on a message → Apps → Look up statements: of its link where it is little more, else of its words. */
export const lookupMenu = (context: CommandContext): Command => ({
  definition: messageMenu('lookup.menu', 'everywhere'),
  run(interaction) {
    const say = sayIn(interaction.locale)
    const { content } = (interaction as MessageContextMenuCommandInteraction).targetMessage
    const link = /https?:\/\/[^\s<>]+/i.exec(content)?.[0]
    const rest = content.replace(link ?? '', '').trim()
    const asked = link && rest.length < 20 ? link : content.slice(0, LONGEST_TEXT).trim()
    if (!asked) throw new UsageError(say.text('lookup.menu.empty'))
    return answer(asked, interaction, say, context)
  },
})

async function answer(asked: string, interaction: Interaction, say: Say, context: CommandContext): Promise<Answer> {
  if (asked.length < 3) throw new UsageError(say.text('lookup.short'))
  const found = await context.lookup(asked, interaction.guildId)
  const [message] = renderDigest(viewLookup(found, say), { say, mostMessages: 1, actions: entryActions(say) })
  return { kind: 'message', message: message! }
}
