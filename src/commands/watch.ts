import { randomUUID } from 'node:crypto'
import type { ChatInputCommandInteraction } from 'discord.js'
import { isWanted } from '../digests/wanted.ts'
import type { Choice, Command } from '../discord/command.ts'
import { UsageError } from '../errors.ts'
import type { Entity, WatchTerm } from '../model.ts'
import { type Asker, asCurator } from './asking.ts'
import { noteChange, undoButton } from './changes.ts'
import type { CommandContext } from './context.ts'
import { slash, subcommand, textOption } from './define.ts'
import { type Lister, showList } from './lists.ts'
import { moment, panel, quoted, told } from './reply.ts'

const MOST_TERMS = 500
const TEST_DAYS = 7

export const watch = (context: CommandContext): Command => ({
  examples: ['/watch add term:@mirasol', '/watch test term:harbour lamps'],
  definition: slash('watch', 'watch.help', {
    curators: true,
    options: [
      subcommand('add', 'watch.add.help', [
        textOption('term', 'watch.term', { required: true, autocomplete: true, maxLength: 100 }),
      ]),
      subcommand('remove', 'watch.remove.help', [
        textOption('term', 'watch.term', { required: true, autocomplete: true, maxLength: 100 }),
      ]),
      subcommand('list', 'watch.list.help', [textOption('search', 'list.search', { maxLength: 50 })]),
      subcommand('test', 'watch.test.help', [
        textOption('term', 'watch.term', { required: true, autocomplete: true, maxLength: 100 }),
      ]),
    ],
  }),
  async complete(interaction) {
    const typed = interaction.options.getFocused().toLowerCase()
    if (interaction.options.getSubcommand() !== 'remove') return suggestEntities(typed, context)
    const terms = await context.store.watchTerms.list(interaction.guildId ?? '')
    return terms
      .map((term) => ({ name: nameOf(term, context.entities()), value: term.value }))
      .filter(({ name }) => name.toLowerCase().includes(typed))
  },
  async run(interaction) {
    const { options } = interaction as ChatInputCommandInteraction
    const written = options.getString('term')?.trim() ?? ''
    switch (options.getSubcommand()) {
      case 'list':
        return showList(watchList, 'watch', interaction, options.getString('search') ?? '', context)
      case 'test':
        return showList(watchTest, 'watch-test', interaction, written, context)
      case 'remove':
        return remove(written, await asCurator(interaction, context), context)
      default:
        return add(written, await asCurator(interaction, context), context)
    }
  },
})

/** Tracked entities by name, alias or handle. */
export function suggestEntities(typed: string, { entities }: Pick<CommandContext, 'entities'>): Choice[] {
  return entities()
    .filter(({ name, aliases, handles }) =>
      [name, ...aliases, ...handles].some((one) => one.toLowerCase().includes(typed)),
    )
    .map(({ name, id }) => ({ name, value: id }))
}

const nameOf = ({ kind, value }: WatchTerm, entities: Entity[]) =>
  kind === 'entity' ? (entities.find(({ id }) => id === value)?.name ?? value) : `“${value}”`

/** The tracked entity that goes by this id, name, alias or handle. */
export function findEntity(written: string, { entities }: Pick<CommandContext, 'entities'>): Entity | undefined {
  const wanted = written.trim().replace(/^@/, '').toLowerCase()
  return entities().find(
    ({ id, name, aliases, handles }) =>
      id === wanted || [name, ...aliases, ...handles].some((one) => one.toLowerCase() === wanted),
  )
}

/** A tracked entity where the words name one, else a phrase to look for. */
function toTerm(written: string, guildId: string, userId: string, context: CommandContext): WatchTerm {
  const entity = findEntity(written, context)
  const value = entity?.id ?? written.replace(/^["“]|["”]$/g, '').trim()
  return {
    id: randomUUID(),
    guildId,
    kind: entity ? 'entity' : 'phrase',
    value,
    createdBy: userId,
    createdAt: context.now(),
  }
}

async function add(written: string, asker: Asker, context: CommandContext) {
  const { store, now, entities } = context
  const { say, guildId, userId } = asker
  const term = toTerm(written, guildId, userId, context)
  if (term.value.length < 3) throw new UsageError(say.text('watch.short'))
  const name = nameOf(term, entities())
  await store.transaction(async (tx) => {
    if ((await tx.watchTerms.list(guildId)).length >= MOST_TERMS)
      throw new UsageError(say.text('watch.full', { most: MOST_TERMS }))
    if (!(await tx.watchTerms.add(term))) throw new UsageError(say.text('watch.already', { term: name }))
    await noteChange(tx, asker, now(), { what: 'watch', object: name })
  })
  return told(say.text(term.kind === 'entity' ? 'watch.added.entity' : 'watch.added.phrase', { term: quoted(name) }))
}

async function remove(written: string, asker: Asker, { store, now, entities }: CommandContext) {
  const { say, guildId } = asker
  const wanted = written
    .replace(/^["“]|["”]$/g, '')
    .trim()
    .toLowerCase()
  const change = await store.transaction(async (tx) => {
    const term = (await tx.watchTerms.list(guildId)).find(
      (one) => one.value.toLowerCase() === wanted || nameOf(one, entities()).toLowerCase() === wanted,
    )
    if (!term || !(await tx.watchTerms.remove(guildId, term.value)))
      throw new UsageError(say.text('watch.unknown', { term: written }))
    const object = nameOf(term, entities())
    return noteChange(tx, asker, now(), { what: 'unwatch', object, undo: { kind: 'watch-term', term } })
  })
  const done = say.text('watch.removed', { term: quoted(change.object) })
  return { kind: 'message' as const, message: panel('', [done], [[undoButton(change, asker)]]) }
}

export const watchList: Lister = async ({ guildId, say }, query, { store, entities }) => {
  const wanted = query.toLowerCase()
  const terms = await store.watchTerms.list(guildId)
  return {
    title: say.text('watch.title'),
    empty: say.text(terms.length > 0 ? 'list.nothing' : 'watch.empty'),
    rows: terms
      .map((term) => ({ term, name: nameOf(term, entities()) }))
      .filter(({ name }) => name.toLowerCase().includes(wanted))
      .map(({ term, name }) => `**${quoted(name, 100)}** · <@${term.createdBy}> ${moment(term.createdAt)}`),
  }
}

/** What a term would have caught in the last week, newest first, and why. */
export const watchTest: Lister = async (asker, query, context) => {
  const { store, now, entities } = context
  const { say } = asker
  const term = toTerm(query, asker.guildId, asker.userId, context)
  const weekAgo = new Date(Date.parse(now()) - TEST_DAYS * 86_400_000).toISOString()
  const since = await store.statements.before(weekAgo)
  const found = (await store.statements.since(since, { sample: false, limit: 5000 })).filter((one) =>
    isWanted(one, [term]),
  )
  return {
    title: say.text('watch.test.title', { term: quoted(nameOf(term, entities()), 80), count: found.length }),
    empty: say.text('watch.test.empty'),
    rows: found.toReversed().map(({ statement, document }) => {
      const inWords = statement.content.toLowerCase().includes(term.value.toLowerCase())
      const isSpeaker = statement.speaker?.entityId === term.value
      const why = say.text(isSpeaker ? 'watch.why.speaker' : inWords ? 'watch.why.words' : 'watch.why.document')
      const who = quoted(statement.speaker?.name ?? say.text('digest.speaker.unknown'), 60)
      return `**${who}**: ${quoted(statement.content, 140)}\n-# ${why} · ${quoted(document.publisher ?? '', 60)} · \`${statement.id.slice(0, 12)}\``
    }),
  }
}
