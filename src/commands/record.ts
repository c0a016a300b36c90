import type { ChatInputCommandInteraction } from 'discord.js'
import { fitsFilter, speakerKey } from '../digests/adjust-digest.ts'
import { isWanted } from '../digests/wanted.ts'
import type { Command } from '../discord/command.ts'
import { UsageError } from '../errors.ts'
import { readTurns } from '../jobs/positions.ts'
import type { Digest, DigestEntry } from '../model.ts'
import type { Found } from '../store/store.ts'
import { type Asker, inServer } from './asking.ts'
import { claimName, claimsBehind } from './claim.ts'
import type { CommandContext } from './context.ts'
import { choiceOption, slash, textOption } from './define.ts'
import { describeWish } from './filters.ts'
import { type Lister, showList } from './lists.ts'
import { dated, moment, panel, quoted } from './reply.ts'
import { findEntity, nameOf, suggestEntities } from './terms.ts'
import { turnLine } from './turns.ts'

export const SINCE = { '1': 'since.day', '7': 'since.week', '30': 'since.month', '365': 'since.year' } as const
const MOST = 200
/** Turns are looked for on so many claims. */
const MOST_CLAIMS = 20

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
  complete: (interaction) => suggestEntities(interaction.options.getFocused(), interaction.guildId, context),
  run(interaction) {
    const { options } = interaction as ChatInputCommandInteraction
    return showList(saidList, 'said', interaction, saidQuery(options), context)
  },
})

/** The options of a search as one line that fits into a button. */
export const saidQuery = (options: ChatInputCommandInteraction['options']) =>
  ['since', 'who', 'about'].map((name) => (options.getString(name) ?? '').replaceAll('|', ' ')).join('|')

/** The query is `days|who|about`. */
export const saidList: Lister = async ({ say, guildId }, query, context) => {
  const { name, found } = await findSaid(query, guildId, context)
  const claims = (await claimsBehind(found, guildId, context)).slice(0, MOST_CLAIMS)
  const turns = await readTurns(claims, await context.threshold(guildId), context.store.seenBy(guildId))
  return {
    title: say.text('said.title', { who: quoted(name, 60), count: found.length }),
    empty: say.text('lookup.nothing'),
    rows: found.map(({ statement, document }) => {
      const when = document.published ? dated(document.published, say) : say.text('digest.report.undated')
      const place = [quoted(document.publisher ?? '', 60), when, `\`${statement.id.slice(0, 12)}\``].filter(Boolean)
      const turn = turns.get(statement.id)
      return `> ${quoted(statement.content, 220)}\n-# ${place.join(' · ')}${turn ? `\n${turnLine(turn, say)}` : ''}`
    }),
  }
}

/** What one speaker is on record as having said, newest first. The query is `days|who|about`. */
export async function findSaid(
  query: string,
  guildId: string,
  { store, entities, now }: Pick<CommandContext, 'store' | 'entities' | 'now'>,
): Promise<{ name: string; found: Found[] }> {
  const [days = '', who = '', about = ''] = query.split('|')
  const entity = findEntity(who, guildId, { entities })
  const name = entity?.name ?? who
  const after = days ? new Date(Date.parse(now()) - Number(days) * 86_400_000).toISOString() : ''
  const words = about.toLowerCase().split(/\s+/).filter(Boolean)
  const isTheirs = ({ speaker, speaksFor }: Found['statement']) =>
    entity
      ? speaker?.entityId === entity.id || speaksFor?.entityId === entity.id
      : speaker?.name.toLowerCase().includes(name.toLowerCase())
  const found = (await store.seenBy(guildId).statements.search(`${name} ${about}`.trim(), MOST))
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
    const found = await context.store.seenBy(guildId).statements.get(asked ?? '')
    if (!found) throw new UsageError(say.text('why.unknown', { record: (asked ?? '').slice(0, 60) }))
    const terms = await context.store.watchTerms.list(guildId)
    const caught = terms.filter((term) => isWanted(found, [term]))
    const names = found.entities.map((id) => context.entities(guildId).find((one) => one.id === id)?.name ?? id)
    const lines = [
      `> ${quoted(found.statement.content, 300)}`,
      say.text('why.entities', { names: quoted(names.join(', ') || '–', 200) }),
      terms.length === 0
        ? say.text('why.terms.none')
        : caught.length > 0
          ? say.text('why.terms.caught', {
              terms: quoted(caught.map((term) => nameOf(term, context.entities(guildId))).join(', '), 200),
            })
          : say.count('why.terms.missed', terms.length),
      ...(found.backlog ? [say.text('why.backlog')] : []),
      ...(found.sample ? [say.text('why.sample')] : []),
      ...(await nearClaims(found, { guildId, say }, context)),
      ...(await toldIn(found, { guildId, say, userId: interaction.user.id }, context)),
    ]
    return { kind: 'message', message: panel(say.text('why.title'), [lines.join('\n')]) }
  },
})

/** The claims that it comes near, and by which words. */
const nearClaims = ({ matches }: Found, { guildId, say }: Pick<Asker, 'guildId' | 'say'>, context: CommandContext) =>
  Promise.all(
    matches.slice(0, 3).map(async ({ claimId, score, evidence }) =>
      say.text('why.match', {
        claim: `“${quoted(await claimName(claimId, guildId, context), 120)}”`,
        percent: Math.round(score * 100),
        words: quoted(evidence.words.join(', ') || '–', 150),
      }),
    ),
  )

/** For each channel of this server: posted when, or why not. */
async function toldIn(found: Found, { guildId, say }: Asker, context: CommandContext): Promise<string[]> {
  const { store } = context
  const { muted, corrections } = await store.guilds.settings(guildId)
  const entry = await context.lookup(found.statement.id, guildId).then(({ entries }) => entries[0])
  const lines: string[] = []
  if (entry && muted.includes(speakerKey(entry))) lines.push(say.text('why.muted'))
  const parted = corrections.filter(({ entryId }) => entryId === found.statement.id)
  for (const { claimId } of parted)
    lines.push(say.text('why.parted', { claim: `“${quoted(await claimName(claimId, guildId, context), 120)}”` }))
  for (const one of (await store.subscriptions.list(guildId)).slice(0, 20)) {
    if (one.target.kind !== 'discord') continue
    const channel = `<#${one.target.channelId}>`
    const posted = (await store.digests.of(guildId, one.target.channelId, 50)).find((digest) =>
      entriesIn(digest).some(({ statementIds }) => statementIds.includes(found.statement.id)),
    )
    const isFiltered = one.filter && entry && !fitsFilter(entry, one.filter)
    if (isFiltered)
      lines.push(say.text('why.filtered', { channel, filter: describeWish(one, context.entities(guildId), say) }))
    else if (posted) lines.push(say.text('why.posted', { channel, time: moment(posted.composedAt) }))
    else if (one.pausedBecause) lines.push(say.text('why.paused', { channel }))
    else {
      const { sequence } = await store.digests.cursor(one.id)
      lines.push(say.text(sequence >= found.sequence ? 'why.covered' : 'why.waiting', { channel }))
    }
  }
  return lines.length > 0 ? lines : [say.text('subscriptions.empty')]
}

const entriesIn = ({ claims, unmatched }: Digest): DigestEntry[] =>
  [...claims.flatMap(({ speakers }) => speakers), ...unmatched].flatMap(({ entries }) => entries)
