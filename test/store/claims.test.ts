import { describe, expect, test } from 'vitest'
import { mergeClaims, sameKey } from '../../src/claims/import-claims.ts'
import type { Claim } from '../../src/model.ts'
import { openStore } from '../../src/store/open-store.ts'
import { aClaim } from '../support/nouns.ts'
import { STORES } from '../support/stores.ts'

const now = '2026-03-02T12:00:00.000Z'
const keyed = (claim: Claim) => ({ claim, key: sameKey(claim.text, claim.claimant) })
const options = { merge: mergeClaims, by: 'operator', now }
const lamp = { ...aClaim(), id: 'lamp', text: 'The lamp never went out.', reviews: [] }

describe.each(STORES)('stored claims %s', (_name, place) => {
  test('are added once, however often the import is repeated', async () => {
    await using store = await openStore(await place())
    expect(await store.claims.add([keyed(lamp)], options)).toEqual({ added: 1, changed: 0, same: 0 })
    expect(await store.claims.add([keyed(lamp)], options)).toEqual({ added: 0, changed: 0, same: 1 })
    expect(await store.claims.list()).toHaveLength(1)
  })

  test('that say the same merge, and keep what they were', async () => {
    await using store = await openStore(await place())
    const review = { publisher: 'Checks', url: null, rating: 'False', reviewed: null }
    await store.claims.add([keyed(lamp)], options)
    await store.claims.add(
      [keyed({ ...lamp, id: 'other', text: 'the lamp NEVER went out', reviews: [review] })],
      options,
    )
    expect(await store.claims.get('lamp')).toMatchObject({ text: lamp.text, reviews: [review] })
    expect(await store.claims.history('lamp')).toMatchObject([
      { changedBy: 'operator', before: { reviews: [] }, after: { reviews: [review] } },
      { before: null },
    ])
  })

  test('of two owners stay apart', async () => {
    await using store = await openStore(await place())
    await store.claims.add([keyed(lamp), keyed({ ...lamp, owner: 'guild-1' })], options)
    expect((await store.claims.list('guild-1')).map(({ owner }) => owner)).toEqual(['guild-1'])
    expect(await store.claims.list()).toHaveLength(2)
  })

  test('are edited and retired with their history, and are found by their words as they are now', async () => {
    await using store = await openStore(await place())
    await store.claims.add([keyed(lamp)], options)
    const before = await store.claims.lastChange()
    expect(await store.claims.changeMark(before)).toBe(`lamp ${now}`)
    expect(await store.claims.edit({ ...lamp, text: 'The oil ran out.', status: 'retired' }, { by: 'Ann', now })).toBe(
      true,
    )
    expect(await store.claims.edit({ ...lamp, id: 'nobody' }, { by: 'Ann', now })).toBe(false)
    expect((await store.claims.history('lamp'))[0]).toMatchObject({ changedBy: 'Ann', before: { text: lamp.text } })
    expect((await store.claims.search(['oil'], 5)).map(({ id }) => id)).toEqual(['lamp'])
    expect(await store.claims.search(['lamp', '"'], 5)).toEqual([])
    expect((await store.claims.changedAfter(before)).map(({ id }) => id)).toEqual(['lamp'])
    expect(await store.claims.changeMark(99)).toBeNull()
  })

  test('are found by what their id, title or words hold, whatever the case and the alphabet', async () => {
    await using store = await openStore(await place())
    const other = { ...lamp, id: 'éclair', title: 'ÉCLAIRS 100%', text: 'The bakery sells eclairs.' }
    await store.claims.add([keyed(lamp), keyed(other), keyed({ ...lamp, id: 'theirs', owner: 'guild-1' })], options)
    const find = async (holding: string, owners = ['operator'], limit = 9) => {
      const { claims, total } = await store.claims.find({ owners, holding, limit })
      return [total, ...claims.map(({ id }) => id)]
    }
    expect(await find('')).toEqual([2, 'lamp', 'éclair'])
    expect(await find('', ['operator', 'guild-1'], 2)).toEqual([3, 'lamp', 'theirs'])
    expect(await find('éCLAIRS')).toEqual([1, 'éclair'])
    expect(await find('100%')).toEqual([1, 'éclair'])
    expect(await find('0%1')).toEqual([0])
    expect(await find('_akery')).toEqual([0])
    expect(await find('"text"')).toEqual([0])
    expect(await find('status')).toEqual([0])
  })
})
