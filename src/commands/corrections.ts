import { ComponentType } from 'discord.js'
import { speakerKey } from '../digests/adjust-digest.ts'
import type { Component } from '../discord/command.ts'
import { fitted, type RenderedMessage } from '../discord/message.ts'
import { UsageError } from '../errors.ts'
import type { Correction, GuildSettings } from '../model.ts'
import { type Asker, asCurator } from './asking.ts'
import { noteChange } from './changes.ts'
import { claimName } from './claim.ts'
import type { CommandContext } from './context.ts'
import { findEntry } from './entry.ts'
import { panel, quoted, told } from './reply.ts'

const MOST_CORRECTIONS = 500
const SHOWN = 25

/** "Not the same" and "Mute speaker": from now on every digest of this server follows them. */
export const correctComponent = (context: CommandContext): Component => ({
  name: 'correct',
  answers: 'message',
  async run(interaction, [kind = '', id = '']) {
    const asker = await asCurator(interaction, context)
    const { say, guildId } = asker
    const entry = await findEntry(id, guildId, say, context)
    const who = entry.speaker?.name ?? ''
    if (kind === 'mute') {
      if (!entry.speaker) throw new UsageError(say.text('digest.speaker.unknown'))
      await change(asker, context, 'mute', who, { statementIds: [] }, (settings) => ({
        ...settings,
        muted: [...new Set([...settings.muted, speakerKey(entry)])],
      }))
      return told(say.text('correct.muted', { who: quoted(who, 80) }))
    }
    if (!entry.match) throw new UsageError(say.text('correct.unmatched'))
    const { claimId } = entry.match
    const made = entry.statementIds.map((entryId) => ({ entryId, claimId, madeWith: entry.id }))
    const parts = { statementIds: [entry.id, ...entry.statementIds] }
    const claim = await claimName(claimId, guildId, context)
    await change(asker, context, 'correct', claim.slice(0, 100), parts, (settings) => {
      const others = settings.corrections.filter(
        (one) => !made.some((mine) => mine.entryId === one.entryId && mine.claimId === one.claimId),
      )
      return { ...settings, corrections: [...others, ...made].slice(-MOST_CORRECTIONS) }
    })
    return told(say.text('correct.parted', { claim: `**${quoted(claim, 120)}**` }))
  },
})

async function change(
  asker: Asker,
  { store, now }: CommandContext,
  what: 'mute' | 'correct' | 'uncorrect',
  object: string,
  { statementIds }: { statementIds: string[] },
  edit: (settings: GuildSettings) => GuildSettings,
): Promise<void> {
  await store.transaction(async (tx) => {
    await tx.guilds.configure(asker.guildId, edit(await tx.guilds.settings(asker.guildId)))
    await noteChange(tx, asker, now(), { what, object })
    // What is posted already says so too.
    await tx.postings.oweEdits(statementIds, { guildId: asker.guildId, now: now() })
  })
}

/** What curators corrected, newest first, and a menu that takes one of it back. */
export async function drawCorrections({ say, guildId }: Asker, context: CommandContext): Promise<RenderedMessage> {
  const { muted, corrections } = await context.store.guilds.settings(guildId)
  const entities = context.entities(guildId)
  const who = (key: string) => entities.find(({ id }) => id === key)?.name ?? key
  const pressed = [...new Map(corrections.toReversed().map((one) => [keyOf(one), one])).values()]
  const titles = new Map<string, string>()
  for (const { claimId } of pressed.slice(0, SHOWN)) titles.set(claimId, await claimName(claimId, guildId, context))
  const mutes = muted
    .toReversed()
    .map((key) => ({ value: `m:${key}`.slice(0, 100), label: say.text('correct.row.muted', { who: who(key) }) }))
  const parts = pressed.map((one) => ({
    value: keyOf(one),
    label: say.text('correct.row.parted', {
      id: (one.madeWith ?? one.entryId).slice(0, 12),
      claim: `“${titles.get(one.claimId) ?? one.claimId}”`,
    }),
  }))
  const rows = [...mutes, ...parts]
  const message = panel(say.text('correct.title'), [
    rows
      .slice(0, SHOWN)
      .map(({ label }) => `- ${quoted(label, 120)}`)
      .join('\n') || say.text('correct.none'),
  ])
  const [frame] = message.components
  if (frame?.type === ComponentType.Container && rows.length > 0)
    frame.components.push({
      type: ComponentType.ActionRow,
      components: [
        {
          type: ComponentType.StringSelect,
          custom_id: 'uncorrect',
          placeholder: say.text('correct.undo'),
          options: rows.slice(0, SHOWN).map(({ value, label }) => ({ value, label: fitted(label, 100) })),
        },
      ],
    })
  return message
}

/** What one press made is listed, and taken back, as one. */
const keyOf = ({ entryId, claimId, madeWith }: Correction) => `c:${madeWith ?? entryId}:${claimId}`.slice(0, 100)

export const uncorrectComponent = (context: CommandContext): Component => ({
  name: 'uncorrect',
  answers: 'update',
  async run(interaction) {
    const asker = await asCurator(interaction, context)
    const [chosen = ''] = interaction.isStringSelectMenu() ? interaction.values : []
    const { corrections } = await context.store.guilds.settings(asker.guildId)
    const undone = corrections.filter((one) => keyOf(one) === chosen)
    const parts = { statementIds: undone.map(({ entryId }) => entryId) }
    const [about] = undone
    const object = about ? await claimName(about.claimId, asker.guildId, context) : chosen.slice(2)
    await change(asker, context, 'uncorrect', object.slice(0, 100), parts, (settings) => ({
      ...settings,
      muted: settings.muted.filter((key) => `m:${key}`.slice(0, 100) !== chosen),
      corrections: settings.corrections.filter((one) => keyOf(one) !== chosen),
    }))
    return { kind: 'update', message: await drawCorrections(asker, context) }
  },
})
