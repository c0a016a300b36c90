import { type APIButtonComponent, type APIComponentInContainer, ButtonStyle, ComponentType } from 'discord.js'
import { english, type Say } from '../messages/say.ts'
import type { DigestView, EntryView } from '../model.ts'
import { inline, plain, quotation } from './markdown.ts'
import { LIMITS, type RenderedMessage } from './message.ts'
import { plainEntry } from './plain-digest.ts'

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
  /** Drawn for claims and entries, by their ids: each stands under its own, and is a file of that message. */
  pictures?: Map<string, Picture>
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
export const FRAME = { text: 160, components: 4 }
/** The line that says what is attached, with its file, and the heading of a section that goes on. */
export const ROOM = { text: 120, components: 2, heading: 450 }
/** Of the lines of fragments that stand together. */
const ALSO = 1200
const ENTRY = LIMITS.text - FRAME.text - ROOM.text - ROOM.heading

/** What stands in a digest, in reading order, in parts that are never parted. */
export function blocksOf(view: DigestView, options: RenderOptions): Block[] {
  const title = within([`## ${inline([{ type: 'text', text: view.title }])}`, ...view.summary.map(inline)], 1500)
  const blocks: Block[] = [textBlock(title.join('\n'), null, true)]
  for (const section of view.sections) {
    const heading = `### ${inline(section.heading)}`
    blocks.push(textBlock(within([heading, ...section.notes.map(inline)], 1500).join('\n'), heading, true))
    const picture = options.pictures?.get(section.claimId ?? '')
    if (picture) blocks.push(pictureBlock(picture, heading))
    for (const { entries } of section.groups)
      for (const entry of entries) blocks.push(entryBlock(entry, heading, options))
    for (const lines of portions(
      (section.also ?? []).map((runs) => `-# · ${inline(runs)}`),
      ALSO,
    ))
      blocks.push({ ...textBlock(lines.join('\n'), heading), entries: lines.length })
  }
  for (const { heading, lines } of view.closing) {
    blocks.push(textBlock(`### ${inline(heading)}`, null, true))
    for (const line of within(lines.map(inline), 3000)) blocks.push(textBlock(`-# ${line}`, null))
  }
  return blocks
}

/** Lines together, at most so much text each. */
function portions(lines: string[], most: number): string[][] {
  const found: string[][] = []
  let left = 0
  for (const line of lines) {
    if (line.length + 1 > left) {
      found.push([])
      left = most
    }
    found.at(-1)?.push(line)
    left -= line.length + 1
  }
  return found
}

/** Text by itself. `leads`: not left alone at the end of a message. */
export function textBlock(content: string, section: string | null, leads = false): Block {
  return { components: [{ type: ComponentType.TextDisplay, content }], files: [], section, leads, entries: 0 }
}

/** A picture where it stands, with the same in words. */
const pictureBlock = (picture: Picture, section: string): Block => ({
  components: [gallery(picture)],
  files: [picture],
  section,
  leads: true,
  entries: 0,
})

type Picture = { name: string; data: Uint8Array; description: string }

/** A picture of a message's files, where it stands. */
export const gallery = ({ name, description }: Omit<Picture, 'data'>): APIComponentInContainer => ({
  type: ComponentType.MediaGallery,
  items: [{ media: { url: `attachment://${name}` }, description }],
})

/** A file shown where it stands. */
export const fileBlock = (name: string): Block => ({
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
  const picture = options.pictures?.get(entry.id)
  if (picture) {
    components.push(gallery(picture))
    files.push(picture)
  }
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

/** As many lines from the top as there is room for; one too long is left out. */
function within(lines: string[], most: number): string[] {
  let left = most
  return lines.filter((line) => {
    if (line.length + 1 > left) return false
    left -= line.length + 1
    return true
  })
}

/** What an attached page is called. */
export const fileName = (kind: string, id: string) => `${kind}-${id.replace(/[^\w-]/g, '').slice(0, 40)}.txt`
