import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pino from 'pino'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readProcesses, shardsOf } from '../../src/jobs/processes.ts'
import { bowOut, readHealth } from '../../src/jobs/watch.ts'
import type { Heartbeat } from '../../src/model.ts'
import { startMetrics } from '../../src/preview/metrics.ts'
import { openStore } from '../../src/store/open-store.ts'
import { run } from '../support/onrecord.ts'
import { scratch } from '../support/scratch.ts'
import { aDatabase } from '../support/stores.ts'

const log = pino({ level: 'silent' })
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString()
const now = () => new Date().toISOString()
const sign = (process: string, more: Partial<Heartbeat> = {}): Heartbeat => ({
  process,
  at: now(),
  startedAt: minutesAgo(60),
  polledAt: null,
  toldAt: null,
  memoryBytes: 120e6,
  version: '1.2.3',
  role: 'worker',
  ...more,
})

describe('processes that share a database', () => {
  test('are those at work and those gone silent, without whoever ended as it was told', async () => {
    const place = await aDatabase()
    await using one = await openStore(place)
    await using other = await openStore(place)
    await one.watch.beat(sign('desk-2:1'))
    await other.watch.beat(sign('desk-1:1', { at: minutesAgo(5) }))
    await one.watch.beat(sign('desk-3:1'))
    await other.watch.beat(sign('desk-4:1', { role: 'gateway' }))
    await bowOut({ store: one, log }, sign('desk-3:1'))
    const read = await readProcesses({ store: other, now })
    expect(read.map(({ process, isSilent }) => [process, isSilent])).toEqual([
      ['desk-2:1', false],
      ['desk-4:1', false],
      ['desk-1:1', true],
    ])
  })

  test('are not stuck while any of them does what is due, whichever is asked', async () => {
    await using store = await openStore(await aDatabase())
    const gateway = sign('desk-1:1', { role: 'gateway' })
    const health = () => readHealth({ store, now }, gateway)
    expect((await health()).stuck).toMatch(/reading/)
    await store.watch.beat(sign('desk-2:1', { polledAt: minutesAgo(1), toldAt: minutesAgo(40) }))
    expect((await health()).stuck).toMatch(/telling/)
    await store.watch.beat(sign('desk-3:1', { toldAt: minutesAgo(2) }))
    expect((await health()).stuck).toBeNull()
  })

  test('are served with health and as figures', async () => {
    await using store = await openStore(await aDatabase())
    const own = sign('desk-1:1', { tickedAt: minutesAgo(1), polledAt: minutesAgo(1), toldAt: minutesAgo(1) })
    await store.watch.beat(own)
    await store.watch.beat(sign('desk-2:1', { at: minutesAgo(9), role: 'gateway', shards: { ids: [0, 1], of: 4 } }))
    const served = await startMetrics({ port: 0, read: () => readHealth({ store, now }, own), log })
    onTestFinished(() => served.close())
    const health = await (await fetch(`${served.url}healthz`)).json()
    expect(health).toMatchObject({
      status: 'ok',
      tickedAt: own.tickedAt,
      processes: [
        { process: 'desk-1:1', version: '1.2.3', isSilent: false },
        { process: 'desk-2:1', role: 'gateway', isSilent: true },
      ],
    })
    const figures = await (await fetch(`${served.url}metrics`)).text()
    expect(figures).toMatch(/^onrecord_processes\{role="worker",state="at work"\} 1$/m)
    expect(figures).toMatch(/^onrecord_processes\{role="gateway",state="silent"\} 1$/m)
    expect(figures).toMatch(/^onrecord_last_tick_timestamp_seconds \d/m)
  })

  test('are told by doctor, which fails where none of them works', async () => {
    const place = await aDatabase()
    await using store = await openStore(place)
    const folder = scratch()
    const config = join(folder, 'onrecord.yaml')
    writeFileSync(config, 'sources: []\nentities: []\n')
    const env = { DATABASE_URL: place.store?.kind === 'postgres' ? place.store.url : '' }
    const doctor = () => run(['doctor', '--config', config, '--data', folder], { env })
    await store.watch.beat(sign('desk-1:1', { role: 'gateway', shards: { ids: [0, 1], of: 4 } }))
    await store.watch.beat(sign('desk-2:1', { at: minutesAgo(30) }))
    const alone = await doctor()
    expect(alone.code).toBe(1)
    expect(alone.out).toMatch(/^ok {4}process desk-1:1: gateway of shards 0-1\/4, version 1\.2\.3, .* 120 MB$/m)
    expect(alone.out).toMatch(/^off {3}process desk-2:1: silent since /m)
    expect(alone.out).toMatch(/^FAIL {2}processes: no worker is at work/m)
    await store.watch.beat(sign('desk-3:1'))
    expect((await doctor()).code).toBe(0)
  })
})

test('one process with a file is not listed', async () => {
  await using store = await openStore({ dataFolder: scratch() })
  await store.watch.beat(sign('desk-1:1'))
  expect(await readProcesses({ store, now })).toEqual([])
})

test.each([
  [{ ids: [0], of: 1 }, '0/1'],
  [{ ids: [2, 0, 1], of: 16 }, '0-2/16'],
  [{ ids: [0, 2], of: 4 }, '0,2/4'],
])('shards %j are written %s', (shards, written) => expect(shardsOf({ shards })).toBe(written))
