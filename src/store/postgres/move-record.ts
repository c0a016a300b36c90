import { createHash } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { StoreError } from '../../errors.ts'

/** Every table of the record, those that others refer to first. Search words and lists of due work are made anew. */
const TABLES = [
  'sources',
  'source_states',
  'documents',
  'document_keys',
  'document_owners',
  'entities',
  'mentions',
  'statements',
  'caught',
  'quote_keys',
  'claims',
  'claim_history',
  'matches',
  'match_jobs',
  'matched_claims',
  'subscriptions',
  'watch_terms',
  'term_versions',
  'guild_settings',
  'changes',
  'left_guilds',
  'deliveries',
  'postings',
  'posted_entries',
  'edits',
  'revisions',
  'alarms',
  'readings',
  'imports',
] as const
/** Tables of a file that are of one process or this release's bookkeeping: they do not move. */
const STAYS = new Set(['heartbeats', 'kysely_migration', 'kysely_migration_lock', 'probe', 'sqlite_sequence'])

/** One write, and one look at the other side: as many rows, or as many characters, whichever comes first. */
const ROWS = 1000
const CHARACTERS = 4_000_000

export type MoveProgress = { table: string; rows: number; all: number }
/** What stands on both sides of one table. The checksum does not depend on the order of rows. */
export type TableProof = { table: string; rows: number; checksum: string }
export type Moved =
  | { outcome: 'moved' | 'was moved before'; proofs: TableProof[]; replaced: number }
  | { outcome: 'stopped'; rows: number }

type Value = string | number | null
type Columns = { names: string[]; key: string[] }

/**
 * Moves the record of a file into an empty Postgres database of the same shape, a few rows at a time, each with how far
 * it has come in one transaction: stopped or killed at any moment, the next call goes on. Then both sides are read once
 * more and compared. The file is only read.
 *
 * @param path the file; nobody else writes to it meanwhile
 * @throws {StoreError} where the database holds another record, or the two sides differ in the end
 */
export async function moveRecord(
  path: string,
  url: string,
  { onProgress, stopping }: { onProgress(progress: MoveProgress): void; stopping: AbortSignal },
): Promise<Moved> {
  const file = new DatabaseSync(path, { readOnly: true })
  const types = new pg.TypeOverrides()
  // Counts and sequence numbers stay far below 2^53.
  types.setTypeParser(pg.types.builtins.INT8, Number)
  const client = new pg.Client({ connectionString: url, application_name: 'onrecord migrate-store', types })
  client.on('error', () => {})
  await client.connect()
  try {
    refuseUnknown(file, path)
    const isDone = await begin(client, file)
    const counts = TABLES.map((table) => Number(file.prepare(`select count(*) as n from ${table}`).get()?.n))
    const all = counts.reduce((sum, count) => sum + count, 0)
    // What an earlier call moved counts as done.
    let rows =
      (await client.query<{ n: number }>('select coalesce(sum(rows), 0)::bigint as n from moved')).rows[0]?.n ?? 0
    let replaced = 0
    for (const table of isDone ? [] : TABLES)
      for await (const step of moveTable(table, file, client)) {
        rows += step.rows
        replaced += step.replaced
        onProgress({ table, rows, all })
        if (stopping.aborted) return { outcome: 'stopped', rows }
      }
    if (!isDone) await setSequences(client)
    const proofs = await prove(file, client, onProgress)
    await client.query('insert into moved (name, place, rows) values ($1, $2, 0) on conflict do nothing', ['', 'done'])
    return { outcome: isDone ? 'was moved before' : 'moved', proofs, replaced }
  } finally {
    file.close()
    await client.end()
  }
}

