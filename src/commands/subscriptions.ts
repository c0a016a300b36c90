import type { ChatInputCommandInteraction } from 'discord.js'
import { nextDue } from '../digests/schedule.ts'
import type { Command } from '../discord/command.ts'
import { UsageError } from '../errors.ts'
import type { Subscription } from '../model.ts'
import { type Asker, asCurator } from './asking.ts'
import { type ChangeKind, noteChange } from './changes.ts'
import type { CommandContext } from './context.ts'
import { channelOption, choiceOption, slash, subcommand, textOption } from './define.ts'
import { deliveryOptions, describeWish, pointAt, readWish, suggestDelivery } from './filters.ts'
import { type Lister, showList } from './lists.ts'
import { fromOption, meantChannel, moveSubscription, suggestSubscriptions } from './move.ts'
import { moment, quoted, told } from './reply.ts'
import { describeSchedule, parseSchedule, parseZone } from './schedule.ts'
import { CHANNELS, checkPermissions, unsubscribeChannel } from './subscribe.ts'

const CLEAR = {
  filter: 'filter.clear.filter',
  role: 'filter.clear.role',
  approval: 'filter.clear.approval',
  quiet: 'filter.clear.quiet',
} as const
const channel = channelOption('channel', 'subscribe.channel', CHANNELS)

export const subscriptions = (context: CommandContext): Command => ({
  examples: [
    '/subscriptions list',
    '/subscriptions edit channel:#news schedule:weekly monday 9:00',
    '/subscriptions move from:#old to:#news',
  ],
  definition: slash('subscriptions', 'subscriptions.help', {
    curators: true,
    options: [
      subcommand('list', 'subscriptions.list.help', [textOption('search', 'list.search', { maxLength: 50 })]),
      subcommand('edit', 'subscriptions.edit.help', [
        channel,
        ...deliveryOptions,
        choiceOption('clear', 'filter.clear', CLEAR),
      ]),
      subcommand('pause', 'subscriptions.pause.help', [channel]),
      subcommand('resume', 'subscriptions.resume.help', [channel]),
      subcommand('move', 'subscriptions.move.help', [
        fromOption(true),
        channelOption('to', 'subscriptions.to', CHANNELS, true),
      ]),
      subcommand('remove', 'unsubscribe.help', [channel, fromOption(false)]),
    ],
  }),
  complete: (interaction) =>
    interaction.options.getFocused(true).name === 'from'
      ? suggestSubscriptions(interaction, context)
      : suggestDelivery(interaction, context),
  async run(interaction) {
    const asker = await asCurator(interaction, context)
    const { options } = interaction as ChatInputCommandInteraction
    const channelId = options.getChannel('channel')?.id ?? interaction.channelId
    switch (options.getSubcommand()) {
      case 'list':
        return showList(subscriptionList, 'subscriptions', interaction, options.getString('search') ?? '', context)
      case 'edit':
        return edit(channelId, options, asker, context)
      case 'pause': {
        const because = asker.say.text('subscriptions.paused.by', { user: `<@${asker.userId}>` })
        return pauseOrResume(channelId, because, asker, context)
      }
      case 'resume':
        return pauseOrResume(channelId, null, asker, context)
      case 'move': {
        const to = options.getChannel('to', true).id
        checkPermissions(interaction, to, asker)
        return moveSubscription(meantChannel(options, channelId), to, asker, context)
      }
      default:
        return unsubscribeChannel(meantChannel(options, channelId), asker, context)
    }
  },
})

/** Every channel with its schedule, its next digest, or why there is none. Found by name, schedule and filter. */
export const subscriptionList: Lister = async ({ guildId, say }, query, { store, entities, channelName }) => {
  const all = await store.subscriptions.list(guildId)
  const wanted = query.toLowerCase().replace(/^#/, '')
  const rows = all.map((one) => {
    const channelId = one.target.kind === 'discord' ? one.target.channelId : ''
    const state = one.pausedBecause
      ? say.text('subscriptions.row.paused', { because: quoted(one.pausedBecause, 150) })
      : one.nextDigestAt
        ? say.text('subscriptions.row.next', { time: moment(one.nextDigestAt, 'R') })
        : ''
    const wish = describeWish(one, entities(guildId), say)
    const more = [state, wish].filter(Boolean).join(' · ')
    const row = `**<#${channelId}>** \`${describeSchedule(one.schedule)}\` ${quoted(one.timeZone)}${more ? `\n-# ${more}` : ''}`
    return { row, text: `${channelName(channelId) ?? ''} ${row} ${one.schedule}`.toLowerCase() }
  })
  return {
    title: say.text('subscriptions.title'),
    empty: say.text(all.length > 0 ? 'list.nothing' : 'subscriptions.empty'),
    rows: rows.filter(({ text }) => text.includes(wanted)).map(({ row }) => row),
  }
}

async function find(channelId: string, asker: Asker, { store }: Pick<CommandContext, 'store'>): Promise<Subscription> {
  const found = (await store.subscriptions.list(asker.guildId)).find(
    ({ target }) => target.kind === 'discord' && target.channelId === channelId,
  )
  if (!found) throw new UsageError(asker.say.text('subscriptions.none', { channel: `<#${channelId}>` }))
  return found
}

async function edit(
  channelId: string,
  options: ChatInputCommandInteraction['options'],
  asker: Asker,
  context: CommandContext,
) {
  const { store, now } = context
  const known = await find(channelId, asker, context)
  const written = options.getString('schedule')
  const zone = options.getString('time_zone')
  const schedule = written ? parseSchedule(written, asker.say) : known.schedule
  const timeZone = zone ? parseZone(zone, asker.say) : known.timeZone
  const nextDigestAt = nextDue(schedule, timeZone, now())
  const mistake = pointAt(options.getString('words'), asker.say)
  if (mistake) return told(mistake)
  const clear = options.getString('clear')
  const wish = await readWish(
    options,
    {
      filter: clear === 'filter' ? null : (known.filter ?? null),
      roleId: clear === 'role' ? null : (known.roleId ?? null),
      approvalChannelId: clear === 'approval' ? null : (known.approvalChannelId ?? null),
      quietFrom: clear === 'quiet' ? null : (known.quietFrom ?? null),
      quietTo: clear === 'quiet' ? null : (known.quietTo ?? null),
      nothingNew: known.nothingNew ?? false,
      pictures: known.pictures ?? false,
    },
    asker,
    context,
  )
  await store.transaction(async (tx) => {
    await tx.subscriptions.wish(known.id, wish)
    await tx.subscriptions.reschedule(known.id, { schedule, timeZone, nextDigestAt })
    await noteChange(tx, asker, now(), { what: 'reschedule', object: channelId })
  })
  const next = nextDigestAt ? moment(nextDigestAt, 'F') : ''
  const described = describeWish(wish, context.entities(asker.guildId), asker.say)
  return told(asker.say.text('subscribe.done', { channel: `<#${channelId}>`, next }), described)
}

async function pauseOrResume(channelId: string, because: string | null, asker: Asker, context: CommandContext) {
  const { store, now } = context
  const known = await find(channelId, asker, context)
  const what: ChangeKind = because ? 'pause' : 'resume'
  await store.transaction(async (tx) => {
    await tx.subscriptions.pause(known.id, because)
    await noteChange(tx, asker, now(), { what, object: channelId })
  })
  return told(asker.say.text(`subscriptions.${what}.done`, { channel: `<#${channelId}>` }))
}
