import { describe, expect, test } from 'vitest'
import { isQuiet } from '../../src/digests/quiet-hours.ts'

const berlin = { quietFrom: 22 * 60, quietTo: 7 * 60, timeZone: 'Europe/Berlin' }

describe('quiet hours', () => {
  test.each([
    ['2026-03-10T20:59:00.000Z', false],
    ['2026-03-10T21:00:00.000Z', true],
    ['2026-03-11T00:00:00.000Z', true],
    ['2026-03-11T05:59:59.000Z', true],
    ['2026-03-11T06:00:00.000Z', false],
  ])('pass midnight by the clock of their zone: %s %s', (at, quiet) => expect(isQuiet(berlin, at)).toBe(quiet))

  test('end an hour earlier in UTC once clocks went forward, and later once they went back', () => {
    expect(isQuiet(berlin, '2026-03-29T04:59:00.000Z')).toBe(true)
    expect(isQuiet(berlin, '2026-03-29T05:00:00.000Z')).toBe(false)
    expect(isQuiet(berlin, '2026-10-25T05:59:00.000Z')).toBe(true)
    expect(isQuiet(berlin, '2026-10-25T06:00:00.000Z')).toBe(false)
  })

  test('within a skipped hour never come, within a repeated one come twice', () => {
    const night = { quietFrom: 2 * 60, quietTo: 3 * 60, timeZone: 'Europe/Berlin' }
    expect(isQuiet(night, '2026-03-29T00:59:00.000Z')).toBe(false)
    expect(isQuiet(night, '2026-03-29T01:00:00.000Z')).toBe(false)
    expect(isQuiet(night, '2026-10-25T00:30:00.000Z')).toBe(true)
    expect(isQuiet(night, '2026-10-25T01:30:00.000Z')).toBe(true)
  })

  test('are none where they are not set, or begin as they end', () => {
    expect(isQuiet({ timeZone: 'UTC' }, '2026-03-10T00:00:00.000Z')).toBe(false)
    expect(isQuiet({ quietFrom: 60, quietTo: 60, timeZone: 'UTC' }, '2026-03-10T01:00:00.000Z')).toBe(false)
  })
})
