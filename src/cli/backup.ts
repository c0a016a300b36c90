import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { loadConfig } from '../config.ts'
import { StoreError, UsageError } from '../errors.ts'
import { type Backup, backUp, backupFolder, backupName, listBackups, restore } from '../store/backups.ts'
import { openStore } from '../store/open-store.ts'
import { DATABASE, lockFolder } from '../store/sqlite.ts'
import type { Io, Verb } from './verb.ts'

export const verb: Verb = {
  summary: 'copy the record while it is in use, or put a copy back',
  help: `
usage: npm run -s onrecord -- backup [FILE] [--data FOLDER]
       npm run -s onrecord -- backup list [--data FOLDER]
       npm run -s onrecord -- backup restore FILE [--data FOLDER]

Without FILE the copy is written to the folder backups beside the record. It is whole and checked before it has its
name, and may be made while the bot runs.

list     the copies in the folder backups, newest first. One is made by itself before a new version changes the
         database's shape; the last three of these are kept.
restore  puts a copy in the record's place. The bot must be stopped. The record that was there is moved aside, and its
         new name is told, so that this can be undone.

With DATABASE_URL the record is in Postgres: use pg_dump and pg_restore there.

example: npm run -s onrecord -- backup /mnt/safe/onrecord.sqlite`,
  async run(args, io) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { config: { type: 'string' }, data: { type: 'string' } },
    })
    const { dataFolder, store } = await loadConfig(values)
    if (store.kind === 'postgres') throw new UsageError('the record is in Postgres; copy it with pg_dump')
    const [what, file, ...more] = positionals
    if (more.length > 0) throw new UsageError('name one file')
    if (what === 'list' && !file) return list(dataFolder, io)
    if (what === 'restore') return putBack(dataFolder, file, io)
    if (file) throw new UsageError('say backup [FILE], backup list, or backup restore FILE')
    return copy(dataFolder, what, io)
  },
}

async function copy(dataFolder: string, file: string | undefined, io: Io): Promise<number> {
  const target = file ? resolve(file) : join(backupFolder(dataFolder), backupName(new Date().toISOString()))
  io.out(told(await backUp(join(dataFolder, DATABASE), target)))
  return 0
}

function list(dataFolder: string, io: Io): number {
  const copies = listBackups(backupFolder(dataFolder))
  for (const one of copies) io.out(told(one))
  if (copies.length === 0) io.err(`${backupFolder(dataFolder)}: no copy yet`)
  return 0
}

async function putBack(dataFolder: string, file: string | undefined, io: Io): Promise<number> {
  if (!file) throw new UsageError('name the copy: backup restore FILE')
  const aside = await withLock(dataFolder, () => restore(dataFolder, resolve(file), new Date().toISOString()))
  // A copy of an older version is brought to this version's shape; a copy of a newer one is refused in words.
  await using store = await openStore({ dataFolder })
  const { documents, statements, owed } = await store.counts()
  io.out(`${store.where}: ${documents} documents, ${statements} statements, ${owed} digests owed`)
  if (aside) io.out(`the record that was there is now ${aside}; to undo: backup restore ${aside}`)
  return 0
}

async function withLock<T>(dataFolder: string, work: () => Promise<T>): Promise<T> {
  try {
    using _lock = lockFolder(dataFolder)
    return await work()
  } catch (error) {
    if (error instanceof StoreError && error.reason === 'locked')
      throw new StoreError('locked', `${dataFolder}: Onrecord is running on this record; stop it, then restore`, {
        cause: error,
      })
    throw error
  }
}

const told = ({ path, bytes, writtenAt }: Backup): string => `${path}  ${(bytes / 1e6).toFixed(1)} MB  ${writtenAt}`
