import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { Cron } from 'croner'
import { z } from 'zod'
import type { Claim, Entity, Source, SourceKind, Subscription } from '../model.ts'
import type { YamlFile } from './read-yaml.ts'

const word = z.string({ error: 'must be text' }).trim().min(1, { error: 'must not be empty' })
const words = z.array(word, { error: 'must be a list of texts' }).default([])
const id = word.regex(/^[a-z0-9][a-z0-9-]*$/, { error: 'must be lower-case letters, digits and hyphens' })
/** Numbers that YAML reads where a text was meant, such as a year as a date. */
const loose = z.preprocess((value) => (typeof value === 'number' ? String(value) : value), word)

const UNIT = { s: 1, m: 60, h: 3600, d: 86400 } as const
const duration = z
  .string({ error: 'must be a time such as 90s, 15m, 2h or 1d' })
  .regex(/^\d+[smhd]$/, { error: 'must be a time such as 90s, 15m, 2h or 1d' })
  .transform((text) => Number.parseInt(text, 10) * UNIT[text.at(-1) as keyof typeof UNIT])

const SourceEntry = z.strictObject({
  id: id.optional(),
  kind: z
    .enum(['feed', 'page', 'file', 'wayback', 'tweets'], { error: 'must be feed, page, file, wayback or tweets' })
    .optional(),
  address: word,
  publisher: word.optional(),
  every: duration.default(1800),
  atLeastEvery: duration.optional(),
  enabled: z.boolean({ error: 'must be true or false' }).default(true),
})
const EntityEntry = z.strictObject({
  id: id.optional(),
  name: word,
  kind: z.enum(['person', 'organisation', 'group'], { error: 'must be person, organisation or group' }),
  aliases: words,
  handles: z.array(word.regex(/^@?\w{1,20}$/, { error: 'must be a handle such as @name' })).default([]),
  roles: words,
  near: words,
  notNear: words,
  relations: z
    .array(
      z.strictObject({
        type: z.enum(['spokesperson', 'member', 'part'], { error: 'must be spokesperson, member or part' }),
        of: id,
      }),
    )
    .default([]),
})
const SubscriptionEntry = z.strictObject({
  id,
  to: z.literal('terminal', { error: 'must be terminal; channels subscribe with /subscribe' }).default('terminal'),
  schedule: word,
  timeZone: word.default('UTC'),
})
const ReviewEntry = z.strictObject({
  publisher: word.optional(),
  url: word.optional(),
  rating: word.optional(),
  reviewed: loose.optional(),
})
const ClaimEntry = z.strictObject({
  id,
  text: word,
  title: word.optional(),
  claimant: word.optional(),
  date: loose.optional(),
  paraphrases: words,
  reviews: z.array(ReviewEntry).default([]),
  status: z.enum(['active', 'retired'], { error: 'must be active or retired' }).default('active'),
})

const kept = duration.refine((seconds) => seconds >= 30 * 86_400, { error: 'must be 30d or more' })
const KeepEntry = z.strictObject({
  documents: kept.optional(),
  digests: kept.optional(),
  changes: kept.optional(),
  leftServers: duration.default(30 * 86_400),
})
const seconds = (fallback: number) =>
  z.number({ error: 'must be a number of seconds' }).min(0).max(3600).default(fallback)

export const ConfigFile = z.strictObject({
  contact: word.optional(),
  operatorChannel: word
    .regex(/^\d{15,21}$/, { error: 'must be the number of a Discord channel, in quotation marks' })
    .optional(),
  sources: z.array(SourceEntry, { error: 'must be a list' }).default([]),
  entities: z.array(EntityEntry, { error: 'must be a list' }).default([]),
  subscriptions: z.array(SubscriptionEntry, { error: 'must be a list' }).default([]),
  keep: KeepEntry.prefault({}),
  claims: word.optional(),
  sample: word.optional(),
  encoder: z
    .union(
      [
        z.enum(['none', 'local']),
        z.strictObject({ url: z.url({ protocol: /^https?$/ }), model: word }),
        z.strictObject({ folder: word }),
      ],
      { error: 'must be none, local, { url, model } of an OpenAI-compatible service, or { folder } of a local model' },
    )
    .optional(),
  claimsInMemory: z.number({ error: 'must be a number' }).int().min(0).default(1_000_000),
  matchThreshold: z
    .number({ error: 'must be a number' })
    .min(0.2, { error: 'must be at least 0.2' })
    .max(0.99, { error: 'must be at most 0.99' })
    .optional(),
  firstPollItems: z.number({ error: 'must be a number' }).int().min(0).default(5),
  wayback: z
    .strictObject({
      indexGapSeconds: seconds(2.5),
      captureGapSeconds: seconds(1),
      findCopies: z.boolean({ error: 'must be true or false' }).default(false),
      pageRows: z.number({ error: 'must be a number' }).int().min(1).max(5000).default(500),
    })
    .prefault({}),
})
export const ClaimsFile = z.strictObject({ claims: z.array(ClaimEntry, { error: 'must be a list' }) })

/** A topic to begin with: what `/setup` offers. */
export const PackFile = z.strictObject({
  title: word,
  about: word,
  sources: z.array(SourceEntry, { error: 'must be a list' }).min(1, { error: 'must name at least one source' }),
  entities: z.array(EntityEntry, { error: 'must be a list' }).min(1, { error: 'must name at least one entity' }),
})

type ConfigValue = Pick<z.output<typeof ConfigFile>, 'sources' | 'entities' | 'subscriptions'>

