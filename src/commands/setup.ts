import { ChannelType, type ChatInputCommandInteraction, ComponentType } from 'discord.js'
import type { Answer, Command, Component } from '../discord/command.ts'
import type { RenderedMessage } from '../discord/message.ts'
import { type Asker, asCurator } from './asking.ts'
import { noteChange } from './changes.ts'
import type { CommandContext } from './context.ts'
import { channelOption, choiceOption, roleOption, slash } from './define.ts'
import { show } from './digest.ts'
import { button, panel, told } from './reply.ts'
import { subscribeChannel } from './subscribe.ts'

const LANGUAGES = { 'en-GB': 'language.en', de: 'language.de', fr: 'language.fr', 'es-ES': 'language.es' } as const
const FORMS = { components: 'form.components', embeds: 'form.embeds' } as const

/** `/setup`: from nothing to a first digest in two presses; with options, the server's own settings. */
export const setup = (context: CommandContext): Command => ({
  examples: ['/setup', '/setup curators:@editors status_channel:#bots'],
  definition: slash('setup', 'setup.help', {
    curators: true,
    options: [
      roleOption('curators', 'setup.curators'),
      channelOption('status_channel', 'setup.status', [ChannelType.GuildText]),
      choiceOption('language', 'setup.language', LANGUAGES),
      choiceOption('form', 'setup.form', FORMS),
    ],
  }),
  async run(interaction) {
    const asker = await asCurator(interaction, context)
    const { options } = interaction as ChatInputCommandInteraction
    const role = options.getRole('curators')?.id
    const channel = options.getChannel('status_channel')?.id
    const language = options.getString('language')
    const form = options.getString('form')
    if (!role && !channel && !language && !form)
      return { kind: 'message', message: start(asker, interaction.channelId, context) }
    await context.store.transaction(async (tx) => {
      const known = await tx.guilds.settings(asker.guildId)
      await tx.guilds.configure(asker.guildId, {
        ...known,
        curatorRoleId: role ?? known.curatorRoleId,
        statusChannelId: channel ?? known.statusChannelId,
        language: language ?? known.language,
        form: form === 'embeds' || form === 'components' ? form : known.form,
      })
      await noteChange(tx, asker, context.now(), { what: 'settings', object: channel ?? '' })
    })
    return told(asker.say.text('setup.saved'))
  },
})

function start({ say }: Asker, channelId: string, { entities }: CommandContext): RenderedMessage {
  const names = entities()
    .slice(0, 8)
    .map(({ name }) => name)
  const message = panel(
    say.text('setup.title'),
    [say.text('setup.about', { names: names.join(', ') }), say.text('setup.pick')],
    [[button(say.text('setup.here'), `setup:${channelId}`, 'main')]],
  )
  const [container] = message.components
  if (container?.type === ComponentType.Container)
    container.components.push({
      type: ComponentType.ActionRow,
      components: [
        {
          type: ComponentType.ChannelSelect,
          custom_id: 'setup:chosen',
          placeholder: say.text('setup.other').slice(0, 150),
          channel_types: [ChannelType.GuildText, ChannelType.GuildAnnouncement],
        },
      ],
    })
  return message
}

/** The channel is picked: subscribe it, and show at once what it will get. */
export const setupComponent = (context: CommandContext): Component => ({
  name: 'setup',
  answers: 'message',
  async run(interaction, [picked = '']): Promise<Answer> {
    const asker = await asCurator(interaction, context)
    const chosen = interaction.isAnySelectMenu() ? interaction.values[0] : undefined
    const channelId = chosen ?? picked
    const wish = { channelId, schedule: '0 8 * * *', timeZone: 'UTC' }
    const { nextDigestAt } = await subscribeChannel(wish, asker, context)
    const next = nextDigestAt ? `<t:${Math.floor(Date.parse(nextDigestAt) / 1000)}:F>` : ''
    const done = asker.say.text('subscribe.done', { channel: `<#${channelId}>`, next })
    const composed = await context.previewDigest(asker.guildId, channelId)
    if (!composed) return told(done, asker.say.text('setup.later'))
    const preview = show(composed, asker)
    const messages = preview.kind === 'message' ? [preview.message, ...(preview.more ?? [])] : []
    return { kind: 'message', message: panel('', [done, asker.say.text('setup.preview')]), more: messages }
  },
})
