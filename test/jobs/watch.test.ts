import pino from 'pino'
import { describe, expect, test } from 'vitest'
import { findAlarms, readHealth, watchRound } from '../../src/jobs/watch.ts'
import type { Delivery, Digest, Standing } from '../../src/model.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/store.ts'
import { aDocument, aSource, aSubscription } from '../support/nouns.ts'
import { scratch } from '../support/scratch.ts'

const noon = '2026-03-28T12:00:00.000Z'
const later = (minutes: number) => new Date(Date.parse(noon) + minutes * 60_000).toISOString()
const log = pino({ level: 'silent' })
const pulse = { process: 'desk:1', startedAt: noon, polledAt: null, toldAt: null }

const well: Standing = {
  sources: { enabled: 3, due: 0, oldestDueAt: null, lastReadAt: noon },
  failing: {},
  documents: { waiting: 0, oldestWaitingAt: null },
  deliveries: { owed: 0, oldestOwedAt: null, unknown: 0 },
  subscriptions: { paused: 0, due: 0, oldestDueAt: null },
}

describe('an alarm', () => {
  test('is not raised while all goes well, nor for one failing source of three', () => {
    expect(findAlarms(well, noon, 5e9)).toEqual([])
    expect(findAlarms({ ...well, failing: { timeout: 1 } }, noon, 5e9)).toEqual([])
  })

  test.each<[string, Partial<Standing>]>([
    ['sources', { failing: { unreachable: 2, timeout: 1 } }],
    ['polling', { sources: { ...well.sources, due: 2, oldestDueAt: later(-31) } }],
    ['analysis', { documents: { waiting: 9, oldestWaitingAt: later(-45) } }],
    ['deliveries', { deliveries: { owed: 1, oldestOwedAt: later(-60), unknown: 0 } }],
    ['digests', { subscriptions: { paused: 0, due: 1, oldestDueAt: later(-31) } }],
    ['unknown', { deliveries: { owed: 0, oldestOwedAt: null, unknown: 2 } }],
  ])('is raised for %s', (id, wrong) => {
    expect(findAlarms({ ...well, ...wrong }, noon, 5e9).map((alarm) => alarm.id)).toEqual([id])
  })

  test('is raised where the disk is nearly full, and not where nobody can tell', () => {
    expect(findAlarms(well, noon, 50e6).map(({ id }) => id)).toEqual(['disk'])
    expect(findAlarms(well, noon, null)).toEqual([])
  })
})

/** One source that fails from noon on. */
async function troubled(store: Store): Promise<void> {
  await store.sources.configure([aSource()])
  await store.sources.remember({
    sourceId: 'gazette',
    etag: null,
    lastModified: null,
    lastPolledAt: noon,
    lastSucceededAt: null,
    nextPollAt: later(600),
    failures: 1,
    trouble: 'it does not answer',
    troubleSince: noon,
    troubleReason: 'timeout',
  })
}

describe('the operator', () => {
  const round = async (store: Store, minutes: number, tell: (words: string) => Promise<void>) =>
    watchRound({ store, log, now: () => later(minutes) }, { freeBytes: null, tell })

  test('is told once of what stays wrong, also by a process that starts anew, and once when it has gone', async () => {
    const told: string[] = []
    const tell = async (words: string) => void told.push(words)
    const dataFolder = scratch()
    {
      await using store = await openStore({ dataFolder })
      await troubled(store)
      await round(store, 0, tell)
      await round(store, 29, tell)
      expect(told).toEqual([])
      await round(store, 31, tell)
    }
    await using store = await openStore({ dataFolder })
    await round(store, 40, tell)
    expect(told).toEqual([expect.stringMatching(/^none of 1 sources can be read/)])
    await store.sources.configure([])
    await round(store, 50, tell)
    await round(store, 51, tell)
    expect(told.slice(1)).toEqual([expect.stringMatching(/^mended: none of 1/)])
  })

  test('who cannot be reached is told with the next round', async () => {
    await using store = await openStore({ dataFolder: scratch() })
    await troubled(store)
    const told: string[] = []
    await round(store, 0, async () => {})
    await round(store, 31, async () => {
      throw new Error('Discord is away')
    })
    await round(store, 32, async (words) => void told.push(words))
    expect(told).toHaveLength(1)
  })
})

describe('how it stands', () => {
  test('counts what is due, failing, waiting and owed, with the oldest of each', async () => {
    await using store = await openStore({ dataFolder: scratch() })
    await troubled(store)
    await store.sources.configure([aSource(), aSource({ id: 'bell' }), aSource({ id: 'off', enabled: false })])
    await store.documents.put(aDocument(), {
      sourceId: 'gazette',
      keys: ['a'],
      backlog: false,
      sample: false,
      now: noon,
    })
    await store.subscriptions.add(aSubscription({ nextDigestAt: later(-5) }))
    const delivery = {
      id: 'd1',
      subscriptionId: 'discord:1',
      target: { kind: 'terminal' },
      nonce: 'd1',
      status: 'owed',
    }
    await store.digests.compose('other', {
      sequence: 0,
      now: later(-3),
      nextDigestAt: null,
      delivery: { ...delivery, dueAt: noon, digest: {} as Digest } as Delivery,
    })
    expect(await store.watch.standing(noon)).toEqual({
      sources: { enabled: 2, due: 1, oldestDueAt: null, lastReadAt: null },
      failing: { timeout: 1 },
      documents: { waiting: 1, oldestWaitingAt: noon },
      deliveries: { owed: 1, oldestOwedAt: later(-3), unknown: 0 },
      subscriptions: { paused: 0, due: 1, oldestDueAt: later(-5) },
    })
  })

  test('is stuck where no round has ended for a quarter of an hour', async () => {
    await using store = await openStore({ dataFolder: scratch() })
    const at = (minutes: number, over = {}) => readHealth({ store, now: () => later(minutes) }, { ...pulse, ...over })
    expect((await at(14)).stuck).toBeNull()
    expect((await at(16)).stuck).toMatch(/reading/)
    expect((await at(30, { polledAt: later(29), toldAt: later(2) })).stuck).toMatch(/telling/)
    expect((await at(30, { polledAt: later(29), toldAt: later(29) })).stuck).toBeNull()
  })

  test('remembers the signs of life of a day', async () => {
    await using store = await openStore({ dataFolder: scratch() })
    const beat = (process: string, at: string) => store.watch.beat({ ...pulse, process, at, memoryBytes: 1 })
    await beat('desk:1', later(-2000))
    await beat('desk:2', later(-10))
    await beat('desk:3', noon)
    await beat('desk:2', later(1))
    expect((await store.watch.heartbeats(later(-3000))).map(({ process, at }) => [process, at])).toEqual([
      ['desk:2', later(1)],
      ['desk:3', noon],
    ])
  })
})
