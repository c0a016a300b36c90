import { describe, expect, test } from 'vitest'
import { findNotices } from '../../src/documents/notices.ts'

const kinds = (text: string, title: string | null = null) => findNotices({ title, text }).map(({ kind }) => kind)

describe('a notice', () => {
  test.each([
    'Correction: an earlier version misstated the number of lamps.',
    'This article has been corrected to give the right date.',
    'Editor’s note: This story was amended on Monday.',
    'Korrektur: In einer früheren Fassung stand ein falsches Datum.',
    'Rectificatif : le nombre de lampes était faux.',
    'Corrección: la fecha era incorrecta.',
  ])('of a correction: %s', (line) => expect(kinds(`First paragraph.\n\n${line}`)).toEqual(['corrected']))

  test.each([
    'Retraction: the interview was never held.',
    'This article has been withdrawn.',
    'Dieser Artikel wurde zurückgezogen.',
    'Cet article a été retiré.',
    'Este artículo ha sido retirado.',
  ])('of a retraction: %s', (line) => expect(kinds('A text.', line)).toEqual(['retracted']))

  test.each([
    'The board said a correction would follow.',
    'He withdrew his claim, and the correctional officer left.',
    'The harbour was withdrawn from the list.',
    `Correction: ${'and so on '.repeat(80)}`,
  ])('is no sentence that merely has such a word: %s', (line) => expect(kinds(line)).toEqual([]))
})
