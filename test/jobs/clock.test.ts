import pino from 'pino'
import { describe, expect, test } from 'vitest'
import { mendClock } from '../../src/jobs/clock.ts'
import type { Delivery, Digest, SourceState } from '../../src/model.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/store.ts'
import { aSource, aSubscription } from '../support/nouns.ts'
import { scratch } from '../support/scratch.ts'

const log = pino({ level: 'silent' })
const noon = '2026-03-28T12:00:00.000Z'
const kit = (store: Store, at = noon) => ({ store, log, now: () => at })
const polled = (lastPolledAt: string, nextPollAt: string): SourceState => ({
  sourceId: 'gazette',
  etag: '"1"',
  lastModified: null,
  lastPolledAt,
  lastSucceededAt: lastPolledAt,
  nextPollAt,
  failures: 0,
  trouble: null,
  troubleSince: null,
})
const owed = (dueAt: string): Delivery => ({
  id: 'd1',
  subscriptionId: 'discord:1',
  target: { kind: 'terminal' },
  digest: {} as Digest,
  nonce: 'd1',
  status: 'owed',
  dueAt,
  attempts: 1,
  deliveredAt: null,
  messageIds: [],
  lastError: null,
})

async function standing(at: { polled: string; next: string; digest: string; due: string }): Promise<Store> {
  const store = await openStore({ dataFolder: scratch() })
  await store.sources.configure([aSource()])
  await store.sources.remember(polled(at.polled, at.next))
  await store.subscriptions.add(aSubscription({ nextDigestAt: at.digest }))
  await store.digests.compose('other', { sequence: 0, now: noon, nextDigestAt: null, delivery: owed(at.due) })
  return store
}

describe('a clock that ran four years ahead and was set back', () => {
  const ahead = '2030-01-01T00:00:00.000Z'
  test('puts nothing off: sources are read, digests fall due as their schedule says, what is owed is sent', async () => {
    await using store = await standing({ polled: ahead, next: '2030-01-01T00:30:00.000Z', digest: ahead, due: ahead })
    expect(await store.sources.due(noon)).toEqual([])
    expect(await mendClock(kit(store))).toBe(3)
    expect((await store.sources.due(noon)).map(({ state }) => state.etag)).toEqual(['"1"'])
    expect((await store.subscriptions.list())[0]?.nextDigestAt).toBe('2026-03-29T08:00:00.000Z')
    expect((await store.deliveries.owed(noon)).map(({ id }) => id)).toEqual(['d1'])
    expect(await mendClock(kit(store))).toBe(0)
  })
})

describe('a clock that is true', () => {
  test('changes nothing of what waits', async () => {
    await using store = await standing({
      polled: '2026-03-28T11:50:00.000Z',
      next: '2026-03-29T11:50:00.000Z',
      digest: '2026-03-29T08:00:00.000Z',
      due: '2026-03-28T12:40:00.000Z',
    })
    expect(await mendClock(kit(store))).toBe(0)
    expect(await store.deliveries.owed(noon)).toEqual([])
  })

  test('leaves a digest that is overdue as it is', async () => {
    await using store = await standing({ polled: noon, next: noon, digest: '2026-03-20T08:00:00.000Z', due: noon })
    expect(await mendClock(kit(store))).toBe(0)
    expect((await store.subscriptions.due(noon)).map(({ id }) => id)).toEqual(['discord:1'])
  })
})
