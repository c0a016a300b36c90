import { type APIComponentInContainer, type ChatInputCommandInteraction, ComponentType } from 'discord.js'
import type { Turn } from '../claims/positions.ts'
import { ACCENT, gallery } from '../discord/blocks.ts'
import type { Answer, Command, Component } from '../discord/command.ts'
import type { RenderedMessage } from '../discord/message.ts'
import { UsageError } from '../errors.ts'
import { readTurns } from '../jobs/positions.ts'
import { datedReports, drawEntry } from '../jobs/spread-picture.ts'
import type { Say } from '../messages/say.ts'
import type { DigestEntry } from '../model.ts'
import { FONTS } from '../pictures/fonts.ts'
import { type Moment, momentKind } from '../pictures/moments.ts'
import type { Found } from '../store/store.ts'
import { type Asker, inServer } from './asking.ts'
import { statementsOn, suggestClaims, visibleClaim } from './claim.ts'
import type { CommandContext } from './context.ts'
import { flagOption, slash, subcommand, textOption } from './define.ts'
import { findEntry } from './entry.ts'
import { dated, quoted } from './reply.ts'
import { turnLine } from './turns.ts'

const MOST = 300
const LISTED = 8

/** `/timeline claim|quote`: who said a claim when, or how a quotation spread, as a picture with its words beside it. */
export const timeline = (context: CommandContext): Command => ({
  examples: ['/timeline claim claim:lamps', '/timeline quote record:4f2a90c1'],
  definition: slash('timeline', 'timeline.help', {
    options: [
      subcommand('claim', 'timeline.claim.help', [
        textOption('claim', 'claim.claim', { required: true, autocomplete: true, maxLength: 100 }),
        flagOption('share', 'share'),
      ]),
      subcommand('quote', 'timeline.quote.help', [
        textOption('record', 'why.record', { required: true, maxLength: 60 }),
        flagOption('share', 'share'),
      ]),
    ],
  }),
  isShared: (interaction) => (interaction as ChatInputCommandInteraction).options.getBoolean('share') ?? false,
  complete: (interaction) => suggestClaims(interaction.options.getFocused(), interaction.guildId ?? '', context),
  async run(interaction) {
    const asker = inServer(interaction)
    const { options } = interaction as ChatInputCommandInteraction
    return options.getSubcommand() === 'claim'
      ? ofClaim(options.getString('claim') ?? '', asker, context)
      : ofQuote((options.getString('record') ?? '').replace(/`/g, '').trim(), asker, context)
  },
})

async function ofClaim(wanted: string, asker: Asker, context: CommandContext): Promise<Answer> {
  const { say, guildId } = asker
  const claim = await visibleClaim(wanted, guildId, context)
  if (!claim) throw new UsageError(say.text('claim.unknown', { claim: wanted.slice(0, 60) }))
  const found = await statementsOn(claim, MOST, guildId, context)
  const turns = await readTurns([claim], await context.threshold(guildId), context.store.seenBy(guildId))
  const said = found.map((one) => ({
    turn: turns.get(one.statement.id),
    found: one,
    row: one.statement.speaker?.name ?? say.text('digest.speaker.unknown'),
    kind: momentKind(one.matches.find(({ claimId }) => claimId === claim.id)?.relation ?? null),
  }))
  return draw(claim.title ?? claim.text, said, asker)
}

async function ofQuote(record: string, asker: Asker, context: CommandContext): Promise<Answer> {
  const { say, guildId } = asker
  const one = await context.store.seenBy(guildId).statements.get(record)
  if (!one) throw new UsageError(say.text('why.unknown', { record: record.slice(0, 60) }))
  const { entries } = await context.lookup(one.statement.id, guildId)
  const entry = entries.find(({ statementIds }) => statementIds.includes(one.statement.id))
  if (!entry) throw new UsageError(say.text('why.unknown', { record: record.slice(0, 60) }))
  return showSpread(entry, say)
}

/** How the words of an entry spread, as a picture, with the same in words. */
export async function showSpread(entry: DigestEntry, say: Say): Promise<Answer> {
  const words = entry.words.map(({ content }) => content).join(' … ')
  const text = (content: string) => ({ type: ComponentType.TextDisplay as const, content })
  const picture = await drawEntry(entry, say)
  if (!picture)
    return { kind: 'message', message: framed([text(`### ${quoted(words, 200)}`), text(say.text('timeline.none'))]) }
  const reports = datedReports(entry)
  const lines = reports.slice(0, LISTED).map(({ outlet, at, title }, i) => {
    const where = `${dated(at, say)} **${quoted(outlet, 60)}**${title ? `: ${quoted(title, 120)}` : ''}`
    return i === 0 ? say.text('spread.begun', { where }) : where
  })
  const more = reports.length - lines.length
  const components = [
    text(`### ${quoted(words, 200)}`),
    gallery(picture),
    text(lines.join('\n').slice(0, 3300)),
    ...(more > 0 ? [text(`-# ${say.count('digest.reports.more', more)}`)] : []),
    text(`-# ${say.text('digest.id', { id: `\`${entry.id.slice(0, 40)}\`` })}`),
  ]
  return { kind: 'message', message: framed(components, [picture]) }
}

const framed = (components: APIComponentInContainer[], files: RenderedMessage['files'] = []): RenderedMessage => ({
  components: [{ type: ComponentType.Container, accent_color: ACCENT.plain, components }],
  files,
  allowedMentions: { parse: [] },
})

/** "Picture" beside an entry: how its words spread. */
export const pictureComponent = (context: CommandContext): Component => ({
  name: 'picture',
  answers: 'message',
  async run(interaction, [id = '']) {
    const { say, guildId } = inServer(interaction)
    return showSpread(await findEntry(id, guildId, say, context), say)
  },
})

type Said = { found: Found; row: string; kind: Moment['kind']; turn?: Turn | undefined }
/** When it was said where that is known to the day, else when it was published. */
const timeOf = ({ found: { statement, document } }: Said) =>
  statement.said && /^\d{4}-\d{2}-\d{2}/.test(statement.said) ? statement.said : document.published

/** The picture, and everything in it as words too. */
async function draw(title: string, all: Said[], { say }: Asker): Promise<Answer> {
  const placed = all
    .flatMap((one) => ({ ...one, at: timeOf(one) ?? '' }))
    .filter(({ at }) => at !== '' && !Number.isNaN(Date.parse(at)))
    .sort((a, b) => (a.at < b.at ? -1 : 1))
  const components: APIComponentInContainer[] = [
    { type: ComponentType.TextDisplay, content: `### ${quoted(title, 200)}` },
  ]
  const first = placed[0]
  if (!first) components.push({ type: ComponentType.TextDisplay, content: say.text('timeline.none') })
  const files = []
  if (first) {
    const names = {
      repeats: say.text('timeline.repeats'),
      differs: say.text('timeline.differs'),
      opposes: say.text('timeline.opposes'),
      other: say.text('timeline.other'),
    }
    const moments = placed.map(({ at, row, kind }) => ({ at, row, kind }))
    // Charts are large: they are read when the first picture is asked for.
    const { drawTimeline } = await import('../pictures/timeline.ts')
    const data = drawTimeline({ title, moments, names, language: say.language }, FONTS)
    const description = placed
      .map(({ at, row, kind }) => `${at.slice(0, 10)} ${row} (${names[kind]})`)
      .join('; ')
      .slice(0, 1000)
    files.push({ name: 'timeline.png', data, description })
    components.push(gallery({ name: 'timeline.png', description }))
    const lines = placed.slice(-LISTED).map((one) => {
      const { statement } = one.found
      return `${dated(one.at, say)} **${quoted(one.row, 60)}** (${names[one.kind]}): ${quoted(statement.content, 140)} \`${statement.id.slice(0, 12)}\`${one.turn ? `\n${turnLine(one.turn, say)}` : ''}`
    })
    components.push({ type: ComponentType.TextDisplay, content: lines.join('\n').slice(0, 3300) })
    const more = placed.length - LISTED
    if (more > 0)
      components.push({ type: ComponentType.TextDisplay, content: `-# ${say.count('timeline.more', more)}` })
  }
  return { kind: 'message', message: framed(components, files) }
}
