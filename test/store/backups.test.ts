import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Migrator } from 'kysely/migration'
import { describe, expect, test } from 'vitest'
import { backUp, backupFolder, listBackups, restore } from '../../src/store/backups.ts'
import { MIGRATIONS } from '../../src/store/migrate.ts'
import { openStore } from '../../src/store/open-store.ts'
import { openSqlite } from '../../src/store/sqlite.ts'
import { aClaim, aDocument } from '../support/nouns.ts'
import { run } from '../support/onrecord.ts'
import { scratch } from '../support/scratch.ts'

const now = '2026-03-28T07:00:00.000Z'
const facts = { sourceId: 'gazette', keys: [], backlog: false, sample: false, now }
const config = join(import.meta.dirname, '../../config/sample/onrecord.yaml')
const database = (folder: string) => join(folder, 'onrecord.sqlite')

async function filled(folder: string, from = 0, to = 50): Promise<void> {
  await using store = await openStore({ dataFolder: folder })
  for (let i = from; i < to; i += 1)
    await store.documents.put(aDocument({ id: `doc-${i}`, url: `https://gazette.example/${i}` }), {
      ...facts,
      keys: [`url:${i}`],
    })
}
const documents = async (folder: string) => {
  await using store = await openStore({ dataFolder: folder })
  return (await store.counts()).documents
}

describe('a backup', () => {
  test('made while others write is whole, and holds all that was acknowledged before it began', async () => {
    const folder = scratch()
    await filled(folder)
    await using store = await openStore({ dataFolder: folder })
    let stop = false
    const writing = (async () => {
      for (let i = 100; !stop; i += 1) {
        await store.documents.put(aDocument({ id: `doc-${i}` }), { ...facts, keys: [`url:${i}`] })
        await new Promise(setImmediate)
      }
    })()
    const copy = join(scratch(), 'copy.sqlite')
    await backUp(database(folder), copy)
    stop = true
    await writing
    const other = scratch()
    expect(await restore(other, copy, now)).toBeNull()
    expect(await documents(other)).toBeGreaterThanOrEqual(50)
  })

  test('keeps the full text joined to its claims, also where claims were removed before', async () => {
    const folder = scratch()
    const copy = join(scratch(), 'copy.sqlite')
    {
      await using store = await openStore({ dataFolder: folder })
      const claims = ['ferries', 'lanterns', 'harbours'].map((word) =>
        aClaim({ id: word, text: `The ${word} are old` }),
      )
      await store.claims.configure(claims)
      await store.claims.configure(claims.slice(1))
    }
    await backUp(database(folder), copy)
    const other = scratch()
    await restore(other, copy, now)
    await using store = await openStore({ dataFolder: other })
    expect((await store.claims.search(['harbours'], 5)).map(({ id }) => id)).toEqual(['harbours'])
  })

  test('can be read by its owner alone', async () => {
    const folder = scratch()
    await filled(folder, 0, 1)
    await backUp(database(folder), join(backupFolder(folder), 'copy.sqlite'))
    const mode = (path: string) => statSync(path).mode & 0o777
    expect([mode(backupFolder(folder)), mode(join(backupFolder(folder), 'copy.sqlite'))]).toEqual([0o700, 0o600])
  })

  test('never replaces a file that is there', async () => {
    const folder = scratch()
    await filled(folder, 0, 1)
    const target = join(scratch(), 'precious.sqlite')
    writeFileSync(target, 'mine')
    await expect(backUp(database(folder), target)).rejects.toThrow(/name another file/)
    expect(readFileSync(target, 'utf8')).toBe('mine')
  })
})

describe('restoring', () => {
  test('moves the present record aside, and that can be restored in turn', async () => {
    const folder = scratch()
    await filled(folder, 0, 3)
    const copy = join(scratch(), 'copy.sqlite')
    await backUp(database(folder), copy)
    await filled(folder, 3, 10)
    const aside = await restore(folder, copy, now)
    expect(await documents(folder)).toBe(3)
    await restore(folder, aside!, '2026-03-28T08:00:00.000Z')
    expect(await documents(folder)).toBe(10)
  })

  test.each([
    ['is cut', (path: string) => writeFileSync(path, readFileSync(path).subarray(0, 20_000))],
    ['is no database', (path: string) => writeFileSync(path, 'once upon a time')],
    [
      'is another program’s',
      (path: string) => {
        writeFileSync(path, '')
        const file = new DatabaseSync(path)
        file.exec('create table recipes (name text)')
        file.close()
      },
    ],
  ])('refuses a copy that %s, and leaves the record as it is', async (_what, harm) => {
    const folder = scratch()
    await filled(folder, 0, 20)
    const copy = join(scratch(), 'copy.sqlite')
    await backUp(database(folder), copy)
    harm(copy)
    await expect(restore(folder, copy, now)).rejects.toThrow(/not a whole record/)
    expect(await documents(folder)).toBe(20)
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([])
  })
})

