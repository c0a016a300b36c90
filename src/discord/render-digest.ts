import {
  type APIButtonComponent,
  type APIComponentInContainer,
  ButtonStyle,
  ComponentType,
  SeparatorSpacingSize,
} from 'discord.js'
import { english, type Say } from '../messages/say.ts'
import type { DigestView, EntryView } from '../model.ts'
import { inline, plain, quotation } from './markdown.ts'
import { LIMITS, type RenderedMessage } from './message.ts'
import { plainDigest, plainEntry } from './plain-digest.ts'
import { renderEmbeds } from './render-embeds.ts'

/** Colour of the bar beside a message, by the most urgent thing in it. Readable on Discord's dark and light. */
export const ACCENT = { plain: 0x4f7cac, notable: 0xc98a1b, urgent: 0xd0383f } as const

export type RenderOptions = {
  say?: Say
  /** What does not fit into so many messages is attached as one page. */
  mostMessages?: number
  /** Buttons that stand with each entry, after its links. */
  actions?: (entry: EntryView) => APIButtonComponent[]
  /** Embeds for servers whose readers prefer them, or whose tools do not know components yet. */
  form?: 'components' | 'embeds'
  /** A role that the first message mentions. */
  roleId?: string
}

/** What stands together in one message: its components, how many they are counted nested, and its text. */
export type Block = {
  components: APIComponentInContainer[]
  files: RenderedMessage['files']
  /** Repeated on top of the next message where a section goes on there. */
  section: string | null
  /** A heading is not left alone at the end of a message. */
  leads: boolean
  entries: number
}

/** A footer of at most so much text, a container and a separator are in every message. */
const FRAME = { text: 160, components: 4 }
/** The line that says what is attached, with its file, and the heading of a section that goes on. */
const ROOM = { text: 120, components: 2, heading: 450 }
const ENTRY = LIMITS.text - FRAME.text - ROOM.text - ROOM.heading

/**
 * A digest as messages, each inside every limit of Discord. No quotation is cut: what is longer than a message is
 * attached whole. Pure.
 *
 * @returns at least one message
 */
export function renderDigest(view: DigestView, options: RenderOptions = {}): RenderedMessage[] {
  if (options.form === 'embeds') return renderEmbeds(view, options)
  const { say = english, mostMessages = 5 } = options
  const pages = pack(blocksOf(view, options), say)
  const shown = pages.slice(0, mostMessages)
  const left = pages.slice(mostMessages).flat()
  const messages = shown.map((blocks, i) => {
    const name = fileName('digest', view.id)
    const over = i === shown.length - 1 && left.length > 0
    if (over) {
      const count = left.reduce((sum, { entries }) => sum + entries, 0)
      blocks.push({ ...textBlock(inline([{ type: 'text', text: say.count('digest.attached', count) }]), null) })
      blocks.push({ ...fileBlock(name), files: [{ name, data: plainDigest(view) }] })
    }
    return frame(blocks, view, say.text('digest.part', { id: view.id.slice(0, 20), part: i + 1, parts: shown.length }))
  })
  const [first] = messages
  if (options.roleId && first) {
    first.components.unshift({ type: ComponentType.TextDisplay, content: `<@&${options.roleId}>` })
    first.allowedMentions.roles = [options.roleId]
  }
  return messages
}

/** One entry as a message of its own, as lookups show it. */
export function renderEntry(view: EntryView, options: RenderOptions = {}): RenderedMessage {
  const block = entryBlock(view, null, options)
  return container(block.components, block.files, view.tone)
}

/** What stands in a digest, in reading order, in parts that are never parted. */
export function blocksOf(view: DigestView, options: RenderOptions): Block[] {
  const title = within([`## ${inline([{ type: 'text', text: view.title }])}`, ...view.summary.map(inline)], 1500)
  const blocks: Block[] = [textBlock(title.join('\n'), null, true)]
  for (const section of view.sections) {
    const heading = `### ${inline(section.heading)}`
    blocks.push(textBlock(within([heading, ...section.notes.map(inline)], 1500).join('\n'), heading, true))
    for (const { entries } of section.groups)
      for (const entry of entries) blocks.push(entryBlock(entry, heading, options))
  }
  for (const { heading, lines } of view.closing) {
    blocks.push(textBlock(`### ${inline(heading)}`, null, true))
    for (const line of within(lines.map(inline), 3000)) blocks.push(textBlock(`-# ${line}`, null))
  }
  return blocks
}

function textBlock(content: string, section: string | null, leads = false): Block {
  return { components: [{ type: ComponentType.TextDisplay, content }], files: [], section, leads, entries: 0 }
}

const fileBlock = (name: string): Block => ({
  components: [{ type: ComponentType.File, file: { url: `attachment://${name}` } }],
  files: [],
  section: null,
  leads: false,
  entries: 0,
})

