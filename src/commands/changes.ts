import { randomUUID } from 'node:crypto'
import type { Component } from '../discord/command.ts'
import { UsageError } from '../errors.ts'
import type { MessageKey } from '../messages/en.ts'
import type { Change, Undo } from '../model.ts'
import type { Store } from '../store/store.ts'
import { type Asker, asCurator } from './asking.ts'
import type { CommandContext } from './context.ts'
import type { Lister } from './lists.ts'
import { button, moment, quoted, told } from './reply.ts'

/** What can stand in the audit list; each has a message `change.…`. */
export type ChangeKind =
  | 'subscribe'
  | 'unsubscribe'
  | 'pause'
  | 'resume'
  | 'reschedule'
  | 'watch'
  | 'unwatch'
  | 'settings'
  | 'approve'
  | 'drop'
  | 'mute'
  | 'correct'
  | 'uncorrect'
  | 'claim'
  | 'retire'
const UNDO_HOURS = 24

/** Notes a change in the audit list, in the transaction that makes it. */
export async function noteChange(
  tx: Store,
  asker: Asker,
  now: string,
  change: { what: ChangeKind; object: string; undo?: Undo },
): Promise<Change> {
  const noted: Change = {
    id: randomUUID(),
    guildId: asker.guildId,
    at: now,
    userId: asker.userId,
    what: change.what,
    object: change.object,
    undo: change.undo ?? null,
    undoneAt: null,
  }
  await tx.guilds.note(noted)
  return noted
}

export const undoButton = ({ id }: Change, { say }: Asker) => button(say.text('undo.button'), `undo:${id}`)

/** Takes a removal back within a day, whoever of the curators made it. */
export const undoComponent = (context: CommandContext): Component => ({
  name: 'undo',
  answers: 'message',
  async run(interaction, [changeId = '']) {
    const asker = await asCurator(interaction, context)
    const { store, now } = context
    const change = (await store.guilds.changes(asker.guildId, 500)).find(({ id }) => id === changeId)
    if (!change?.undo) throw new UsageError(asker.say.text('undo.unknown'))
    if (Date.parse(now()) - Date.parse(change.at) > UNDO_HOURS * 3_600_000)
      throw new UsageError(asker.say.text('undo.late', { hours: UNDO_HOURS }))
    const { undo } = change
    const done = await store.transaction(async (tx) => {
      if (!(await tx.guilds.undone(asker.guildId, changeId, now()))) return false
      if (undo.kind === 'watch-term') return tx.watchTerms.add(undo.term)
      const added = await tx.subscriptions.add(undo.subscription)
      // What was recorded meanwhile is in the next digest: the cursor goes back to the removal.
      const sequence = await tx.statements.before(change.at)
      const { nextDigestAt } = undo.subscription
      if (added) await tx.digests.compose(undo.subscription.id, { sequence, now: now(), nextDigestAt, delivery: null })
      return added
    })
    return told(asker.say.text(done ? 'undo.done' : 'undo.already'))
  },
})

/** The audit list, newest first. */
export const changeList: Lister = async ({ guildId, say }, _query, { store }) => ({
  title: say.text('changes.title'),
  empty: say.text('changes.empty'),
  rows: (await store.guilds.changes(guildId, 500)).map((change) => {
    const object = /^\d{15,20}$/.test(change.object) ? `<#${change.object}>` : quoted(change.object, 80)
    const what = say.text(`change.${change.what}` as MessageKey, { object })
    const undone = change.undoneAt ? ` ${say.text('changes.undone')}` : ''
    return `${moment(change.at)} <@${change.userId}>: ${what}${undone}`
  }),
})
