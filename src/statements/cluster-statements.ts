import type { Cluster, Document, FigureDiscrepancy, Statement } from '../model.ts'

export function quoteKeys(content: string): string[] {
  const words = content.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
  return words.length < 4 ? [] : words.slice(0, -3).map((_, i) => words.slice(i, i + 4).join(' '))
}

export function clusterStatements(items: { statement: Statement; document: Document }[]): {
  clusters: Cluster[]
  discrepancies: FigureDiscrepancy[]
} {
  const groups = Map.groupBy(items, ({ statement }) => quoteKeys(statement.content)[0] ?? statement.id)
  const clusters = [...groups.values()]
    .filter((group) => group.length > 1)
    .map((group) => ({
      id: group[0]!.statement.id,
      kind: 'same-quote' as const,
      members: group.map(({ statement }) => statement.id),
      first: null,
    }))
  return { clusters, discrepancies: [] }
}
