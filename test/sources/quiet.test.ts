import { expect, test } from 'vitest'
import { fallenSilent } from '../../src/sources/quiet.ts'

const NOW = '2026-03-20T12:00:00.000Z'
const daysAgo = (...days: number[]) => days.map((day) => new Date(Date.parse(NOW) - day * 86_400_000).toISOString())

test('a source that is silent three times longer than it ever pauses is told', () =>
  expect(fallenSilent(daysAgo(5, 5.5, 6, 6.5, 7, 7.5), NOW)).toBe(
    'nothing new since 2026-03-15, though it usually pauses no longer than 12 hours',
  ))
test.each([
  ['as lively as ever', daysAgo(0.2, 1, 2, 3, 4, 5)],
  ['slow by habit', daysAgo(10, 20, 30, 40, 50)],
  ['quick, and silent for a night', daysAgo(0.5, 0.51, 0.52, 0.53, 0.54)],
  ['hardly dated', [null, ...daysAgo(90, 91)]],
])('a source that is %s is not', (_, published) => expect(fallenSilent(published, NOW)).toBeNull())
