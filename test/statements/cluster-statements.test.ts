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

  test.each(['We never raised the harbour toll to 5 crowns', 'We didn’t raise the harbour toll to 5 crowns'])(
    'is not its opposite: %s',
    (opposite) => expect(clustered('We raised the harbour toll to 5 crowns', opposite)).toEqual([]),
  )
})
