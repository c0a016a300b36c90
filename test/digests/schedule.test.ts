import { describe, expect, test } from 'vitest'
import { nextDue } from '../../src/digests/schedule.ts'

describe('the next due time', () => {
  test('is strictly after the moment', () => {
    expect(nextDue('0 8 * * *', 'UTC', '2026-03-02T08:00:00.000Z')).toBe('2026-03-03T08:00:00.000Z')
  })

  test('follows the zone through both changes of daylight saving', () => {
    expect(nextDue('0 8 * * *', 'Europe/Berlin', '2026-03-28T12:00:00.000Z')).toBe('2026-03-29T06:00:00.000Z')
    expect(nextDue('0 8 * * *', 'Europe/Berlin', '2026-10-24T12:00:00.000Z')).toBe('2026-10-25T07:00:00.000Z')
    expect(nextDue('0 8 * * *', 'Australia/Sydney', '2026-04-04T00:00:00.000Z')).toBe('2026-04-04T22:00:00.000Z')
  })

  test('in an hour that is skipped is made up for, and comes once in an hour that is repeated', () => {
    const spring = nextDue('30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00.000Z')
    expect(spring?.slice(0, 10)).toBe('2026-03-29')
    const autumn = nextDue('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00.000Z')!
    expect(nextDue('30 2 * * *', 'Europe/Berlin', autumn)?.slice(0, 10)).toBe('2026-10-26')
  })

  test('of a schedule that never falls due is null', () => {
    expect(nextDue('0 8 30 2 *', 'UTC', '2026-03-02T08:00:00.000Z')).toBeNull()
  })
})
