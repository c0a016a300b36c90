import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import { readEnvironment, type Settings } from './config/environment.ts'
import { type Pack, readPacks } from './config/packs.ts'
import { readYaml } from './config/read-yaml.ts'
import { ClaimsFile, ConfigFile, toClaims, toEntities, toSources, toSubscriptions } from './config/schema.ts'
import { ConfigError } from './errors.ts'
import type { Claim, Entity, Source, Subscription } from './model.ts'

/** Everything an operator decides, checked and typed. Read once at the door; read again on SIGHUP and on change. */
export type Config = Settings & {
  /** Absolute path of the config file. */
  file: string
  /** Every file this config was read from, so that a change of any of them is noticed. */
  files: string[]
  sources: Source[]
  entities: Entity[]
  claims: Claim[]
  /** Subscriptions that the config itself holds; those of Discord are in the store. */
  subscriptions: Subscription[]
  /** How many of its newest items a source's first poll may post. */
  firstPollItems: number
  /** How politely the Wayback Machine is asked. */
  wayback: { indexGapSeconds: number; captureGapSeconds: number; pageRows: number; findCopies: boolean }
  /** Named in the User-Agent, so that a publisher can write to the operator. */
  contact: string | null
  /** How long things are kept, in seconds; null is for ever. */
  keep: { documents: number | null; digests: number | null; changes: number | null; leftServers: number }
  /** Discord channel that is told when something stays wrong. */
  operatorChannel: string | null
  /** From which probability on the operator calls it a match, null for what was learnt. */
  matchThreshold: number | null
  /** What compares claims by their meaning: the encoder that ships, a service, a model folder. Null where nothing is said. */
  encoder: 'none' | 'local' | { url: string; model: string } | { folder: string } | null
  /** With more claims of the operator's than this, the store finds the candidates. */
  claimsInMemory: number
  /** Topics that `/setup` offers: the files of `packs/` beside the config. */
  packs: Pack[]
  /** What a machine without internet shows: sources, entities and claims that are invented. */
  sample: Pick<Config, 'sources' | 'entities' | 'claims'> | null
}

/**
 * Reads config files and environment, checks all of it, and names every fault at once.
 *
 * @param options.config path of the config file; wins over ONRECORD_CONFIG
 * @param options.data path of the data folder; wins over ONRECORD_DATA
 * @throws {ConfigError} with a line for each fault: file, line, key, what to do. Never a value of the environment.
 */
export async function loadConfig(
  options: { config?: string | undefined; data?: string | undefined } = {},
): Promise<Config> {
  if (existsSync('.env')) process.loadEnvFile('.env')
  return readConfig(process.env, options)
}

/** As `loadConfig`, from an environment that is handed in. @throws {ConfigError} */
export function readConfig(
  env: Record<string, string | undefined>,
  options: { config?: string | undefined; data?: string | undefined } = {},
): Config {
  const faults: string[] = []
  const settings = readEnvironment(env, options, faults)
  const main = readPart(resolve(settings.configPath), false, faults)
  const sample = main?.sample ? readPart(resolve(dirname(main.file), main.sample), true, faults) : null
  if (main && sample) {
    const known = new Set(main.entities.map(({ id }) => id))
    for (const { id } of sample.entities)
      if (known.has(id)) faults.push(`${sample.file}: entity “${id}” is already in ${main.file}; give it another id`)
  }
  const packs = main ? readPacks(resolve(dirname(main.file), 'packs'), faults) : []
  if (faults.length > 0 || !main) throw new ConfigError(faults)
  const { sources, entities, claims, subscriptions, firstPollItems, wayback, contact, operatorChannel, keep, file } =
    main
  const { matchThreshold, encoder, claimsInMemory } = main
  return {
    ...settings,
    file,
    files: [...main.files, ...(sample?.files ?? [])],
    sources,
    entities,
    claims,
    subscriptions,
    firstPollItems,
    wayback,
    contact,
    operatorChannel,
    matchThreshold,
    encoder,
    claimsInMemory,
    packs,
    keep,
    sample: sample && { sources: sample.sources, entities: sample.entities, claims: sample.claims },
  }
}

/** One config file with the claims file it names. Null where it could not be read; the faults say why. */
function readPart(path: string, isSample: boolean, faults: string[]) {
  const before = faults.length
  const file = readYaml(path, ConfigFile, faults)
  if (!file) return null
  const files = [path]
  const entities = toEntities(file.value, file, faults)
  const sources = toSources(file.value, file, isSample, faults)
  const subscriptions = toSubscriptions(file.value, file, faults)
  let claims: Claim[] = []
  if (file.value.claims) {
    const claimsPath = resolve(dirname(path), file.value.claims)
    const claimsFile = readYaml(claimsPath, ClaimsFile, faults)
    files.push(claimsPath)
    if (claimsFile) claims = toClaims(claimsFile.value, claimsFile, faults)
  }
  if (faults.length > before) return null
  const { sample, firstPollItems, wayback, contact, operatorChannel, keep, matchThreshold, encoder, claimsInMemory } =
    file.value
  return {
    file: path,
    files,
    sources,
    entities,
    claims,
    subscriptions,
    sample,
    firstPollItems,
    wayback,
    contact: contact ?? null,
    operatorChannel: operatorChannel ?? null,
    keep: {
      documents: keep.documents ?? null,
      digests: keep.digests ?? null,
      changes: keep.changes ?? null,
      leftServers: keep.leftServers,
    },
    matchThreshold: matchThreshold ?? null,
    encoder:
      typeof encoder === 'object' && 'folder' in encoder
        ? { folder: resolve(dirname(path), encoder.folder) }
        : (encoder ?? null),
    claimsInMemory,
  }
}

/** The version and name this program gives of itself. */
export const program = z
  .object({ name: z.string(), version: z.string() })
  .parse(JSON.parse(readFileSync(resolve(import.meta.dirname, '../package.json'), 'utf8')))
