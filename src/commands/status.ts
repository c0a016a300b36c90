import type { ChatInputCommandInteraction } from 'discord.js'
import type { Command } from '../discord/command.ts'
import { asCurator } from './asking.ts'
import { changeList } from './changes.ts'
import type { CommandContext } from './context.ts'
import { slash, subcommand } from './define.ts'
import { showList } from './lists.ts'
import { moment, panel } from './reply.ts'

/** `/status now|changes`: how it goes, and who changed what. */
export const status = (context: CommandContext): Command => ({
  examples: ['/status now', '/status changes'],
  definition: slash('status', 'status.help', {
    curators: true,
    options: [subcommand('now', 'status.now.help'), subcommand('changes', 'status.changes.help')],
  }),
  async run(interaction) {
    const asker = await asCurator(interaction, context)
    const { options } = interaction as ChatInputCommandInteraction
    if (options.getSubcommand() === 'changes') return showList(changeList, 'changes', interaction, '', context)
    const { say, guildId } = asker
    const { store } = context
    const sources = (await store.sources.list()).filter(({ source }) => source.enabled && !source.sample)
    const troubled = sources.filter(({ state }) => state.trouble).length
    const subscriptions = await store.subscriptions.list(guildId)
    const [next] = subscriptions
      .flatMap(({ nextDigestAt, pausedBecause }) => (pausedBecause ? [] : (nextDigestAt ?? [])))
      .sort()
    const { documents, statements } = await store.counts()
    const paused = subscriptions.filter(({ pausedBecause }) => pausedBecause).length
    const tenMinutesAgo = new Date(Date.parse(context.now()) - 600_000).toISOString()
    const [alive] = await store.watch.heartbeats(tenMinutesAgo)
    const standing = await store.watch.standing(context.now())
    const lines = [
      say.text('status.record', { documents, statements }),
      say.text('status.sources', { sources: sources.length, troubled }),
      say.text('status.subscriptions', { subscriptions: subscriptions.length, paused }),
      alive
        ? say.text('status.alive', {
            time: moment(alive.at, 'R'),
            waiting: standing.documents.waiting,
          })
        : say.text('status.silent'),
      ...(next ? [say.text('status.next', { time: moment(next, 'R') })] : []),
      say.text('status.terms', { terms: (await store.watchTerms.list(guildId)).length }),
    ]
    return { kind: 'message', message: panel(say.text('status.title'), [lines.join('\n')]) }
  },
})
