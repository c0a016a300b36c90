import { describe, expect, test } from 'vitest'
import type { Part } from '../../src/jobs/ingest.ts'
import { recordTogether } from '../../src/jobs/record-together.ts'
import type { RawItem } from '../../src/model.ts'
import { openStore } from '../../src/store/open-store.ts'
import { aSource } from '../support/nouns.ts'
import { STORES } from '../support/stores.ts'

const now = '2026-03-02T12:00:00.000Z'
const anItem = (n: number): RawItem => ({
  kind: 'article',
  guid: `g${n}`,
  url: `https://quay.example/${n}`,
  title: `Ferry report ${n}`,
  html: null,
  text: `The ferry sails, part ${n}.`,
  summaryOnly: false,
  author: null,
  publisher: 'Quay',
  published: now,
  publishedFrom: 'feed',
  updated: null,
  language: 'en',
  archivedAt: [],
  provenance: { source: 'https://quay.example/feed', locator: null },
  post: null,
})

describe.each(STORES)('what several sources bring at one moment, %s', (_name, place) => {
  test('is kept together, each with its own count and place; one that cannot be kept holds no other up', async () => {
    await using store = await openStore(await place())
    const ids = ['north', 'south', 'odd']
    await store.sources.configure(ids.map((id) => aSource({ id, address: `https://${id}.example/feed` })))
    const soon = recordTogether({ store, now: () => now })
    const part = async (id: string, items: RawItem[], isNews: Part['isNews'] = () => true): Promise<Part> => {
      const { source, state } = (await store.sources.get(id))!
      return { source, items, deleted: [], next: { ...state, lastPolledAt: now, etag: id }, isNews }
    }
    const broken = () => {
      throw new Error('this one is odd')
    }
    const kept = await Promise.allSettled([
      soon(await part('north', [anItem(1), anItem(2)])),
      soon(await part('odd', [anItem(3)], broken)),
      // The second of these is on record by then.
      soon(await part('south', [anItem(4), anItem(1)])),
    ])
    expect(kept).toMatchObject([{ value: 2 }, { reason: { message: 'this one is odd' } }, { value: 1 }])
    expect((await store.counts()).documents).toBe(3)
    const states = await store.sources.some(ids)
    expect(new Map(states.map(({ state }) => [state.sourceId, state.etag]))).toEqual(
      new Map([
        ['north', 'north'],
        ['south', 'south'],
        ['odd', null],
      ]),
    )
  })
})
