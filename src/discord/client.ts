import {
  type APIApplication,
  type APIUser,
  Client,
  DiscordAPIError,
  Events,
  GatewayIntentBits,
  Options,
  type REST,
  Routes,
  type WebSocketOptions,
} from 'discord.js'
import { DiscordError } from '../errors.ts'
import type { Log } from '../log.ts'
import { sayIn } from '../messages/languages.ts'
import { answerInteractions } from './answering.ts'
import type { Command, Component } from './command.ts'
import { asDiscordError } from './failures.ts'
import { openRest } from './open-rest.ts'

/** A channel, or with `channelId: null` a whole server, that is there no more. `server`: its name, where it is known. */
export type Gone = { guildId: string; channelId: string | null; why: string; server?: string }

export type ConnectOptions = {
  token: string
  /** Base of another Discord-compatible API, such as `http://127.0.0.1:4000/api`; null is Discord's own. */
  apiUrl: string | null
  /** Commands appear in this server at once; null registers them everywhere. */
  guildId: string | null
  commands: Command[]
  components?: Component[]
  log: Log
  /** Told of a channel or server that is no longer there for us, and why. */
  onGone?: (gone: Gone) => void
  /** Told of a server, channel or thread that came, or was changed: what was refused there may be allowed now. */
  onChanged?: (changed: { guildId: string }) => void
  /** Told of each thing that somebody waits for; the promise resolves with the first response to it. */
  onAsked?: (responded: Promise<void>) => void
  /** Told once where Discord ends a session for good, or no longer takes the token: nothing can be sent any more. */
  onRefused?: (why: DiscordError) => void
  /** Which of Discord's shards this process holds, of how many; without it all that Discord recommends. */
  shards?: Shards | null
  /** Waits until a shard of this bucket may identify: Discord counts over all processes. Without it this process counts alone. */
  identifyTurn?: ((bucket: number) => Promise<void>) | undefined
  /** How long a login may take in all. */
  loginTimeoutMs?: number
}

/** `ids` from 0, each below `of`. */
export type Shards = { ids: number[]; of: number }

export type DiscordConnection = {
  readonly applicationId: string
  readonly botId: string
  readonly rest: REST
  readonly log: Log
  /** Milliseconds of the last heartbeat, -1 before the first; null while the socket is down. */
  ping(): number | null
  /** As the last message about it called it, null where it is not known. */
  channelName(id: string): string | null
  /** The servers that the bot is in and this process hears of; null where it hears of none. */
  guildIds(): string[] | null
  /** Whether a server has a role; null where this process does not know. */
  hasRole(guildId: string, roleId: string): boolean | null
  /** Whether this process would hear of a server: others may belong to another process's shards. */
  hears(guildId: string): boolean
  /** Ends the session and leaves nothing running. */
  close(): Promise<void>
}

/** Waits that Discord asks for up to this are sat out in the request itself. */
const LONGEST_WAIT_MS = 5_000

/**
 * Logs in, registers the commands and answers them from then on. A lost socket is resumed by discord.js.
 *
 * @throws {DiscordError} `token` where Discord refuses it, `unreachable` where it does not answer
 */
