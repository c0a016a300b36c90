import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import pino from 'pino'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { openQueues } from '../../src/jobs/boss.ts'
import { askImport, followImport, importOne, importRound, MOST_CLAIMS, tellImports } from '../../src/jobs/imports.ts'
import { KINDS, type Kind, type Order, type Work } from '../../src/jobs/work.ts'
import type { ImportJob } from '../../src/model.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/store.ts'
import { aClaim } from '../support/nouns.ts'
import { aDatabase, STORES } from '../support/stores.ts'

const GUILD = '100000000000000001'
const now = () => '2026-03-02T12:00:00.000Z'
const later = () => '2026-03-02T12:00:01.000Z'
const belt = (store: Store, over: { stopping?: AbortSignal; work?: Work } = {}) => ({
  store,
  now,
  log: pino({ level: 'silent' }),
  stopping: new AbortController().signal,
  ...over,
})
/** Queues that nobody takes from. */
function queued() {
  const orders: Order[] = []
  const work: Work = {
    owe: async (some) => void orders.push(...some),
    oweSoon: (some) => void orders.push(...some),
    hurry: async () => {},
  }
  return { orders, work }
}
const numbered = (count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => aClaim({ id: `c${from + i}`, text: `Ferry ${from + i} sails at night.` }))
const wish = (count: number) => ({ guildId: GUILD, by: 'u', fileName: 'claims.csv', claims: numbered(count) })

/** That each claim was written once, and the change noted once. */
async function expectWhole(store: Store, id: string, count: number): Promise<void> {
  expect(await store.imports.get(id)).toMatchObject({
    done: count,
    counts: { added: count, changed: 0, same: 0 },
    over: 0,
    trouble: null,
    finishedAt: now(),
  })
  const claims = await store.claims.list(GUILD)
  expect(new Set(claims.map(({ text }) => text)).size).toBe(count)
  expect(claims).toHaveLength(count)
  const histories = await Promise.all(claims.map(({ id }) => store.claims.history(id)))
  expect(histories.every(({ length }) => length === 1)).toBe(true)
  expect((await store.guilds.changes(GUILD, 9)).map(({ what, object }) => [what, object])).toEqual([
    ['import', 'claims.csv'],
  ])
}

