import { describe, expect, test } from 'vitest'
import { followTerms } from '../../src/jobs/watched.ts'
import type { WatchTerm } from '../../src/model.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/store.ts'
import { STORES } from '../support/stores.ts'

const HARBOUR = '210000000000000001'
const QUAY = '210000000000000002'
const now = '2026-03-02T12:00:00.000Z'
const term = (guildId: string, value: string, kind: WatchTerm['kind'] = 'phrase'): WatchTerm => ({
  id: `${guildId}-${value}`,
  guildId,
  kind,
  value,
  createdBy: '510000000000000001',
  createdAt: now,
})
const change = <T>(store: Store, work: (tx: Store) => Promise<T>) => store.transaction(work)
const caught = async (store: Store, text: string) =>
  Array.from((await followTerms(store)).index.caught(text), ({ value }) => value).sort()

describe.each(STORES)('the terms of all servers, %s', (_, place) => {
  test('are followed as another process changes them: added, edited, removed, forgotten', async () => {
    const where = await place()
    await using theirs = await openStore(where)
    await using ours = await openStore(where)
    const text = 'The fog lamps of the quay are lit, and the ferry waits.'
    expect(await caught(ours, text)).toEqual([])
    await change(theirs, (tx) => tx.watchTerms.add(term(HARBOUR, 'fog lamps')))
    await change(theirs, (tx) => tx.watchTerms.add(term(HARBOUR, 'mira-sol', 'entity')))
    expect(await caught(ours, text)).toEqual(['fog lamps'])
    await change(theirs, (tx) => tx.watchTerms.add(term(QUAY, 'ferry AND quay', 'query')))
    expect(await caught(ours, text)).toEqual(['ferry AND quay', 'fog lamps'])
    await change(theirs, (tx) =>
      tx.watchTerms.edit({ ...term(QUAY, 'ferry NOT quay', 'query'), id: `${QUAY}-ferry AND quay` }, now),
    )
    expect(await caught(ours, text)).toEqual(['fog lamps'])
    await change(theirs, (tx) => tx.watchTerms.add(term(QUAY, 'fog lamps')))
    await change(theirs, (tx) => tx.guilds.forget(HARBOUR))
    expect(await caught(ours, text)).toEqual(['fog lamps'])
    expect([...(await ours.watchTerms.versions()).keys()]).toEqual([QUAY])
    await change(theirs, (tx) => tx.watchTerms.remove(QUAY, 'fog lamps'))
    expect(await caught(ours, text)).toEqual([])
  })

  test('are taken over once, however many ask at one time', async () => {
    await using store = await openStore(await place())
    await change(store, (tx) => tx.watchTerms.add(term(HARBOUR, 'fog')))
    const indexes = await Promise.all(Array.from({ length: 5 }, () => followTerms(store)))
    await change(store, (tx) => tx.watchTerms.remove(HARBOUR, 'fog'))
    await followTerms(store)
    expect(indexes.map(({ index }) => index.size())).toEqual([0, 0, 0, 0, 0])
  })
})
