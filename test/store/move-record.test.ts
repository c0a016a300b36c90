import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterEach, describe, expect, test } from 'vitest'
import { openStore } from '../../src/store/open-store.ts'
import { moveRecord } from '../../src/store/postgres/move-record.ts'
import { fillFile } from '../support/big-file.ts'
import { scratch } from '../support/scratch.ts'
import { aDatabase } from '../support/stores.ts'

const root = resolve(import.meta.dirname, '../..')
const quiet = { onProgress: () => {}, stopping: new AbortController().signal }

/** The address of a database with the tables of the record in it. */
async function anAddress(): Promise<string> {
  const place = await aDatabase()
  await (await openStore(place))[Symbol.asyncDispose]()
  return place.store?.kind === 'postgres' ? place.store.url : ''
}

async function ask<Row extends object>(url: string, words: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Row>(words)).rows
  } finally {
    await client.end()
  }
}

describe('a record that moves from its file into Postgres', () => {
  test('is equal on both sides, and what comes next is numbered behind it', async () => {
    const path = await fillFile(scratch(), 300)
    const url = await anAddress()
    const moved = await moveRecord(path, url, quiet)
    expect(moved).toMatchObject({ outcome: 'moved', replaced: 0 })
    const [count] = await ask<{ n: string; last: string }>(
      url,
      'select count(*) as n, max(sequence) as last from statements',
    )
    expect(count).toEqual({ n: '1500', last: '1500' })
    const [next] = await ask<{ next: string }>(url, "select nextval('statement_numbers') as next")
    expect(next?.next).toBe('1501')
    await using store = await openStore({ dataFolder: scratch(), store: { kind: 'postgres', url } })
    expect(await store.counts()).toMatchObject({ documents: 300, statements: 1500 })
    expect((await store.statements.byClaim('lamps', 400)).length).toBe(300)
    expect(await moveRecord(path, url, quiet)).toMatchObject({ outcome: 'was moved before' })
  })

  test('goes on where it was stopped, each row once', async () => {
    const path = await fillFile(scratch(), 900)
    const url = await anAddress()
    let outcome = ''
    const half = () => openStore({ dataFolder: scratch(), store: { kind: 'postgres', url } })
    for (let calls = 0; outcome !== 'moved'; calls++) {
      const stop = new AbortController()
      let steps = 0
      const onProgress = () => {
        steps += 1
        if (steps > 3) stop.abort()
      }
      ;({ outcome } = await moveRecord(path, url, { onProgress, stopping: stop.signal }))
      expect(calls).toBeLessThan(100)
      if (outcome === 'stopped') await expect(half()).rejects.toThrow(/run migrate-store again/)
    }
    const [count] = await ask<{ n: string }>(url, 'select count(*) as n from mentions')
    expect(count?.n).toBe('900')
  })

  test('is refused by a database that holds another record', async () => {
    const url = await anAddress()
    await ask(url, "insert into watch_terms (id, guild_id, value, body) values ('t', 'g', 'v', '{}')")
    await expect(moveRecord(await fillFile(scratch(), 1), url, quiet)).rejects.toThrow(
      /holds a record already \(watch_terms/,
    )
    const other = await anAddress()
    await moveRecord(await fillFile(scratch(), 2), other, quiet)
    const path = await fillFile(scratch(), 1)
    const file = new DatabaseSync(path, { enableForeignKeyConstraints: false })
    file.exec("update documents set id = 'another'")
    file.close()
    await expect(moveRecord(path, other, quiet)).rejects.toThrow(/another file was moved/)
  })

  test('is told to differ where a row was changed on the way', async () => {
    const path = await fillFile(scratch(), 20)
    const url = await anAddress()
    await moveRecord(path, url, quiet)
    await ask(url, "update statements set content = content || '!' where id = 'doc-7-3'")
    await expect(moveRecord(path, url, quiet)).rejects.toThrow(/statements differs: 100 rows/)
  })

  test('keeps a text with a NUL in it, without the NUL', async () => {
    const path = await fillFile(scratch(), 1)
    const file = new DatabaseSync(path)
    file.prepare('update statements set content = ? where id = ?').run('a\0b', 'doc-0-0')
    file.close()
    const url = await anAddress()
    expect(await moveRecord(path, url, quiet)).toMatchObject({ outcome: 'moved', replaced: 1 })
    const rows = await ask<{ content: string }>(url, "select content from statements where id = 'doc-0-0'")
    expect(rows).toEqual([{ content: 'a\ufffdb' }])
  })
})

describe('migrate-store', () => {
  let child: ChildProcess | null = null
  afterEach(() => void child?.kill('SIGKILL'))

  function start(data: string, url: string) {
    const env = { ...process.env, DATABASE_URL: url, LOG_LEVEL: 'warn' }
    const running = spawn(process.execPath, ['src/launch.js', 'migrate-store', '--data', data], { cwd: root, env })
    child = running
    let said = ''
    for (const stream of [running.stdout, running.stderr]) stream.on('data', (chunk) => (said += chunk))
    return { running, said: () => said, ended: once(running, 'exit').then(([code]) => code as number | null) }
  }

  test('that is killed in the middle goes on, and tells what stands on both sides', async () => {
    const data = scratch()
    await fillFile(data, 6000)
    const url = await anAddress()
    const first = start(data, url)
    for (;;) {
      const [count] = await ask<{ n: string }>(url, 'select count(*) as n from statements')
      if (Number(count?.n) > 0 || first.running.exitCode !== null) break
      await sleep(5)
    }
    first.running.kill('SIGKILL')
    expect(await first.ended).toBeNull()
    const [half] = await ask<{ n: string }>(url, 'select count(*) as n from statements')
    expect(Number(half?.n)).toBeLessThan(30_000)
    const second = start(data, url)
    expect(await second.ended, second.said()).toBe(0)
    expect(second.said()).toMatch(/\| statements \| 30000 \| [0-9a-f]{32} \|/)
    expect(second.said()).toContain('equal on both sides')
    const [whole] = await ask<{ n: string; once: string }>(
      url,
      'select count(*) as n, count(distinct id) as once from statements',
    )
    expect(whole).toEqual({ n: '30000', once: '30000' })
  }, 120_000)

  test('says what to set where no database is named', async () => {
    const { said, ended } = start(scratch(), '')
    expect(await ended).toBe(2)
    expect(said()).toContain('set DATABASE_URL')
  })
})
