import { setTimeout as sleep } from 'node:timers/promises'
import { type ConnectOptions, connectDiscord, connectPosting, type DiscordConnection } from '../discord/client.ts'
import { asDiscordError } from '../discord/failures.ts'
import { sendNotice } from '../discord/send.ts'
import { DiscordError } from '../errors.ts'
import type { Kit } from '../jobs/kit.ts'
import type { Delivery, Posting } from '../model.ts'
import { allCommands } from './all.ts'
import type { CommandContext } from './context.ts'
import { openContext } from './open-context.ts'
import { tellPast } from './past-progress.ts'
import { deliver, dropLostRoles, pauseGone, postOnce, redraw, resumeMended } from './posting.ts'
import { quoted } from './reply.ts'

/** Discord as the main job sees it: a place where digests go. */
export type DiscordOutlet = AsyncDisposable & {
  deliver(delivery: Delivery): Promise<{ messageIds: string[] } | 'later'>
  /** A line to a channel. @throws {DiscordError} */
  tell(channelId: string, words: string): Promise<void>
  /** Changes what was posted to what its entries are now. */
  redraw(posting: Posting): Promise<'done' | 'later'>
}

/** What this process is to Discord, where several share the work. */
export type DiscordPlace = Pick<ConnectOptions, 'shards' | 'identifyTurn'> & {
  /** Posts, and leaves the gateway to others. */
  postOnly?: boolean
}

type State = { connection: DiscordConnection | null }

const FIRST_PAUSE_MS = 5_000
const LONGEST_PAUSE_MS = 300_000
/** A token that was refused is tried again so rarely: Discord was wrong about it before, and counts logins. */
const REFUSED_PAUSE_MS = 900_000

/**
 * Logs in and answers commands from then on. Where Discord cannot be reached it is tried again in the background, and
 * what is owed waits.
 *
 * @throws {DiscordError} `token` where Discord refuses it: nothing else would mend that
 */
export async function openDiscord(kit: Kit, place: DiscordPlace = {}): Promise<DiscordOutlet> {
  const closing = new AbortController()
  const state: State = { connection: null }
  let later: Promise<void> = Promise.resolve()
  // While it runs, a refusal ends nothing: what is owed waits in the record, and the sources are read.
  const lose = (why: DiscordError) => {
    const lost = state.connection
    state.connection = null
    if (closing.signal.aborted) return
    kit.trouble = `${why.message}. Digests wait, everything else goes on`
    kit.log.error(kit.trouble)
    later = later.then(() => lost?.close()).then(() => keepTrying(connect, kit, closing.signal, REFUSED_PAUSE_MS))
  }
  const connect = async () => {
    state.connection = place.postOnly
      ? await connectToPost(kit, state, lose)
      : await connectOnce(kit, state, place, lose)
    if (closing.signal.aborted) return state.connection.close()
    kit.trouble = null
    const { connection } = state
    const present = connection.guildIds()
    if (present) await kit.store.retention.compare(present, kit.now(), connection.hears)
    await dropLostRoles(null, kit, connection)
    await resumeMended(null, kit, connection)
  }
  try {
    await connect()
  } catch (error) {
    if (asDiscordError(error, 'logging in').reason === 'token') throw error
    kit.log.warn({ err: error }, 'Discord cannot be reached; it is tried again, and digests wait')
    later = keepTrying(connect, kit, closing.signal, FIRST_PAUSE_MS)
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

async function keepTrying(
  connect: () => Promise<void>,
  kit: Kit,
  closing: AbortSignal,
  firstPauseMs: number,
): Promise<void> {
  let pause = firstPauseMs
  while (!closing.aborted) {
    await sleep(pause, undefined, { signal: closing, ref: false }).catch(() => {})
    if (closing.aborted) return
    try {
      return await connect()
    } catch (error) {
      const { reason, message } = asDiscordError(error, 'logging in')
      if (reason === 'token') kit.trouble = `${message}. Digests wait, everything else goes on`
      kit.log.warn({ err: error }, 'Discord still cannot be reached')
      pause = reason === 'token' ? REFUSED_PAUSE_MS : Math.min(pause * 2, LONGEST_PAUSE_MS)
    }
  }
}

/** Posts what it is given and answers nobody: the gateway is another process's. */
function connectToPost(kit: Kit, state: State, onRefused: (why: DiscordError) => void): Promise<DiscordConnection> {
  const { config, log } = kit
  if (!config.discord) throw new DiscordError('token', 'there is no DISCORD_TOKEN')
  kit.tellPast = (reading) => tellPast(reading, { tell: tellBy(state), log })
  return connectPosting({ ...config.discord, log, onRefused })
}

function opened({ connection }: State): DiscordConnection {
  if (!connection) throw new DiscordError('unreachable', 'Discord cannot be reached just now; try again')
  return connection
}

const tellBy = (state: State) => async (channelId: string, words: string) =>
  sendNotice({ channelId }, words, opened(state))

function connectOnce(
  kit: Kit,
  state: State,
  { shards, identifyTurn }: DiscordPlace,
  onRefused: (why: DiscordError) => void,
): Promise<DiscordConnection> {
  const { config, log } = kit
  if (!config.discord) throw new DiscordError('token', 'there is no DISCORD_TOKEN')
  const tell = tellBy(state)
  const post: CommandContext['post'] = async (posting, target) => {
    if (target.kind === 'discord') await postOnce(posting, target, kit, opened(state))
  }
  const changed = new Set<string>()
  const resume = async (guildId: string) => {
    // Many events come at once where a server is edited: one look is enough for those that wait.
    if (changed.has(guildId) || !state.connection) return
    changed.add(guildId)
    await kit.store.retention.returned(guildId)
    const { connection } = state
    await dropLostRoles(guildId, kit, connection)
      .then(() => resumeMended(guildId, kit, connection))
      .finally(() => changed.delete(guildId))
  }
  const channelName = (id: string) => state.connection?.channelName(id) ?? null
  kit.asked ??= new Set()
  const { asked } = kit
  return connectDiscord({
    ...config.discord,
    shards: shards ?? null,
    identifyTurn,
    onAsked: (responded) => {
      asked.add(responded)
      responded.finally(() => asked.delete(responded))
    },
    ...allCommands(openContext(kit, { tell, post, channelName })),
    log,
    onRefused,
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
