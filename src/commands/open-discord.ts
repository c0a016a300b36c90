import { setTimeout as sleep } from 'node:timers/promises'
import { connectDiscord, type DiscordConnection } from '../discord/client.ts'
import { asDiscordError } from '../discord/failures.ts'
import { sendNotice } from '../discord/send.ts'
import { DiscordError } from '../errors.ts'
import type { Kit } from '../jobs/kit.ts'
import type { Delivery, Posting } from '../model.ts'
import { allCommands } from './all.ts'
import type { CommandContext } from './context.ts'
import { openContext } from './open-context.ts'
import { deliver, pauseGone, postOnce, redraw, resumeMended } from './posting.ts'
import { quoted } from './reply.ts'

/** Discord as the main job sees it: a place where digests go. */
export type DiscordOutlet = AsyncDisposable & {
  deliver(delivery: Delivery): Promise<{ messageIds: string[] } | 'later'>
  /** A line to a channel. @throws {DiscordError} */
  tell(channelId: string, words: string): Promise<void>
  /** Changes what was posted to what its entries are now. */
  redraw(posting: Posting): Promise<'done' | 'later'>
}

const FIRST_PAUSE_MS = 5_000
const LONGEST_PAUSE_MS = 300_000

/**
 * Logs in and answers commands from then on. Where Discord cannot be reached it is tried again in the background, and
 * what is owed waits.
 *
 * @throws {DiscordError} `token` where Discord refuses it: nothing else would mend that
 */
export async function openDiscord(kit: Kit): Promise<DiscordOutlet> {
  const closing = new AbortController()
  const state: { connection: DiscordConnection | null } = { connection: null }
  const connect = async () => {
    state.connection = await connectOnce(kit, state)
    if (closing.signal.aborted) return state.connection.close()
    await kit.store.retention.compare(state.connection.guildIds(), kit.now())
    await resumeMended(null, kit, state.connection)
  }
  let later: Promise<void> = Promise.resolve()
  try {
    await connect()
  } catch (error) {
    if (asDiscordError(error, 'logging in').reason === 'token') throw error
    kit.log.warn({ err: error }, 'Discord cannot be reached; it is tried again, and digests wait')
    later = keepTrying(connect, kit, closing.signal)
  }
  return {
    deliver: (delivery) => deliver(delivery, kit, state.connection),
    async tell(channelId, words) {
      if (!state.connection) throw new DiscordError('unreachable', 'Discord cannot be reached just now')
      await sendNotice({ channelId }, quoted(words, 1500), state.connection)
    },
    redraw: (posting) => redraw(posting, kit, state.connection),
    async [Symbol.asyncDispose]() {
      closing.abort()
      await later
      await state.connection?.close()
    },
  }
}

async function keepTrying(connect: () => Promise<void>, { log }: Kit, closing: AbortSignal): Promise<void> {
  for (let pause = FIRST_PAUSE_MS; !closing.aborted; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    await sleep(pause, undefined, { signal: closing, ref: false }).catch(() => {})
    if (closing.aborted) return
    try {
      return await connect()
    } catch (error) {
      log.warn({ err: error }, 'Discord still cannot be reached')
      if (error instanceof DiscordError && error.reason === 'token') return
    }
  }
}

function connectOnce(kit: Kit, state: { connection: DiscordConnection | null }): Promise<DiscordConnection> {
  const { config, log } = kit
  if (!config.discord) throw new DiscordError('token', 'there is no DISCORD_TOKEN')
  const open = () => {
    if (!state.connection) throw new DiscordError('unreachable', 'Discord cannot be reached just now; try again')
    return state.connection
  }
  const tell = async (channelId: string, words: string) => sendNotice({ channelId }, words, open())
  const post: CommandContext['post'] = async (posting, target) => {
    if (target.kind === 'discord') await postOnce(posting, target, kit, open())
  }
  const changed = new Set<string>()
  const resume = async (guildId: string) => {
    // Many events come at once where a server is edited: one look is enough for those that wait.
    if (changed.has(guildId) || !state.connection) return
    changed.add(guildId)
    await kit.store.retention.returned(guildId)
    await resumeMended(guildId, kit, state.connection).finally(() => changed.delete(guildId))
  }
  const channelName = (id: string) => state.connection?.channelName(id) ?? null
  kit.asked ??= new Set()
  const { asked } = kit
  return connectDiscord({
    ...config.discord,
    onAsked: (responded) => {
      asked.add(responded)
      responded.finally(() => asked.delete(responded))
    },
    ...allCommands(openContext(kit, { tell, post, channelName })),
    log,
    onGone: (gone) => {
      pauseGone(gone, kit, state.connection).catch((error) =>
        log.error({ err: error, ...gone }, 'subscriptions of a lost channel could not be paused'),
      )
    },
    onChanged: ({ guildId }) => {
      resume(guildId).catch((error) => log.error({ err: error, guildId }, 'paused subscriptions could not be resumed'))
    },
  })
}
