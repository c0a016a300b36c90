import type { AutocompleteInteraction, ChatInputCommandInteraction } from 'discord.js'
import { isMistake, parseQuery, type Query } from '../digests/query.ts'
import type { Answer, Choice, Command } from '../discord/command.ts'
import { UsageError } from '../errors.ts'
import type { WatchTerm } from '../model.ts'
import { type Asker, asCurator, inServer } from './asking.ts'
import { noteChange, undoButton } from './changes.ts'
import type { CommandContext } from './context.ts'
import { choiceOption, slash, subcommand, textOption } from './define.ts'
import { pointAt } from './filters.ts'
import { type Lister, showList } from './lists.ts'
import { moment, panel, quoted, told } from './reply.ts'
import { findTerm, nameOf, suggestEntities, toTerm } from './terms.ts'
import { watchTest } from './watch-test.ts'

const MOST_TERMS = 500
const KINDS = { entity: 'watch.kind.entity', phrase: 'watch.kind.phrase', query: 'watch.kind.query' } as const
const term = textOption('term', 'watch.term', { required: true, autocomplete: true, maxLength: 200 })
const kind = choiceOption('kind', 'watch.kind', KINDS)

export const watch = (context: CommandContext): Command => ({
  examples: [
    '/watch add term:@mirasol',
    '/watch add term:lamp* AND (quay OR "old harbour") -ferry',
    '/watch edit term:harbour lamps to:harbour NEAR/5 lamps',
    '/watch test term:harbour lamps',
  ],
  definition: slash('watch', 'watch.help', {
    curators: true,
    options: [
      subcommand('add', 'watch.add.help', [term, kind]),
      subcommand('edit', 'watch.edit.help', [
        term,
        textOption('to', 'watch.to', { required: true, autocomplete: true, maxLength: 200 }),
        kind,
      ]),
      subcommand('remove', 'watch.remove.help', [term]),
      subcommand('list', 'watch.list.help', [textOption('search', 'list.search', { maxLength: 50 })]),
      subcommand('test', 'watch.test.help', [term, kind]),
    ],
  }),
  complete: (interaction) => complete(interaction, context),
  async run(interaction) {
    const { options } = interaction as ChatInputCommandInteraction
    const written = options.getString('term')?.trim() ?? ''
    switch (options.getSubcommand()) {
      case 'list':
        return showList(watchList, 'watch', interaction, options.getString('search') ?? '', context)
      case 'test':
        return test(written, interaction as ChatInputCommandInteraction, context)
      case 'remove':
        return remove(written, await asCurator(interaction, context), context)
      case 'edit':
        return edit(written, options, await asCurator(interaction, context), context)
      default:
        return add(written, options.getString('kind'), await asCurator(interaction, context), context)
    }
  },
})

async function complete(interaction: AutocompleteInteraction, context: CommandContext): Promise<Choice[]> {
  const { name, value } = interaction.options.getFocused(true)
  const guildId = interaction.guildId ?? ''
  const what = interaction.options.getSubcommand()
  const isKnown = what === 'remove' || (what === 'edit' && name === 'term')
  const known = isKnown || what === 'test' ? await watched(value, guildId, context) : []
  return isKnown ? known : [...known, ...suggestEntities(value, guildId, context)]
}

/** Terms of this server whose name holds what is typed; the value is the term's id, since a query may be long. */
async function watched(typed: string, guildId: string, { store, entities }: CommandContext): Promise<Choice[]> {
  const terms = await store.watchTerms.list(guildId)
  return terms
    .map((one) => ({ name: nameOf(one, entities(guildId)), value: one.id }))
    .filter(({ name }) => name.toLowerCase().includes(typed.trim().toLowerCase()))
}

/** @throws {UsageError} a text for the person where the term cannot be watched; an answer where a query is mistaken */
function readTerm(written: string, kind: string | null, asker: Asker, context: CommandContext): WatchTerm | Answer {
  const { say } = asker
  const made = toTerm(written, kind, asker, context)
  if (!made) throw new UsageError(say.text('entity.unknown', { name: written.slice(0, 60) }))
  if (made.value.length < 3) throw new UsageError(say.text('watch.short'))
  const mistake = made.kind === 'query' ? pointAt(made.value, say) : null
  return mistake ? told(mistake) : made
}

const isTerm = (one: WatchTerm | Answer): one is WatchTerm => 'guildId' in one

