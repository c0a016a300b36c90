import type { Claim, Problem } from '../model.ts'
import { type ClaimImport, type ImportOptions, toClaim } from './import-claims.ts'

/** What columns are called elsewhere. */
const COLUMNS: Record<string, string> = {
  id: 'id',
  claim_id: 'id',
  vclaim_id: 'id',
  text: 'text',
  claim: 'text',
  vclaim: 'text',
  claimreviewed: 'text',
  title: 'title',
  claimant: 'claimant',
  speaker: 'claimant',
  author: 'claimant',
  date: 'date',
  claim_date: 'date',
  paraphrase: 'paraphrases',
  paraphrases: 'paraphrases',
  status: 'status',
  publisher: 'publisher',
  reviewer: 'publisher',
  url: 'url',
  review_url: 'url',
  rating: 'rating',
  verdict: 'rating',
  reviewed: 'reviewed',
  review_date: 'reviewed',
}

/**
 * A table with named columns; those with names that say nothing to us are left out. Several paraphrases in one cell
 * are parted by `|`.
 *
 * @see RFC 4180 for quoting, which is also read in tab-separated files where a cell begins with a quotation mark
 */
export function parseClaimTable(content: string, separator: ',' | '\t', { where, owner }: ImportOptions): ClaimImport {
  const problems: Problem[] = []
  const claims: Claim[] = []
  let columns: (string | undefined)[] | null = null
  for (const { cells, line, open } of rows(content, separator)) {
    if (cells.length === 1 && cells[0]!.trim() === '') continue
    if (!columns) {
      columns = cells.map(
        (name) =>
          COLUMNS[
            name
              .trim()
              .toLowerCase()
              .replace(/[\s-]+/g, '_')
          ],
      )
      if (!columns.includes('text'))
        return {
          claims,
          problems: [
            { where: `${where}:${line}`, reason: 'the first line must name the columns, and one must be “text”' },
          ],
        }
      continue
    }
    if (open) {
      problems.push({ where: `${where}:${line}`, reason: 'a quotation mark is opened and never closed' })
      continue
    }
    const claim = toClaim(fieldsOf(columns, cells), owner)
    if (typeof claim === 'string') problems.push({ where: `${where}:${line}`, reason: claim })
    else claims.push(claim)
  }
  if (!columns) problems.push({ where, reason: 'is empty' })
  return { claims, problems }
}

function fieldsOf(columns: (string | undefined)[], cells: string[]): Record<string, unknown> {
  const fields: Record<string, unknown> = {}
  for (const [i, column] of columns.entries()) {
    const cell = cells[i]?.trim().replace(/^'(?='*[=+\-@])/, '')
    if (column && cell) fields[column] = column === 'paraphrases' ? cell.split('|') : cell
  }
  const { publisher, url, rating, reviewed } = fields
  if (publisher || url || rating || reviewed) fields.reviews = [{ publisher, url, rating, reviewed }]
  return fields
}

type Row = { cells: string[]; line: number; open: boolean }

/** The rows of a table with the line each begins on. In tab-separated files a mark that closes nothing is a mark. */
function* rows(content: string, separator: string): Generator<Row> {
  let line = 1
  let at = 0
  while (at < content.length) {
    const row: Row = { cells: [], line, open: false }
    const end = content.indexOf('\n', at)
    const plain = content.slice(at, end === -1 ? content.length : end)
    if (!plain.includes('"') || (separator === '\t' && !wellQuoted(plain))) {
      row.cells = plain.replace(/\r$/, '').split(separator)
      at += plain.length + 1
      line += 1
    } else {
      const read = quotedRow(content, at, separator)
      row.cells = read.cells
      row.open = read.open
      // A mark that is never closed would swallow the rest of the file: only its line is given up.
      const taken = read.open ? plain : content.slice(at, read.end)
      line += read.open ? 1 : taken.split('\n').length - (content[read.end - 1] === '\n' ? 1 : 0)
      at = read.open ? at + plain.length + 1 : read.end
    }
    yield row
  }
}

const wellQuoted = (line: string) =>
  line.split('\t').every((cell) => !cell.startsWith('"') || /^"(?:[^"]|"")*"\r?$/.test(cell))

/** No cell is longer: past this a quotation mark was left open. In UTF-16 code units. */
const LONGEST_ROW = 200_000

function quotedRow(content: string, from: number, separator: string): { cells: string[]; end: number; open: boolean } {
  const cells: string[] = []
  let at = from
  const limit = Math.min(content.length, from + LONGEST_ROW)
  for (;;) {
    let cell = ''
    if (content[at] === '"') {
      at += 1
      for (;;) {
        const close = content.indexOf('"', at)
        if (close === -1 || close > limit) return { cells, end: at, open: true }
        cell += content.slice(at, close)
        at = close + 1
        if (content[at] !== '"') break
        cell += '"'
        at += 1
      }
    }
    const start = at
    while (at < content.length && content[at] !== separator && content[at] !== '\n') at += 1
    cells.push(cell + content.slice(start, at).replace(/\r$/, ''))
    if (at >= content.length || content[at] === '\n') return { cells, end: at + 1, open: false }
    at += 1
  }
}
