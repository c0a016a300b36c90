import { type APIButtonComponent, ComponentType } from 'discord.js'
import type { Emerging } from '../claims/emerging-claims.ts'
import type { Answer, Component } from '../discord/command.ts'
import { UsageError } from '../errors.ts'
import { type Asker, asCurator } from './asking.ts'
import { noteChange, undoButton } from './changes.ts'
import type { CommandContext } from './context.ts'
import { keepClaim, newClaim } from './own-claims.ts'
import { button, moment, panel, quoted } from './reply.ts'

/** Each has two buttons; more make no list to decide from. */
const SHOWN = 5
/** Remembered as long as they may still be offered. */
const MOST_DISMISSED = 2000

/** `/claim emerging`: what several outlets say and no claim covers, each to be tracked or dismissed. */
export async function showEmerging(asker: Asker, context: CommandContext): Promise<Answer> {
  const { say, guildId } = asker
  const found = await context.emerging(guildId)
  const message = panel(
    say.text('emerging.title'),
    found.length > 0 ? [`-# ${say.text('emerging.about')}`] : [say.text('emerging.none')],
  )
  const [frame] = message.components
  if (frame?.type !== ComponentType.Container) return { kind: 'message', message }
  for (const one of found.slice(0, SHOWN))
    frame.components.push(
      { type: ComponentType.TextDisplay, content: describe(one, asker) },
      { type: ComponentType.ActionRow, components: buttonsOf(one, asker) },
    )
  if (found.length > SHOWN)
    frame.components.push({
      type: ComponentType.TextDisplay,
      content: `-# ${say.count('emerging.more', found.length - SHOWN)}`,
    })
  return { kind: 'message', message }
}

function describe({ proposed, publishers, first, statementIds }: Emerging, { say }: Asker): string {
  const seen = first?.includes('T') ? say.text('digest.first', { time: moment(first) }) : ''
  const place = [
    publishers
      .slice(0, 6)
      .map((name) => quoted(name, 40))
      .join(', '),
    seen,
    `\`${statementIds[0]?.slice(0, 12)}\``,
  ]
  const others = proposed.paraphrases.slice(0, 2).map((words) => `> ${quoted(words, 200)}`)
  const who = proposed.claimant ? `${quoted(proposed.claimant, 80)}: ` : ''
  return [`${who}**“${quoted(proposed.text, 300)}”**`, ...others, `-# ${place.filter(Boolean).join(' · ')}`].join('\n')
}

const buttonsOf = ({ statementIds }: Emerging, { say }: Asker): APIButtonComponent[] => [
  button(say.text('entry.track'), `emerging:track:${statementIds[0]}`, 'main'),
  button(say.text('emerging.dismiss'), `emerging:dismiss:${statementIds[0]}`),
]

/** What the buttons do. An offer is known by any of its statements: it may have grown meanwhile. */
export const emergingComponent = (context: CommandContext): Component => ({
  name: 'emerging',
  answers: 'message',
  async run(interaction, [what = '', id = '']) {
    const asker = await asCurator(interaction, context)
    const found = (await context.emerging(asker.guildId)).find(({ statementIds }) => statementIds.includes(id))
    if (!found) throw new UsageError(asker.say.text('emerging.gone'))
    return what === 'track' ? track(found, asker, context) : dismiss(found, asker, context)
  },
})

function track({ proposed, first }: Emerging, asker: Asker, context: CommandContext): Promise<Answer> {
  const { text, claimant, paraphrases } = proposed
  const own = newClaim(text.replace(/\s+/g, ' ').slice(0, 500), asker.guildId)
  return keepClaim({ ...own, claimant, paraphrases, date: first }, asker, context)
}

async function dismiss({ proposed, statementIds }: Emerging, asker: Asker, context: CommandContext): Promise<Answer> {
  const { store, now } = context
  const { say, guildId } = asker
  const change = await store.transaction(async (tx) => {
    const settings = await tx.guilds.settings(guildId)
    const dismissed = [...new Set([...settings.dismissed, ...statementIds])].slice(-MOST_DISMISSED)
    await tx.guilds.configure(guildId, { ...settings, dismissed })
    const object = proposed.text.slice(0, 100)
    return noteChange(tx, asker, now(), { what: 'dismiss', object, undo: { kind: 'dismissed', statementIds } })
  })
  const words = say.text('emerging.dismissed', { claim: quoted(proposed.text, 200) })
  return { kind: 'message', message: panel('', [words], [[undoButton(change, asker)]]) }
}
