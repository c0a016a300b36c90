/** Beginnings of the months' names without their accents, in English and as feeds write them in other languages. */
const MONTHS = [
  /^(jan|ene|gen|sty|oca|ιαν|янв|січ)/,
  /^(feb|fev|fbr|lut|sub|φεβ|фев|лют)/,
  /^(mar(?!k)|maa|mrz|mrt|μαρ|мар|бер)/,
  /^(apr|abr|avr|kwi|nis|απρ|апр|кві)/,
  /^(may|mai|maj|mag|mei|μαι|μαω|маи|мая|тра)/,
  /^(jun|juin|giu|cze|haz|ιουν|ιον|июн|чер)/,
  /^(jul|juil|lug|lip|tem|ιουλ|ιολ|июл|лип)/,
  /^(aug|ago|aou|sie|agu|αυγ|авг|сер)/,
  /^(sep|set|szep|wrz|eyl|σεπ|сен|вер)/,
  /^(oct|okt|out|ott|paz|eki|οκτ|окт|жов)/,
  /^(nov|lis|kas|νοε|ноя|лис)/,
  /^(dec|dez|dic|gru|ara|δεκ|дек|гру)/,
]
const plain = (name: string): string => name.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '')
const monthOf = (name: string): number => MONTHS.findIndex((month) => month.test(plain(name))) + 1
/** Minutes east of UTC of the names that RFC 822 and common feeds use. */
const ZONES: Record<string, number> = {
  z: 0,
  ut: 0,
  utc: 0,
  gmt: 0,
  wet: 0,
  bst: 60,
  west: 60,
  cet: 60,
  met: 60,
  mez: 60,
  cest: 120,
  mesz: 120,
  eet: 120,
  eest: 180,
  msk: 180,
  ist: 330,
  jst: 540,
  kst: 540,
  aest: 600,
  aedt: 660,
  nzst: 720,
  nzdt: 780,
  est: -300,
  edt: -240,
  et: -300,
  cst: -360,
  cdt: -300,
  ct: -360,
  mst: -420,
  mdt: -360,
  mt: -420,
  pst: -480,
  pdt: -420,
  pt: -480,
  akst: -540,
  akdt: -480,
  hst: -600,
}

/**
 * A time as feeds write it: RFC 822 and 2822, ISO 8601 and W3CDTF, asctime, and the slips that are seen (a missing
 * zone, a two-digit year, a full month name, hour 24, names of months in other languages). A time without a zone is taken as UTC.
 *
 * @returns ISO 8601 in UTC with milliseconds, null where it is no date
 */
export function feedDate(written: unknown): string | null {
  if (typeof written !== 'string') return null
  const text = written.trim().slice(0, 80)
  const parts = iso(text) ?? week(text) ?? rfc822(text) ?? asctime(text) ?? slashed(text) ?? spelt(text)
  return parts ? toIso(parts) : null
}

type Parts = { year: number; month: number; day: number; hour: number; minute: number; second: number; zone: number }

const ISO =
  /^([+-]?\d{4})(?:-?(\d{1,2})(?:-?(\d{1,2}))?)?(?:(?:T|\s+)(\d{1,2})(?::?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)?)?\s*(Z|[+-]\d{1,2}:?\d{0,2}|[A-Za-z]{1,5})?)?$/i

/** ISO 8601:2000 allowed years of two digits: `03-12-31`, `031231`, `-0312` and `-03-12`, `03-335` and `03335`. */
const SHORT = /^(?:(\d{2})-(\d{2})-(\d{2})|(?!19|20)(\d{2})(\d{2})(\d{2})|-(\d{2})-?(\d{2})|(\d{2})-?(\d{3}))(?=$|T)/

function withCentury(text: string): string {
  const short = SHORT.exec(text)
  if (!short) return text
  const [whole, yy, mm, dd, year = yy, month = mm, day = dd, yearOfMonth, monthOnly, yearOfDay, dayOfYear] = short
  const rest = text.slice(whole.length)
  if (year) return `${fullYear(year)}-${month}-${day}${rest}`
  if (yearOfMonth) return `${fullYear(yearOfMonth)}-${monthOnly}${rest}`
  return `${fullYear(yearOfDay ?? '')}-${dayOfYear}${rest}`
}

function iso(written: string): Parts | null {
  const text = withCentury(written)
  const ordinal = /^(\d{4})-?(\d{3})(?=$|T)/.exec(text)
  // The day of the year, as ISO 8601 allows, is a day of a month too.
  const match = ISO.exec(
    ordinal
      ? `${new Date(Date.UTC(Number(ordinal[1]), 0, Number(ordinal[2]))).toISOString().slice(0, 10)}${text.slice(ordinal[0].length)}`
      : text,
  )
  if (!match) return null
  const [, year, month = '1', day = '1', hour = '0', minute = '0', second = '0', fraction = '', zone] = match
  const milliseconds = Number(fraction.slice(0, 3).padEnd(3, '0')) / 1000
  return {
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second) + milliseconds,
    zone: zoneMinutes(zone),
  }
}

/** A day of a week, as ISO 8601 writes it: `2003-W50-3`, `2003W503`, `2003-W50`. */
function week(text: string): Parts | null {
  const match = /^(\d{4})-?W(\d{2})(?:-?([1-7]))?(?=$|T)/.exec(text)
  if (!match) return null
  const [whole, year, number, day = '1'] = match
  const fourth = new Date(Date.UTC(Number(year), 0, 4))
  const monday = fourth.getTime() - ((fourth.getUTCDay() + 6) % 7) * 86_400_000
  const date = new Date(monday + ((Number(number) - 1) * 7 + Number(day) - 1) * 86_400_000)
  return iso(date.toISOString().slice(0, 10) + text.slice(whole.length))
}

