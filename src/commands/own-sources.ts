import { createHash } from 'node:crypto'
import { type Attachment, ComponentType } from 'discord.js'
import type { Answer, Component } from '../discord/command.ts'
import { fitted } from '../discord/message.ts'
import { UsageError } from '../errors.ts'
import type { Source } from '../model.ts'
import { waybackTarget } from '../sources/archive/wayback.ts'
import type { FoundFeed } from '../sources/find-feeds.ts'
import { readOpml } from '../sources/opml.ts'
import { ownedId } from '../store/viewer.ts'
import { type Asker, asCurator } from './asking.ts'
import { readAttachment, withReport } from './attachments.ts'
import { noteChange, undoButton } from './changes.ts'
import type { CommandContext } from './context.ts'
import { panel, quoted, told } from './reply.ts'
import { reasonOf } from './source-test.ts'

/** More than this in one server is a burden on others' machines. */
export const MOST_SOURCES = 100
const MOST_BYTES = 1_000_000

export type SourceWish = { publisher: string | null; pollSeconds: number }
type Own = Source & { owner: string }

/** A feed's address is read and kept; a site's feeds are offered; archived posts begin with `wayback:`. */
export async function addSource(
  written: string,
  wish: SourceWish,
  asker: Asker,
  context: CommandContext,
): Promise<Answer> {
  const { say } = asker
  const address = written.trim()
  if (!address) throw new UsageError(say.text('source.add.nothing'))
  if (/^wayback:/i.test(address)) {
    if (!waybackTarget(address)) throw new UsageError(say.text('source.wayback.wrong'))
    return keep(toSource(address, 'wayback', null, { ...wish, pollSeconds: 86_400 }, asker), asker, context)
  }
  const whole = /^https?:\/\//i.test(address)
    ? address
    : /^[\w-]+(\.[\w-]+)+(\/\S*)?$/.test(address)
      ? `https://${address}`
      : null
  if (!whole || !URL.canParse(whole)) throw new UsageError(say.text('source.address.wrong'))
  await mustBeNew(whole, asker, context)
  const feeds = await findFeeds(whole, asker, context)
  const [first] = feeds
  if (!first) throw new UsageError(say.text('source.add.none', { address: whole.slice(0, 200) }))
  if (first.how === 'the address itself') return keep(toSource(whole, 'feed', first.title, wish, asker), asker, context)
  return offer(whole, feeds, wish, asker)
}

async function findFeeds(address: string, { say }: Asker, { outside }: CommandContext): Promise<FoundFeed[]> {
  try {
    return await outside.find(address)
  } catch (error) {
    throw new UsageError(say.text('source.add.failed', { reason: reasonOf(error, say).slice(0, 400) }))
  }
}

const toSource = (
  address: string,
  kind: Source['kind'],
  title: string | null,
  { publisher, pollSeconds }: SourceWish,
  { guildId, userId }: Asker,
): Own => ({
  id: idOf(address, guildId),
  kind,
  address,
  publisher: publisher ?? (kind === 'feed' ? (title?.slice(0, 60) ?? null) : null),
  enabled: true,
  sample: false,
  pollSeconds: Math.max(pollSeconds, 900),
  owner: guildId,
  addedBy: userId,
})

const idOf = (address: string, guildId: string) =>
  ownedId(
    guildId,
    `${address.replace(/^\w+:(\/\/)?(www\.)?/, '').slice(0, 40)} ${createHash('sha256').update(address).digest('hex').slice(0, 8)}`,
  )

/** @throws {UsageError} where it is read already, for this server or for all */
async function mustBeNew(address: string, { guildId, say }: Asker, { store }: CommandContext): Promise<void> {
  const same = (one: string) => one.replace(/\/$/, '') === address.replace(/\/$/, '')
  const known = (await store.seenBy(guildId).sources.list()).find(({ source }) => same(source.address))
  if (known) throw new UsageError(say.text('source.already', { address: address.slice(0, 200) }))
}

/** Adds one, or several: what there is room for. @throws {UsageError} where nothing can be added */
async function keep(source: Own, asker: Asker, context: CommandContext): Promise<Answer> {
  const { say } = asker
  await mustBeNew(source.address, asker, context)
  const { added } = await keepAll([source], asker, context)
  if (added === 0) throw new UsageError(say.text('source.full', { most: MOST_SOURCES }))
  const name = quoted(source.publisher ?? source.address, 80)
  return told(say.text('source.added', { name, address: quoted(source.address, 200) }))
}

/** Keeps as many as there is room for, in one transaction with the note of it. */
export async function keepAll(
  sources: Own[],
  asker: Asker,
  { store, now }: Pick<CommandContext, 'store' | 'now'>,
): Promise<{ added: number; over: number }> {
  return store.transaction(async (tx) => {
    const own = (await tx.seenBy(asker.guildId).sources.list()).filter(({ source }) => source.owner === asker.guildId)
    const room = sources.slice(0, Math.max(MOST_SOURCES - own.length, 0))
    for (const source of room) {
      await tx.sources.put(source)
      await noteChange(tx, asker, now(), { what: 'source', object: source.address.slice(0, 100) })
    }
    return { added: room.length, over: sources.length - room.length }
  })
}

