import type { ChatInputCommandInteraction } from 'discord.js'
import { viewClaimNotes } from '../digests/digest-view.ts'
import type { Answer, Choice, Command } from '../discord/command.ts'
import { inline } from '../discord/markdown.ts'
import { UsageError } from '../errors.ts'
import { decideFound } from '../jobs/known-claims.ts'
import type { Claim } from '../model.ts'
import type { Found } from '../store/store.ts'
import { type Asker, asCurator, inServer } from './asking.ts'
import { importClaims } from './claim-import.ts'
import type { CommandContext } from './context.ts'
import { drawCorrections } from './corrections.ts'
import { attachmentOption, slash, subcommand, textOption } from './define.ts'
import { showEmerging } from './emerging.ts'
import { type Lister, showList } from './lists.ts'
import { addClaim, claimOptions, editClaim } from './own-claims.ts'
import { dated, panel, quoted } from './reply.ts'
import { threshold, thresholdOptions } from './threshold.ts'

const claimOption = textOption('claim', 'claim.claim', { required: true, autocomplete: true, maxLength: 100 })

/** `/claim`: the known claims that this server may see, and its own. */
export const claim = (context: CommandContext): Command => ({
  examples: [
    '/claim show claim:lamps',
    '/claim add text:No ferry sails at night. claimant:Ferry Guild',
    '/claim import',
    '/claim threshold value:0.6',
  ],
  definition: slash('claim', 'claim.help', {
    options: [
      subcommand('list', 'claim.list.help', [textOption('search', 'list.search', { maxLength: 50 })]),
      subcommand('show', 'claim.show.help', [claimOption]),
      subcommand('add', 'claim.add.help', claimOptions(true)),
      subcommand('edit', 'claim.edit.help', [claimOption, ...claimOptions(false)]),
      subcommand('retire', 'claim.retire.help', [claimOption]),
      subcommand('import', 'claim.import.help', [attachmentOption('file', 'claim.import.file', true)]),
      subcommand('emerging', 'emerging.help'),
      subcommand('threshold', 'threshold.help', thresholdOptions()),
      subcommand('corrections', 'claim.corrections.help'),
    ],
  }),
  complete: (interaction) => suggestClaims(interaction.options.getFocused(), interaction.guildId ?? '', context),
  async run(interaction) {
    const { options } = interaction as ChatInputCommandInteraction
    const what = options.getSubcommand()
    if (what === 'list') return showList(claimList, 'claims', interaction, options.getString('search') ?? '', context)
    if (what === 'show') return show(options.getString('claim') ?? '', inServer(interaction), context)
    if (what === 'threshold') return threshold(interaction as ChatInputCommandInteraction, context)
    const asker = await asCurator(interaction, context)
    if (what === 'emerging') return showEmerging(asker, context)
    if (what === 'add') return addClaim(options, asker, context)
    if (what === 'import') return importClaims(options.getAttachment('file', true), asker, context)
    if (what === 'edit' || what === 'retire') return editClaim(options, asker, context, what === 'retire')
    return { kind: 'message', message: await drawCorrections(asker, context) }
  },
})

async function show(wanted: string, { say, guildId }: Asker, context: CommandContext): Promise<Answer> {
  const found = await visibleClaim(wanted, guildId, context)
  if (!found) throw new UsageError(say.text('claim.unknown', { claim: wanted.slice(0, 60) }))
  const said = await statementsOn(found, 8, guildId, context)
  const lines = said.map(({ statement, document }) => {
    const who = quoted(statement.speaker?.name ?? say.text('digest.speaker.unknown'), 60)
    const when = document.published ? dated(document.published, say) : say.text('digest.report.undated')
    return `**${who}** · ${when} · \`${statement.id.slice(0, 12)}\`\n> ${quoted(statement.content, 180)}`
  })
  const paragraphs = [
    [`**${quoted(found.text, 500)}**`, ...viewClaimNotes({ ...found, title: null }, say).map(inline)]
      .join('\n')
      .slice(0, 1800),
    lines.join('\n').slice(0, 1900) || say.text('claim.unsaid'),
  ]
  return { kind: 'message', message: panel(quoted(found.title ?? found.id, 100), paragraphs) }
}

/** What is on record of a claim, as this server's threshold decides it. */
export async function statementsOn(
  claim: Claim,
  most: number,
  guildId: string,
  context: Pick<CommandContext, 'store' | 'threshold'>,
): Promise<Found[]> {
  const found = await context.store.seenBy(guildId).statements.byClaim(claim.id, most)
  const decided = decideFound(found, await context.threshold(guildId), [claim])
  return decided.filter(({ matches }) => matches.some(({ claimId }) => claimId === claim.id))
}

/** Claims whose words or id hold what is typed. */
export async function suggestClaims(typed: string, guildId: string, context: CommandContext): Promise<Choice[]> {
  const { claims } = await context.store.claims.find({
    owners: ['operator', guildId],
    holding: typed,
    limit: SUGGESTED,
  })
  return claims.map(({ id, title, text }) => ({ name: title ?? text, value: id }))
}

/** A claim of the operator or of this server by its id, null where this server sees none. */
export async function visibleClaim(
  id: string,
  guildId: string,
  { store }: Pick<CommandContext, 'store'>,
): Promise<Claim | null> {
  const found = await store.claims.get(id)
  return found && (found.owner === 'operator' || found.owner === guildId) ? found : null
}

/** What a claim is called where this server may see it, else its id. */
export async function claimName(id: string, guildId: string, context: Pick<CommandContext, 'store'>): Promise<string> {
  const found = await visibleClaim(id, guildId, context)
  return found ? (found.title ?? found.text) : id
}

export const claimList: Lister = async ({ say, guildId }, query, { store }) => {
  const { claims, total } = await store.claims.find({ owners: ['operator', guildId], holding: query, limit: LISTED })
  const rows = claims.map(({ id, text, reviews, status }) => {
    const verdict = reviews.find(({ rating }) => rating)?.rating
    const tags = [verdict ? quoted(verdict, 60) : '', status === 'retired' ? say.text('claim.retired') : '']
    return [`\`${id.slice(0, 60)}\` ${quoted(text, 160)}`, ...tags.filter(Boolean)].join(' · ')
  })
  if (total > rows.length) rows.push(`-# ${say.text('list.narrow', { count: total - rows.length })}`)
  return { title: say.text('claim.title'), empty: say.text('list.nothing'), rows }
}

/** The claims that some statements bear on, as far as this server sees them. */
export async function claimsBehind(
  found: Pick<Found, 'matches'>[],
  guildId: string,
  { store }: Pick<CommandContext, 'store'>,
): Promise<Claim[]> {
  const ids = new Set(found.flatMap(({ matches }) => matches.map(({ claimId }) => claimId)))
  return (await store.claims.byIds([...ids])).filter(({ owner }) => owner === 'operator' || owner === guildId)
}

/** What Discord takes as suggestions. */
const SUGGESTED = 25
/** Nobody turns more pages than these fill. */
const LISTED = 1000
