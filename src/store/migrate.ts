import type { Kysely } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { StoreError } from '../errors.ts'
import * as theRecord from './migrations/001-the-record.ts'
import * as guilds from './migrations/002-guilds.ts'
import * as knownClaims from './migrations/003-known-claims.ts'
import * as watch from './migrations/004-watch.ts'
import * as postings from './migrations/005-postings.ts'
import * as guildOwned from './migrations/006-guild-owned.ts'
import * as readings from './migrations/007-readings.ts'
import * as claimMatching from './migrations/008-claim-matching.ts'
import * as termVersions from './migrations/009-term-versions.ts'
import * as caught from './migrations/010-caught.ts'
import * as imports from './migrations/011-imports.ts'
import type { Tables } from './tables.ts'

/** In order. A released migration is never edited: a change is a new one. */
export const MIGRATIONS: Record<string, Migration> = {
  '001-the-record': theRecord,
  '002-guilds': guilds,
  '003-known-claims': knownClaims,
  '004-watch': watch,
  '005-postings': postings,
  '006-guild-owned': guildOwned,
  '007-readings': readings,
  '008-claim-matching': claimMatching,
  '009-term-versions': termVersions,
  '010-caught': caught,
  '011-imports': imports,
}

/**
 * Brings the database to this version's shape, all or nothing.
 *
 * @param before called with the name of the first migration that is due, where the database holds something already
 * @throws {StoreError} `newer` where it is ahead of us
 */
export const migrate = (
  db: Kysely<Tables>,
  where: string,
  before?: (next: string) => Promise<unknown>,
): Promise<void> => migrateWith(db, MIGRATIONS, { where, before, otherwise: 'choose another folder with --data' })

/** As `migrate`, with the migrations of another kind of database. `otherwise`: what else an operator can do. */
export async function migrateWith(
  db: Kysely<Tables>,
  migrations: Record<string, Migration>,
  {
    where,
    before = async () => {},
    otherwise,
  }: { where: string; before?: ((next: string) => Promise<unknown>) | undefined; otherwise: string },
): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } })
  const known = await migrator.getMigrations()
  const next = known.find(({ executedAt }) => !executedAt)
  if (next && known.some(({ executedAt }) => executedAt)) await before(next.name)
  const { error } = await migrator.migrateToLatest()
  if (!error) return
  if (/corrupted migrations|previously executed migration .* is missing/i.test(String(error)))
    throw new StoreError('newer', `${where}: was written by a newer Onrecord; start that version, or ${otherwise}`, {
      cause: error,
    })
  throw error
}
