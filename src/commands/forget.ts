import type { Command, Component } from '../discord/command.ts'
import { asCurator } from './asking.ts'
import type { CommandContext } from './context.ts'
import { slash } from './define.ts'
import { button, panel, told } from './reply.ts'

/** `/forget`: everything that this server has set, gone for good, after one question. */
export const forget = (context: CommandContext): Command => ({
  definition: slash('forget', 'forget.help', { curators: true }),
  async run(interaction) {
    const { say, guildId } = await asCurator(interaction, context)
    const { store } = context
    const terms = (await store.watchTerms.list(guildId)).length
    const subscriptions = (await store.subscriptions.list(guildId)).length
    const seen = store.seenBy(guildId)
    const entities = (await seen.entities.list()).length
    const sources = (await seen.sources.list()).filter(({ source }) => source.owner === guildId).length
    const claims = (await store.claims.list(guildId)).length
    const question = say.text('forget.question', { terms, subscriptions, entities, sources, claims })
    return { kind: 'message', message: panel('', [question], [[button(say.text('forget.yes'), 'forget', 'danger')]]) }
  },
})

export const forgetComponent = (context: CommandContext): Component => ({
  name: 'forget',
  answers: 'message',
  async run(interaction) {
    const { say, guildId } = await asCurator(interaction, context)
    const entityIds = (await context.store.seenBy(guildId).entities.list()).map(({ id }) => id)
    await context.store.transaction((tx) => tx.guilds.forget(guildId))
    await context.track({ entityIds })
    await context.claimsChanged(guildId)
    return told(say.text('forget.done'))
  },
})