const NOON: Record<string, string> = { 오전: 'am', 오후: 'pm', 上午: 'am', 下午: 'pm', 午前: 'am', 午後: 'pm' }

/** Dates whose year comes first with words between: Korean, Japanese and Chinese ones, and Hungarian months by name. */
function spelt(text: string): Parts | null {
  const match =
    /^(\d{4})(?:[년年.\-\s]+)([\d\p{L}]{1,12}?)(?:[월月.\-\s]+)(\d{1,2})[일日.]?(?:[\sT]*(오전|오후|上午|下午|午前|午後)?\s*(\d{1,2})[:시時时]\s?(\d{2})(?:[:분分]\s?(\d{2})[초秒]?)?\s*([+-]\d{1,2}:?\d{2}|[a-z]{1,5})?)?$/iu.exec(
      text,
    )
  if (!match) return null
  const [, year, month = '', day, half = '', hour = '0', minute = '0', second = '0', zone] = match
  // Only Korean blogs write these without a zone.
  const korean = /[년월일오]/.test(text) && !zone
  return {
    year: Number(year),
    month: /^\d+$/.test(month) ? Number(month) : monthOf(month),
    day: Number(day),
    hour: twelve(Number(hour), NOON[half]),
    minute: Number(minute),
    second: Number(second),
    zone: korean ? (ZONES.kst ?? 0) : zoneMinutes(zone),
  }
}

const RFC822 =
  /^(?:[\p{L}\p{M}]{2,12}\.?,?\s+)?(\d{1,2})(?:st|nd|rd|th)?\.?[\s-]+(?:de\s+)?([\p{L}\p{M}]{3,12})\.?,?[\s-]+(?:de\s+)?(\d{2,4})(?:,?\s+(?:at\s+)?(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*([ap]m)?\s*([a-z]{1,5}|(?:gmt|utc)?[+-]\d{1,2}:?\d{0,2})?.*)?$/iu
const AMERICAN =
  /^(?:[a-z]{3,9}\.?,?\s+)?([a-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?:,?\s+(?:at\s+)?(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([ap]m)?\s*([a-z]{1,5}|(?:gmt|utc)?[+-]\d{1,2}:?\d{0,2})?.*)?$/i

function rfc822(text: string): Parts | null {
  const first = RFC822.exec(text)
  const second = first ? null : AMERICAN.exec(text)
  const match = first ?? second
  if (!match) return null
  const [, one = '', two = '', year = '', hour = '0', minute = '0', seconds = '0', half, zone] = match
  const [day, name] = first ? [one, two] : [two, one]
  const month = monthOf(name)
  if (month === 0) return null
  return {
    year: fullYear(year),
    month,
    day: Number(day),
    hour: twelve(Number(hour), half),
    minute: Number(minute),
    second: Number(seconds),
    zone: zoneMinutes(zone),
  }
}

/** `Thu Nov 19 00:44:01 2015`, with a zone before or after the year as `date` and Twitter print it. */
function asctime(text: string): Parts | null {
  const match =
    /^[a-z]{3,9},?\s+([a-z]{3,9})\s+(\d{1,2})\s+(\d{1,2}):(\d{2}):(\d{2})\s+(?:([a-z]{1,5}|[+-]\d{2}:?\d{2})\s+)?(\d{4})\s*([a-z]{1,5}|[+-]\d{2}:?\d{2})?$/i.exec(
      text,
    )
  if (!match) return null
  const [, name = '', day, hour, minute, second, before, year, after] = match
  const month = monthOf(name)
  if (month === 0) return null
  return {
    year: Number(year),
    month,
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
    zone: zoneMinutes(before ?? after),
  }
}

/** `2015/11/19 00:44` and `11/19/2015`: the month first, as those who write slashes in feeds mostly do. */
function slashed(text: string): Parts | null {
  const match =
    /^(\d{1,4})[/.](\d{1,2})[/.](\d{1,4})(?:,?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([ap]m)?\s*([a-z]{1,5}|[+-]\d{2}:?\d{2})?)?$/i.exec(
      text,
    )
  if (!match) return null
  const [, a = '', b = '', c = '', hour = '0', minute = '0', second = '0', half, zone] = match
  const [year, month, day] = a.length === 4 ? [a, b, c] : Number(a) > 12 || text.includes('.') ? [c, b, a] : [c, a, b]
  return {
    year: fullYear(year),
    month: Number(month),
    day: Number(day),
    hour: twelve(Number(hour), half),
    minute: Number(minute),
    second: Number(second),
    zone: zoneMinutes(zone),
  }
}

const twelve = (hour: number, half: string | undefined): number =>
  half ? (hour % 12) + (half.toLowerCase() === 'pm' ? 12 : 0) : hour

function fullYear(written: string): number {
  const year = Number(written)
  if (written.length > 2) return year
  return year < 70 ? 2000 + year : 1900 + year
}

function zoneMinutes(zone: string | undefined): number {
  if (!zone) return 0
  const offset = /([+-])(\d{1,2}):?(\d{2})?$/.exec(zone)
  if (!offset) return ZONES[zone.toLowerCase()] ?? 0
  const minutes = Number(offset[2]) * 60 + Number(offset[3] ?? 0)
  return offset[1] === '-' ? -minutes : minutes
}

function toIso({ year, month, day, hour, minute, second, zone }: Parts): string | null {
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 24 || minute > 59 || second >= 61) return null
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute - zone, 0, Math.round(second * 1000)))
  if (Number.isNaN(date.getTime()) || year < 1000 || year > 9999) return null
  // The 31st of a short month is a slip, not the 1st of the next.
  if (new Date(Date.UTC(year, month - 1, day)).getUTCMonth() !== month - 1) return null
  return date.toISOString()
}