describe.each(STORES)('an import %s', (_name, place) => {
  const open = async () => openStore(await place())

  test('of few claims is written at once, and leaves nothing behind', async () => {
    await using store = await open()
    const { orders, work } = queued()
    const job = await askImport(wish(50), belt(store, { work }))
    expect(job).toMatchObject({ done: 50, counts: { added: 50 }, finishedAt: now() })
    expect(orders).toEqual([])
    expect(await store.imports.get(job.id)).toBeNull()
  })

  test('of many is ordered, and told of after each batch until it is finished', async () => {
    await using store = await open()
    const { orders, work } = queued()
    const job = await askImport(wish(120), belt(store, { work }))
    expect(job).toMatchObject({ done: 0, total: 120, finishedAt: null })
    expect(orders).toEqual([{ kind: 'import', key: job.id, group: GUILD }])
    expect(await store.claims.list(GUILD)).toEqual([])
    const told: (number | undefined)[] = []
    followImport(job.id, (at) => void told.push(at?.done))
    await importOne(job.id, belt(store))
    expect(told).toEqual([50, 100, 120])
    await expectWhole(store, job.id, 120)
    expect(await store.imports.claims(job.id)).toEqual([])
  })

  test('that is stopped goes on where it was', async () => {
    await using store = await open()
    const { work } = queued()
    const job = await askImport(wish(180), belt(store, { work }))
    const stop = new AbortController()
    followImport(job.id, () => stop.abort())
    await importOne(job.id, belt(store, { stopping: stop.signal }))
    expect(await store.imports.open()).toMatchObject([{ done: 50 }])
    await importRound(belt(store))
    await expectWhole(store, job.id, 180)
  })

  test('whose process is killed within a batch goes on in another, and keeps nothing twice', async () => {
    const at = await place()
    let job: ImportJob
    {
      await using store = await openStore(at)
      job = await askImport(wish(230), belt(store, queued()))
    }
    const script = resolve(import.meta.dirname, '../support/import-and-die.ts')
    const child = spawn(process.execPath, [script, JSON.stringify(at), job.id], { stdio: 'inherit' })
    onTestFinished(() => void child.kill('SIGKILL'))
    expect(await once(child, 'close')).toEqual([null, 'SIGKILL'])
    await using store = await openStore(at)
    expect(await store.imports.open()).toMatchObject([{ done: 100, counts: { added: 100 } }])
    expect(await store.claims.list(GUILD)).toHaveLength(100)
    await importRound(belt(store))
    await expectWhole(store, job.id, 230)
  })

  test('adds to what is known, and counts it so', async () => {
    await using store = await open()
    await askImport(wish(40), belt(store))
    const reviewed = numbered(60, 20).map((claim, i) => ({
      ...claim,
      reviews: i < 10 ? [{ publisher: 'Tide Check', rating: 'False', reviewed: '2026-03-01', url: null }] : [],
    }))
    const job = await askImport({ ...wish(0), claims: reviewed }, belt(store, queued()))
    await importOne(job.id, belt(store))
    const { added, changed, same } = (await store.imports.get(job.id))!.counts
    expect({ added, changed, same }).toEqual({ added: 40, changed: 10, same: 10 })
  })

  test('stops at what a server may keep, also where claims came meanwhile', async () => {
    await using store = await open()
    const job = await askImport(wish(MOST_CLAIMS + 20), belt(store, queued()))
    expect(job).toMatchObject({ total: MOST_CLAIMS, over: 20 })
    await askImport({ ...wish(0), claims: numbered(30, 1000) }, belt(store))
    await importOne(job.id, belt(store))
    expect(await store.imports.get(job.id)).toMatchObject({ counts: { added: MOST_CLAIMS - 30 }, over: 50 })
    expect(await store.claims.list(GUILD)).toHaveLength(MOST_CLAIMS)
  })

  test('of a server that was forgotten meanwhile writes nothing more', async () => {
    await using store = await open()
    const job = await askImport(wish(120), belt(store, queued()))
    await store.transaction((tx) => tx.guilds.forget(GUILD))
    const told: (ImportJob | null)[] = []
    followImport(job.id, (at) => void told.push(at))
    await importOne(job.id, belt(store))
    await tellImports(store)
    expect(told).toEqual([null])
    expect(await store.claims.list(GUILD)).toEqual([])
  })

  test('that fails tells why, is tried again, and holds no other up', async () => {
    await using store = await open()
    const { work } = queued()
    const first = await askImport(wish(120), belt(store, { work }))
    const other = await askImport({ ...wish(60), guildId: 'g-other' }, { ...belt(store, { work }), now: later })
    let times = 0
    const failing: Store = {
      ...store,
      transaction: (todo, lane) => {
        times += 1
        return times === 2 ? Promise.reject(new Error('the disk is full')) : store.transaction(todo, lane)
      },
    }
    const told: (string | null | undefined)[] = []
    followImport(first.id, (at) => void told.push(at?.trouble))
    await importRound(belt(failing))
    expect(told).toEqual([null, 'the disk is full'])
    expect(await store.imports.open()).toMatchObject([{ id: first.id, done: 50, trouble: 'the disk is full' }])
    expect(await store.imports.get(other.id)).toMatchObject({ done: 60, finishedAt: now() })
    await importRound(belt(store))
    expect(await store.imports.get(first.id)).toMatchObject({ counts: { added: 120 }, trouble: null })
  })
})

test('two workers that take the same import at once write each claim once', async () => {
  const place = await aDatabase()
  await using one = await openStore(place)
  await using other = await openStore(place)
  const job = await askImport(wish(400), belt(one, queued()))
  await Promise.all([importOne(job.id, belt(one)), importOne(job.id, belt(other))])
  await expectWhole(one, job.id, 400)
})

test('an import that is given up is listed with its reason, and goes on where it was when it is replayed', async () => {
  const place = await aDatabase()
  if (place.store?.kind !== 'postgres') throw new Error('this needs Postgres')
  await using store = await openStore(place)
  const log = pino({ level: 'silent' })
  await using queues = await openQueues({ url: place.store.url, places: 3, log, retries: 0 })
  const job = await askImport(wish(120), belt(store, { work: queues.work }))
  let times = 0
  const failing: Store = {
    ...store,
    transaction: (todo, lane) => {
      times += 1
      return times === 2 ? Promise.reject(new Error('the disk is full')) : store.transaction(todo, lane)
    },
  }
  const others = Object.fromEntries(KINDS.map((kind) => [kind, async () => {}])) as Record<Kind, () => Promise<void>>
  await using _working = await queues.begin({ ...others, import: (id) => importOne(id, belt(failing)) })
  const dead = () => queues.dead()
  await vi.waitFor(async () => expect(await dead()).toHaveLength(1), { timeout: 30_000 })
  expect(await dead()).toMatchObject([{ kind: 'import', key: job.id, reason: 'the disk is full' }])
  expect(await store.imports.get(job.id)).toMatchObject({ done: 50, trouble: 'the disk is full' })
  expect(await queues.replay('import')).toBe(1)
  await vi.waitFor(async () => expect((await store.imports.get(job.id))?.finishedAt).toBe(now()), { timeout: 30_000 })
  await expectWhole(store, job.id, 120)
})
