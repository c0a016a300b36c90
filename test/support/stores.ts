import { afterAll } from 'vitest'
import type { Place } from '../../src/store/open-store.ts'
import { type PostgresServer, startPostgres } from './postgres.ts'
import { scratch } from './scratch.ts'

let server: Promise<PostgresServer> | null = null
afterAll(async () => (await server)?.[Symbol.asyncDispose]())

/** An empty database on a real Postgres, which is started when a file first asks and ended with that file. */
export async function aDatabase(): Promise<Place> {
  server ??= startPostgres()
  return { dataFolder: scratch(), store: { kind: 'postgres', url: await (await server).database() } }
}

/** Both kinds of store, for `describe.each`: a new and empty one of each. */
export const STORES: [string, () => Promise<Place>][] = [
  ['in a file', async () => ({ dataFolder: scratch() })],
  ['in Postgres', aDatabase],
]
