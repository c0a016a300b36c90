/** When a schedule falls due, told from the calendar itself: nothing of it comes from the program that is checked. */

type Field = (value: number) => boolean

/** One field of a cron expression: `*`, a step, `1-5`, `6,18`, or a number. */
function field(text: string): Field {
  const parts = text.split(',').map((part): Field => {
    const step = /^\*\/(\d+)$/.exec(part)
    if (part === '*') return () => true
    if (step) return (value) => value % Number(step[1]) === 0
    const [first = 0, last = first] = part.split('-').map(Number)
    return (value) => value >= first && value <= last
  })
  return (value) => parts.some((fits) => fits(value))
}

/**
 * Every moment at which a schedule falls due. An hour that the clocks skip is made up for at its end; a fixed time in an
 * hour that they repeat counts once; what falls due every hour does so in each hour that passes.
 *
 * @param from milliseconds, excluded; `to` included
 * @returns milliseconds in order
 */
export function dueTimes(schedule: string, timeZone: string, from: number, to: number): number[] {
  const [minute = '*', hour = '*', dayOfMonth = '*', month = '*', weekday = '*'] = schedule.split(' ')
  const fits = {
    minute: field(minute),
    hour: field(hour),
    day: field(dayOfMonth),
    month: field(month),
    weekday: field(weekday),
  }
  const onDay = ({ day, month, dayOfWeek }: { day: number; month: number; dayOfWeek: number }) =>
    fits.day(day) && fits.month(month) && fits.weekday(dayOfWeek % 7)
  const found = new Set<number>()
  if (hour === '*') {
    for (let at = Math.floor(from / 60_000) * 60_000; at <= to; at += 60_000) {
      const wall = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone)
      if (fits.minute(wall.minute) && onDay(wall)) found.add(at)
    }
  } else {
    const dayOf = (at: number) => Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).toPlainDate()
    for (let day = dayOf(from); Temporal.PlainDate.compare(day, dayOf(to)) <= 0; day = day.add({ days: 1 })) {
      if (!onDay(day)) continue
      for (let minutes = 0; minutes < 1440; minutes++) {
        const time = { hour: Math.floor(minutes / 60), minute: minutes % 60 }
        if (fits.hour(time.hour) && fits.minute(time.minute)) found.add(instantOf(day, time, timeZone))
      }
    }
  }
  return [...found].filter((at) => at > from && at <= to).sort((a, b) => a - b)
}

function instantOf(day: Temporal.PlainDate, time: { hour: number; minute: number }, timeZone: string): number {
  const wall = day.toPlainDateTime(time)
  const there = wall.toZonedDateTime(timeZone, { disambiguation: 'compatible' })
  if (there.toPlainDateTime().equals(wall)) return there.epochMilliseconds
  // Skipped: the first moment after it.
  return there.getTimeZoneTransition('previous')?.epochMilliseconds ?? there.epochMilliseconds
}
