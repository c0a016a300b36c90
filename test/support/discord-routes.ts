import { IDS, type SentFile } from './discord-channels.ts'
import { callbackFaults, commandFaults, type Json, type MessageBody, messageFaults } from './discord-limits.ts'
import type { DiscordServer, Heard } from './discord-server.ts'

/** All that was said in answer to one interaction. */
export type Answered = {
  first: { type: number; data?: Json } | null
  firstAt: number
  files: SentFile[]
  edits: MessageBody[]
  followUps: MessageBody[]
}

type RouteKit = { server: DiscordServer; heard: Heard; match: string[]; query: URLSearchParams }
type Check = (body: never, files: string[]) => string[]
type Route = {
  method: string
  path: RegExp
  operation?: string
  check?: Check
  answer: (kit: RouteKit) => { status: number; json: Json }
}

const ok = (json: unknown = null) => ({ status: json === null ? 204 : 200, json: json as Json })
const missing = (what: string, code: number) => ({ status: 404, json: { message: `Unknown ${what}`, code } })
const answered = (server: DiscordServer, token: string): Answered => {
  const known = server.answers.get(token) ?? { first: null, firstAt: 0, files: [], edits: [], followUps: [] }
  server.answers.set(token, known)
  return known
}
const newMessage = (body: MessageBody, files: string[]) => messageFaults(body, files)
const changed = (body: MessageBody, files: string[]) => messageFaults(body, files, true)

/** View Channel, Send Messages, Embed Links, Attach Files, Read Message History. */
const EVERYONE = (1n << 10n) | (1n << 11n) | (1n << 14n) | (1n << 15n) | (1n << 16n) | (1n << 38n)

