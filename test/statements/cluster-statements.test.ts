import { describe, expect, test } from 'vitest'
import { clusterStatements } from '../../src/statements/cluster-statements.ts'
import { aDocument, aStatement } from '../support/nouns.ts'

/** How many clusters these words make, each said in a document of its own. */
const clustered = (...contents: string[]) =>
  clusterStatements(
    contents.map((content, i) => ({
      statement: aStatement({ id: `s${i}`, documentId: `d${i}`, content }),
      document: aDocument({ id: `d${i}` }),
    })),
  ).clusters.map(({ members }) => members)

describe('the same quotation', () => {
  test('is found with small changes, and cut', () => {
    expect(clustered('We raised the harbour toll to 5 crowns', 'We raised the harbour toll to five crowns')).toEqual([
      ['s0', 's1'],
    ])
    expect(
      clustered(
        'We raised the harbour toll to 5 crowns',
        'We raised the harbour toll to 5 crowns, and we are not sorry for it',
      ),
    ).toEqual([['s0', 's1']])
  })

  test.each([
    [
      'is not another figure of another week',
      '2026-02-20T08:00:00.000Z',
      'The lamps on the long quay stay on for 9 nights this winter',
      0,
    ],
    [
      'is found with another figure in reports of one day',
      '2026-03-02T08:00:00.000Z',
      'The lamps on the long quay stay on for 9 nights this winter',
      1,
    ],
    [
      'is found again weeks later',
      '2026-02-20T08:00:00.000Z',
      'The lamps on the long quay stay on for 5 nights this winter',
      1,
    ],
    [
      'is found where one report writes its figure out',
      '2026-02-20T08:00:00.000Z',
      'The lamps on the long quay stay on for five nights this winter',
      1,
    ],
  ])('%s', (_, published, content, count) => {
    const items = [
      {
        id: 'd0',
        published: '2026-03-02T18:00:00.000Z',
        content: 'The lamps on the long quay stay on for 5 nights this winter',
      },
      { id: 'd1', published, content },
    ].map((one) => ({
      statement: aStatement({ id: `s-${one.id}`, documentId: one.id, content: one.content }),
      document: aDocument({ id: one.id, published: one.published }),
    }))
    expect(clusterStatements(items).clusters).toHaveLength(count)
  })

  test.each(['We never raised the harbour toll to 5 crowns', 'We didn’t raise the harbour toll to 5 crowns'])(
    'is not its opposite: %s',
    (opposite) => expect(clustered('We raised the harbour toll to 5 crowns', opposite)).toEqual([]),
  )
})
