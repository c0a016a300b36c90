import { REST, type RESTOptions } from 'discord.js'
import { Agent } from 'undici'

const CLOSE_MS = 3000

/**
 * Discord over HTTP, on connections of its own. The library would else take those of the process, which are Node's own
 * as soon as anything has asked for `fetch`: when the line drops during the upload of a file, those of Node 26.10 leave
 * a rejection behind that nobody can catch.
 *
 * @param options.apiUrl base of another Discord-compatible API; null is Discord's own
 */
export function openRest(
  { token, apiUrl }: { token: string; apiUrl: string | null },
  options: Partial<RESTOptions>,
): { rest: REST; agent: Agent; close(): Promise<void> } {
  const agent = new Agent()
  const api = apiUrl ? { api: apiUrl.replace(/\/$/, '') } : {}
  const rest = new REST({ version: '10', ...api, ...options, agent }).setToken(token)
  return {
    rest,
    agent,
    async close() {
      rest.clearHashSweeper()
      rest.clearHandlerSweeper()
      // What is under way may end; what takes too long is cut.
      const late = setTimeout(() => void agent.destroy(), CLOSE_MS).unref()
      await agent.close().catch(() => {})
      clearTimeout(late)
    },
  }
}
