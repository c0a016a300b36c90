import { ChannelType, type ChatInputCommandInteraction } from 'discord.js'
import { nextDue } from '../digests/schedule.ts'
import { neededIn } from '../discord/check.ts'
import type { Command } from '../discord/command.ts'
import { UsageError } from '../errors.ts'
import type { Subscription, SubscriptionWish } from '../model.ts'
import type { Store } from '../store/store.ts'
import { type Asker, type Asking, asCurator } from './asking.ts'
import { noteChange, undoButton } from './changes.ts'
import type { CommandContext } from './context.ts'
import { channelOption, slash } from './define.ts'
import { deliveryOptions, pointAt, readWish, suggestDelivery } from './filters.ts'
import { moment, panel, told } from './reply.ts'
import { parseSchedule, parseZone } from './schedule.ts'

export const CHANNELS = [
  ChannelType.GuildText,
  ChannelType.GuildAnnouncement,
  ChannelType.PublicThread,
  ChannelType.PrivateThread,
  ChannelType.AnnouncementThread,
  ChannelType.GuildForum,
] as const
/** More subscriptions than this in one server are a mistake or an attack. */
const MOST_SUBSCRIPTIONS = 100
/** A first digest looks back this far, and no further. */
const FIRST_HOURS = 24

export const subscribe = (context: CommandContext): Command => ({
  examples: [
    '/subscribe channel:#news schedule:weekdays 08:30 time_zone:Europe/Berlin',
    '/subscribe schedule:immediate entity:Mira Sol quiet_hours:22:00-07:00',
  ],
  definition: slash('subscribe', 'subscribe.help', {
    curators: true,
    options: [channelOption('channel', 'subscribe.channel', CHANNELS), ...deliveryOptions],
  }),
  complete: (interaction) => suggestDelivery(interaction, context),
  async run(interaction) {
    const asker = await asCurator(interaction, context)
    const { options } = interaction as ChatInputCommandInteraction
    const channelId = options.getChannel('channel')?.id ?? interaction.channelId
    checkPermissions(interaction, channelId, asker)
    const schedule = parseSchedule(options.getString('schedule') ?? 'daily 08:00', asker.say)
    const timeZone = parseZone(options.getString('time_zone') ?? 'UTC', asker.say)
    const mistake = pointAt(options.getString('words'), asker.say)
    if (mistake) return told(mistake)
    const wish = await readWish(options, {}, asker, context)
    const made = await subscribeChannel({ channelId, schedule, timeZone, ...wish }, asker, context)
    const next = made.nextDigestAt ? moment(made.nextDigestAt, 'F') : ''
    return told(
      asker.say.text('subscribe.done', { channel: `<#${channelId}>`, next }),
      asker.say.text('subscribe.hint'),
    )
  },
})

/** Subscribes a channel, its first digest looking back a day. @throws {UsageError} where it is subscribed already */
export async function subscribeChannel(
  wish: { channelId: string; schedule: string; timeZone: string } & SubscriptionWish,
  asker: Asker,
  { store, now }: CommandContext,
): Promise<Subscription> {
  const { channelId, schedule, timeZone, ...rest } = wish
  const at = now()
  const subscription: Subscription = {
    id: `discord:${channelId}`,
    target: { kind: 'discord', guildId: asker.guildId, channelId },
    schedule,
    timeZone,
    createdBy: asker.userId,
    createdAt: at,
    pausedBecause: null,
    nextDigestAt: nextDue(schedule, timeZone, at),
    ...rest,
  }
  await store.transaction(async (tx) => {
    if ((await tx.subscriptions.list(asker.guildId)).length >= MOST_SUBSCRIPTIONS)
      throw new UsageError(asker.say.text('subscribe.full', { most: MOST_SUBSCRIPTIONS }))
    if (!(await tx.subscriptions.add(subscription)))
      throw new UsageError(asker.say.text('subscribe.already', { channel: `<#${channelId}>` }))
    const dayAgo = new Date(Date.parse(at) - FIRST_HOURS * 3_600_000).toISOString()
    const sequence = await tx.statements.before(dayAgo)
    const { nextDigestAt } = subscription
    await tx.digests.compose(subscription.id, { sequence, now: at, nextDigestAt, delivery: null })
    await noteChange(tx, asker, at, { what: 'subscribe', object: channelId })
  })
  return subscription
}

export const unsubscribe = (context: CommandContext): Command => ({
  examples: ['/unsubscribe channel:#news'],
  definition: slash('unsubscribe', 'unsubscribe.help', {
    curators: true,
    options: [channelOption('channel', 'subscribe.channel', CHANNELS)],
  }),
  async run(interaction) {
    const asker = await asCurator(interaction, context)
    const { options } = interaction as ChatInputCommandInteraction
    return unsubscribeChannel(options.getChannel('channel')?.id ?? interaction.channelId, asker, context)
  },
})

/** Ends a subscription; for a day a button brings it back with what was missed. */
export async function unsubscribeChannel(channelId: string, asker: Asker, { store, now }: CommandContext) {
  const change = await store.transaction(async (tx) => {
    const undo = { kind: 'subscription', ...(await endSubscription(channelId, asker, tx, now())) } as const
    return noteChange(tx, asker, now(), { what: 'unsubscribe', object: channelId, undo })
  })
  const done = asker.say.text('unsubscribe.done', { channel: `<#${channelId}>` })
  return { kind: 'message' as const, message: panel('', [done], [[undoButton(change, asker)]]) }
}

/**
 * Takes a subscription out of the record, with what was composed for it and nobody has seen.
 *
 * @returns it, and the last sequence number of what its channel was told
 * @throws {UsageError} where the channel is not subscribed
 */
export async function endSubscription(
  channelId: string,
  { guildId, say }: Asker,
  tx: Store,
  now: string,
): Promise<{ subscription: Subscription; sequence: number }> {
  const subscription = (await tx.subscriptions.list(guildId)).find(
    ({ target }) => target.kind === 'discord' && target.channelId === channelId,
  )
  if (!subscription) throw new UsageError(say.text('subscriptions.none', { channel: `<#${channelId}>` }))
  const unseen = await tx.deliveries.unseen(subscription.id)
  const { sequence } = await tx.digests.cursor(subscription.id)
  for (const { id } of unseen) await tx.deliveries.delivered(id, [], now)
  await tx.subscriptions.remove(guildId, channelId)
  return { subscription, sequence: Math.min(sequence, ...unseen.map(({ fromSequence }) => fromSequence)) }
}

/** Says at once what would fail at the first digest. Where Discord does not tell us, the first digest will. */
export function checkPermissions(interaction: Asking, channelId: string, { say }: Asker): void {
  const channel = interaction.guild?.channels.cache.get(channelId)
  const me = interaction.guild?.members.me
  if (!channel || !me) return
  const needed = Object.entries(neededIn(channel.type))
  const held = channel.permissionsFor(me)
  const missing = needed.flatMap(([name, bit]) => (held.has(bit) ? [] : [name.replace(/(?<=[a-z])(?=[A-Z])/g, ' ')]))
  if (missing.length > 0)
    throw new UsageError(say.text('subscribe.forbidden', { channel: `<#${channelId}>`, missing: missing.join(', ') }))
}