/** The routes that Onrecord uses. */
export const ROUTES: Route[] = [
  {
    method: 'GET',
    path: /^\/gateway\/bot$/,
    answer: ({ server }) =>
      ok({
        url: `ws://127.0.0.1:${server.port}`,
        shards: 1,
        session_start_limit: { total: 1000, remaining: 1000, reset_after: 0, max_concurrency: 1 },
      }),
  },
  ...['/applications/{application_id}/commands', '/applications/{application_id}/guilds/{guild_id}/commands'].map(
    (route): Route => ({
      method: 'PUT',
      path: new RegExp(`^${route.replace(/\{\w+\}/g, '\\d+')}$`),
      operation: `put ${route}`,
      check: commandFaults,
      answer: ({ server, heard }) => {
        server.commands = heard.body as Json[]
        return ok((heard.body as object[]).map((command) => ({ ...command, id: server.place.id() })))
      },
    }),
  ),
  {
    method: 'GET',
    path: /^\/(applications|oauth2\/applications)\/@me$/,
    answer: () => ok({ id: IDS.application, name: 'Onrecord' }),
  },
  {
    method: 'GET',
    path: /^\/users\/@me$/,
    answer: () => ok({ id: IDS.bot, username: 'onrecord', discriminator: '0', bot: true }),
  },
  {
    method: 'POST',
    path: /^\/users\/@me\/channels$/,
    operation: 'post /users/@me/channels',
    answer: ({ server, heard }) => {
      const id = `9${(heard.body as { recipient_id: string }).recipient_id.slice(1)}`
      server.channels.set(id, { id, type: 1, guild_id: '', name: 'direct' })
      return ok({ id, type: 1 })
    },
  },
  {
    method: 'GET',
    path: /^\/channels\/(\d+)$/,
    answer: ({ server, match }) => {
      const channel = server.channels.get(match[1] ?? '')
      return channel ? ok(channel) : missing('Channel', 10003)
    },
  },
  {
    method: 'GET',
    path: /^\/guilds\/(\d+)$/,
    answer: ({ match }) =>
      ok({
        id: match[1],
        name: 'Harbour',
        owner_id: IDS.user,
        roles: [{ id: match[1], permissions: String(EVERYONE) }],
      }),
  },
  { method: 'GET', path: /^\/guilds\/\d+\/members\/(\d+)$/, answer: () => ok({ user: { id: IDS.bot }, roles: [] }) },
  {
    method: 'GET',
    path: /^\/channels\/(\d+)\/messages$/,
    answer: ({ server, match, query }) =>
      server.channels.has(match[1] ?? '')
        ? ok(server.place.history(match[1] ?? '', query.get('after'), Number(query.get('limit') ?? 50)))
        : missing('Channel', 10003),
  },
  {
    method: 'POST',
    path: /^\/channels\/(\d+)\/threads$/,
    operation: 'post /channels/{channel_id}/threads',
    check: ((body: { message: MessageBody }, files: string[]) => newMessage(body.message, files)) as Check,
    answer: ({ server, heard, match }) => {
      const { name, message } = heard.body as unknown as { name: string; message: MessageBody }
      return ok(server.place.openPost(match[1] ?? '', name, message, heard.files))
    },
  },
  {
    method: 'GET',
    path: /^\/guilds\/(\d+)\/threads\/active$/,
    answer: ({ server }) => ok({ threads: server.place.threads(false), members: [] }),
  },
  {
    method: 'GET',
    path: /^\/channels\/(\d+)\/threads\/archived\/public$/,
    answer: ({ server, match }) =>
      ok({ threads: server.place.threads(true).filter(({ parent_id }) => parent_id === match[1]), members: [] }),
  },
  {
    method: 'PATCH',
    path: /^\/channels\/(\d+)$/,
    answer: ({ server, heard, match }) => {
      const channel = server.channels.get(match[1] ?? '')
      if (!channel) return missing('Channel', 10003)
      Object.assign(channel.thread_metadata ?? {}, heard.body)
      return ok(channel)
    },
  },
  {
    method: 'POST',
    path: /^\/channels\/(\d+)\/messages$/,
    operation: 'post /channels/{channel_id}/messages',
    check: newMessage,
    answer: ({ server, heard, match }) =>
      server.channels.has(match[1] ?? '')
        ? (server.place.refusal(match[1] ?? '') ??
          ok(server.place.post(match[1] ?? '', heard.body as MessageBody, heard.files)))
        : missing('Channel', 10003),
  },
  {
    method: 'PATCH',
    path: /^\/channels\/(\d+)\/messages\/(\d+)$/,
    operation: 'patch /channels/{channel_id}/messages/{message_id}',
    check: changed,
    answer: ({ server, heard, match }) => {
      const message = server.messages.get(match[2] ?? '')
      if (!message) return missing('Message', 10008)
      const refused = server.place.refusal(match[1] ?? '')
      if (refused) return refused
      Object.assign(message, heard.body)
      return ok(message)
    },
  },
  {
    method: 'POST',
    path: /^\/interactions\/(\d+)\/([^/]+)\/callback$/,
    operation: 'post /interactions/{interaction_id}/{interaction_token}/callback',
    check: callbackFaults as Route['check'] & object,
    answer: ({ server, heard, match }) => {
      const answer = answered(server, match[2] ?? '')
      if (answer.first) return { status: 400, json: { message: 'Interaction already acknowledged.', code: 40060 } }
      answer.first = heard.body as unknown as Answered['first']
      answer.firstAt = heard.at
      answer.files = heard.files
      return ok()
    },
  },
  {
    method: 'PATCH',
    path: /^\/webhooks\/\d+\/([^/]+)\/messages\/@original$/,
    operation: 'patch /webhooks/{webhook_id}/{webhook_token}/messages/@original',
    check: changed,
    answer: ({ server, heard, match }) => {
      answered(server, match[1] ?? '').edits.push(heard.body as MessageBody)
      return ok({ id: server.place.id(), channel_id: IDS.channel })
    },
  },
  {
    method: 'POST',
    path: /^\/webhooks\/\d+\/([^/]+)$/,
    operation: 'post /webhooks/{webhook_id}/{webhook_token}',
    check: newMessage,
    answer: ({ server, heard, match }) => {
      answered(server, match[1] ?? '').followUps.push(heard.body as MessageBody)
      return ok({ id: server.place.id(), channel_id: IDS.channel })
    },
  },
]
