import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { backup as copyPages, DatabaseSync } from 'node:sqlite'
import { StoreError } from '../errors.ts'
import { asStoreError, DATABASE } from './sqlite.ts'

/** One copy of the record: where it lies, its size, and when it was written. */
export type Backup = { path: string; bytes: number; writtenAt: string }

/** Copies that are made before each change of the database's shape: so many are kept. */
const KEPT = 3

const ALL_PAGES = 2 ** 31 - 1
/** What SQLite keeps beside a database in WAL mode. */
const LOGS = ['-wal', '-shm']

/** The folder in which backups lie unless another is named. */
export const backupFolder = (dataFolder: string): string => join(dataFolder, 'backups')

/** A name that sorts by time: `onrecord-2026-03-28T070000.000Z-why.sqlite`. */
export const backupName = (now: string, why = ''): string =>
  `onrecord-${now.replaceAll(':', '')}${why && `-${why}`}.sqlite`

/**
 * Writes a whole copy of the record as it is at one moment, while others read and write it. The copy has another name
 * until it is complete, checked and on the disk.
 *
 * @param path the database file
 * @param target path of the copy
 * @throws {StoreError} full, read-only, damaged
 */
export async function backUp(path: string, target: string): Promise<Backup> {
  const partial = `${target}.partial`
  try {
    mkdirSync(dirname(target), { recursive: true, mode: 0o700 })
    if (existsSync(target)) throw new StoreError('read-only', `${target}: is there already; name another file`)
    await copyTo(path, partial)
    checkWhole(partial)
    settle(partial, target)
    return asBackup(target)
  } catch (error) {
    rmSync(partial, { force: true })
    throw asStoreError(error, target)
  }
}

/**
 * Puts a copy in the record's place. What was there is moved aside, not removed. The caller holds the folder's lock.
 *
 * @returns where the old record lies now, null where there was none
 * @throws {StoreError} damaged where the copy is not whole, full, read-only
 */
export async function restore(dataFolder: string, from: string, now: string): Promise<string | null> {
  const path = join(dataFolder, DATABASE)
  const partial = `${path}.partial`
  try {
    if (!existsSync(from)) throw new StoreError('unreachable', `${from}: there is no such file`)
    checkWhole(from)
    await copyTo(from, partial)
    checkWhole(partial)
    const aside = existsSync(path) ? moveAside(dataFolder, now) : null
    settle(partial, path)
    return aside
  } catch (error) {
    rmSync(partial, { force: true })
    throw asStoreError(error, from)
  }
}

/** The copies in a folder, newest first. */
export function listBackups(folder: string): Backup[] {
  if (!existsSync(folder)) return []
  const names = readdirSync(folder).filter((name) => name.endsWith('.sqlite'))
  return names
    .map((name) => asBackup(join(folder, name)))
    .sort((a, b) => b.writtenAt.localeCompare(a.writtenAt) || b.path.localeCompare(a.path))
}

/** Copies the record before its shape is changed, and lets the oldest of such copies go. */
export async function backUpBeforeMigration(path: string, next: string, now: string): Promise<Backup> {
  const folder = backupFolder(dirname(path))
  const made = await backUp(path, join(folder, backupName(now, `before-${next}`)))
  const old = listBackups(folder).filter((one) => one.path.includes('-before-'))
  for (const { path: gone } of old.slice(KEPT)) rmSync(gone, { force: true })
  return made
}

/**
 * All pages in one step: it is one moment of the record, with what its log still holds, and whoever writes meanwhile
 * does not make it begin anew. Not by VACUUM INTO, which may number rows anew that the full text is joined by.
 */
async function copyTo(from: string, partial: string): Promise<void> {
  rmSync(partial, { force: true })
  closeSync(openSync(partial, 'wx', 0o600))
  using file = new DatabaseSync(from, { timeout: 30_000, readOnly: true })
  await copyPages(file, partial, { rate: ALL_PAGES })
}

/** @throws {StoreError} damaged */
function checkWhole(path: string): void {
  const litter = LOGS.map((end) => path + end).filter((one) => !existsSync(one))
  const damaged = (cause?: unknown) =>
    new StoreError('damaged', `${path}: is not a whole record of Onrecord; choose another copy`, { cause })
  let file: DatabaseSync | null = null
  try {
    file = new DatabaseSync(path, { readOnly: true })
    const verdict = file.prepare('pragma quick_check(1)').get()?.quick_check
    const ours = file.prepare("select 1 from sqlite_master where name = 'deliveries'").get()
    if (verdict !== 'ok' || !ours) throw damaged()
  } catch (error) {
    throw error instanceof StoreError ? error : damaged(error)
  } finally {
    file?.close()
    for (const one of litter) rmSync(one, { force: true })
  }
}

/** The old record with what its log still holds, under a name that says when. */
function moveAside(dataFolder: string, now: string): string {
  const path = join(dataFolder, DATABASE)
  const aside = join(dataFolder, backupName(now, 'replaced'))
  for (const end of ['', ...LOGS]) if (existsSync(path + end)) renameSync(path + end, aside + end)
  return aside
}

/** Gives a complete file its name, so that a loss of power leaves the old state or the new one. */
function settle(partial: string, target: string): void {
  const sync = (path: string) => {
    const handle = openSync(path, 'r')
    try {
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
  }
  sync(partial)
  renameSync(partial, target)
  if (process.platform !== 'win32') sync(dirname(target))
}

function asBackup(path: string): Backup {
  const { size, mtime } = statSync(path)
  return { path, bytes: size, writtenAt: mtime.toISOString() }
}
