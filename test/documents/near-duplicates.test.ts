import { describe, expect, test } from 'vitest'
import { areCopies, likeness, nearKeys } from '../../src/documents/near-duplicates.ts'
import { textChanges } from '../../src/documents/text-changes.ts'

const SENTENCES = [
  'The harbour office of the old town said on Monday that all forty lamps along the eastern quay will stay lit until the end of spring.',
  'Fishermen had asked for them after two boats ran into the breakwater in a night of heavy fog last winter.',
  'Mira Sol, who speaks for the office, told reporters that the cost is small beside what a single accident would bring.',
  'Shopkeepers near the fish market welcome the light, while some neighbours complain that it shines into their bedrooms until dawn.',
  'The council will look at the matter again in June, when a study of how many ships pass by night is to be ready.',
]
const TEXT = SENTENCES.join(' ')
const shareKey = (a: string, b: string) => nearKeys(a).some((key) => nearKeys(b).includes(key))

describe('nearly the same text', () => {
  test.each([
    ['with a dateline before it', `QUAY, 3 March (Wire) – ${TEXT}`],
    ['with other quotation marks and spaces', TEXT.replaceAll(' ', '  ').toUpperCase()],
    ['without its last sentence', SENTENCES.slice(0, 4).join('\n\n')],
    [
      'with a few other words',
      TEXT.replace('old town', 'city').replace('heavy fog', 'fog').replace('in June', 'in summer'),
    ],
  ])('%s is a copy, and shares a key', (_, copy) => {
    expect(areCopies(TEXT, copy, false)).toBe(true)
    expect(shareKey(TEXT, copy)).toBe(true)
  })
  test.each([
    [
      'of the same form with other numbers',
      `${TEXT} Ships counted: 14, 15 and 16.`,
      `${TEXT} Ships counted: 41, 52 and 63.`,
    ],
    [
      'that tell the same news in their own words',
      TEXT,
      'Light will be kept on beside the water through spring, officials announced at the start of the week, after sailors demanded it following a pair of collisions in poor visibility. A spokeswoman called the price modest in comparison with the harm one crash could do. Traders are pleased; residents whose sleep is disturbed are less so. Local politicians return to the question at the beginning of summer once night traffic has been counted.',
    ],
    [
      'that share a sentence',
      TEXT,
      `${SENTENCES[0]} Elsewhere the ferry company cut its timetable. Passengers waited for hours on the pier, some with children and all of them in the rain, before a bus arrived and took them around the bay to the station on the other side of the water.`,
    ],
  ])('%s is no copy', (_, a, b) => expect(areCopies(a, b, false)).toBe(false))
  test('within one source must be all but the same', () => {
    const other = TEXT.replace('old town', 'new town')
      .replace('eastern quay', 'western quay')
      .replace('forty', 'ninety')
    expect(areCopies(TEXT, other, false)).toBe(true)
    expect(areCopies(TEXT, other, true)).toBe(false)
  })
  test('that is short is like nothing', () => {
    expect(nearKeys('The ferry sails at nine.')).toEqual([])
    expect(likeness('The ferry sails at nine.', 'The ferry sails at nine.')).toBe(0)
  })
})

test('what changed between two texts is the sentences that went and came, not those that moved', () => {
  expect(textChanges('One. Two stays. Three.\n\nFour.', 'Four. Two stays. Five!')).toEqual({
    removed: ['One.', 'Three.'],
    added: ['Five!'],
  })
})