/** Who, the words, what they mean for a claim, where to check: and buttons for the addresses worth one. */
export function entryBlock(entry: EntryView, section: string | null, options: RenderOptions): Block {
  const { say = english, actions } = options
  const head = inline(entry.head)
  const words = entry.quotation.map(quotation)
  const identity = entry.sources.slice(-1).map((line) => `-# ${inline(line)}`)
  const support = [...entry.findings.map(inline), ...entry.sources.slice(0, -1).map((line) => `-# ${inline(line)}`)]
  const components: APIComponentInContainer[] = []
  const files: RenderedMessage['files'] = []
  const least = [head, ...words, ...support.slice(0, 1), ...identity].join('\n').length
  if (least > ENTRY) {
    const length = say.number(entry.quotation.reduce((sum, runs) => sum + plain(runs).length, 0))
    words.splice(0, words.length, `*${say.text('digest.long', { length })}*`)
    files.push({ name: fileName('record', entry.id), data: plainEntry(entry) })
  }
  const room = ENTRY - [head, ...words, ...identity].join('\n').length
  const content = [head, ...words, ...within(support, room), ...identity].join('\n')
  components.push({ type: ComponentType.TextDisplay, content })
  for (const { name } of files) components.push(...fileBlock(name).components)
  const links = entry.links
    .filter(({ url }) => url.length <= LIMITS.address)
    .map(
      ({ label, url }): APIButtonComponent => ({
        type: ComponentType.Button,
        style: ButtonStyle.Link,
        label: [...label].slice(0, LIMITS.buttonLabel / 2).join(''),
        url,
      }),
    )
  const buttons = [...links, ...(actions?.(entry) ?? [])].slice(0, 5)
  if (buttons.length > 0) components.push({ type: ComponentType.ActionRow, components: buttons })
  return { components, files, section, leads: false, entries: 1 }
}

/** Fills messages in reading order; a block is never parted, a heading never left behind. */
function pack(blocks: Block[], say: Say): Block[][] {
  const pages: Block[][] = []
  let page: Block[] = []
  for (const block of blocks) {
    if (page.length > 0 && !fits([...page, block])) {
      const held: Block[] = []
      while (page.length > 1 && page.at(-1)?.leads) held.unshift(page.pop() as Block)
      pages.push(page)
      page = held
      if (held.length > 0 && !fits([...held, block])) pages.push(held.splice(0))
      const goesOn = block.section && !held.some(({ section }) => section === block.section)
      if (goesOn) page.unshift(textBlock(`${block.section} ${say.text('digest.continued')}`, block.section, true))
    }
    page.push(block)
  }
  if (page.length > 0) pages.push(page)
  return pages
}

/** Room is left for the line about what is attached, and its file. */
function fits(page: Block[]): boolean {
  const parts = page.flatMap(({ components }) => components)
  const files = page.reduce((sum, block) => sum + block.files.length, 0)
  return (
    textLength(parts) + FRAME.text + ROOM.text <= LIMITS.text &&
    countComponents(parts) + page.length + FRAME.components + ROOM.components <= LIMITS.components &&
    files + 1 <= LIMITS.files
  )
}

/** As many lines from the top as there is room for; one too long is left out. */
function within(lines: string[], most: number): string[] {
  let left = most
  return lines.filter((line) => {
    if (line.length + 1 > left) return false
    left -= line.length + 1
    return true
  })
}

type Part = { type: number; content?: string; components?: Part[]; accessory?: Part }

/** Components counted with those inside them. */
export function countComponents(parts: readonly object[]): number {
  return (parts as Part[]).reduce(
    (sum, { components = [], accessory }) => sum + 1 + countComponents(components) + (accessory ? 1 : 0),
    0,
  )
}

const textLength = (parts: readonly object[]): number =>
  (parts as Part[]).reduce((sum, { content = '', components = [] }) => sum + content.length + textLength(components), 0)

function frame(blocks: Block[], view: DigestView, footer: string): RenderedMessage {
  const components = blocks.flatMap((block, i): APIComponentInContainer[] => [
    ...(i > 0 && !blocks[i - 1]?.leads && (block.entries > 0 || block.leads) ? [divider] : []),
    ...block.components,
  ])
  if (view.id) components.push(divider, { type: ComponentType.TextDisplay, content: `-# ${footer}` })
  return container(
    components,
    blocks.flatMap(({ files }) => files),
    view.tone,
  )
}

/** What an attached page is called. */
export const fileName = (kind: string, id: string) => `${kind}-${id.replace(/[^\w-]/g, '').slice(0, 40)}.txt`

const divider = { type: ComponentType.Separator, divider: true, spacing: SeparatorSpacingSize.Small } as const

function container(
  components: APIComponentInContainer[],
  files: RenderedMessage['files'],
  tone: EntryView['tone'],
): RenderedMessage {
  return {
    components: [{ type: ComponentType.Container, accent_color: ACCENT[tone], components }],
    files,
    allowedMentions: { parse: [] },
  }
}