async function add(written: string, kind: string | null, asker: Asker, context: CommandContext): Promise<Answer> {
  const { store, now, entities } = context
  const { say, guildId } = asker
  const made = readTerm(written, kind, asker, context)
  if (!isTerm(made)) return made
  const name = nameOf(made, entities(guildId))
  await store.transaction(async (tx) => {
    if ((await tx.watchTerms.list(guildId)).length >= MOST_TERMS)
      throw new UsageError(say.text('watch.full', { most: MOST_TERMS }))
    if (!(await tx.watchTerms.add(made))) throw new UsageError(say.text('watch.already', { term: name }))
    await noteChange(tx, asker, now(), { what: 'watch', object: name })
  })
  await context.track({ words: wordsOf(made) })
  return told(say.text(`watch.added.${made.kind}`, { term: quoted(name) }))
}

async function edit(
  written: string,
  options: ChatInputCommandInteraction['options'],
  asker: Asker,
  context: CommandContext,
): Promise<Answer> {
  const { store, now, entities } = context
  const { say, guildId } = asker
  const known = findTerm(written, await store.watchTerms.list(guildId), entities(guildId))
  if (!known) throw new UsageError(say.text('watch.unknown', { term: written }))
  const made = readTerm(options.getString('to') ?? '', options.getString('kind'), asker, context)
  if (!isTerm(made)) return made
  const [before, name] = [nameOf(known, entities(guildId)), nameOf(made, entities(guildId))]
  await store.transaction(async (tx) => {
    const { kind, value } = made
    if (!(await tx.watchTerms.edit({ ...known, kind, value }, context.now())))
      throw new UsageError(say.text('watch.already', { term: name }))
    await noteChange(tx, asker, now(), { what: 'rewatch', object: `${before} → ${name}` })
  })
  await context.track({ words: wordsOf(made) })
  return told(say.text('watch.edited', { before: quoted(before), term: quoted(name) }))
}

/** Words of which one stands in everything that the term catches: what holds them is read again. */
function wordsOf({ kind, value }: WatchTerm): string[] {
  if (kind !== 'query') return kind === 'phrase' ? [value] : []
  const query = parseQuery(value)
  return isMistake(query) ? [] : neededWords(query)
}

function neededWords(query: Query): string[] {
  switch (query.kind) {
    case 'words':
      return query.words.slice(0, 1)
    case 'near':
      return neededWords(query.left)
    case 'or':
      return query.parts.flatMap(neededWords)
    case 'and':
      return query.parts.map(neededWords).find((words) => words.length > 0) ?? []
    default:
      return []
  }
}

async function remove(written: string, asker: Asker, { store, now, entities }: CommandContext): Promise<Answer> {
  const { say, guildId } = asker
  const change = await store.transaction(async (tx) => {
    const found = findTerm(written, await tx.watchTerms.list(guildId), entities(guildId))
    if (!found || !(await tx.watchTerms.remove(guildId, found.value)))
      throw new UsageError(say.text('watch.unknown', { term: written }))
    const object = nameOf(found, entities(guildId))
    return noteChange(tx, asker, now(), { what: 'unwatch', object, undo: { kind: 'watch-term', term: found } })
  })
  const done = say.text('watch.removed', { term: quoted(change.object) })
  return { kind: 'message', message: panel('', [done], [[undoButton(change, asker)]]) }
}

export const watchList: Lister = async ({ guildId, say }, query, { store, entities }) => {
  const wanted = query.toLowerCase()
  const terms = await store.watchTerms.list(guildId)
  return {
    title: say.text('watch.title'),
    empty: say.text(terms.length > 0 ? 'list.nothing' : 'watch.empty'),
    rows: terms
      .map((one) => ({ one, name: nameOf(one, entities(guildId)) }))
      .filter(({ name }) => name.toLowerCase().includes(wanted))
      .map(
        ({ one, name }) =>
          `**${quoted(name, 200)}**\n-# ${say.text(KINDS[one.kind])} · <@${one.createdBy}> · ${moment(one.createdAt, 'd')}`,
      ),
  }
}

/** A term that is watched is asked for by its id, which fits into the buttons that turn pages. */
async function test(
  written: string,
  interaction: ChatInputCommandInteraction,
  context: CommandContext,
): Promise<Answer> {
  const asker = inServer(interaction)
  const kind = interaction.options.getString('kind')
  const terms = await context.store.watchTerms.list(asker.guildId)
  const known = kind === null ? findTerm(written, terms, context.entities(asker.guildId)) : undefined
  if (known) return showList(watchTest, 'watch-test', interaction, known.id, context)
  const made = readTerm(written, kind, asker, context)
  if (!isTerm(made)) return made
  return showList(watchTest, 'watch-test', interaction, `${made.kind}|${made.value}`, context)
}
