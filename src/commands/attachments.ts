import { type Attachment, ComponentType } from 'discord.js'
import type { RenderedMessage } from '../discord/message.ts'
import { SourceError, UsageError } from '../errors.ts'
import type { Asker } from './asking.ts'
import type { CommandContext } from './context.ts'
import { quoted } from './reply.ts'

const SHOWN = 8

/** The text of an attached file. @throws {UsageError} where it is too large, or cannot be fetched or read */
export async function readAttachment(
  { name, size, url }: Pick<Attachment, 'name' | 'size' | 'url'>,
  mostBytes: number,
  { say }: Asker,
  { outside }: Pick<CommandContext, 'outside'>,
): Promise<string> {
  const large = () => new UsageError(say.text('file.large', { file: name.slice(0, 60), most: mostBytes / 1e6 }))
  if (size > mostBytes) throw large()
  try {
    const bytes = await outside.file(url, mostBytes)
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(say.text('file.text', { file: name.slice(0, 60) }))
    if (!(error instanceof SourceError)) throw error
    if (error.reason === 'too-large') throw large()
    throw new UsageError(say.text('file.lost', { file: name.slice(0, 60) }))
  }
}

/** Adds what was not usable: the first few in the message, all of it as a file where there is more. */
export function withReport(message: RenderedMessage, reasons: string[], { say }: Asker): RenderedMessage {
  const [frame] = message.components
  if (frame?.type !== ComponentType.Container || reasons.length === 0) return message
  const shown = reasons.slice(0, SHOWN).map((reason) => `- ${quoted(reason, 200)}`)
  const content = [`**${say.text('file.unusable')}**`, ...shown].join('\n')
  frame.components.push({ type: ComponentType.TextDisplay, content })
  if (reasons.length <= SHOWN) return message
  const name = 'not-usable.txt'
  frame.components.push({ type: ComponentType.File, file: { url: `attachment://${name}` } })
  return { ...message, files: [...message.files, { name, data: `${reasons.join('\n')}\n` }] }
}
