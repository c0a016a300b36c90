import { parseArgs } from 'node:util'
import { loadConfig } from '../config.ts'
import { UsageError } from '../errors.ts'
import { createFinder, findMentions } from '../mentions/find-mentions.ts'
import { readDocuments } from './read-documents.ts'
import type { Verb } from './verb.ts'

export const verb: Verb = {
  summary: 'find the tracked entities in documents',
  help: `
usage: npm run -s onrecord -- mentions <file>… [--config FILE]

Prints each place where a tracked entity is named, one JSON object a line. Files are documents as JSON lines (as ingest
prints them), or .txt files whose bytes are the text.

example: npm run -s onrecord -- mentions article.txt`,
  async run(args, io) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { config: { type: 'string' } } })
    if (positionals.length === 0) throw new UsageError('name at least one file')
    const { entities } = await loadConfig({ config: values.config })
    const finder = createFinder(entities)
    let read = 0
    for (const path of positionals)
      for (const one of readDocuments(path)) {
        if ('problem' in one) {
          io.err(`${one.problem.where}: ${one.problem.reason}`)
          continue
        }
        read += 1
        for (const mention of findMentions(one.document, finder))
          io.out(JSON.stringify({ type: 'mention', ...mention }))
      }
    return read > 0 ? 0 : 1
  },
}
