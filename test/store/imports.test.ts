import { describe, expect, test } from 'vitest'
import { openStore } from '../../src/store/open-store.ts'
import { aClaim, anImport } from '../support/nouns.ts'
import { STORES } from '../support/stores.ts'

const claims = ['a', 'b', 'c'].map((id) => aClaim({ id, text: `The ${id} lamp burns.` }))

describe.each(STORES)('an import %s', (_name, place) => {
  const open = async () => openStore(await place())

  test('is open, with its claims, until it is finished; then they are let go', async () => {
    await using store = await open()
    const job = anImport({ total: 3 })
    await store.imports.begin(job, claims)
    expect(await store.imports.get(job.id)).toEqual(job)
    const further = { ...job, done: 2, counts: { added: 1, changed: 1, same: 0 } }
    await store.imports.put(further)
    expect(await store.imports.open()).toEqual([further])
    expect(await store.imports.claims(job.id)).toEqual(claims)
    const finished = { ...further, done: 3, finishedAt: '2026-03-02T13:00:00.000Z' }
    await store.imports.put(finished)
    expect(await store.imports.open()).toEqual([])
    expect(await store.imports.get(job.id)).toEqual(finished)
    expect(await store.imports.claims(job.id)).toEqual([])
  })

  test('has its turn in the order of asking', async () => {
    await using store = await open()
    for (const [id, hour] of Object.entries({ late: '14', early: '09', noon: '12' }))
      await store.imports.begin(anImport({ id, askedAt: `2026-03-02T${hour}:00:00.000Z` }), claims)
    expect((await store.imports.open()).map(({ id }) => id)).toEqual(['early', 'noon', 'late'])
  })

  test('of a server that is forgotten is forgotten too, and comes back with no step of it', async () => {
    await using store = await open()
    const theirs = anImport({ id: 'theirs', guildId: 'g-gone' })
    await store.imports.begin(theirs, claims)
    await store.imports.begin(anImport({ id: 'other', guildId: 'g-here' }), claims)
    await store.transaction((tx) => tx.guilds.forget('g-gone'))
    await store.imports.put({ ...theirs, done: 1 })
    expect(await store.imports.get('theirs')).toBeNull()
    expect((await store.imports.open()).map(({ id }) => id)).toEqual(['other'])
  })

  test('that has long been finished is let go; one that is open never', async () => {
    await using store = await open()
    await store.imports.begin(anImport({ id: 'open' }), claims)
    for (const [id, day] of [
      ['old', '01'],
      ['new', '03'],
    ]) {
      const job = anImport({ id: id! })
      await store.imports.begin(job, claims)
      await store.imports.put({ ...job, finishedAt: `2026-03-${day}T12:00:00.000Z` })
    }
    await store.imports.dropFinished('2026-03-02T12:00:00.000Z')
    const left = await Promise.all(['open', 'old', 'new'].map((id) => store.imports.get(id)))
    expect(left.map((job) => job?.id ?? null)).toEqual(['open', null, 'new'])
  })
})
