import { IMMEDIATE, nextDue } from '../digests/schedule.ts'
import type { Choice } from '../discord/command.ts'
import { UsageError } from '../errors.ts'
import type { Say } from '../messages/say.ts'

const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']

/**
 * A schedule as people write it, as a cron expression of five fields: `immediate` (every five minutes), `hourly`, `daily 8:30`, `weekdays 08:00`,
 * `weekly monday 9:00`, or the expression itself.
 *
 * @throws {UsageError} with the forms it can have
 */
export function parseSchedule(written: string, say: Say): string {
  const words = written.trim().toLowerCase().split(/\s+/)
  const [kind = '', ...rest] = words
  if (kind === 'hourly' && rest.length === 0) return '0 * * * *'
  if (kind === 'immediate' && rest.length === 0) return IMMEDIATE
  const time = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(rest.at(-1) ?? '')
  if (time) {
    const at = `${Number(time[2])} ${Number(time[1])}`
    if (kind === 'daily' && rest.length === 1) return `${at} * * *`
    if (kind === 'weekdays' && rest.length === 1) return `${at} * * 1-5`
    const day = DAYS.findIndex((name) => (rest[0]?.length ?? 0) >= 3 && name.startsWith(rest[0] ?? ''))
    if (kind === 'weekly' && rest.length === 2 && day >= 0) return `${at} * * ${day}`
  }
  if (words.length === 5 && isCron(words.join(' '))) return words.join(' ')
  throw new UsageError(say.text('subscribe.schedule.wrong', { schedule: written.slice(0, 60) }))
}

/** A cron expression as people write it, where it has such a form: what `parseSchedule` reads. */
export function describeSchedule(expression: string): string {
  if (expression === '0 * * * *') return 'hourly'
  if (expression === IMMEDIATE) return 'immediate'
  const [, minute, hour, day = ''] = /^(\d+) (\d+) \* \* (\*|1-5|[0-6])$/.exec(expression) ?? []
  if (minute === undefined || hour === undefined) return expression
  const at = `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`
  if (day === '*') return `daily ${at}`
  return day === '1-5' ? `weekdays ${at}` : `weekly ${DAYS[Number(day)]} ${at}`
}

/** At most once every five minutes: more is no digest. */
function isCron(expression: string): boolean {
  try {
    const first = nextDue(expression, 'UTC', '2026-01-01T00:00:00.000Z')
    const second = first && nextDue(expression, 'UTC', first)
    return first !== null && (second === null || Date.parse(second) - Date.parse(first) >= 5 * 60_000)
  } catch {
    return false
  }
}

const COMMON = [
  'hourly',
  'immediate',
  'daily 08:00',
  'daily 18:00',
  'weekdays 08:00',
  'weekly monday 08:00',
  '0 8,20 * * *',
]

/** What could be meant, while it is typed. What is typed stands first where it is right. */
export function suggestSchedules(typed: string, say: Say): Choice[] {
  const known = COMMON.filter((one) => one.includes(typed.trim().toLowerCase()))
  try {
    if (typed.trim()) parseSchedule(typed, say)
    const first = typed.trim() ? [typed.trim()] : []
    return [...new Set([...first, ...known])].map((value) => ({ name: value, value }))
  } catch {
    return known.map((value) => ({ name: value, value }))
  }
}

/** Hours in which nothing is sent: `22:00-07:00`, as minutes since midnight. @throws {UsageError} with an example */
export function parseQuiet(written: string, say: Say): { quietFrom: number; quietTo: number } {
  const [, from, to] = /^\s*(\S+?)\s*(?:-|–|to)\s*(\S+)\s*$/.exec(written) ?? []
  const [quietFrom, quietTo] = [minutesOf(from), minutesOf(to)]
  if (quietFrom === null || quietTo === null || quietFrom === quietTo)
    throw new UsageError(say.text('filter.quiet.wrong', { hours: written.slice(0, 30) }))
  return { quietFrom, quietTo }
}

function minutesOf(written: string | undefined): number | null {
  const [, hours, minutes] = /^([01]?\d|2[0-4])(?::([0-5]\d))?$/.exec(written ?? '') ?? []
  if (hours === undefined) return null
  const total = Number(hours) * 60 + Number(minutes ?? 0)
  return total > 1440 ? null : total % 1440
}

/** `22:00–07:00`, null where there are none. */
export function describeQuiet({
  quietFrom,
  quietTo,
}: {
  quietFrom?: number | null
  quietTo?: number | null
}): string | null {
  if (quietFrom === null || quietFrom === undefined || quietTo === null || quietTo === undefined) return null
  const clock = (minutes: number) =>
    `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
  return `${clock(quietFrom)}–${clock(quietTo)}`
}

const QUIET = ['22:00-07:00', '23:00-06:00', '20:00-08:00', '18:00-09:00']

export const suggestQuiet = (typed: string): Choice[] =>
  [...new Set([typed.trim(), ...QUIET])]
    .filter((one) => one.includes(typed.trim()) && /^\d{1,2}(:\d\d)?-\d{1,2}(:\d\d)?$/.test(one))
    .map((value) => ({ name: value, value }))

const ZONES = ['UTC', ...Intl.supportedValuesOf('timeZone')]

/** Time zones whose name holds what is typed: `berlin`, `new york`. */
export function suggestZones(typed: string): Choice[] {
  const wanted = typed.trim().toLowerCase().replace(/\s+/g, '_')
  return ZONES.filter((zone) => zone.toLowerCase().includes(wanted))
    .slice(0, 25)
    .map((value) => ({ name: value.replaceAll('_', ' '), value }))
}

/** @throws {UsageError} */
export function parseZone(written: string, say: Say): string {
  const wanted = written.trim().replace(/\s+/g, '_')
  try {
    return new Intl.DateTimeFormat('en', { timeZone: wanted }).resolvedOptions().timeZone
  } catch {
    throw new UsageError(say.text('subscribe.zone.wrong', { zone: written.slice(0, 60) }))
  }
}
