import { describe, expect, test } from 'vitest'
import { createFinder, findMentions } from '../../src/mentions/find-mentions.ts'
import { f1 } from '../eval/statements/measure.ts'
import { scoreTraps } from '../eval/statements/traps.ts'
import { aDocument } from '../support/nouns.ts'
import { anEntity } from '../support/reading.ts'

const lantern = anEntity({
  id: 'lantern',
  name: 'Lantern',
  kind: 'group',
  aliases: ['The Lantern Group'],
  handles: ['lantern_x'],
  roles: ['activist group'],
})
const found = (text: string, entities = [lantern]) =>
  findMentions(aDocument({ text }), createFinder(entities)).map(
    ({ text: words, kind, entityId }) => `${kind} ${words} ${entityId}`,
  )

describe('a mention', () => {
  test('is a name, a handle, a hashtag or a role noun, and knows its place', () => {
    const text = 'Members of Lantern met. @lantern_x posted #Lantern later. The activist group left.'
    expect(found(text)).toEqual([
      'name Lantern lantern',
      'handle lantern_x lantern',
      'hashtag Lantern lantern',
      'role activist group lantern',
    ])
    for (const { start, end, text: words } of findMentions(aDocument({ text }), createFinder([lantern])))
      expect(text.slice(start, end)).toBe(words)
  })

  test('prefers the longest alias', () => {
    expect(found('They joined The Lantern Group.')).toEqual(['name The Lantern Group lantern'])
  })

  test('of a role noun needs somebody named before', () => {
    expect(found('The activist group left.')).toEqual([])
  })

  test('is not the common word', () => {
    expect(found('A lantern hung there. Lantern light fell on the floor. An old lantern smoked.')).toEqual([])
  })

  test('is surer where the document names it in full elsewhere', () => {
    const confidence = (text: string) =>
      findMentions(aDocument({ text }), createFinder([lantern])).at(-1)?.confidence ?? 0
    expect(confidence('They joined The Lantern Group. Lantern, they said.')).toBeGreaterThan(
      confidence('Lantern, they said.'),
    )
  })

  test('near a word that a curator ruled out is none', () => {
    expect(found('Fans of Lantern saw the festival.', [{ ...lantern, notNear: ['festival'] }])).toEqual([])
  })
})

describe('the common-word traps', () => {
  test('are told apart in at least 95 of 100', () => {
    for (const set of ['common-words', 'more-common-words'] as const)
      expect(f1(scoreTraps(set)).f).toBeGreaterThanOrEqual(95)
  })
})