/** Lower-case letters, digits and hyphens of a name: a stable id where none was given. */
export const slug = (name: string): string =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '') || 'unnamed'

export function toSources(
  value: Pick<ConfigValue, 'sources'>,
  file: YamlFile<unknown>,
  sample: boolean,
  faults: string[],
): Source[] {
  const taken = new Map<string, number>()
  return value.sources.map((entry, i) => {
    const at = (key: string) => file.at(['sources', i, key])
    const kind = entry.kind ?? guessKind(entry.address)
    let { address } = entry
    if (/^https?:\/\//.test(address)) {
      if (!URL.canParse(address)) faults.push(`${at('address')}: is not a whole address`)
    } else if (kind === 'wayback') {
      if (!/^wayback:[\w.-]+\/\w/.test(address))
        faults.push(`${at('address')}: must look like wayback:twitter.com/NAME`)
    } else if (/^[a-z]+:\/\//i.test(address)) {
      faults.push(`${at('address')}: must begin with http:// or https://, or be a path`)
    } else {
      const beside = resolve(dirname(file.path), address)
      address = existsSync(beside) || !existsSync(resolve(address)) ? beside : resolve(address)
    }
    const sourceId =
      (sample ? 'sample-' : '') + (entry.id ?? slug(entry.address.replace(/^https?:\/\/(www\.)?/, '')).slice(0, 60))
    const first = taken.get(sourceId)
    if (first !== undefined)
      faults.push(`${at('id')}: “${sourceId}” is taken by sources[${first}]; give each source its own id`)
    taken.set(sourceId, i)
    return {
      id: sourceId,
      kind,
      address,
      publisher: entry.publisher ?? null,
      enabled: entry.enabled,
      sample,
      pollSeconds: Math.max(entry.every, 10),
      ...(entry.atLeastEvery ? { slowestSeconds: Math.max(entry.atLeastEvery, entry.every, 10) } : {}),
    }
  })
}

function guessKind(address: string): SourceKind {
  if (address.startsWith('wayback:')) return 'wayback'
  if (/^https?:\/\//.test(address)) return 'feed'
  return /\.(jsonl|ndjson)(\.(gz|bz2|zst))?$/i.test(address) ? 'tweets' : 'file'
}

export function toEntities(value: Pick<ConfigValue, 'entities'>, file: YamlFile<unknown>, faults: string[]): Entity[] {
  const taken = new Map<string, number>()
  const entities = value.entities.map((entry, i) => {
    const entityId = entry.id ?? slug(entry.name)
    const first = taken.get(entityId)
    if (first !== undefined)
      faults.push(`${file.at(['entities', i, 'id'])}: “${entityId}” is taken by entities[${first}]`)
    taken.set(entityId, i)
    return { ...entry, id: entityId, handles: entry.handles.map((handle) => handle.replace(/^@/, '')) }
  })
  for (const [i, entity] of entities.entries())
    for (const [j, relation] of entity.relations.entries())
      if (!taken.has(relation.of))
        faults.push(
          `${file.at(['entities', i, 'relations', j, 'of'])}: there is no entity with the id “${relation.of}”`,
        )
  return entities
}

export function toSubscriptions(value: ConfigValue, file: YamlFile<unknown>, faults: string[]): Subscription[] {
  return value.subscriptions.map((entry, i) => {
    const fault = scheduleFault(entry.schedule, entry.timeZone)
    if (fault) faults.push(`${file.at(['subscriptions', i, fault.key])}: ${fault.reason}`)
    return {
      id: `terminal:${entry.id}`,
      target: { kind: 'terminal' as const },
      schedule: entry.schedule,
      timeZone: entry.timeZone,
      createdBy: null,
      createdAt: '1970-01-01T00:00:00.000Z',
      pausedBecause: null,
      nextDigestAt: null,
    }
  })
}

/** What is wrong with a schedule or its time zone, null where nothing is. */
export function scheduleFault(
  schedule: string,
  timeZone: string,
): { key: 'schedule' | 'timeZone'; reason: string } | null {
  try {
    Intl.DateTimeFormat('en', { timeZone })
  } catch {
    return { key: 'timeZone', reason: `“${timeZone}” is no time zone; write one such as Europe/Berlin` }
  }
  try {
    if (schedule.trim().split(/\s+/).length !== 5) throw new RangeError('five fields')
    if (new Cron(schedule, { timezone: timeZone }).nextRun()) return null
  } catch {
    // told below
  }
  return { key: 'schedule', reason: `“${schedule}” is no cron expression of five fields such as 0 8 * * 1-5` }
}

export function toClaims(value: z.output<typeof ClaimsFile>, file: YamlFile<unknown>, faults: string[]): Claim[] {
  const taken = new Map<string, number>()
  return value.claims.map((entry, i) => {
    const first = taken.get(entry.id)
    if (first !== undefined) faults.push(`${file.at(['claims', i, 'id'])}: “${entry.id}” is taken by claims[${first}]`)
    taken.set(entry.id, i)
    return {
      ...entry,
      title: entry.title ?? null,
      claimant: entry.claimant ?? null,
      date: entry.date ?? null,
      figures: [],
      reviews: entry.reviews.map((review) => ({
        publisher: review.publisher ?? null,
        url: review.url ?? null,
        rating: review.rating ?? null,
        reviewed: review.reviewed ?? null,
      })),
      owner: 'operator',
    }
  })
}
