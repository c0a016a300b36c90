import { describe, expect, test } from 'vitest'
import { findEmerging } from '../../src/claims/emerging-claims.ts'
import { createChance } from './chance.ts'
import { markersIn, newSaying } from './sayings.ts'

const chance = createChance(3)
const sayings = Array.from({ length: 600 }, (_, number) => newSaying(number, chance))

describe('what is said in the torture', () => {
  test('holds its own marker and no other', () => {
    expect(sayings.map(({ words }) => markersIn(words))).toEqual(sayings.map(({ marker }) => [marker]))
    expect(new Set(sayings.map(({ marker }) => marker)).size).toBe(sayings.length)
  })

  test('never recurs: a digest offers what does, and says its words again', async () => {
    const said = sayings.map(({ words, speaker }, i) => ({
      statement: {
        id: `s${i}`,
        content: i % 10 === 0 ? `Again: ${words}.` : words,
        speaker: { name: speaker.name, entityId: speaker.id, mention: null },
        figures: [],
      },
      publisher: `Paper ${i % 200}`,
      published: null,
    }))
    expect(await findEmerging(said)).toEqual([])
  })
})
