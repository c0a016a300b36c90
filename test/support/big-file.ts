import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openStore } from '../../src/store/open-store.ts'
import { DATABASE } from '../../src/store/sqlite.ts'

/** Fills a new file with so many documents and five statements in each, all invented. @returns its path */
export async function fillFile(dataFolder: string, documents: number): Promise<string> {
  mkdirSync(dataFolder, { recursive: true })
  await (await openStore({ dataFolder }))[Symbol.asyncDispose]()
  const path = join(dataFolder, DATABASE)
  const file = new DatabaseSync(path)
  file.exec('pragma synchronous = off; begin')
  const at = '2026-03-02T12:00:00.000Z'
  const words =
    'The lamps on the quay stay on for thirty nights, the harbour office said, and the ferry waits. '.repeat(12)
  const insert = (table: string, columns: string) =>
    file.prepare(`insert into ${table} (${columns}) values (${columns.replace(/\w+/g, '?')})`)
  const document = insert(
    'documents',
    'id, source_id, kind, url, published, recorded_at, sample, backlog, analysed_version, body',
  )
  const key = insert('document_keys', 'key, document_id')
  const mention = insert('mentions', 'document_id, entity_id, start, body')
  const statement = insert(
    'statements',
    'id, document_id, turn_id, speaker_entity, content, backlog, recorded_at, body',
  )
  const quote = insert('quote_keys', 'key, statement_id')
  const match = insert('matches', 'statement_id, claim_id, rank, score, decision, body')
  for (let i = 0; i < documents; i++) {
    const id = `doc-${i}`
    document.run(
      id,
      'gazette',
      'article',
      `https://gazette.example/${i}`,
      at,
      at,
      0,
      0,
      'v1',
      JSON.stringify({ id, text: `${i} ${words}` }),
    )
    key.run(`url:${i}`, id)
    mention.run(id, 'mira-sol', 3, JSON.stringify({ entityId: 'mira-sol', start: 3 }))
    for (let n = 0; n < 5; n++) {
      const body = JSON.stringify({
        id: `${id}-${n}`,
        speaker: { name: 'Mira Sol' },
        content: `Lamp ${i} of quay ${n} “stays on”`,
      })
      statement.run(
        `${id}-${n}`,
        id,
        `turn-${n}`,
        n % 2 ? 'mira-sol' : null,
        `Lamp ${i} of quay ${n} “stays on” 🕯`,
        0,
        at,
        body,
      )
      quote.run(`lamp ${i} quay ${n}`, `${id}-${n}`)
    }
    match.run(`${id}-0`, 'lamps', 1, 1 / (i + 3), 'match', '{}')
  }
  file.exec('commit')
  file.close()
  return path
}
