import { type APIButtonComponent, type APIComponentInContainer, ButtonStyle, ComponentType } from 'discord.js'
import { ACCENT } from '../discord/blocks.ts'
import type { Answer } from '../discord/command.ts'
import { neutral } from '../discord/markdown.ts'
import { fitted, LIMITS, type RenderedMessage, textMessage } from '../discord/message.ts'
import type { Say } from '../messages/say.ts'

/** A plain answer. The paragraphs are ours; words from outside in them went through `quoted`. */
export const told = (...paragraphs: string[]): Answer => ({
  kind: 'message',
  message: textMessage(...paragraphs.filter((one) => one.trim() !== '')),
})

/** Words from outside inside an answer of ours, shortened and harmless. */
export function quoted(words: string, most = 200): string {
  const line = words.replace(/\s+/g, ' ').trim()
  const characters = [...line]
  return neutral(characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : line)
}

export const button = (
  label: string,
  customId: string,
  style: 'main' | 'plain' | 'danger' = 'plain',
): APIButtonComponent => ({
  type: ComponentType.Button,
  style: { main: ButtonStyle.Primary, plain: ButtonStyle.Secondary, danger: ButtonStyle.Danger }[
    style
  ] as ButtonStyle.Primary,
  label: fitted(label, LIMITS.buttonLabel),
  custom_id: customId.slice(0, 100),
})

/** A heading, paragraphs and rows of buttons in one frame. Rows hold at most five. */
export function panel(heading: string, paragraphs: string[], rows: APIButtonComponent[][] = []): RenderedMessage {
  const components: APIComponentInContainer[] = [heading ? `### ${heading}` : '', ...paragraphs]
    .filter((content) => content.trim() !== '')
    .map((content) => ({ type: ComponentType.TextDisplay, content }))
  for (const buttons of rows)
    if (buttons.length > 0) components.push({ type: ComponentType.ActionRow, components: buttons.slice(0, 5) })
  return {
    components: [{ type: ComponentType.Container, accent_color: ACCENT.plain, components }],
    files: [],
    allowedMentions: { parse: [] },
  }
}

/** A moment that each reader sees in their own zone. */
export const moment = (iso: string, style: 'f' | 'R' | 'F' | 'd' = 'f') =>
  `<t:${Math.floor(Date.parse(iso) / 1000)}:${style}>`

/** As precisely as it is known: what is known to the day, the month or the year alone has no hour. */
export const dated = (iso: string, say: Say) => (iso.includes('T') ? moment(iso) : say.date(iso))
