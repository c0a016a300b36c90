import { describe, expect, test } from 'vitest'
import { prepareDigest } from '../../src/jobs/digest.ts'
import { findCopies } from '../../src/jobs/evidence.ts'
import { startServer } from '../support/http-server.ts'
import { reported } from '../support/reported.ts'

const closest = (timestamp: string) => ({
  body: JSON.stringify({
    archived_snapshots: {
      closest: { available: true, status: '200', timestamp, url: `http://archive.example/web/${timestamp}/x` },
    },
  }),
})

describe('what is reported', () => {
  test('is linked with its archived copy, asked for once', async () => {
    await using server = await startServer('127.0.0.21')
    server.on('/wayback/available', closest('20260302100000'))
    await using kit = await reported(server)
    expect(await findCopies(kit)).toBe(1)
    expect(await findCopies(kit)).toBe(0)
    expect(server.arrivals).toHaveLength(1)
    const asked = { id: 'x', sequence: 0, since: null, subscription: { target: { kind: 'terminal' as const } } }
    const { digest } = await prepareDigest(kit, { ...asked, sample: false })
    const groups = [...digest.claims.flatMap(({ speakers }) => speakers), ...digest.unmatched]
    const [entry] = groups.flatMap(({ entries }) => entries)
    expect(entry?.reports[0]?.archivedAt).toEqual([
      { url: 'http://archive.example/web/20260302100000/x', capturedAt: '2026-03-02T10:00:00.000Z' },
    ])
  })

  test('for one server alone stays that server’s', async () => {
    await using server = await startServer('127.0.0.21')
    server.on('/wayback/available', closest('20260302100000'))
    const guild = '200000000000000001'
    await using kit = await reported(server, { owner: guild })
    expect(await findCopies(kit)).toBe(1)
    expect(await kit.store.seenBy('200000000000000002').documents.get('a')).toBeNull()
    expect((await kit.store.seenBy(guild).documents.get('a'))?.archivedAt).toHaveLength(1)
  })

  test.each([
    ['none', { body: '{"archived_snapshots":{}}' }],
    ['only one from before it was published', closest('20190101000000')],
  ])('and has %s is not asked for again', async (_, answer) => {
    await using server = await startServer('127.0.0.21')
    server.on('/wayback/available', answer)
    await using kit = await reported(server)
    expect([await findCopies(kit), await findCopies(kit)]).toEqual([0, 0])
    expect(server.arrivals).toHaveLength(1)
    expect((await kit.store.documents.get('a'))?.archivedAt).toEqual([])
  })

  test('and could not be asked for is asked for in the next round', async () => {
    await using server = await startServer('127.0.0.21')
    server.on('/wayback/available', { status: 503 }, closest('20260302100000'))
    await using kit = await reported(server)
    expect(await findCopies(kit)).toBe(0)
    expect((await kit.store.documents.get('a'))?.copyAskedAt).toBeUndefined()
    expect(await findCopies(kit)).toBe(1)
  })

  test.each([
    ['nobody wants copies', { findCopies: false }],
    ['it is on record only', { backlog: true }],
  ])('is not asked for where %s', async (_, over) => {
    await using server = await startServer('127.0.0.21')
    await using kit = await reported(server, over)
    expect(await findCopies(kit)).toBe(0)
    expect(server.arrivals).toEqual([])
  })
})
