import { parseArgs } from 'node:util'
import { loadConfig } from '../config.ts'
import { UsageError } from '../errors.ts'
import { withLanguage } from '../jobs/language.ts'
import { createFinder, findMentions } from '../mentions/find-mentions.ts'
import { clusterStatements } from '../statements/cluster-statements.ts'
import { explainStatements, isAnalysed } from '../statements/extract-statements.ts'
import { readDocuments } from './read-documents.ts'
import type { Verb } from './verb.ts'

export const verb: Verb = {
  summary: 'find the statements in documents',
  help: `
usage: npm run -s onrecord -- extract <file>… [--clusters] [--explain] [--config FILE]

Prints every attributed statement, one JSON object a line. Files are documents as JSON lines (as ingest prints them), or
.txt files whose bytes are the text. Offsets are UTF-16 code units into the text, end exclusive.

  --explain       also print, for each statement, which rule fired at each step
  --clusters      also print which statements are the same quotation, and which count the same thing differently

example: npm run -s onrecord -- extract article.txt --clusters`,
  async run(args, io) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        clusters: { type: 'boolean', default: false },
        explain: { type: 'boolean', default: false },
        config: { type: 'string' },
      },
    })
    if (positionals.length === 0) throw new UsageError('name at least one file')
    const { entities } = await loadConfig({ config: values.config })
    const finder = createFinder(entities)
    const found: Parameters<typeof clusterStatements>[0] = []
    let read = 0
    for (const path of positionals)
      for (const one of readDocuments(path)) {
        if ('problem' in one) {
          io.err(`${one.problem.where}: ${one.problem.reason}`)
          continue
        }
        read += 1
        const document = await withLanguage(one.document)
        if (!isAnalysed(document))
          io.err(`${document.id}: is written in ${document.language}, a language that is not analysed`)
        for (const { statement, steps } of explainStatements(document, findMentions(document, finder), entities)) {
          io.out(JSON.stringify({ type: 'statement', ...statement }))
          if (values.explain) io.out(JSON.stringify({ type: 'explanation', statementId: statement.id, steps }))
          if (values.clusters) found.push({ statement, document })
        }
      }
    const { clusters, discrepancies } = clusterStatements(found)
    for (const cluster of clusters) io.out(JSON.stringify({ type: 'cluster', ...cluster }))
    for (const one of discrepancies) io.out(JSON.stringify({ type: 'figure-discrepancy', ...one }))
    return read > 0 ? 0 : 1
  },
}