/** A table that this list does not know would be lost without a word. */
function refuseUnknown(file: DatabaseSync, path: string): void {
  const known = new Set<string>([...TABLES, ...STAYS])
  const tables = file.prepare("select name from pragma_table_list where schema = 'main' and type = 'table'").all()
  const strange = tables
    .map(({ name }) => String(name))
    .filter((name) => !known.has(name) && !name.startsWith('sqlite_'))
  if (strange.length > 0)
    throw new StoreError('newer', `${path}: holds tables that this version does not know: ${strange.join(', ')}`)
}

/** Makes sure that the database is empty, or that this very file is on its way into it. @returns true where it arrived */
async function begin(client: pg.Client, file: DatabaseSync): Promise<boolean> {
  const mark = markOf(file)
  await client.query(
    'create table if not exists moved (name text primary key, place text not null, rows bigint not null)',
  )
  const { rows } = await client.query<{ place: string }>("select place from moved where name = 'file'")
  if (rows[0] && rows[0].place !== mark)
    throw new StoreError('locked', 'another file was moved, or is being moved, into this database; name an empty one')
  if (!rows[0]) {
    for (const table of TABLES)
      if ((await client.query(`select from ${table} limit 1`)).rowCount !== 0)
        throw new StoreError(
          'locked',
          `this database holds a record already (${table} is not empty); name an empty one`,
        )
    await client.query("insert into moved (name, place, rows) values ('file', $1, 0)", [mark])
  }
  return (await client.query("select from moved where name = ''")).rowCount === 1
}

