import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'

export type Row = Record<string, string>

/** The record as somebody else may read it, while the program runs or after it: every look sees one moment. */
export type TheRecord = {
  look<T>(see: (rows: (sql: string) => Promise<Row[]>) => Promise<T>): Promise<T>
  /** What the database itself finds wrong. */
  faults(rows: (sql: string) => Promise<Row[]>): Promise<string[]>
}

export function inFile(folder: string): TheRecord {
  return {
    async look(see) {
      const db = new DatabaseSync(join(folder, 'data', 'onrecord.sqlite'), { readOnly: true, timeout: 5000 })
      try {
        db.exec('begin')
        return await see(async (sql) => db.prepare(sql).all() as Row[])
      } finally {
        db.close()
      }
    },
    async faults(rows) {
      return [
        ...(await rows('pragma integrity_check'))
          .map((row) => row.integrity_check ?? '')
          .filter((verdict) => verdict !== 'ok'),
        ...(await rows('pragma foreign_key_check')).map((row) => JSON.stringify(row)),
      ]
    },
  }
}

export function inPostgres(url: string): TheRecord {
  return {
    async look(see) {
      const client = new pg.Client({ connectionString: url })
      client.on('error', () => {})
      await client.connect()
      try {
        await client.query('begin isolation level repeatable read read only')
        return await see(async (sql) => (await client.query(sql)).rows as Row[])
      } finally {
        await client.end()
      }
    },
    async faults(rows) {
      const unnumbered = await rows('select id from statements where sequence is null')
      return unnumbered.map(({ id }) => `statement ${id} has no number`)
    },
  }
}
