import { ChannelType, type ChatInputCommandInteraction, ComponentType } from 'discord.js'
import type { Answer, Command, Component } from '../discord/command.ts'
import { fitted, type RenderedMessage } from '../discord/message.ts'
import { UsageError } from '../errors.ts'
import type { Say } from '../messages/say.ts'
import { type Asker, asCurator } from './asking.ts'
import { noteChange } from './changes.ts'
import type { CommandContext } from './context.ts'
import { channelOption, choiceOption, roleOption, slash } from './define.ts'
import { show } from './digest.ts'
import { formField } from './form.ts'
import { button, panel, quoted, told } from './reply.ts'
import { begin, type Start } from './start.ts'
import { checkPermissions } from './subscribe.ts'

const LANGUAGES = { 'en-GB': 'language.en', de: 'language.de', fr: 'language.fr', 'es-ES': 'language.es' } as const
const FORMS = { components: 'form.components', embeds: 'form.embeds' } as const

/** `/setup`: from nothing to a first digest: a channel, a topic, done; with options, the server's own settings. */
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
      return { kind: 'message', message: pickChannel(asker, interaction.channelId) }
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

/** The first step. */
function pickChannel({ say }: Asker, channelId: string): RenderedMessage {
  const message = panel(
    say.text('setup.title'),
    [say.text('setup.about'), say.text('setup.pick')],
    [[button(say.text('setup.here'), `setup:channel:${channelId}`, 'main')]],
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
          channel_types: [ChannelType.GuildText, ChannelType.GuildAnnouncement, ChannelType.GuildForum],
        },
      ],
    })
  return message
}

/** The second step: a bundled topic, who is tracked already, or names of one's own. */
function pickTopic(channelId: string, { say, guildId }: Asker, { packs, entities }: CommandContext): RenderedMessage {
  const offered = packs()
  const tracked = entities(guildId)
    .slice(0, 8)
    .map(({ name }) => name)
    .join(', ')
  const lines = offered.map(({ title, about }) => `- **${quoted(title, 60)}**: ${quoted(about, 120)}`)
  const message = panel(
    say.text('setup.topic.title'),
    [
      say.text('setup.topic', { channel: `<#${channelId}>` }),
      lines.join('\n'),
      tracked ? `-# ${say.text('setup.tracked', { names: quoted(tracked, 300) })}` : '',
    ],
    [
      [
        ...(tracked ? [button(say.text('setup.as.is'), `setup:plain:${channelId}`, 'main')] : []),
        button(say.text('setup.own'), `setup:own:${channelId}`),
      ],
    ],
  )
  const [container] = message.components
  if (container?.type === ComponentType.Container && offered.length > 0)
    container.components.splice(-1, 0, {
      type: ComponentType.ActionRow,
      components: [
        {
          type: ComponentType.StringSelect,
          custom_id: `setup:pack:${channelId}`,
          placeholder: say.text('setup.packs').slice(0, 150),
          options: offered.map(({ id, title, about }) => ({
            value: id.slice(0, 100),
            label: fitted(title, 100),
            description: fitted(about, 100),
          })),
        },
      ],
    })
  return message
}

/** Each step carries what was picked before in its custom id, so that it works after a restart. */
export const setupComponent = (context: CommandContext): Component => ({
  name: 'setup',
  answers: 'message',
  async run(interaction, [step = '', picked = '']): Promise<Answer> {
    const asker = await asCurator(interaction, context)
    const { say } = asker
    if (interaction.isModalSubmit()) {
      const field = (name: string) => interaction.fields.getTextInputValue(name)
      return finish({ channelId: picked, names: field('names'), feed: field('feed') }, asker, context)
    }
    const chosen = interaction.isAnySelectMenu() ? interaction.values[0] : undefined
    switch (step) {
      case 'own':
        return { kind: 'modal', modal: form(picked, say) }
      case 'plain':
        return finish({ channelId: picked }, asker, context)
      case 'pack': {
        const pack = context.packs().find(({ id }) => id === chosen)
        if (!pack) throw new UsageError(say.text('problem.gone'))
        return finish({ channelId: picked, pack }, asker, context)
      }
      default: {
        const channelId = chosen ?? picked
        if (!/^\d+$/.test(channelId)) throw new UsageError(say.text('problem.gone'))
        checkPermissions(interaction, channelId, asker)
        return { kind: 'update', message: pickTopic(channelId, asker, context) }
      }
    }
  },
})

/** The last step: all is set, and what the first digest holds is shown at once. */
async function finish(start: Start, asker: Asker, context: CommandContext): Promise<Answer> {
  const { say, guildId } = asker
  const done = await begin(start, asker, context)
  const composed = await context.previewDigest(guildId, start.channelId)
  if (!composed) return told(...done, say.text('setup.later'))
  const preview = show(composed, asker)
  const messages = preview.kind === 'message' ? [preview.message, ...(preview.more ?? [])] : []
  return { kind: 'message', message: panel('', [done.join('\n'), say.text('setup.preview')]), more: messages }
}

const form = (channelId: string, say: Say) => ({
  custom_id: `setup:form:${channelId}`,
  title: say.text('setup.form.title').slice(0, 45),
  components: [
    formField('names', {
      label: say.text('setup.form.names'),
      hint: say.text('setup.form.names.hint'),
      most: 1000,
      required: true,
    }),
    formField('feed', {
      label: say.text('setup.form.feed'),
      hint: say.text('setup.form.feed.hint'),
      most: 300,
      lines: 'one',
    }),
  ],
})
