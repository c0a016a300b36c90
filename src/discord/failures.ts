import { DiscordAPIError, HTTPError, RateLimitError } from 'discord.js'
import { DiscordError } from '../errors.ts'

/** Discord's own codes that a person can do something about. @see the API's table of JSON error codes */
const IN_WORDS: Record<number, string> = {
  10003: 'the channel no longer exists',
  10004: 'the bot is no longer in that server',
  10008: 'the message no longer exists',
  50001: 'the bot cannot see that channel: give it View Channel there',
  50013: 'the bot may not post there: give it View Channel, Send Messages and Attach Files',
  50083: 'the thread is archived: open it again',
  160002: 'the bot may not read older messages there: give it Read Message History',
}

/** Discord's refusal or silence as an error a caller can act on. @param doing what we were at: "posting a digest" */
export function asDiscordError(error: unknown, doing: string): DiscordError {
  if (error instanceof DiscordError) return error
  const unknownToken =
    hasCode(error, 'TokenInvalid') ||
    ((error instanceof HTTPError || error instanceof DiscordAPIError) && error.status === 401)
  if (unknownToken)
    return new DiscordError('token', 'Discord does not know this token: check DISCORD_TOKEN', { cause: error })
  if (error instanceof DiscordAPIError) {
    const code = Number(error.code)
    const words = `${doing}: ${IN_WORDS[code] ?? `Discord says “${error.message}”`} (${error.status}, code ${code})`
    return new DiscordError(reasonOf(error), words, { cause: error })
  }
  if (error instanceof RateLimitError) {
    const seconds = Math.ceil(Math.max(error.retryAfter, error.timeToReset) / 1000)
    const words = `${doing}: Discord asks to wait ${seconds} s`
    return new DiscordError('rate-limited', words, { cause: error, retryAfterSeconds: seconds })
  }
  const status = error instanceof HTTPError ? ` (${error.status})` : ''
  const what = error instanceof Error ? (firstCause(error)?.message ?? error.message) : String(error)
  return new DiscordError('unreachable', `${doing}: Discord does not answer${status}: ${what}`, { cause: error })
}

function reasonOf({ status, code }: DiscordAPIError) {
  if (status === 403 || code === 50083) return 'forbidden'
  if (status === 404) return 'gone'
  return 'rejected'
}

/** True where Discord surely did not do what it was asked: it refused, and said so. */
export const isRefusal = (error: unknown): boolean =>
  (error instanceof DiscordAPIError && error.status < 500) ||
  (error instanceof HTTPError && error.status < 500) ||
  error instanceof RateLimitError ||
  hasCode(error, 'TokenInvalid')

/** True where another try may go through: Discord was busy, or nobody knows whether it heard us. */
export function mayMend(error: unknown): boolean {
  return !(error instanceof DiscordError) && !isRefusal(error)
}

/** Whether Discord gave this code of its own, here or underneath. */
export function saysCode(error: unknown, code: number): boolean {
  if (error instanceof DiscordAPIError) return Number(error.code) === code
  return error instanceof Error && error.cause !== undefined && saysCode(error.cause, code)
}

const hasCode = (error: unknown, code: string) => error instanceof Error && 'code' in error && error.code === code
const firstCause = (error: Error) => (error.cause instanceof Error ? error.cause : null)
