import type { ChatInputCommandInteraction } from 'discord.js'
import { isWanted } from '../digests/wanted.ts'
import type { Command } from '../discord/command.ts'
import { UsageError } from '../errors.ts'
import type { sayIn } from '../messages/languages.ts'
import type { Found } from '../store/store.ts'
import { inServer } from './asking.ts'
import type { CommandContext } from './context.ts'
import { choiceOption, slash, textOption } from './define.ts'
import { type Lister, showList } from './lists.ts'
import { moment, panel, quoted } from './reply.ts'
import { suggestEntities } from './watch.ts'

export const SINCE = { '1': 'since.day', '7': 'since.week', '30': 'since.month', '365': 'since.year' } as const
const MOST = 200

/** `/said who about since`: what somebody is on record as having said. */
export const said = (context: CommandContext): Command => ({
  examples: ['/said who:Mira Sol about:lamps since:one month'],
  definition: slash('said', 'said.help', {
    options: [
      textOption('who', 'said.who', { required: true, autocomplete: true, maxLength: 60 }),
      textOption('about', 'said.about', { maxLength: 60 }),
      choiceOption('since', 'said.since', SINCE),
    ],
  }),
  complete: (interaction) => suggestEntities(interaction.options.getFocused().toLowerCase(), context),
  run(interaction) {
    const { options } = interaction as ChatInputCommandInteraction
    return showList(saidList, 'said', interaction, saidQuery(options), context)
  },
})

/** The options of a search as one line that fits into a button. */
export const saidQuery = (options: ChatInputCommandInteraction['options']) =>
  ['since', 'who', 'about'].map((name) => (options.getString(name) ?? '').replaceAll('|', ' ')).join('|')

/** The query is `days|who|about`. */
export const saidList: Lister = async ({ say }, query, context) => {
  const { name, found } = await findSaid(query, context)
  return {
    title: say.text('said.title', { who: quoted(name, 60), count: found.length }),
    empty: say.text('lookup.nothing'),
    rows: found.map(({ statement, document }) => {
      const when = document.published ? moment(document.published) : say.text('digest.report.undated')
      const place = [quoted(document.publisher ?? '', 60), when, `\`${statement.id.slice(0, 12)}\``].filter(Boolean)
      return `> ${quoted(statement.content, 220)}\n-# ${place.join(' · ')}`
    }),
  }
}

/** What one speaker is on record as having said, newest first. The query is `days|who|about`. */
export async function findSaid(
  query: string,
  { store, entities, now }: Pick<CommandContext, 'store' | 'entities' | 'now'>,
): Promise<{ name: string; found: Found[] }> {
  const [days = '', who = '', about = ''] = query.split('|')
  const entity = entities().find(({ id }) => id === who)
  const name = entity?.name ?? who
  const after = days ? new Date(Date.parse(now()) - Number(days) * 86_400_000).toISOString() : ''
  const words = about.toLowerCase().split(/\s+/).filter(Boolean)
  const isTheirs = ({ speaker, speaksFor }: Found['statement']) =>
    entity
      ? speaker?.entityId === entity.id || speaksFor?.entityId === entity.id
      : speaker?.name.toLowerCase().includes(name.toLowerCase())
  const found = (await store.statements.search(`${name} ${about}`.trim(), MOST))
    .filter(({ statement, document }) => {
      const text = `${statement.content} ${document.title ?? ''}`.toLowerCase()
      const isRecent = (document.published ?? '') >= after
      return isRecent && isTheirs(statement) && words.every((word) => text.includes(word))
    })
    .sort((a, b) => ((a.document.published ?? '') < (b.document.published ?? '') ? 1 : -1))
  return { name, found }
}

/** `/why record`: why an entry stood in this server's digest, or did not. */
export const why = (context: CommandContext): Command => ({
  examples: ['/why record:4f2a90c1'],
  definition: slash('why', 'why.help', {
    options: [textOption('record', 'why.record', { required: true, maxLength: 60 })],
  }),
  async run(interaction) {
    const { guildId, say } = inServer(interaction)
    const asked = (interaction as ChatInputCommandInteraction).options.getString('record')?.replace(/`/g, '').trim()
    const found = await context.store.statements.get(asked ?? '')
    if (!found) throw new UsageError(say.text('why.unknown', { record: (asked ?? '').slice(0, 60) }))
    const terms = await context.store.watchTerms.list(guildId)
    const caught = terms.filter((term) => isWanted(found, [term]))
    const names = found.entities.map((id) => context.entities().find((one) => one.id === id)?.name ?? id)
    const lines = [
      `> ${quoted(found.statement.content, 300)}`,
      say.text('why.entities', { names: quoted(names.join(', ') || '–', 200) }),
      terms.length === 0
        ? say.text('why.terms.none')
        : caught.length > 0
          ? say.text('why.terms.caught', { terms: quoted(caught.map(({ value }) => value).join(', '), 200) })
          : say.text('why.terms.missed', { count: terms.length }),
      ...(found.backlog ? [say.text('why.backlog')] : []),
      ...(found.sample ? [say.text('why.sample')] : []),
      ...found.matches.slice(0, 3).map((match) =>
        say.text('why.match', {
          claim: quoted(match.claimId, 60),
          percent: Math.round(match.score * 100),
          words: quoted(match.evidence.words.join(', ') || '–', 150),
        }),
      ),
      ...(await toldIn(found.sequence, guildId, context, say)),
    ]
    return { kind: 'message', message: panel(say.text('why.title'), [lines.join('\n')]) }
  },
})

async function toldIn(sequence: number, guildId: string, { store }: CommandContext, say: ReturnType<typeof sayIn>) {
  const lines: string[] = []
  for (const { id, target, pausedBecause } of (await store.subscriptions.list(guildId)).slice(0, 20)) {
    if (target.kind !== 'discord') continue
    const cursor = await store.digests.cursor(id)
    const key = pausedBecause ? 'why.paused' : cursor.sequence >= sequence ? 'why.covered' : 'why.waiting'
    lines.push(say.text(key, { channel: `<#${target.channelId}>` }))
  }
  return lines.length > 0 ? lines : [say.text('subscriptions.empty')]
}