export async function connectDiscord(options: ConnectOptions): Promise<DiscordConnection> {
  const { token, log, shards = null } = options
  // Shards take turns to identify, those of all processes together.
  const { loginTimeoutMs = 30_000 + (shards?.of ?? 0) * 6_000 } = options
  const line = openPosting(options)
  const posting = line.rest
  const client = new Client({
    intents: [GatewayIntentBits.Guilds],
    rest: { api: posting.options.api, agent: line.agent, retries: 2, timeout: 10_000 },
    makeCache: Options.cacheWithLimits({ ...Options.DefaultMakeCacheSettings, MessageManager: 0 }),
    allowedMentions: { parse: [] },
    ...(shards ? { shards: shards.ids, shardCount: shards.of } : { shards: 'auto' as const }),
    ws: options.identifyTurn ? { buildIdentifyThrottler: throttlerOf(options.identifyTurn) } : {},
  })
  client.on(Events.Error, (error) => log.warn({ err: error }, 'Discord client'))
  client.on(Events.Warn, (message) => log.warn(message))
  client.on(Events.ShardReconnecting, () => log.info('Discord: the socket is lost; reconnecting'))
  client.on(Events.ShardResume, () => log.info('Discord: resumed'))
  tellOfWaits(client.rest, log)
  if (options.onGone) reportGone(client, options.onGone)
  if (options.onChanged) reportChanged(client, options.onChanged)
  answerInteractions(client, {
    commands: options.commands,
    components: options.components ?? [],
    log,
    sorry: (locale) => sayIn(locale).text('problem.ours'),
    gone: (locale) => sayIn(locale).text('problem.gone'),
    onAsked: options.onAsked,
  })
  try {
    await login(client, token, loginTimeoutMs)
    await registerCommands(client, options)
  } catch (error) {
    await client.destroy()
    await line.close()
    throw asDiscordError(error, 'logging in')
  }
  if (options.onRefused) reportRefused([client.rest, posting], client, options.onRefused)
  const applicationId = client.application?.id ?? client.user?.id ?? ''
  log.info({ user: client.user?.tag, guilds: client.guilds.cache.size }, 'Discord: logged in')
  return {
    applicationId,
    botId: client.user?.id ?? applicationId,
    rest: posting,
    log,
    ping: () => (client.isReady() ? client.ws.ping : null),
    channelName(id) {
      const channel = client.channels.cache.get(id)
      return channel && 'name' in channel ? channel.name : null
    },
    guildIds: () => [...client.guilds.cache.keys()],
    hasRole(guildId, roleId) {
      const guild = client.guilds.cache.get(guildId)
      return guild?.available ? guild.roles.cache.has(roleId) : null
    },
    hears: (guildId) => !shards || shards.ids.includes(shardOf(guildId, shards.of)),
    async close() {
      await client.destroy()
      await line.close()
    },
  }
}

/**
 * A connection that can post and hears nothing: for a process that leaves the gateway to others.
 *
 * @throws {DiscordError} `token` where Discord refuses it, `unreachable` where it does not answer
 */
export async function connectPosting(
  options: Pick<ConnectOptions, 'token' | 'apiUrl' | 'log' | 'onRefused'>,
): Promise<DiscordConnection> {
  const { rest, close } = openPosting(options)
  try {
    const bot = (await rest.get(Routes.user())) as APIUser
    const application = (await rest.get(Routes.currentApplication())) as APIApplication
    if (options.onRefused) reportRefused([rest], null, options.onRefused)
    return {
      applicationId: application.id,
      botId: bot.id,
      rest,
      log: options.log,
      ping: () => null,
      channelName: () => null,
      guildIds: () => null,
      hasRole: () => null,
      hears: () => false,
      close,
    }
  } catch (error) {
    await close()
    throw asDiscordError(error, 'asking who this token is')
  }
}

/**
 * Posting has its own retries, with pauses between them: discord.js would try again at once. A long wait is ours to sit
 * out: the nonce of an earlier try would be forgotten meanwhile.
 */
function openPosting({ token, apiUrl, log }: Pick<ConnectOptions, 'token' | 'apiUrl' | 'log'>) {
  const rejectOnRateLimit = ({ retryAfter, timeToReset }: { retryAfter: number; timeToReset: number }) =>
    Math.max(retryAfter, timeToReset) > LONGEST_WAIT_MS
  const line = openRest({ token, apiUrl }, { retries: 0, timeout: 15_000, rejectOnRateLimit })
  tellOfWaits(line.rest, log)
  return line
}

function tellOfWaits(rest: REST, log: Log): void {
  rest.on('rateLimited', ({ route, timeToReset, scope }) =>
    log.info({ route, timeToReset, scope }, 'Discord asks to wait'),
  )
}

/** @see https://discord.com/developers/docs/events/gateway#sharding */
export const shardOf = (guildId: string, count: number): number => Number((BigInt(guildId) >> 22n) % BigInt(count))

/** Shards identify in buckets, each by itself. @see https://discord.com/developers/docs/events/gateway#sharding-max-concurrency */
const throttlerOf =
  (turn: (bucket: number) => Promise<void>): NonNullable<WebSocketOptions['buildIdentifyThrottler']> =>
  async (manager) => {
    const { session_start_limit: limit } = await manager.fetchGatewayInformation()
    return { waitForIdentify: (shardId) => turn(shardId % limit.max_concurrency) }
  }

