import { resolve } from 'node:path'
import { z } from 'zod'

/** What the environment and the command line decide. */
export type Settings = {
  configPath: string
  /** Absolute path of the folder that holds the embedded store. */
  dataFolder: string
  discord: { token: string; guildId: string | null; apiUrl: string | null } | null
  store: { kind: 'sqlite' } | { kind: 'postgres'; url: string }
  waybackUrl: string
  /** CIDR ranges that outgoing requests may reach although they are private. */
  allowAddresses: string[]
  /** Port on loopback, null where the page is off. */
  previewPort: number | null
  metricsPort: number | null
  /** Sent to the encoder's service. */
  encoderKey: string | null
  /** Of the Internet Archive, `access:secret`: copies of what is reported are ordered with it. Null orders none. */
  archiveKey: string | null
  logLevel: string
  /** Values that must never be shown. */
  secrets: string[]
}

const port = z.coerce
  .number({ error: 'must be a port number, or 0 to switch it off' })
  .int()
  .min(0)
  .max(65535, { error: 'must be at most 65535' })
const optional = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional())

const Environment = z.object({
  DISCORD_TOKEN: optional(z.string().min(20, { error: 'is too short for a Discord bot token' })),
  DISCORD_GUILD_ID: optional(
    z.string().regex(/^\d{15,21}$/, { error: 'must be the number that Discord gives a server' }),
  ),
  DISCORD_API_URL: optional(z.url({ protocol: /^https?$/, error: 'must be an http or https address' })),
  DATABASE_URL: optional(
    z.url({ protocol: /^postgres(ql)?$/, error: 'must begin with postgres:// (leave it out to use one SQLite file)' }),
  ),
  ONRECORD_CONFIG: optional(z.string()),
  ONRECORD_DATA: optional(z.string()),
  WAYBACK_URL: optional(z.url({ protocol: /^https?$/, error: 'must be an http or https address' })),
  ALLOW_ADDRESSES: optional(
    z.string().regex(/^[\da-f.:]+\/\d+(\s*,\s*[\da-f.:]+\/\d+)*$/i, { error: 'must be CIDR ranges parted by commas' }),
  ),
  PREVIEW_PORT: optional(port),
  METRICS_PORT: optional(port),
  ENCODER_KEY: optional(z.string()),
  ARCHIVE_ORG_KEY: optional(
    z.string().regex(/^[^\s:]+:[^\s:]+$/, { error: 'must be the access key, a colon and the secret key' }),
  ),
  LOG_LEVEL: optional(
    z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      error: 'must be fatal, error, warn, info, debug, trace or silent',
    }),
  ),
})

/**
 * Checks the environment; faults name the variable and what it must be, never its value.
 *
 * @param faults gets one line for each fault
 */
export function readEnvironment(
  env: Record<string, string | undefined>,
  options: { config?: string | undefined; data?: string | undefined },
  faults: string[],
): Settings {
  const parsed = Environment.safeParse(env)
  const failed = new Set<string>()
  for (const issue of parsed.error?.issues ?? []) {
    const name = String(issue.path[0])
    if (!failed.has(name)) faults.push(`environment: ${name} ${issue.message}`)
    failed.add(name)
  }
  const value = parsed.data ?? {}
  const { DISCORD_TOKEN: token, DATABASE_URL: url, PREVIEW_PORT: preview, METRICS_PORT: metrics } = value
  return {
    configPath: options.config ?? value.ONRECORD_CONFIG ?? resolve(import.meta.dirname, '../../config/onrecord.yaml'),
    dataFolder: resolve(options.data ?? value.ONRECORD_DATA ?? 'data'),
    discord: token
      ? { token, guildId: value.DISCORD_GUILD_ID ?? null, apiUrl: value.DISCORD_API_URL?.replace(/\/+$/, '') ?? null }
      : null,
    store: url ? { kind: 'postgres', url } : { kind: 'sqlite' },
    waybackUrl: value.WAYBACK_URL ?? 'https://web.archive.org',
    allowAddresses: value.ALLOW_ADDRESSES?.split(',').map((range) => range.trim()) ?? [],
    previewPort: preview === 0 ? null : (preview ?? 8787),
    metricsPort: metrics === 0 ? null : (metrics ?? 9464),
    encoderKey: value.ENCODER_KEY ?? null,
    archiveKey: value.ARCHIVE_ORG_KEY ?? null,
    logLevel: value.LOG_LEVEL ?? 'info',
    secrets: [
      token,
      value.ENCODER_KEY,
      value.ARCHIVE_ORG_KEY,
      value.ARCHIVE_ORG_KEY?.split(':')[1],
      url && new URL(url).password,
    ].filter((secret): secret is string => Boolean(secret)),
  }
}
