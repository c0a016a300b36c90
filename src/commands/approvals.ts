import { ComponentType } from 'discord.js'
import { adjustDigest } from '../digests/adjust-digest.ts'
import type { Component } from '../discord/command.ts'
import { fitted, type RenderedMessage } from '../discord/message.ts'
import { UsageError } from '../errors.ts'
import { sayIn } from '../messages/languages.ts'
import type { Say } from '../messages/say.ts'
import type { Digest, DigestEntry, Subscription } from '../model.ts'
import { adjustedFor, drawFor } from './adjusted.ts'
import { type Asker, asCurator } from './asking.ts'
import { noteChange } from './changes.ts'
import type { CommandContext } from './context.ts'
import { button, panel } from './reply.ts'

/** A menu holds so many; what stands beyond can only be posted or dropped with the whole. */
const MOST_CHOICES = 25

const entriesOf = (digest: Digest): DigestEntry[] =>
  [...digest.claims.flatMap(({ speakers }) => speakers), ...digest.unmatched].flatMap(({ entries }) => entries)

/**
 * What stands under a digest that waits: post it, take entries out, drop it. What was taken out is a bit mask in the
 * buttons, so that nothing has to be remembered elsewhere.
 */
export function approvalPanel(
  digest: Digest,
  channelId: string,
  mask: number,
  say: Say,
  part?: number,
): RenderedMessage {
  const choices = entriesOf(digest).slice(0, MOST_CHOICES)
  const id = `${digest.id.slice(0, 40)}:${channelId}:${mask.toString(36)}`
  const taken = choices.filter((_, i) => mask & (1 << i)).length
  const message = panel(
    say.text('approval.title', { channel: `<#${channelId}>` }),
    [
      say.text('approval.state', { entries: entriesOf(digest).length - taken, taken }),
      `-# \`${digest.id.slice(0, 20)}\`${part ? ` ${part}/${part}` : ''}`,
    ],
    [
      [
        button(say.text('approval.post'), `approve:post:${id}`, 'main'),
        button(say.text('approval.drop'), `approve:drop:${id}`, 'danger'),
      ],
    ],
  )
  const [frame] = message.components
  if (frame?.type === ComponentType.Container && choices.length > 0)
    frame.components.splice(1, 0, {
      type: ComponentType.ActionRow,
      components: [
        {
          type: ComponentType.StringSelect,
          custom_id: `approve:take:${id}`,
          placeholder: say.text('approval.take'),
          min_values: 0,
          max_values: choices.length,
          options: choices.map(({ speaker, words }, i) => ({
            label: fitted(`${speaker?.name ?? '?'}: ${words[0]?.content ?? ''}`.replace(/\s+/g, ' '), 100),
            value: String(i),
            default: (mask & (1 << i)) !== 0,
          })),
        },
      ],
    })
  return message
}

/** Until one of the curators presses a button, a digest waits. */
export const approvalComponent = (context: CommandContext): Component => ({
  name: 'approve',
  answers: 'update',
  async run(interaction, [action = '', digestId = '', channelId = '', bits = '0']) {
    const asker = await asCurator(interaction, context)
    const { say, guildId, userId } = asker
    const owed = (await context.store.digests.of(guildId, channelId, 200)).find(({ id }) => id === digestId)
    const subscription = (await context.store.subscriptions.list(guildId)).find(
      ({ target }) => target.kind === 'discord' && target.channelId === channelId,
    )
    if (!owed || !subscription) throw new UsageError(say.text('problem.gone'))
    const digest = await adjustedFor(owed, subscription, guildId, context.store)
    if (action === 'take' && interaction.isStringSelectMenu()) {
      const mask = interaction.values.reduce((sum, value) => sum | (1 << Number(value)), 0)
      return { kind: 'update', message: approvalPanel(digest, channelId, mask, say) }
    }
    if (action === 'post') await post(digest, subscription, Number.parseInt(bits, 36) || 0, asker, context)
    const what = action === 'post' ? 'approve' : 'drop'
    await noteChange(context.store, asker, context.now(), { what, object: channelId })
    const done = say.text(action === 'post' ? 'approval.posted' : 'approval.dropped', { user: `<@${userId}>` })
    return { kind: 'update', message: panel(say.text('approval.title', { channel: `<#${channelId}>` }), [done]) }
  },
})

/** The nonce and the look into the channel keep a second press from posting it again. */
async function post(
  digest: Digest,
  subscription: Subscription,
  mask: number,
  { guildId }: Asker,
  context: CommandContext,
) {
  const without = entriesOf(digest)
    .slice(0, MOST_CHOICES)
    .filter((_, i) => mask & (1 << i))
    .map(({ id }) => id)
  const settings = await context.store.guilds.settings(guildId)
  const rest = adjustDigest(digest, { without })
  if (rest.counts.statements === 0) return
  const { language, form } = settings
  const { roleId = null, pictures = false } = subscription
  const drawn = { digest: rest, language, form, roleId, pictures }
  await context.post({ id: `a${digest.id}`.slice(0, 21), deliveryId: digest.id, drawn }, subscription.target)
}

/** In the language of the server: a digest that waits, and what can be done with it. */
export function waiting(
  digest: Digest,
  { target }: Pick<Subscription, 'target'>,
  settings: Parameters<typeof drawFor>[2],
): RenderedMessage[] {
  if (target.kind !== 'discord') return []
  const say = sayIn(settings.language)
  const messages = drawFor(digest, { roleId: null }, settings)
  const panel = approvalPanel(digest, target.channelId, 0, say, messages.length + 1)
  return [...messages, panel]
}
