import { isMap, isSeq, LineCounter, parseDocument } from 'yaml'
import type { Claim, Problem } from '../model.ts'
import { type ClaimImport, type ImportOptions, toClaim } from './import-claims.ts'

/** A YAML list of claims, or one under the key `claims`. */
export function parseClaimYaml(content: string, { where, owner }: ImportOptions): ClaimImport {
  const lines = new LineCounter()
  const document = parseDocument(content, { lineCounter: lines, prettyErrors: false })
  const problems: Problem[] = document.errors.map(({ pos, message }) => ({
    where: `${where}:${lines.linePos(pos[0]).line}`,
    reason: message,
  }))
  if (problems.length > 0) return { claims: [], problems }
  const list = isMap(document.contents) ? document.contents.get('claims', true) : document.contents
  if (!isSeq(list)) return { claims: [], problems: [{ where, reason: 'holds no list of claims' }] }
  const claims: Claim[] = []
  for (const item of list.items) {
    const range = (item as { range?: [number, number, number] }).range
    const claim = toClaim((item as { toJS(document: unknown): unknown }).toJS(document), owner)
    if (typeof claim === 'string')
      problems.push({ where: `${where}:${range ? lines.linePos(range[0]).line : 1}`, reason: claim })
    else claims.push(claim)
  }
  return { claims, problems }
}
