import { describe, expect, test } from 'vitest'
import type { Statement } from '../../src/model.ts'
import { carryOver } from '../../src/statements/carry-over.ts'
import { aDocument } from '../support/nouns.ts'
import { statementsOf } from '../support/reading.ts'

const NOW = '2026-03-05T00:00:00.000Z'
/** What becomes of the statements of one text in a later one. */
function edited(before: string, text: string, known: Statement[] = statementsOf(before)) {
  const document = aDocument({ text, editions: [{ text: before, title: null, from: [] }] })
  return { known, ...carryOver(known, statementsOf(text), document, NOW) }
}

describe('a statement in a later text of its document', () => {
  test('keeps its id where the words have only moved', () => {
    const { known, statements, gone } = edited(
      '“The lamps stay on,” Mira Sol said.',
      'Corrected on Monday.\n\n“The lamps stay on,” Mira Sol said.',
    )
    expect(statements.map(({ id }) => id)).toEqual(known.map(({ id }) => id))
    expect(gone).toEqual([])
  })
  test('is marked as changed, with the words that stand there now', () => {
    const { gone } = edited(
      '“We will keep all forty lamps on the quay,” Mira Sol said.',
      '“We will keep all fourteen lamps on the quay,” Mira Sol said.',
    )
    expect(gone).toMatchObject([
      {
        content: 'We will keep all forty lamps on the quay',
        fate: { status: 'changed', noticedAt: NOW, now: 'We will keep all fourteen lamps on the quay' },
      },
    ])
  })
  test('is marked as vanished where nothing like it is left, once and for all', () => {
    const text = 'The harbour office did not answer.'
    const { gone } = edited('“The lamps stay on,” Mira Sol said.', text)
    expect(gone).toMatchObject([{ fate: { status: 'vanished', noticedAt: NOW, now: null } }])
    const again = carryOver(
      gone,
      [],
      aDocument({ text, editions: [{ text: '“The lamps stay on,” Mira Sol said.', title: null, from: [] }] }),
      '2027-01-01T00:00:00.000Z',
    )
    expect(again.gone[0]?.fate?.noticedAt).toBe(NOW)
  })
  test('another speaker’s words do not stand in for it', () => {
    const { gone } = edited(
      '“The lamps stay on until May,” Mira Sol said.',
      '“The lamps stay on until May,” Theo Brandt said.',
    )
    expect(gone).toEqual([])
  })
})
