import type { ChatInputCommandInteraction } from 'discord.js'
import { viewClaimNotes } from '../digests/digest-view.ts'
import type { Choice, Command } from '../discord/command.ts'
import { inline } from '../discord/markdown.ts'
import { UsageError } from '../errors.ts'
import { asCurator, inServer } from './asking.ts'
import type { CommandContext } from './context.ts'
import { drawCorrections } from './corrections.ts'
import { slash, subcommand, textOption } from './define.ts'
import { type Lister, showList } from './lists.ts'
import { addClaim, claimOptions, editClaim } from './own-claims.ts'
import { moment, panel, quoted } from './reply.ts'
import { suggestEntities } from './watch.ts'

const claimOption = textOption('claim', 'claim.claim', { required: true, autocomplete: true, maxLength: 100 })
const search = textOption('search', 'list.search', { maxLength: 50 })

/** `/entity list|show`: who is tracked, and by which names. */
export const entity = (context: CommandContext): Command => ({
  examples: ['/entity show name:Mira Sol'],
  definition: slash('entity', 'entity.help', {
    options: [
      subcommand('list', 'entity.list.help', [search]),
      subcommand('show', 'entity.show.help', [
        textOption('name', 'entity.name', { required: true, autocomplete: true, maxLength: 60 }),
      ]),
    ],
  }),
  complete: (interaction) => suggestEntities(interaction.options.getFocused().toLowerCase(), context),
  run(interaction) {
    const { options } = interaction as ChatInputCommandInteraction
    if (options.getSubcommand() === 'list')
      return showList(entityList, 'entities', interaction, options.getString('search') ?? '', context)
    const { say } = inServer(interaction)
    const wanted = (options.getString('name') ?? '').toLowerCase()
    const found = context.entities().find(({ id, name }) => id === wanted || name.toLowerCase() === wanted)
    if (!found) throw new UsageError(say.text('entity.unknown', { name: wanted.slice(0, 60) }))
    const lines = [
      ['entity.aliases', found.aliases],
      ['entity.handles', found.handles.map((handle) => `@${handle}`)],
      ['entity.roles', found.roles],
      ['entity.near', found.near],
      ['entity.notnear', found.notNear],
    ] as const
    const shown = lines
      .filter(([, words]) => words.length > 0)
      .map(([key, words]) => say.text(key, { words: quoted(words.join(', '), 400) }))
    return { kind: 'message', message: panel(quoted(found.name, 100), [shown.join('\n') || '–']) }
  },
})

export const entityList: Lister = async ({ say }, query, { entities }) => ({
  title: say.text('entity.title'),
  empty: say.text('list.nothing'),
  rows: entities()
    .filter((one) => [one.name, ...one.aliases, ...one.handles].join(' ').toLowerCase().includes(query.toLowerCase()))
    .map(({ name, aliases, handles }) => {
      const also = [...aliases, ...handles.map((handle) => `@${handle}`)].slice(0, 6).join(', ')
      return `**${quoted(name, 80)}**${also ? ` · ${quoted(also, 150)}` : ''}`
    }),
})

/** `/source list`: what is read, how it goes, and what is the matter where it does not. */
export const source = (context: CommandContext): Command => ({
  examples: ['/source list search:gazette'],
  definition: slash('source', 'source.help', { options: [subcommand('list', 'source.list.help', [search])] }),
  run: (interaction) =>
    showList(
      sourceList,
      'sources',
      interaction,
      (interaction as ChatInputCommandInteraction).options.getString('search') ?? '',
      context,
    ),
})

export const sourceList: Lister = async ({ say }, query, { store }) => ({
  title: say.text('source.title'),
  empty: say.text('list.nothing'),
  rows: (await store.sources.list())
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
      return `**${quoted(one.publisher ?? one.id, 60)}** · ${quoted(one.address, 120)}\n-# ${how}`
    }),
})

