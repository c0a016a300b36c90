import { describe, expect, test } from 'vitest'
import { viewDigest } from '../../src/digests/digest-view.ts'
import { renderText } from '../../src/digests/render-text.ts'
import { isFragment, weightOf } from '../../src/digests/weight.ts'
import { renderDigest } from '../../src/discord/render-digest.ts'
import type { DigestEntry } from '../../src/model.ts'
import { aDigest, aMatch, anEntry, aReport } from '../support/digests.ts'

const reported = (content: string, cue: string, over: Partial<DigestEntry> = {}) =>
  anEntry({ words: [{ content, directness: 'indirect' }], cue, ...over })
const two = [aReport(), aReport({ documentId: 'doc-2', publisher: 'Coast and Cable' })]

describe('a fragment of reported speech', () => {
  test.each([
    ['the charge', 'rejects'],
    ['the harbour board for its silence about the lamps', 'attacked'],
    ['to boycott the ferry', 'called'],
    ['den Vorwurf der Hafenbehörde', 'weist zurück'],
  ])('names a thing and says nothing: %s', (content, cue) => expect(isFragment(reported(content, cue))).toBe(true))

  test.each([
    ['the lamps are kept for the pilots', 'insists'],
    ['lamps save lives', 'says'],
    ['the lamps would not come back', 'rejects'],
  ])('is none where it says something: %s', (content, cue) => expect(isFragment(reported(content, cue))).toBe(false))

  test('is none in the speaker’s own words, in two outlets, against a claim, or once it was corrected', () => {
    expect(isFragment(anEntry({ words: [{ content: 'the charge', directness: 'direct' }] }))).toBe(false)
    expect(isFragment(reported('the charge', 'rejects', { reports: two }))).toBe(false)
    const moved = aMatch({ relation: 'opposes' })
    expect(isFragment(reported('the charge', 'rejects', { match: moved }))).toBe(false)
    expect(isFragment(reported('the charge', 'rejects', { parted: true }))).toBe(false)
  })
})

test('a moved figure weighs most, then several outlets, a tracked speaker’s words, reported ones, fragments', () => {
  const entries = [
    anEntry({ match: aMatch({ relation: 'differs-in-figure' }) }),
    anEntry({ reports: two }),
    anEntry(),
    reported('the lamps are kept', 'says'),
    reported('the charge', 'rejects'),
  ]
  expect(entries.map(weightOf)).toEqual([4, 3, 2, 1, 0])
  expect(weightOf(anEntry({ match: aMatch({ decision: 'unsure' }) }))).toBeLessThan(weightOf(anEntry()))
})

test('fragments stand last, a line each, in every form', () => {
  const entries = [anEntry({ id: 'whole' }), reported('the charge', 'rejects', { id: 'fragment' })]
  const view = viewDigest(aDigest({ unmatched: [{ speaker: 'Mira Sol', entries }] }))
  expect(view.sections[0]?.groups.flatMap((group) => group.entries).map(({ id }) => id)).toEqual(['whole'])
  const text = renderText(view, { colour: false, width: 100, timeZone: 'UTC' })
  expect(text).toContain('· Mira Sol · rejects · the charge · The Gazette')
  const message = JSON.stringify(renderDigest(view))
  expect(message).toContain('-# · **Mira Sol** · rejects · the charge · [The Gazette](https://gazette.example/one)')
})
