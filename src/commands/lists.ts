import { ComponentType } from 'discord.js'
import type { Answer, Component } from '../discord/command.ts'
import { fitted, type RenderedMessage } from '../discord/message.ts'
import { UsageError } from '../errors.ts'
import { type Asker, type Asking, asCurator, inServer } from './asking.ts'
import type { CommandContext } from './context.ts'
import { button, panel } from './reply.ts'

/** A list as it stands now. Rows are markdown, made harmless already. */
export type Listing = {
  title: string
  rows: string[]
  empty: string
  /** A menu under the list: what can be done with some of it. At most 25 choices. */
  menu?: { customId: string; placeholder: string; options: { value: string; label: string }[] }
}
/** Makes one list. `query` narrows it. */
export type Lister = (asker: Asker, query: string, context: CommandContext) => Promise<Listing>

const ROWS = 10
const CHARACTERS = 3200

/**
 * A page of a list, with buttons to the pages beside it. The buttons carry the list's name, the page and the query, so
 * that they work after a restart and always show the list as it is then.
 */
export function drawList(name: string, listing: Listing, page: number, query: string, asker: Asker): RenderedMessage {
  const { say } = asker
  const pages = paginate(listing.rows)
  const at = Math.min(Math.max(page, 0), Math.max(pages.length - 1, 0))
  const shown = pages[at] ?? [listing.empty]
  if (pages.length <= 1) return withMenu(panel(listing.title, [shown.join('\n')]), listing)
  const count = say.text('list.page', { page: at + 1, pages: pages.length, rows: listing.rows.length })
  // A query that does not fit into a button cannot be turned: the first page says how much there is.
  const isLong = idOf(name, 10_000, query).length > 100
  const turns = [
    ...(at > 0 && !isLong ? [button(say.text('list.back'), idOf(name, at - 1, query))] : []),
    ...(at < pages.length - 1 && !isLong ? [button(say.text('list.on'), idOf(name, at + 1, query))] : []),
  ]
  const note = isLong ? `${count} · ${say.text('list.long')}` : count
  return withMenu(panel(listing.title, [shown.join('\n'), `-# ${note}`], [turns]), listing)
}

function withMenu(message: RenderedMessage, { menu }: Listing): RenderedMessage {
  const [frame] = message.components
  if (!menu || menu.options.length === 0 || frame?.type !== ComponentType.Container) return message
  frame.components.push({
    type: ComponentType.ActionRow,
    components: [
      {
        type: ComponentType.StringSelect,
        custom_id: menu.customId,
        placeholder: menu.placeholder.slice(0, 150),
        options: menu.options.slice(0, 25).map(({ value, label }) => ({ value, label: fitted(label, 100) })),
      },
    ],
  })
  return message
}

const idOf = (name: string, page: number, query: string) => `list:${name}:${page}:${query}`

function paginate(rows: string[]): string[][] {
  const pages: string[][] = []
  let length = 0
  for (const row of rows) {
    const last = pages.at(-1)
    if (last && last.length < ROWS && length + row.length < CHARACTERS) {
      last.push(row)
      length += row.length
    } else {
      pages.push([row])
      length = row.length
    }
  }
  return pages
}

/** The first page of a list, in answer to a command. */
export async function showList(
  lister: Lister,
  name: string,
  interaction: Asking,
  query: string,
  context: CommandContext,
): Promise<Answer> {
  const asker = inServer(interaction)
  return { kind: 'message', message: drawList(name, await lister(asker, query, context), 0, query, asker) }
}

/** Turns pages. `curated`: lists that only those who configure may see, as their commands have it. */
export const listComponent = (
  listers: Record<string, Lister>,
  curated: readonly string[],
  context: CommandContext,
): Component => ({
  name: 'list',
  answers: 'update',
  async run(interaction, [name = '', page = '0', ...query]) {
    const asker = curated.includes(name) ? await asCurator(interaction, context) : inServer(interaction)
    const lister = listers[name]
    if (!lister) throw new UsageError(asker.say.text('problem.gone'))
    const asked = query.join(':')
    const message = drawList(name, await lister(asker, asked, context), Number.parseInt(page, 10) || 0, asked, asker)
    return { kind: 'update', message }
  },
})
