import { type APIComponentInContainer, ComponentType, SeparatorSpacingSize } from 'discord.js'
import { english, type Say } from '../messages/say.ts'
import type { DigestView, EntryView } from '../model.ts'
import {
  ACCENT,
  type Block,
  blocksOf,
  entryBlock,
  FRAME,
  fileBlock,
  fileName,
  type RenderOptions,
  ROOM,
  textBlock,
} from './blocks.ts'
import { inline } from './markdown.ts'
import { LIMITS, type RenderedMessage } from './message.ts'
import { plainDigest } from './plain-digest.ts'
import { renderEmbeds } from './render-embeds.ts'

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