/** The feeds of a site, to choose from. An address stands in the menu itself, so that it works after a restart. */
function offer(site: string, feeds: FoundFeed[], { pollSeconds }: SourceWish, { say }: Asker): Answer {
  const lines = feeds.map(
    ({ address, title, entries }) =>
      `- **${quoted(title ?? '–', 80)}** · ${quoted(address, 200)} · ${say.count('source.entries', entries)}`,
  )
  const choices = feeds.filter(({ address }) => address.length <= 100).slice(0, 25)
  const message = panel(say.text('source.offer.title', { site: quoted(new URL(site).host, 80) }), [
    lines.join('\n').slice(0, 3000),
  ])
  const [frame] = message.components
  if (frame?.type === ComponentType.Container && choices.length > 0)
    frame.components.push({
      type: ComponentType.ActionRow,
      components: [
        {
          type: ComponentType.StringSelect,
          custom_id: `feeds:${pollSeconds}`,
          placeholder: say.text('source.offer.pick').slice(0, 150),
          min_values: 1,
          max_values: choices.length,
          options: choices.map(({ address, title }) => ({
            label: fitted(title || address, 100),
            description: fitted(address, 100),
            value: address,
          })),
        },
      ],
    })
  return { kind: 'message', message }
}

/** Feeds were chosen from the menu: each is read once more, so that it is what it was. */
export const feedsComponent = (context: CommandContext): Component => ({
  name: 'feeds',
  answers: 'message',
  async run(interaction, [pollSeconds = '1800']) {
    const asker = await asCurator(interaction, context)
    const chosen = interaction.isStringSelectMenu() ? interaction.values : []
    if (chosen.length === 0) throw new UsageError(asker.say.text('problem.gone'))
    const lines: string[] = []
    for (const address of chosen.slice(0, 25)) {
      try {
        const wish = { publisher: null, pollSeconds: Number(pollSeconds) || 1800 }
        const added = await addSource(address, wish, asker, context)
        lines.push(textOf(added))
      } catch (error) {
        if (!(error instanceof UsageError)) throw error
        lines.push(quoted(error.message, 300))
      }
    }
    return told(lines.map((line) => `- ${line}`).join('\n'))
  },
})

function textOf(answer: Answer): string {
  const [part] = answer.kind === 'modal' ? [] : answer.message.components
  const [inner] = part?.type === ComponentType.Container ? part.components : [part]
  return inner?.type === ComponentType.TextDisplay ? inner.content : ''
}

/** The feeds of an OPML list that are not read yet; each is tried at its first poll. */
export async function importOpml(
  file: Attachment,
  wish: SourceWish,
  asker: Asker,
  context: CommandContext,
): Promise<Answer> {
  const { say, guildId } = asker
  const feeds = readOpml(await readAttachment(file, MOST_BYTES, asker, context))
  if (!feeds) throw new UsageError(say.text('source.opml.wrong', { file: file.name.slice(0, 60) }))
  const known = new Set((await context.store.seenBy(guildId).sources.list()).map(({ source }) => source.address))
  const fresh = feeds.filter(({ address }) => !known.has(address) && URL.canParse(address))
  const unusable = feeds.filter(({ address }) => !URL.canParse(address)).map(({ address }) => address)
  const sources = fresh.map(({ address, title }) => toSource(address, 'feed', title, wish, asker))
  const { added, over } = await keepAll(sources, asker, context)
  const already = feeds.length - fresh.length - unusable.length
  const lines = [
    say.text('source.opml.done', { added, already }),
    ...(over > 0 ? [say.text('source.opml.over', { over, most: MOST_SOURCES })] : []),
    ...(added > 0 ? [say.text('source.opml.later')] : []),
  ]
  const reasons = [
    ...unusable.map((address) => say.text('source.opml.address', { address })),
    ...sources.slice(added).map(({ address }) => say.text('source.opml.left', { address })),
  ]
  const message = panel(say.text('source.opml.title', { file: quoted(file.name, 80) }), [lines.join('\n')])
  return { kind: 'message', message: withReport(message, reasons, asker) }
}

/** A source of this server's own, by its id or address. @throws {UsageError} */
async function findOwn(written: string, { guildId, say }: Asker, { store }: CommandContext): Promise<Own> {
  const wanted = written.trim()
  const found = (await store.seenBy(guildId).sources.list()).find(
    ({ source }) => source.id === wanted || source.address === wanted,
  )?.source
  if (!found) throw new UsageError(say.text('source.unknown', { source: wanted.slice(0, 100) }))
  if (found.owner !== guildId) throw new UsageError(say.text('source.foreign', { source: found.address.slice(0, 200) }))
  return { ...found, owner: guildId }
}

export async function removeSource(written: string, asker: Asker, context: CommandContext): Promise<Answer> {
  const { store, now } = context
  const known = await findOwn(written, asker, context)
  const change = await store.transaction(async (tx) => {
    await tx.sources.remove(asker.guildId, known.id)
    const undo = { kind: 'source', source: known } as const
    return noteChange(tx, asker, now(), { what: 'source-remove', object: known.address.slice(0, 100), undo })
  })
  const done = asker.say.text('source.removed', { address: quoted(known.address, 200) })
  return { kind: 'message', message: panel('', [done], [[undoButton(change, asker)]]) }
}

export async function pauseSource(
  written: string,
  enabled: boolean,
  asker: Asker,
  context: CommandContext,
): Promise<Answer> {
  const { store, now } = context
  const known = await findOwn(written, asker, context)
  await store.transaction(async (tx) => {
    await tx.sources.put({ ...known, enabled })
    const what = enabled ? 'source-resume' : 'source-pause'
    await noteChange(tx, asker, now(), { what, object: known.address.slice(0, 100) })
  })
  const done = enabled ? 'source.resumed' : 'source.paused'
  return told(asker.say.text(done, { address: quoted(known.address, 200) }))
}
