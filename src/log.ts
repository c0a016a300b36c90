import pino, { type Logger } from 'pino'
import pretty from 'pino-pretty'

export type Log = Logger

/** Discord bot tokens, the tokens of interactions and webhooks, and the password of a database address, wherever they stand in a line. */
const SECRETS =
  /(?<=\/(?:webhooks|interactions)\/\d{15,21}\/)[\w-]{20,}|[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}|(?<=:\/\/[^\s:/@]*:)[^\s@/]+(?=@)/g

/** Hides what must not be read in a log: any known secret's value, and whatever has the shape of one. */
export function redact(line: string, secrets: readonly string[] = []): string {
  let clean = line.replaceAll(SECRETS, '[redacted]')
  for (const secret of secrets) if (secret.length >= 6) clean = clean.replaceAll(secret, '[redacted]')
  return clean
}

/**
 * Logs as JSON lines to standard error, or in colour where a person reads along.
 *
 * @param level pino level: fatal, error, warn, info, debug, trace or silent
 * @param secrets values that never stand in a line, whatever field they came in
 */
export function createLog(level: string, secrets: readonly string[] = []): Log {
  const out = { write: (line: string) => void process.stderr.write(redact(line, secrets)) }
  const stream = process.stderr.isTTY
    ? pretty({
        destination: out as unknown as NodeJS.WritableStream,
        colorize: true,
        ignore: 'pid,hostname',
        sync: true,
      })
    : out
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, stream)
}