describe('a change of the database’s shape', () => {
  /** A record with four documents, as the version before known claims left it. */
  async function older(folder: string): Promise<void> {
    const { db } = openSqlite(folder)
    const migrator = new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } })
    await migrator.migrateTo('002-guilds')
    const fields = { source_id: 'gazette', kind: 'article', recorded_at: now, sample: 0, backlog: 0, body: '{}' }
    for (const id of ['1', '2', '3', '4'])
      await db
        .insertInto('documents')
        .values({ ...fields, id, url: null, published: null, analysed_version: null })
        .execute()
    await db.destroy()
  }

  test('is preceded by a backup of the old one', async () => {
    const folder = scratch()
    await older(folder)
    expect(await documents(folder)).toBe(4)
    const [copy, ...more] = listBackups(backupFolder(folder))
    expect(more).toEqual([])
    expect(copy?.path).toMatch(/before-003-known-claims\.sqlite$/)
    const file = new DatabaseSync(copy!.path, { readOnly: true })
    expect(file.prepare("select count(*) n from sqlite_master where name = 'claim_history'").get()?.n).toBe(0)
    file.close()
  })

  test('that fails half way leaves the old one, so that it can be tried again', async () => {
    const folder = scratch()
    await older(folder)
    // The last steps of the change cannot be made: this name is taken.
    const file = new DatabaseSync(database(folder))
    file.exec('create table claim_words (text)')
    file.close()
    await expect(openStore({ dataFolder: folder })).rejects.toThrow(/claim_words/)
    const again = new DatabaseSync(database(folder))
    expect(again.prepare("select count(*) n from sqlite_master where name = 'claim_history'").get()?.n).toBe(0)
    again.exec('drop table claim_words')
    again.close()
    expect(await documents(folder)).toBe(4)
  })

  test('is not made for a new record, nor backed up', async () => {
    const folder = scratch()
    await filled(folder, 0, 1)
    expect(existsSync(backupFolder(folder))).toBe(false)
  })
})

test('two processes may write at once: a transaction waits for the other’s instead of failing', async () => {
  const folder = scratch()
  await using one = await openStore({ dataFolder: folder })
  const other = new DatabaseSync(database(folder), { timeout: 5000 })
  await one.transaction(async (tx) => {
    await tx.documents.get('doc-1')
    expect(() => {
      other.exec('pragma busy_timeout = 0; begin immediate')
    }).toThrow(/locked/)
    await tx.documents.put(aDocument(), { ...facts, keys: ['url:one'] })
  })
  other.exec('begin immediate; rollback')
  other.close()
})

describe('the verb backup', () => {
  test('copies, lists and restores, and tells each in a line', async () => {
    const data = scratch()
    await filled(data, 0, 2)
    const paths = ['--config', config, '--data', data]
    const made = await run(['backup', ...paths])
    expect(made).toMatchObject({ code: 0, err: '' })
    const path = made.out.split('  ')[0]!
    expect((await run(['backup', 'list', ...paths])).out).toContain(path)
    await filled(data, 2, 9)
    const restored = await run(['backup', 'restore', path, ...paths])
    expect(restored.out).toMatch(/2 documents, 0 statements[\s\S]*to undo: backup restore /)
    expect(await documents(data)).toBe(2)
  })

  test('says what to do about a damaged record, and doctor finds it', async () => {
    const data = scratch()
    await filled(data)
    const bytes = readFileSync(database(data))
    bytes.fill(0x5a, 8192, 40_960)
    writeFileSync(database(data), bytes)
    const checked = await run(['doctor', '--config', config, '--data', data])
    expect(checked.code).toBe(1)
    expect(checked.out).toMatch(/FAIL {2}store: .*damaged.*backup/)
  })
})
