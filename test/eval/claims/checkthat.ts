import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { mergeSame, toClaim } from '../../../src/claims/import-claims.ts'
import type { Claim } from '../../../src/model.ts'
import { shared } from '../../support/shared.ts'

export type Asked = { id: string; text: string; gold: string }

const table = (path: string) =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'))

const folder = (...path: string[]) => {
  const found = shared('data', 'checkthat', ...path)
  if (!found) throw new Error('the shared data is not on this machine')
  return found
}

/** The claims of one year's store, identical ones merged; `gold` leads from every id to the one that was kept. */
export function readClaimStore(year: string): { claims: Claim[]; kept: Map<string, string>; rows: number } {
  const rows = table(join(folder(year), 'verified_claims.docs.tsv')).slice(1)
  const kept = new Map<string, string>()
  const read = rows.flatMap(([id, text, title]) => {
    const claim = toClaim({ id, text, title })
    return typeof claim === 'string' ? [] : [claim]
  })
  const { claims } = mergeSame({ claims: read, problems: [] }, kept)
  return { claims, kept, rows: rows.length }
}

export function readQueries(year: string, split: 'train' | 'dev'): Asked[] {
  const gold = new Map(table(join(folder(year, split), 'tweet-vclaim-pairs.qrels')).map(([id, , claim]) => [id, claim]))
  return table(join(folder(year, split), 'tweets.queries.tsv'))
    .slice(1)
    .map(([id, text]) => ({ id: id!, text: text!, gold: gold.get(id!)! }))
}
