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
  | 'move'
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
  | 'threshold'
  | 'dismiss'
  | 'rewatch'
  | 'import'
  | 'entity'
  | 'entity-edit'
  | 'entity-remove'
  | 'source'
  | 'source-remove'
  | 'source-pause'
  | 'source-resume'
  | 'past'
  | 'past-stop'
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
  async run(interaction, [pressed = '']) {
    const changeId = interaction.isStringSelectMenu() ? (interaction.values[0] ?? '') : pressed
    const asker = await asCurator(interaction, context)
    const { store, now } = context
    const change = (await store.guilds.changes(asker.guildId, 500)).find(({ id }) => id === changeId)
    if (!change?.undo) throw new UsageError(asker.say.text('undo.unknown'))
    if (Date.parse(now()) - Date.parse(change.at) > UNDO_HOURS * 3_600_000)
      throw new UsageError(asker.say.text('undo.late', { hours: UNDO_HOURS }))
    const { undo } = change
    const done = await store.transaction(async (tx) => {
      if (!(await tx.guilds.undone(asker.guildId, changeId, now()))) return false
      return putBack(undo, asker, { store: tx, now })
    })
    if (done && undo.kind === 'claim') await context.claimsChanged(asker.guildId)
    if (done && undo.kind === 'entity') {
      const { id, name, aliases, handles } = undo.entity
      await context.track({ entityIds: [id], words: [name, ...aliases, ...handles] })
    }
    return told(asker.say.text(done ? 'undo.done' : 'undo.already'))
  },
})

async function putBack(
  undo: Undo,
  { guildId, userId }: Asker,
  { store: tx, now }: Pick<CommandContext, 'store' | 'now'>,
): Promise<boolean> {
  switch (undo.kind) {
    case 'watch-term':
      return tx.watchTerms.add(undo.term, now())
    case 'threshold':
      await tx.guilds.configure(guildId, { ...(await tx.guilds.settings(guildId)), threshold: undo.threshold })
      return true
    case 'dismissed': {
      const settings = await tx.guilds.settings(guildId)
      const back = new Set(undo.statementIds)
      await tx.guilds.configure(guildId, { ...settings, dismissed: settings.dismissed.filter((id) => !back.has(id)) })
      return true
    }
    case 'entity':
      await tx.entities.put({ ...undo.entity, owner: guildId })
      return true
    case 'source':
      await tx.sources.put({ ...undo.source, owner: guildId })
      return true
    case 'claim': {
      const known = await tx.claims.get(undo.claimId)
      if (known?.owner !== guildId || known.status === 'active') return false
      return tx.claims.edit({ ...known, status: 'active' }, { by: userId, now: now() })
    }
    default: {
      const { subscription, sequence } = undo
      const added = await tx.subscriptions.add(subscription)
      // What was missed meanwhile is in the next digest: it begins where the last one ended.
      const { nextDigestAt } = subscription
      if (added) await tx.digests.compose(subscription.id, { sequence, now: now(), nextDigestAt, delivery: null })
      return added
    }
  }
}

/** The audit list, newest first, and a menu of the removals that can still be undone. */
export const changeList: Lister = async ({ guildId, say }, query, { store, now }) => {
  const changes = (await store.guilds.changes(guildId, 500)).map((change) => ({ change, what: describe(change, say) }))
  const wanted = query.toLowerCase()
  const since = new Date(Date.parse(now()) - UNDO_HOURS * 3_600_000).toISOString()
  const undoable = changes.filter(({ change }) => change.undo && !change.undoneAt && change.at >= since)
  return {
    title: say.text('changes.title'),
    empty: say.text(changes.length > 0 ? 'list.nothing' : 'changes.empty'),
    rows: changes
      .filter(({ what }) => what.toLowerCase().includes(wanted))
      .map(({ change, what }) => {
        const undone = change.undoneAt ? ` ${say.text('changes.undone')}` : ''
        return `${moment(change.at)} <@${change.userId}>: ${what}${undone}`
      }),
    menu: {
      customId: 'undo:chosen',
      placeholder: say.text('undo.pick'),
      options: undoable.map(({ change: { id, what, object } }) => ({
        value: id,
        label: say.text(`change.${what}` as MessageKey, { object }),
      })),
    },
  }
}

function describe({ what, object }: Change, say: Asker['say']): string {
  const shown = /^\d{15,20}$/.test(object) ? `<#${object}>` : quoted(object, 80)
  return say.text(`change.${what}` as MessageKey, { object: shown })
}
