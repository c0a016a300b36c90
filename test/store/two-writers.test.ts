import { describe, expect, test } from 'vitest'
import { entryOf, recordAll } from '../../src/jobs/record.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/store.ts'
import { aDocument, aStatement } from '../support/nouns.ts'
import { aDatabase } from '../support/stores.ts'

const now = '2026-03-02T12:00:00.000Z'
const facts = { isNews: () => true, now }

describe('two processes on one database', () => {
  test('that record the same story at once keep it once, with what both tell', async () => {
    const place = await aDatabase()
    await using one = await openStore(place)
    await using other = await openStore(place)
    const record = (store: Store, source: string, n: number) =>
      store.transaction((tx) => {
        const document = aDocument({
          id: `${source}-${n}`,
          url: `https://gazette.example/${n}`,
          // No two stories have a word in common.
          text: Array.from({ length: 60 }, (_, word) => `word${n}x${word}`).join(' '),
          provenance: [{ source, locator: null }],
        })
        return recordAll(tx, [entryOf(document, null, { id: source, sample: false }, facts)])
      }, 'snapshot')
    const stories = Array.from({ length: 8 }, (_, n) => [record(one, 'gazette', n), record(other, 'courier', n)])
    const fresh = await Promise.all(stories.flat())
    expect(fresh.flat().filter(Boolean)).toHaveLength(8)
    expect((await one.counts()).documents).toBe(8)
    for (let n = 0; n < 8; n++) {
      const known = await one.documents.findByUrl(`https://gazette.example/${n}`)
      expect(known?.provenance.map(({ source }) => source).sort()).toEqual(['courier', 'gazette'])
    }
  })

  test('number statements so that whoever has seen a number has seen all below it', async () => {
    const place = await aDatabase()
    await using one = await openStore(place)
    await using other = await openStore(place)
    await using reader = await openStore(place)
    let writing = true
    const seen = new Set<number>()
    let highest = 0
    const late: number[] = []
    const look = async () => {
      const found = await reader.statements.since(0, { sample: false, limit: 1000 })
      for (const { sequence } of found) if (!seen.has(sequence) && sequence < highest) late.push(sequence)
      for (const { sequence } of found) seen.add(sequence)
      highest = Math.max(highest, ...seen)
    }
    const reading = (async () => {
      while (writing) await look()
    })()
    const write = async (store: Store, name: string) => {
      for (let n = 0; n < 15; n++) {
        const id = `${name}-${n}`
        const url = `https://${name}.example/${n}`
        await store.documents.put(aDocument({ id, url }), {
          sourceId: name,
          keys: [url],
          backlog: false,
          sample: false,
          now,
        })
        const statements = [aStatement({ id: `st-${id}`, documentId: id })]
        const analysis = { version: 'v1', mentions: [], statements, matches: [], quoteKeys: new Map(), now }
        await store.transaction((tx) => tx.documents.analysed(id, analysis), 'analyse')
      }
    }
    await Promise.all([write(one, 'gazette'), write(other, 'courier')])
    writing = false
    await reading
    await look()
    expect(late).toEqual([])
    expect(seen.size).toBe(30)
  })

  test('number what one recorded that ended before it could', async () => {
    const place = await aDatabase()
    await using dead = await openStore(place)
    await using alive = await openStore(place)
    await dead.documents.put(aDocument(), { sourceId: 'gazette', keys: ['one'], backlog: false, sample: false, now })
    const analysis = { version: 'v1', mentions: [], statements: [aStatement()], matches: [], quoteKeys: new Map(), now }
    await dead.transaction((tx) => tx.documents.analysed('doc-1', analysis), 'snapshot')
    expect(await alive.statements.last()).toBe(0)
    await alive.statements.settle()
    expect(await alive.statements.last()).toBe(1)
  })
})
