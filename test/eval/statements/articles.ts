import { readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { readConfig } from '../../../src/config.ts'
import { createFinder, findMentions } from '../../../src/mentions/find-mentions.ts'
import { clusterStatements, type Item } from '../../../src/statements/cluster-statements.ts'
import { extractStatements } from '../../../src/statements/extract-statements.ts'
import { asDocument } from './measure.ts'

type Label = { file: string; start: number; end: number; speaker: string | null }

/**
 * Five real articles, labelled by us: places and speakers alone, no words. The labels were made by reading the articles
 * with our own output at hand, so they flatter us where we did not think of looking.
 */
export function scoreArticles(folder: string): {
  found: number
  labels: number
  clusters: number
  wrong: number
  discrepancies: string[]
} {
  const { entities } = readConfig({}, { config: resolve(import.meta.dirname, '../../../config/onrecord.yaml') })
  const finder = createFinder(entities)
  const labels = JSON.parse(readFileSync(join(import.meta.dirname, 'articles.json'), 'utf8')) as Label[]
  const items: Item[] = []
  let found = 0
  for (const [file, ours] of Map.groupBy(labels, (label) => label.file)) {
    const document = asDocument(basename(file), readFileSync(join(folder, file), 'utf8'))
    const statements = extractStatements(document, findMentions(document, finder), entities)
    items.push(...statements.map((statement) => ({ statement, document })))
    for (const label of ours)
      if (statements.some((one) => overlap(one, label) >= 0.8 && (one.speaker?.name ?? null) === label.speaker))
        found += 1
  }
  const { clusters, discrepancies } = clusterStatements(items)
  const speakers = new Map(items.map(({ statement }) => [statement.id, statement.speaker?.entityId]))
  const wrong = clusters.filter(({ members }) => new Set(members.map((id) => speakers.get(id))).size > 1).length
  return {
    found,
    labels: labels.length,
    clusters: clusters.length,
    wrong,
    discrepancies: discrepancies.map(({ members }) => members.map(({ value }) => value).join(' and ')),
  }
}

/** Shared length over the longer of the two. */
function overlap(a: { start: number; end: number }, b: { start: number; end: number }): number {
  return Math.max(0, Math.min(a.end, b.end) - Math.max(a.start, b.start)) / Math.max(a.end - a.start, b.end - b.start)
}
