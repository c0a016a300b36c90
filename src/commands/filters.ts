import type { APIApplicationCommandBasicOption, AutocompleteInteraction, ChatInputCommandInteraction } from 'discord.js'
import { ApplicationCommandOptionType, ChannelType } from 'discord.js'
import { isMistake, parseQuery } from '../digests/query.ts'
import type { Choice } from '../discord/command.ts'
import { UsageError } from '../errors.ts'
import { sayIn } from '../messages/languages.ts'
import type { Say } from '../messages/say.ts'
import type { DigestFilter, Entity, SubscriptionWish } from '../model.ts'
import type { Asker } from './asking.ts'
import { suggestClaims, visibleClaim } from './claim.ts'
import type { CommandContext } from './context.ts'
import { channelOption, described, flagOption, roleOption, textOption } from './define.ts'
import { quoted } from './reply.ts'
import { describeQuiet, parseQuiet, suggestQuiet, suggestSchedules, suggestZones } from './schedule.ts'
import { findEntity, suggestEntities } from './terms.ts'

/** When, what for, whom to mention, who has to approve: the options of `/subscribe` and `/subscriptions edit`. */
export const deliveryOptions: APIApplicationCommandBasicOption[] = [
  textOption('schedule', 'subscribe.schedule', { autocomplete: true, maxLength: 60 }),
  textOption('time_zone', 'subscribe.zone', { autocomplete: true, maxLength: 60 }),
  textOption('entity', 'filter.entity', { autocomplete: true, maxLength: 60 }),
  textOption('claim', 'filter.claim', { autocomplete: true, maxLength: 100 }),
  textOption('words', 'filter.words', { maxLength: 200 }),
  textOption('source', 'filter.source', { autocomplete: true, maxLength: 60 }),
  {
    type: ApplicationCommandOptionType.Integer,
    name: 'minimum_score',
    ...described('filter.score'),
    min_value: 0,
    max_value: 100,
  },
  roleOption('role', 'filter.role'),
  channelOption('approval', 'filter.approval', [ChannelType.GuildText]),
  textOption('quiet_hours', 'filter.quiet', { autocomplete: true, maxLength: 20 }),
  flagOption('nothing_new', 'filter.nothing'),
  flagOption('pictures', 'filter.pictures'),
]

/** Suggestions for any of these options. */
export async function suggestDelivery(
  interaction: AutocompleteInteraction,
  context: CommandContext,
): Promise<Choice[]> {
  const { name, value } = interaction.options.getFocused(true)
  if (name === 'quiet_hours') return suggestQuiet(value)
  if (name === 'schedule') return suggestSchedules(value, sayIn(interaction.locale))
  if (name === 'entity') return suggestEntities(value, interaction.guildId, context)
  if (name === 'claim') return suggestClaims(value, interaction.guildId ?? '', context)
  if (name !== 'source') return suggestZones(value)
  const publishers = (await context.store.seenBy(interaction.guildId).sources.list()).flatMap(({ source }) =>
    source.sample ? [] : (source.publisher ?? []),
  )
  return [...new Set(publishers)]
    .filter((one) => one.toLowerCase().includes(value.toLowerCase()))
    .map((one) => ({ name: one, value: one }))
}

/** What was asked for besides the schedule; what was not asked for stays as `known` has it. @throws {UsageError} */
export async function readWish(
  options: ChatInputCommandInteraction['options'],
  known: SubscriptionWish,
  { guildId, say }: Asker,
  context: CommandContext,
): Promise<SubscriptionWish> {
  const filter: DigestFilter = { ...known.filter }
  const entity = options.getString('entity')
  if (entity) {
    const found = findEntity(entity, guildId, context)
    if (!found) throw new UsageError(say.text('entity.unknown', { name: entity }))
    filter.entityId = found.id
  }
  const claim = options.getString('claim')
  if (claim) {
    if (!(await visibleClaim(claim, guildId, context))) throw new UsageError(say.text('claim.unknown', { claim }))
    filter.claimId = claim
  }
  const words = options.getString('words')
  if (words) filter.query = words
  const source = options.getString('source')
  if (source) filter.publisher = source
  const score = options.getInteger('minimum_score')
  if (score !== null) filter.minimumScore = score / 100
  return {
    filter: Object.keys(filter).length > 0 ? filter : null,
    roleId: options.getRole('role')?.id ?? known.roleId ?? null,
    approvalChannelId: options.getChannel('approval')?.id ?? known.approvalChannelId ?? null,
    ...readQuiet(options.getString('quiet_hours'), known, say),
    nothingNew: options.getBoolean('nothing_new') ?? known.nothingNew ?? false,
    pictures: options.getBoolean('pictures') ?? known.pictures ?? false,
  }
}

function readQuiet(written: string | null, known: SubscriptionWish, say: Say) {
  if (written !== null) return parseQuiet(written, say)
  return { quietFrom: known.quietFrom ?? null, quietTo: known.quietTo ?? null }
}

/** Points at the mistake in a query, null where there is none. */
export function pointAt(query: string | null, say: Say): string | null {
  const parsed = query === null ? null : parseQuery(query)
  if (!parsed || !isMistake(parsed)) return null
  const line = (query ?? '').replace(/[`\s]/g, ' ')
  return `${say.text(`query.${parsed.mistake}`)}\n\`\`\`\n${line}\n${' '.repeat(parsed.at)}^\n\`\`\``
}

/** In a line: what a channel filters for, whom it mentions, where it waits for approval, when it is quiet. */
export function describeWish(wish: SubscriptionWish, entities: Entity[], say: Say): string {
  const { filter, roleId, approvalChannelId, nothingNew, pictures } = wish
  const quiet = describeQuiet(wish)
  const { entityId, claimId, query, publisher, minimumScore } = filter ?? {}
  const only = [entities.find(({ id }) => id === entityId)?.name ?? entityId, claimId, query && `“${query}”`, publisher]
    .filter((one) => one !== undefined)
    .map((one) => quoted(one ?? '', 60))
  return [
    ...(only.length > 0 ? [say.text('filter.only', { what: only.join(' + ') })] : []),
    ...(minimumScore ? [say.text('filter.least', { percent: Math.round(minimumScore * 100) })] : []),
    ...(roleId ? [`<@&${roleId}>`] : []),
    ...(approvalChannelId ? [say.text('filter.approved', { channel: `<#${approvalChannelId}>` })] : []),
    ...(quiet ? [say.text('filter.quiet.row', { hours: quiet })] : []),
    ...(nothingNew ? [say.text('filter.nothing.row')] : []),
    ...(pictures ? [say.text('filter.pictures.row')] : []),
  ].join(' · ')
}
