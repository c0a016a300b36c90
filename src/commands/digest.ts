import type { ChatInputCommandInteraction } from 'discord.js'
import { viewDigest } from '../digests/digest-view.ts'
import type { Answer, Command } from '../discord/command.ts'
import { renderDigest } from '../discord/render-digest.ts'
import { UsageError } from '../errors.ts'
import type { Digest } from '../model.ts'
import { type Asker, asCurator } from './asking.ts'
import { noteChange } from './changes.ts'
import type { CommandContext } from './context.ts'
import { channelOption, slash, subcommand, textOption } from './define.ts'
import { entryActions } from './entry.ts'
import { type Lister, showList } from './lists.ts'
import { moment, quoted, told } from './reply.ts'
import { CHANNELS } from './subscribe.ts'

const channel = channelOption('channel', 'subscribe.channel', CHANNELS)
const MOST_MESSAGES = 3

export const digest = (context: CommandContext): Command => ({
  examples: ['/digest preview', '/digest now channel:#news'],
  definition: slash('digest', 'digest.help', {
    curators: true,
    options: [
      subcommand('preview', 'digest.preview.help', [channel]),
      subcommand('now', 'digest.now.help', [channel]),
      subcommand('last', 'digest.last.help', [channel]),
      subcommand('search', 'digest.search.help', [
        textOption('words', 'digest.words', { required: true, maxLength: 50 }),
      ]),
    ],
  }),
  async run(interaction) {
    const asker = await asCurator(interaction, context)
    const { options } = interaction as ChatInputCommandInteraction
    const channelId = options.getChannel('channel')?.id
    switch (options.getSubcommand()) {
      case 'now':
        return postNow(channelId ?? interaction.channelId, asker, context)
      case 'search':
        return showList(digestSearch, 'digests', interaction, options.getString('words') ?? '', context)
      case 'last':
        return last(channelId ?? null, asker, context)
      default: {
        const composed = await context.previewDigest(asker.guildId, channelId)
        return composed ? show(composed, asker) : told(asker.say.text('digest.none'))
      }
    }
  },
})

/** As it would stand in the channel, to the asker alone. What was not posted yet has no id that could be looked for. */
export function show(composed: Digest, { say }: Asker, isPosted = false): Answer {
  const view = viewDigest(composed, say)
  const [message, ...more] = renderDigest(isPosted ? view : { ...view, id: '' }, {
    say,
    mostMessages: MOST_MESSAGES,
    actions: entryActions(say),
  })
  return { kind: 'message', message: message!, more }
}

/** Makes the channel's digest due at once, in quiet hours too; the clock posts it within seconds. */
async function postNow(channelId: string, asker: Asker, { store, now }: CommandContext): Promise<Answer> {
  const { say, guildId } = asker
  const found = (await store.subscriptions.list(guildId)).find(
    ({ target }) => target.kind === 'discord' && target.channelId === channelId,
  )
  if (!found) throw new UsageError(say.text('subscriptions.none', { channel: `<#${channelId}>` }))
  if (found.pausedBecause) throw new UsageError(say.text('digest.now.paused', { channel: `<#${channelId}>` }))
  const { schedule, timeZone } = found
  await store.transaction(async (tx) => {
    const at = now()
    await tx.subscriptions.reschedule(found.id, { schedule, timeZone, nextDigestAt: at, askedAt: at })
    await noteChange(tx, asker, at, { what: 'reschedule', object: channelId })
  })
  return told(say.text('digest.now.done', { channel: `<#${channelId}>` }))
}

/** The last digest that was posted to a channel of this server, or to any of them. */
async function last(channelId: string | null, asker: Asker, { store }: CommandContext): Promise<Answer> {
  const [found] = await store.digests.of(asker.guildId, channelId, 1)
  return found ? show(found, asker, true) : told(asker.say.text('digest.none'))
}

const DIGESTS_SEARCHED = 100

/** Entries of this server's digests that hold all these words, newest digest first. */
export const digestSearch: Lister = async ({ guildId, say }, query, { store }) => {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  const digests = await store.digests.of(guildId, null, DIGESTS_SEARCHED)
  const rows = digests.flatMap(({ composedAt, claims, unmatched }) =>
    [...claims.flatMap(({ speakers }) => speakers), ...unmatched]
      .flatMap(({ entries }) => entries)
      .map((entry) => ({ entry, text: entry.words.map(({ content }) => content).join(' … ') }))
      .filter(({ entry, text }) => {
        const all = `${text} ${entry.speaker?.name ?? ''}`.toLowerCase()
        return words.every((word) => all.includes(word))
      })
      .map(({ entry, text }) => {
        const who = quoted(entry.speaker?.name ?? say.text('digest.speaker.unknown'), 60)
        return `${moment(composedAt)} **${who}**: ${quoted(text, 180)} \`${entry.id.slice(0, 12)}\``
      }),
  )
  return { title: say.text('digest.search.title', { words: quoted(query, 60) }), empty: say.text('list.nothing'), rows }
}
