import type { ChatInputCommandInteraction } from 'discord.js'
import type { Answer } from '../discord/command.ts'
import { UsageError } from '../errors.ts'
import { loreOf } from '../mentions/word-lore.ts'
import type { Entity } from '../model.ts'
import { ownedId } from '../store/viewer.ts'
import type { Asker } from './asking.ts'
import { noteChange, undoButton } from './changes.ts'
import type { CommandContext } from './context.ts'
import { describeEntity } from './describe-entity.ts'
import { panel, quoted } from './reply.ts'
import { findEntity } from './terms.ts'

/** More than this in one server is a mistake or an attack. */
export const MOST_ENTITIES = 200
const MOST_NAMES = 30

type Options = ChatInputCommandInteraction['options']
type Own = Entity & { owner: string }

/** Names parted by commas, each once. @throws {UsageError} where one is too short or too long, or there are too many */
function names(written: string | null, { say }: Asker): string[] {
  const all = [...new Set((written ?? '').split(/[,;\n]/).map((one) => one.replace(/\s+/g, ' ').trim()))].filter(
    Boolean,
  )
  const wrong = all.find((one) => one.length < 2 || one.length > 60 || !/\p{L}|\p{N}/u.test(one))
  if (wrong) throw new UsageError(say.text('entity.name.wrong', { name: wrong.slice(0, 60) }))
  if (all.length > MOST_NAMES) throw new UsageError(say.text('entity.names.full', { most: MOST_NAMES }))
  return all
}

function handles(written: string | null, { say }: Asker): string[] {
  const all = (written ?? '').split(/[,;\s]+/).filter(Boolean)
  const wrong = all.find((one) => !/^@?\w{1,20}$/.test(one))
  if (wrong) throw new UsageError(say.text('entity.handle.wrong', { handle: wrong.slice(0, 60) }))
  return [...new Set(all.map((one) => one.replace(/^@/, '')))]
}

/** What the options say of an entity; what they do not name stays. @throws {UsageError} */
function withDetails(known: Own, options: Options, asker: Asker, context: CommandContext): Own {
  const written = (name: string) => options.getString(name)
  const clear = written('clear')
  const list = (name: string, before: string[], read: (text: string | null, asker: Asker) => string[] = names) =>
    written(name) === null ? (clear === name ? [] : before) : read(written(name), asker)
  const speaksFor = written('speaks_for')
  const whom = speaksFor === null ? null : findEntity(speaksFor, asker.guildId, context)
  if (speaksFor !== null && !whom)
    throw new UsageError(asker.say.text('entity.unknown', { name: speaksFor.slice(0, 60) }))
  const kept = known.relations.filter(({ type }) => type !== 'spokesperson' || (clear !== 'speaks_for' && !whom))
  return {
    ...known,
    kind: (written('kind') as Entity['kind'] | null) ?? known.kind,
    aliases: list('aliases', known.aliases),
    handles: list('handles', known.handles, handles),
    roles: list('roles', known.roles),
    near: list('near', known.near),
    notNear: list('not_near', known.notNear),
    relations: [...kept, ...(whom ? [{ type: 'spokesperson' as const, of: whom.id }] : [])],
  }
}

/** A name that is a word of its own as well: without words that must stand near it, it is easily mistaken. */
const isAmbiguous = ({ name, near }: Entity) =>
  near.length === 0 && !/\s/.test(name) && Object.keys(loreOf(name.toLowerCase())).length > 0

const spoken = ({ name, aliases, handles: known }: Entity) => [name, ...aliases, ...known]

/** @throws {UsageError} where the name is somebody else's already */
function mustBeFree(name: string, except: string | null, asker: Asker, context: CommandContext): void {
  const other = findEntity(name, asker.guildId, context)
  if (other && other.id !== except)
    throw new UsageError(asker.say.text('entity.already', { name: name.slice(0, 60), other: other.name.slice(0, 60) }))
}

