import { parseArgs } from 'node:util'
import { loadConfig } from '../config.ts'
import { viewEntry } from '../digests/digest-view.ts'
import { renderEntryText } from '../digests/render-text.ts'
import { UsageError } from '../errors.ts'
import { openRooms } from '../jobs/analyse.ts'
import { lookUp } from '../jobs/lookup.ts'
import { openReader } from '../jobs/reader.ts'
import { createLog } from '../log.ts'
import type { LookupAnswer } from '../model.ts'
import { openStore } from '../store/open-store.ts'
import type { Verb } from './verb.ts'

export const verb: Verb = {
  summary: 'tell what is known of a text or a link',
  help: `
usage: npm run -s onrecord -- lookup <text or url> [--format text|json] [--config FILE] [--data FOLDER]

Shows the known claims behind a text, and the statements on record in the same or similar words, with who said them,
first when and where. Of a link it shows what is said there. A record's id, as digests show it, opens that entry.

example: npm run -s onrecord -- lookup "a website is speech"`,
  async run(args, io) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { format: { type: 'string', default: 'text' }, config: { type: 'string' }, data: { type: 'string' } },
    })
    const asked = positionals.join(' ').trim()
    if (!asked) throw new UsageError('give a text or a link to look up')
    if (values.format !== 'text' && values.format !== 'json') throw new UsageError('--format is text or json')
    const config = await loadConfig({ config: values.config, data: values.data })
    await using store = await openStore(config)
    await using reader = openReader(config)
    const answer = await lookUp(asked, {
      store,
      reader,
      rooms: await openRooms(config, store, createLog(config.logLevel, config.secrets)),
      now: () => new Date().toISOString(),
    })
    io.out(values.format === 'json' ? JSON.stringify({ type: 'lookup', ...answer }) : render(answer))
    return answer.trouble ? 1 : 0
  },
}

function render({ document, trouble, claims, entries }: LookupAnswer): string {
  const style = {
    colour: process.stdout.isTTY === true && process.stdout.hasColors(),
    width: process.stdout.columns ?? 100,
    timeZone: 'UTC',
  }
  const lines: string[] = []
  if (trouble) lines.push(`could not be read: ${trouble}`)
  if (document)
    lines.push(
      `${document.title ?? document.url ?? 'a document'}${document.onRecord ? '' : ' (not on record; read just now)'}`,
    )
  for (const { claim, match } of claims)
    lines.push(
      `claim ${claim.id}: ${claim.text} (${match.decision}, ${match.score.toFixed(2)}${match.relation ? `, ${match.relation}` : ''})`,
    )
  for (const entry of entries) lines.push(renderEntryText(viewEntry(entry), style).trimEnd())
  if (lines.length === 0) lines.push('nothing on record comes near this')
  return lines.join('\n')
}
