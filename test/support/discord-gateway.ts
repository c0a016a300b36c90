import type { Server } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'

type Packet = { op: number; d: unknown; s?: number | null; t?: string | null }
type Ids = { application: string; bot: string; guild: string; otherGuild: string }
type Channel = { id: string; type: number; guild_id: string; name: string }

/** The gateway's side of the socket: what it heard, and what it can be made to do. */
export type Gateway = {
  /** Operation codes as they came in: 2 identify, 6 resume, 1 heartbeat. */
  readonly heard: { op: number; d: unknown; at: number }[]
  /** Sends an event to the live session, or keeps it for the resume where there is none. */
  dispatch(event: string, data: unknown): void
  /** Breaks the sockets without a word, as a lost network does. */
  drop(): void
  /** Ends the session because its token is no longer known (4004). */
  refuse(): void
  /** Asks the client to reconnect (op 7). */
  askToReconnect(): void
  /** True while a session is live. */
  /** A server as it is told to whoever logs in. */
  guild(id: string): object
  isLive(): boolean
  on(listener: () => void): void
  off(listener: () => void): void
  close(): void
}

/** Discord's gateway, version 10, as far as a bot with the Guilds intent sees it. One session. */
export function openGateway(
  http: Server,
  channels: () => Channel[],
  ids: Ids,
  knows: (token: string) => boolean,
): Gateway {
  const sockets = new WebSocketServer({ server: http })
  const heard: Gateway['heard'] = []
  const listeners = new Set<() => void>()
  const history: Packet[] = []
  let live: WebSocket | null = null
  let sequence = 0

  const send = (socket: WebSocket, packet: Packet) => socket.send(JSON.stringify(packet))
  const event = (t: string, d: unknown): Packet => {
    sequence += 1
    const packet = { op: 0, t, s: sequence, d }
    history.push(packet)
    return packet
  }
  const tell = () => {
    for (const listener of [...listeners]) listener()
  }

  sockets.on('connection', (socket) => {
    send(socket, { op: 10, d: { heartbeat_interval: 41_250 }, s: null, t: null })
    socket.on('error', () => {})
    socket.on('close', () => {
      if (live === socket) live = null
      tell()
    })
    socket.on('message', (data) => {
      const packet = JSON.parse(String(data)) as Packet
      heard.push({ op: packet.op, d: packet.d, at: performance.now() })
      if (packet.op === 1) send(socket, { op: 11, d: null })
      if (packet.op === 2) identify(socket, packet.d as { token: string })
      if (packet.op === 6) resume(socket, packet.d as { token: string; seq: number })
      tell()
    })
  })

  function identify(socket: WebSocket, { token }: { token: string }) {
    if (!knows(token)) return socket.close(4004, 'Authentication failed.')
    live = socket
    const guilds = [ids.guild, ids.otherGuild]
    send(
      socket,
      event('READY', {
        v: 10,
        user: { id: ids.bot, username: 'onrecord', discriminator: '0', avatar: null, bot: true },
        guilds: guilds.map((id) => ({ id, unavailable: true })),
        session_id: 'session-1',
        resume_gateway_url: `ws://127.0.0.1:${(http.address() as { port: number }).port}`,
        application: { id: ids.application, flags: 0 },
        shard: [0, 1],
      }),
    )
    for (const id of guilds) send(socket, event('GUILD_CREATE', guild(id)))
  }

  const guild = (id: string) => ({
    id,
    name: `Server ${id.slice(-1)}`,
    owner_id: '1',
    roles: [{ id, name: '@everyone', permissions: '0', position: 0, color: 0, hoist: false, mentionable: false }],
    channels: channels().filter((channel) => channel.guild_id === id),
    members: [],
    emojis: [],
    features: [],
    threads: [],
    preferred_locale: 'en-US',
    member_count: 2,
    unavailable: false,
  })

  function resume(socket: WebSocket, { token, seq }: { token: string; seq: number }) {
    if (!knows(token)) return socket.close(4004, 'Authentication failed.')
    live = socket
    for (const packet of history.filter(({ s }) => (s ?? 0) > seq)) send(socket, packet)
    send(socket, event('RESUMED', {}))
  }

  return {
    heard,
    guild,
    dispatch(t, d) {
      const packet = event(t, d)
      if (live) send(live, packet)
    },
    drop() {
      for (const socket of sockets.clients) socket.terminate()
    },
    refuse() {
      live?.close(4004, 'Authentication failed.')
    },
    askToReconnect() {
      if (live) send(live, { op: 7, d: null })
    },
    isLive: () => live !== null,
    on: (listener) => void listeners.add(listener),
    off: (listener) => void listeners.delete(listener),
    close() {
      for (const socket of sockets.clients) socket.terminate()
      sockets.close()
    },
  }
}