export async function addEntity(options: Options, asker: Asker, context: CommandContext): Promise<Answer> {
  const { guildId, say } = asker
  const [name = ''] = names((options.getString('name') ?? '').replace(/[,;]/g, ' '), asker)
  mustBeFree(name, null, asker, context)
  const own = await context.store.seenBy(guildId).entities.list()
  if (own.length >= MOST_ENTITIES) throw new UsageError(say.text('entity.full', { most: MOST_ENTITIES }))
  const blank = { id: freeId(guildId, name, own), name, kind: 'person' as const, owner: guildId }
  const empty = { aliases: [], handles: [], roles: [], near: [], notNear: [], relations: [] }
  const made = withDetails({ ...blank, ...empty }, options, asker, context)
  return keep(null, made, asker, context)
}

function freeId(guildId: string, name: string, own: Entity[]): string {
  const id = ownedId(guildId, name)
  const taken = new Set(own.map((one) => one.id))
  for (let n = 2; ; n++) {
    const next = n === 2 ? id : `${id}-${n - 1}`
    if (!taken.has(next)) return next
  }
}

/** An entity of this server's own; the operator's are the operator's. @throws {UsageError} */
function findOwn(wanted: string, { guildId, say }: Asker, context: CommandContext): Own {
  const found = findEntity(wanted, guildId, context)
  if (!found) throw new UsageError(say.text('entity.unknown', { name: wanted.slice(0, 60) }))
  if (found.owner !== guildId) throw new UsageError(say.text('entity.foreign', { name: found.name.slice(0, 60) }))
  return { ...found, owner: guildId }
}

export async function editEntity(options: Options, asker: Asker, context: CommandContext): Promise<Answer> {
  const known = findOwn(options.getString('name') ?? '', asker, context)
  const rename = options.getString('rename')
  const [name = known.name] = names(rename?.replace(/[,;]/g, ' ') ?? null, asker)
  if (rename) mustBeFree(name, known.id, asker, context)
  return keep(known, { ...withDetails(known, options, asker, context), name }, asker, context)
}

export async function changeAliases(options: Options, asker: Asker, context: CommandContext): Promise<Answer> {
  const known = findOwn(options.getString('name') ?? '', asker, context)
  const more = names(options.getString('add'), asker)
  const less = new Set(names(options.getString('remove'), asker).map((one) => one.toLowerCase()))
  if (more.length + less.size === 0) throw new UsageError(asker.say.text('entity.alias.none'))
  for (const alias of more) mustBeFree(alias, known.id, asker, context)
  const left = [...new Set([...known.aliases, ...more])].filter((one) => !less.has(one.toLowerCase()))
  if (left.length > MOST_NAMES) throw new UsageError(asker.say.text('entity.names.full', { most: MOST_NAMES }))
  return keep(known, { ...known, aliases: left }, asker, context)
}

async function keep(before: Own | null, made: Own, asker: Asker, context: CommandContext): Promise<Answer> {
  const { store, now } = context
  const { say, guildId } = asker
  const change = await store.transaction(async (tx) => {
    await tx.entities.put(made)
    return noteChange(tx, asker, now(), {
      what: before ? 'entity-edit' : 'entity',
      object: made.name,
      ...(before ? { undo: { kind: 'entity' as const, entity: before } } : {}),
    })
  })
  await context.track({ entityIds: before ? [made.id] : [], words: spoken(made) })
  const paragraphs = [
    describeEntity(made, say, context.entities(guildId)),
    say.text('entity.from.now'),
    ...(isAmbiguous(made) ? [say.text('entity.ambiguous', { name: quoted(made.name, 60) })] : []),
  ]
  const title = say.text(before ? 'entity.edited' : 'entity.added', { name: quoted(made.name, 100) })
  const buttons = before ? [[undoButton(change, asker)]] : []
  return { kind: 'message', message: panel(title, paragraphs, buttons) }
}

export async function removeEntity(wanted: string, asker: Asker, context: CommandContext): Promise<Answer> {
  const { store, now } = context
  const known = findOwn(wanted, asker, context)
  const change = await store.transaction(async (tx) => {
    await tx.entities.remove(asker.guildId, known.id)
    return noteChange(tx, asker, now(), {
      what: 'entity-remove',
      object: known.name,
      undo: { kind: 'entity', entity: known },
    })
  })
  await context.track({ entityIds: [known.id] })
  const done = asker.say.text('entity.removed', { name: quoted(known.name, 100) })
  return { kind: 'message', message: panel('', [done], [[undoButton(change, asker)]]) }
}
