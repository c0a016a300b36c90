import type { AutocompleteInteraction, ChatInputCommandInteraction } from 'discord.js'
import type { Answer, Choice, Command, Component } from '../discord/command.ts'
import { UsageError } from '../errors.ts'
import { MOST_PASTS, standingOf } from '../jobs/past.ts'
import { type Asker, asCurator } from './asking.ts'
import { noteChange } from './changes.ts'
import type { CommandContext } from './context.ts'
import { slash, textOption } from './define.ts'
import { pastPanel, showPast } from './past-progress.ts'
import { quoted, told } from './reply.ts'
import { findEntity } from './terms.ts'

const HANDLE = /^@?(\w{1,20})$/

/** `/past`: what somebody posted long ago, from the Wayback Machine. Asked once more, it shows how far it is. */
export const past = (context: CommandContext): Command => ({
  examples: ['/past who:@tidewatch from:2015-11 to:2016', '/past who:Mira Sol'],
  definition: slash('past', 'past.help', {
    curators: true,
    options: [
      textOption('who', 'past.who', { required: true, autocomplete: true, maxLength: 100 }),
      textOption('from', 'past.from', { maxLength: 10 }),
      textOption('to', 'past.to', { maxLength: 10 }),
    ],
  }),
  complete: (interaction) => complete(interaction, context),
  async run(interaction) {
    const asker = await asCurator(interaction, context)
    const { options, channelId, locale } = interaction as ChatInputCommandInteraction
    const name = handleOf(options.getString('who') ?? '', asker, context)
    const from = digitsOf(options.getString('from'), asker)
    const to = digitsOf(options.getString('to'), asker)
    if (from && to && from > to.padEnd(8, '9')) throw new UsageError(asker.say.text('past.order'))
    const { guildId, userId } = asker
    return begin({ name, from, to, askedBy: { guildId, channelId, userId, locale } }, asker, context)
  },
})

async function begin(
  wish: Parameters<CommandContext['readPast']>[0],
  asker: Asker,
  context: CommandContext,
): Promise<Answer> {
  const { say } = asker
  const reading = await context.readPast(wish)
  if (!reading) throw new UsageError(say.text('past.full', { most: MOST_PASTS }))
  const later = showPast(reading, say, context.log)
  await context.store.transaction((tx) =>
    noteChange(tx, asker, context.now(), { what: 'past', object: `@${wish.name}` }),
  )
  return {
    kind: 'message',
    message: pastPanel(reading, say),
    later,
  }
}

/** Those tracked with their handles; what is typed counts as a handle too. */
function complete({ guildId, options }: AutocompleteInteraction, { entities }: CommandContext): Choice[] {
  const typed = options.getFocused().trim()
  const wanted = typed.replace(/^@/, '').toLowerCase()
  const known = entities(guildId).flatMap(({ name, aliases, handles }) =>
    handles
      .filter((handle) => HANDLE.test(handle))
      .filter((handle) => [name, ...aliases, handle].some((one) => one.toLowerCase().includes(wanted)))
      .map((handle) => ({ name: `${name} · @${handle}`, value: `@${handle}` })),
  )
  const [, own] = HANDLE.exec(typed) ?? []
  const isKnown = known.some(({ value }) => value.toLowerCase() === `@${wanted}`)
  return own && !isKnown ? [...known.slice(0, 24), { name: `@${own}`, value: `@${own}` }] : known
}

/** @throws {UsageError} */
function handleOf(written: string, { guildId, say }: Asker, context: CommandContext): string {
  const entity = findEntity(written, guildId, context)
  const handle = entity?.handles.find((one) => one.toLowerCase() === written.trim().replace(/^@/, '').toLowerCase())
  const found = handle ?? entity?.handles.find((one) => HANDLE.test(one))
  if (entity && !found) throw new UsageError(say.text('past.handleless', { name: quoted(entity.name, 100) }))
  const [, name] = HANDLE.exec(found ?? written.trim()) ?? []
  if (!name) throw new UsageError(say.text('past.unknown', { name: written.slice(0, 60) }))
  return name
}

/** @throws {UsageError} */
function digitsOf(written: string | null, { say }: Asker): string | null {
  if (!written?.trim()) return null
  const [, year = '', month = '', day = ''] =
    /^(\d{4})(?:-?(0[1-9]|1[0-2])(?:-?(0[1-9]|[12]\d|3[01]))?)?$/.exec(written.trim()) ?? []
  if (!year) throw new UsageError(say.text('past.time', { time: written.slice(0, 20) }))
  return `${year}${month}${day}`
}

/** The button under a reading. */
export const pastComponent = (context: CommandContext): Component => ({
  name: 'past',
  answers: 'message',
  async run(interaction, [, id = '']) {
    const asker = await asCurator(interaction, context)
    const { store, now } = context
    const reading = await store.readings.get(id)
    if (reading?.askedBy?.guildId !== asker.guildId || reading.ended || !(await context.stopPast(id)))
      throw new UsageError(asker.say.text('past.over'))
    const { name } = standingOf(reading)
    await store.transaction((tx) => noteChange(tx, asker, now(), { what: 'past-stop', object: `@${name}` }))
    return told(asker.say.text('past.stopped', { name, kept: reading.documents }))
  },
})