/** Tells one file from another: by its first document and its first statement. */
function markOf(file: DatabaseSync): string {
  const first = (table: string, order: string) =>
    file.prepare(`select id from ${table} order by ${order} limit 1`).get()?.id
  return sha256(
    JSON.stringify([first('documents', 'rowid'), first('statements', 'sequence'), first('sources', 'rowid')]),
  )
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** The columns of a table, and what its rows are counted through by. */
function columnsOf(file: DatabaseSync, table: string): Columns {
  const columns = file.prepare('select name, pk from pragma_table_info(?)').all(table)
  const bare = file.prepare('select wr from pragma_table_list where name = ?').get(table)?.wr === 1
  const keys = columns.filter(({ pk }) => Number(pk) > 0).sort((a, b) => Number(a.pk) - Number(b.pk))
  return {
    names: columns.map(({ name }) => String(name)),
    key: bare ? keys.map(({ name }) => String(name)) : ['rowid'],
  }
}

async function* moveTable(
  table: string,
  file: DatabaseSync,
  client: pg.Client,
): AsyncGenerator<{ rows: number; replaced: number }> {
  const { names, key } = columnsOf(file, table)
  const types = await typesOf(client, table)
  const known = await client.query<{ place: string; rows: number }>('select place, rows from moved where name = $1', [
    table,
  ])
  let place = known.rows[0] ? (JSON.parse(known.rows[0].place) as Value[]) : null
  let moved = Number(known.rows[0]?.rows ?? 0)
  const arrays = names.map((name, i) => `$${i + 1}::${types.get(name)}[]`).join(', ')
  const insert = `insert into ${table} (${names.join(', ')}) overriding system value select * from unnest(${arrays})`
  for (;;) {
    const batch = nextRows(file, { table, names, key, after: place })
    const last = batch.rows.at(-1)
    if (!last) return
    place = last.slice(names.length)
    moved += batch.rows.length
    await client.query('begin')
    try {
      await client.query(
        insert,
        names.map((_, i) => batch.rows.map((row) => row[i])),
      )
      await client.query(
        'insert into moved (name, place, rows) values ($1, $2, $3) on conflict (name) do update set place = excluded.place, rows = excluded.rows',
        [table, JSON.stringify(place), moved],
      )
      await client.query('commit')
    } catch (error) {
      await client.query('rollback').catch(() => {})
      throw error
    }
    yield { rows: batch.rows.length, replaced: batch.replaced }
  }
}

/** The next rows behind a place, each with its key behind its values. */
function nextRows(
  file: DatabaseSync,
  { table, names, key, after }: { table: string; names: string[]; key: string[]; after: Value[] | null },
): { rows: Value[][]; replaced: number } {
  const order = key.join(', ')
  const behind = after ? `where (${order}) > (${key.map(() => '?').join(', ')})` : ''
  const columns = [...names, ...key].map((name, i) => `${name} as c${i}`).join(', ')
  const statement = file.prepare(`select ${columns} from ${table} ${behind} order by ${order} limit ${ROWS}`)
  const rows: Value[][] = []
  let characters = 0
  let replaced = 0
  for (const found of statement.iterate(...(after ?? []))) {
    const row = Object.values(found) as Value[]
    for (let i = 0; i < names.length; i++) {
      const value = row[i]
      if (typeof value !== 'string') continue
      characters += value.length
      const kept = keepable(value)
      if (kept !== value) replaced += 1
      row[i] = kept
    }
    rows.push(row)
    if (characters > CHARACTERS) break
  }
  return { rows, replaced }
}

/** Postgres keeps any character but NUL. */
const keepable = (text: string): string => (text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text)

async function typesOf(client: pg.Client, table: string): Promise<Map<string, string>> {
  const { rows } = await client.query<{ column_name: string; data_type: string }>(
    'select column_name, data_type from information_schema.columns where table_schema = current_schema() and table_name = $1',
    [table],
  )
  return new Map(rows.map(({ column_name, data_type }) => [column_name, data_type]))
}

/** What is recorded next gets numbers behind those that moved. */
async function setSequences(client: pg.Client): Promise<void> {
  await client.query(
    "select setval('statement_numbers', (select coalesce(max(sequence), 0) + 1 from statements), false)",
  )
  await client.query(
    "select setval(pg_get_serial_sequence('claim_history', 'sequence'), (select coalesce(max(sequence), 0) + 1 from claim_history), false)",
  )
}

/** Reads both sides of every table. @throws {StoreError} where they differ */
async function prove(
  file: DatabaseSync,
  client: pg.Client,
  onProgress: (progress: MoveProgress) => void,
): Promise<TableProof[]> {
  const proofs: TableProof[] = []
  for (const [i, table] of TABLES.entries()) {
    const { names } = columnsOf(file, table)
    const mine = createSum()
    for (const row of file.prepare(`select ${names.join(', ')} from ${table}`).iterate())
      mine.add(names.map((name) => row[name] as Value))
    const theirs = createSum()
    await client.query('begin')
    await client.query(`declare side no scroll cursor for select ${names.join(', ')} from ${table}`)
    for (;;) {
      const { rows } = await client.query<Record<string, Value>>(`fetch ${ROWS} from side`)
      if (rows.length === 0) break
      for (const row of rows) theirs.add(names.map((name) => row[name] ?? null))
    }
    await client.query('commit')
    const [ours, other] = [mine.told(), theirs.told()]
    if (ours.rows !== other.rows || ours.checksum !== other.checksum)
      throw new StoreError(
        'damaged',
        `${table} differs: ${ours.rows} rows (${ours.checksum}) in the file, ${other.rows} (${other.checksum}) in the database; empty the database (dropdb, createdb) and move again`,
      )
    proofs.push({ table, ...ours })
    onProgress({ table: 'comparing', rows: i + 1, all: TABLES.length })
  }
  return proofs
}

/** Sums up the hashes of rows, so that the order in which they come does not count. */
function createSum() {
  const sums = new Uint32Array(4)
  let rows = 0
  return {
    add(values: Value[]) {
      const plain = values.map((value) =>
        typeof value === 'string' ? keepable(value) : value === null ? null : Number(value),
      )
      const digest = createHash('md5').update(JSON.stringify(plain)).digest()
      for (let i = 0; i < 4; i++) sums[i] = sums[i]! + digest.readUInt32LE(4 * i)
      rows += 1
    },
    told: () => ({ rows, checksum: Array.from(sums, (sum) => sum.toString(16).padStart(8, '0')).join('') }),
  }
}