/** Resolves when the session is ready; a refused token or a dead address ends it before the time limit. */
async function login(client: Client, token: string, timeoutMs: number): Promise<void> {
  const give = new AbortController()
  const ready = new Promise<void>((resolve, reject) => {
    client.once(Events.ClientReady, () => resolve())
    client.once(Events.ShardDisconnect, ({ code }) =>
      reject(
        code === 4004
          ? new DiscordError('token', 'Discord does not know this token: check DISCORD_TOKEN')
          : new DiscordError('rejected', `Discord ended the session (${code})`),
      ),
    )
    const timer = setTimeout(
      () => reject(new DiscordError('unreachable', `Discord did not answer within ${timeoutMs / 1000} s`)),
      timeoutMs,
    )
    give.signal.addEventListener('abort', () => clearTimeout(timer))
  })
  try {
    await Promise.all([ready, client.login(token)])
  } finally {
    give.abort()
  }
}

/** Discord says it to whoever listens (close code 4004 and its like) or to the next request (401). */
function reportRefused(
  rests: REST[],
  client: Client | null,
  onRefused: NonNullable<ConnectOptions['onRefused']>,
): void {
  let told = false
  const refused = (why: DiscordError) => {
    if (!told) onRefused(why)
    told = true
  }
  const words = 'Discord no longer knows this token: put the new one into DISCORD_TOKEN and start again'
  client?.on(Events.ShardDisconnect, ({ code }) =>
    refused(
      code === 4004
        ? new DiscordError('token', words)
        : new DiscordError('rejected', `Discord ended the session for good (${code})`),
    ),
  )
  for (const rest of rests)
    rest.on('response', ({ route }, { status }) => {
      // An interaction has a token of its own, which ends after a quarter of an hour.
      if (status === 401 && !/^\/(webhooks|interactions)\//.test(route)) refused(new DiscordError('token', words))
    })
}

/** Why nothing can be posted to a server that threw the bot out. */
export const BOT_REMOVED = 'the bot is no longer in that server'

/** A channel deleted or a server left: nothing can be posted there any more. */
function reportGone(client: Client, onGone: NonNullable<ConnectOptions['onGone']>): void {
  client.on(Events.ChannelDelete, (channel) => {
    if (!channel.isDMBased())
      onGone({ guildId: channel.guildId, channelId: channel.id, why: 'the channel no longer exists' })
  })
  client.on(Events.ThreadDelete, ({ guildId, id }) =>
    onGone({ guildId, channelId: id, why: 'the thread no longer exists' }),
  )
  client.on(Events.GuildDelete, ({ id, name }) =>
    onGone({ guildId: id, channelId: null, why: BOT_REMOVED, server: name }),
  )
}

/** Permissions live in the server's roles and the channel's overwrites; a thread is opened again; the bot comes back. */
function reportChanged(client: Client, onChanged: NonNullable<ConnectOptions['onChanged']>): void {
  client.on(Events.GuildCreate, ({ id }) => onChanged({ guildId: id }))
  client.on(Events.ChannelUpdate, (_before, after) => {
    if (!after.isDMBased()) onChanged({ guildId: after.guildId })
  })
  client.on(Events.ThreadUpdate, (_before, { guildId }) => onChanged({ guildId }))
  client.on(Events.GuildRoleDelete, ({ guild }) => onChanged({ guildId: guild.id }))
  client.on(Events.GuildRoleUpdate, (_before, { guild }) => onChanged({ guildId: guild.id }))
}

async function registerCommands(client: Client, { commands, guildId, log, shards }: ConnectOptions): Promise<void> {
  const id = client.application?.id
  // One process registers for all.
  if (shards && !shards.ids.includes(0)) return
  if (!id || commands.length === 0) return
  const route = guildId ? Routes.applicationGuildCommands(id, guildId) : Routes.applicationCommands(id)
  try {
    await client.rest.put(route, { body: commands.map(({ definition }) => definition) })
  } catch (error) {
    // A bot that is not in that server yet still has to start: its commands come once it is invited.
    if (!(error instanceof DiscordAPIError) || error.status === 401) throw error
    log.error({ err: error, guildId }, 'the commands could not be registered')
  }
}
