import { ComponentType } from 'discord.js'
import { english, type Say } from '../messages/say.ts'
import type { DigestView } from '../model.ts'
import { ACCENT, type Block, blocksOf, fileName, type RenderOptions } from './blocks.ts'
import type { RenderedMessage } from './message.ts'
import { plainDigest } from './plain-digest.ts'

/** Of one embed's description, with room for the heading of a section that goes on (4096 are allowed). */
const DESCRIPTION = 3900
const FILES = 9

/**
 * The same digest in embeds: one to a message, its text that of the components. No quotation is cut. Pure.
 *
 * @returns at least one message
 */
export function renderEmbeds(view: DigestView, options: RenderOptions): RenderedMessage[] {
  const { say = english, mostMessages = 5, roleId } = options
  const pages = pack(blocksOf(view, options), say)
  const shown = pages.slice(0, mostMessages)
  const left = pages
    .slice(mostMessages)
    .flat()
    .reduce((sum, { entries }) => sum + entries, 0)
  return shown.map((page, i): RenderedMessage => {
    const isLast = i === shown.length - 1
    const files = page.flatMap((block) => block.files)
    const lines = page.map(textOf).filter((line) => line !== '')
    if (isLast && left > 0) {
      lines.push(say.count('digest.attached', left))
      files.push({ name: fileName('digest', view.id), data: plainDigest(view) })
    }
    const footer = say.text('digest.part', { id: view.id.slice(0, 20), part: i + 1, parts: shown.length })
    return {
      components: [],
      embeds: [
        { description: lines.join('\n\n'), color: ACCENT[view.tone], ...(view.id ? { footer: { text: footer } } : {}) },
      ],
      files,
      allowedMentions: roleId && i === 0 ? { parse: [], roles: [roleId] } : { parse: [] },
      ...(roleId && i === 0 ? { content: `<@&${roleId}>` } : {}),
    }
  })
}

/** The text of a block. Small print is plain in embeds of older clients, which show its mark. */
const textOf = ({ components }: Block): string =>
  components.flatMap((one) => (one.type === ComponentType.TextDisplay ? [one.content] : [])).join('\n')

function pack(blocks: Block[], say: Say): Block[][] {
  const pages: Block[][] = []
  let page: Block[] = []
  const fits = (some: Block[]) =>
    some.reduce((sum, block) => sum + textOf(block).length + 2, 120) <= DESCRIPTION &&
    some.reduce((sum, block) => sum + block.files.length, 0) <= FILES
  for (const block of blocks) {
    if (page.length > 0 && !fits([...page, block])) {
      pages.push(page)
      page = []
      if (block.section && block.entries > 0)
        page.push({ ...block, entries: 0, files: [], components: [heading(block.section, say)] })
    }
    page.push(block)
  }
  if (page.length > 0) pages.push(page)
  return pages
}

const heading = (section: string, say: Say) => ({
  type: ComponentType.TextDisplay as const,
  content: `${section} ${say.text('digest.continued')}`,
})