/** `/claim list|show`: the known claims that this server may see. */
export const claim = (context: CommandContext): Command => ({
  examples: ['/claim show claim:lamps'],
  definition: slash('claim', 'claim.help', {
    options: [
      subcommand('list', 'claim.list.help', [search]),
      subcommand('show', 'claim.show.help', [claimOption]),
      subcommand('add', 'claim.add.help', claimOptions(true)),
      subcommand('edit', 'claim.edit.help', [claimOption, ...claimOptions(false)]),
      subcommand('retire', 'claim.retire.help', [claimOption]),
      subcommand('corrections', 'claim.corrections.help'),
    ],
  }),
  complete: (interaction) => suggestClaims(interaction.options.getFocused(), interaction.guildId ?? '', context),
  async run(interaction) {
    const { options } = interaction as ChatInputCommandInteraction
    if (options.getSubcommand() === 'list')
      return showList(claimList, 'claims', interaction, options.getString('search') ?? '', context)
    const what = options.getSubcommand()
    if (what === 'add') return addClaim(options, await asCurator(interaction, context), context)
    if (what === 'edit' || what === 'retire')
      return editClaim(options, await asCurator(interaction, context), context, what === 'retire')
    if (what === 'corrections') {
      const asker = await asCurator(interaction, context)
      const settings = await context.store.guilds.settings(asker.guildId)
      return { kind: 'message', message: drawCorrections(settings, asker) }
    }
    const { say, guildId } = inServer(interaction)
    const wanted = options.getString('claim') ?? ''
    const found = (await visibleClaims(guildId, context)).find(({ id }) => id === wanted)
    if (!found) throw new UsageError(say.text('claim.unknown', { claim: wanted.slice(0, 60) }))
    const said = (await context.store.statements.byClaim(found.id, 8)).map(({ statement, document }) => {
      const who = quoted(statement.speaker?.name ?? say.text('digest.speaker.unknown'), 60)
      const when = document.published ? moment(document.published) : say.text('digest.report.undated')
      return `**${who}** · ${when} · \`${statement.id.slice(0, 12)}\`\n> ${quoted(statement.content, 180)}`
    })
    const paragraphs = [
      [`**${quoted(found.text, 500)}**`, ...viewClaimNotes({ ...found, title: null }, say).map(inline)]
        .join('\n')
        .slice(0, 1800),
      said.join('\n').slice(0, 1900) || say.text('claim.unsaid'),
    ]
    return { kind: 'message', message: panel(quoted(found.title ?? found.id, 100), paragraphs) }
  },
})

/** Claims whose words or id hold what is typed. */
export async function suggestClaims(typed: string, guildId: string, context: CommandContext): Promise<Choice[]> {
  return (await visibleClaims(guildId, context))
    .map(({ id, title, text }) => ({ name: title ?? text, value: id }))
    .filter(({ name, value }) => `${name} ${value}`.toLowerCase().includes(typed.toLowerCase()))
}

/** The operator's claims and this server's own, never another's. */
export async function visibleClaims(guildId: string, { store }: CommandContext) {
  return (await store.claims.list()).filter(({ owner }) => owner === 'operator' || owner === guildId)
}

export const claimList: Lister = async ({ say, guildId }, query, context) => ({
  title: say.text('claim.title'),
  empty: say.text('list.nothing'),
  rows: (await visibleClaims(guildId, context))
    .filter(({ id, text, title }) => `${id} ${title} ${text}`.toLowerCase().includes(query.toLowerCase()))
    .map(({ id, text, reviews, status }) => {
      const verdict = reviews.find(({ rating }) => rating)?.rating
      const tags = [verdict ? quoted(verdict, 60) : '', status === 'retired' ? say.text('claim.retired') : ''].filter(
        Boolean,
      )
      return `\`${id.slice(0, 60)}\` ${quoted(text, 160)}${tags.length > 0 ? ` · ${tags.join(' · ')}` : ''}`
    }),
})
