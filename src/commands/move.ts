import type { AutocompleteInteraction, ChatInputCommandInteraction } from 'discord.js'
import { nextDue } from '../digests/schedule.ts'
import type { Choice } from '../discord/command.ts'
import { UsageError } from '../errors.ts'
import type { Asker } from './asking.ts'
import { noteChange } from './changes.ts'
import type { CommandContext } from './context.ts'
import { textOption } from './define.ts'
import { moment, told } from './reply.ts'
import { describeSchedule } from './schedule.ts'
import { endSubscription } from './subscribe.ts'

/** A subscription by what it is called: a channel that was deleted cannot be picked as a channel any more. */
export const fromOption = (isRequired: boolean) =>
  textOption('from', 'subscriptions.from', { required: isRequired, autocomplete: true, maxLength: 60 })

/** This server's subscriptions, those that are paused first: one of them is likely meant. */
export async function suggestSubscriptions(
  interaction: AutocompleteInteraction,
  { store, channelName }: CommandContext,
): Promise<Choice[]> {
  const typed = interaction.options.getFocused().toLowerCase().replace(/^#/, '')
  const all = await store.subscriptions.list(interaction.guildId ?? '')
  return all
    .toSorted((a, b) => Number(b.pausedBecause !== null) - Number(a.pausedBecause !== null))
    .flatMap(({ target, schedule, timeZone, pausedBecause }) => {
      if (target.kind !== 'discord') return []
      const { channelId } = target
      const parts = [`#${channelName(channelId) ?? channelId}`, `${describeSchedule(schedule)} ${timeZone}`]
      return { name: [...parts, ...(pausedBecause ? [pausedBecause] : [])].join(' · '), value: channelId }
    })
    .filter(({ name }) => name.toLowerCase().includes(typed))
}

/** The channel that `from` means, as it was suggested, pasted or mentioned; else the one that was picked. */
export function meantChannel(options: ChatInputCommandInteraction['options'], picked: string): string {
  return /\d{15,20}/.exec(options.getString('from') ?? '')?.[0] ?? picked
}

/** Takes a subscription to another channel with all that was asked for; what was missed comes there as one digest. */
export async function moveSubscription(from: string, to: string, asker: Asker, { store, now }: CommandContext) {
  const { guildId, say } = asker
  const at = now()
  const nextDigestAt = await store.transaction(async (tx) => {
    const { subscription, sequence } = await endSubscription(from, asker, tx, at)
    const { schedule, timeZone } = subscription
    const { mends: _mends, ...rest } = subscription
    const next = nextDue(schedule, timeZone, at)
    const moved = {
      ...rest,
      id: `discord:${to}`,
      target: { kind: 'discord', guildId, channelId: to } as const,
      pausedBecause: null,
      nextDigestAt: next,
    }
    if (!(await tx.subscriptions.add(moved)))
      throw new UsageError(say.text('subscribe.already', { channel: `<#${to}>` }))
    await tx.digests.compose(moved.id, { sequence, now: at, nextDigestAt: next, delivery: null })
    await noteChange(tx, asker, at, { what: 'move', object: to })
    return next
  })
  const next = nextDigestAt ? moment(nextDigestAt, 'F') : ''
  return told(say.text('subscriptions.move.done', { channel: `<#${to}>`, next }))
}
