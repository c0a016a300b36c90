import type { ChatInputCommandInteraction } from 'discord.js'
import type { Command } from '../discord/command.ts'
import { type Process, readProcesses, shardsOf } from '../jobs/processes.ts'
import { sayNextRead } from '../messages/next-read.ts'
import type { Say } from '../messages/say.ts'
import type { Source, SourceState } from '../model.ts'
import { troubleOf } from '../sources/trouble.ts'
import { type Asker, asCurator } from './asking.ts'
import { changeList } from './changes.ts'
import type { CommandContext } from './context.ts'
import { slash, subcommand, textOption } from './define.ts'
import { showList } from './lists.ts'
import { moment, panel, quoted } from './reply.ts'

/** `/status now|changes`: how it goes, and who changed what. */
export const status = (context: CommandContext): Command => ({
  examples: ['/status now', '/status changes'],
  definition: slash('status', 'status.help', {
    curators: true,
    options: [
      subcommand('now', 'status.now.help'),
      subcommand('changes', 'status.changes.help', [textOption('search', 'list.search', { maxLength: 50 })]),
    ],
  }),
  async run(interaction) {
    const asker = await asCurator(interaction, context)
    const { options } = interaction as ChatInputCommandInteraction
    if (options.getSubcommand() === 'changes')
      return showList(changeList, 'changes', interaction, options.getString('search') ?? '', context)
    const { say, guildId } = asker
    const { store } = context
    const sources = await sourceLines(asker, context)
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
      ...sources,
      say.text('status.subscriptions', { subscriptions: subscriptions.length, paused }),
      alive
        ? say.text('status.alive', {
            time: moment(alive.at, 'R'),
            waiting: standing.documents.waiting,
          })
        : say.text('status.silent'),
      ...processLines(await readProcesses(context), say),
      ...(next ? [say.text('status.next', { time: moment(next, 'R') })] : []),
      say.text('status.terms', { terms: (await store.watchTerms.list(guildId)).length }),
    ]
    return { kind: 'message', message: panel(say.text('status.title'), [lines.join('\n')]) }
  },
})

/** Processes shown. */
const MOST_PROCESSES = 12

/** Who shares the work. Names of machines are the operator's: `doctor` tells them. */
function processLines(processes: Process[], say: Say): string[] {
  if (processes.length === 0) return []
  const silent = processes.filter(({ isSilent }) => isSilent).length
  const line = (one: Process) => {
    const role = say.text(`status.role.${one.role ?? 'all'}`)
    const shards = shardsOf(one)
    const facts = {
      role: shards ? say.text('status.role.shards', { role, shards }) : role,
      version: one.version ?? '?',
      since: moment(one.startedAt),
      time: moment(one.at, 'R'),
      megabytes: Math.round(one.memoryBytes / 1e6),
    }
    if (one.isSilent) return say.text('status.process.silent', facts)
    if (!one.tickedAt) return say.text('status.process', facts)
    return say.text('status.process.ticked', { ...facts, ticked: moment(one.tickedAt, 'R') })
  }
  return [
    say.text('status.processes', { alive: processes.length - silent, silent }),
    ...processes.slice(0, MOST_PROCESSES).map(line),
  ]
}

/** Troubles shown, and sources that are read next. */
const MOST = 5
const NEXT = 3

/** How the sources do: how many, which are in trouble and why, which are read next and why then. */
async function sourceLines({ say, guildId }: Asker, { store, now }: CommandContext): Promise<string[]> {
  const sources = (await store.seenBy(guildId).sources.list()).filter(({ source }) => source.enabled && !source.sample)
  const troubles = sources.flatMap(({ source, state }) => {
    const told = troubleOf(source, state, now())
    if (told) return [told]
    return state.trouble ? [{ address: source.address, reason: state.trouble }] : []
  })
  return [
    say.text('status.sources', { sources: sources.length, troubled: troubles.length }),
    ...troubles.slice(0, MOST).map(({ address, reason }) =>
      say.text('digest.trouble', {
        address: quoted(address, 100),
        reason: quoted(reason.replace(`${address}: `, '')),
      }),
    ),
    ...readNext(sources).map(({ source, state }) =>
      say.text('status.source.next', {
        source: quoted(source.publisher ?? source.id, 80),
        time: moment(state.nextPollAt ?? '', 'R'),
        because: quoted(sayNextRead(state.nextPollBecause ?? '', say)),
      }),
    ),
  ]
}

const readNext = (sources: { source: Source; state: SourceState }[]) =>
  sources
    .filter(({ state }) => state.nextPollAt && state.nextPollBecause && !state.endedAt)
    .sort((a, b) => ((a.state.nextPollAt ?? '') < (b.state.nextPollAt ?? '') ? -1 : 1))
    .slice(0, NEXT)
