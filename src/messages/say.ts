import type { Run } from '../model.ts'
import { en, type MessageKey, type Messages } from './en.ts'

type Countable<K> = K extends `${infer Base}.other` ? Base : never
/** Keys that come in a form for one and a form for several. */
export type CountKey = Countable<MessageKey>
type Values = Record<string, string | number>

/** One language's voice. */
export type Say = {
  /** BCP 47. */
  language: string
  /** A message, filled in. */
  text(key: MessageKey, values?: Values): string
  /** The form for this count, which also fills `{count}`. */
  count(key: CountKey, count: number, values?: Values): string
  /** A message whose fillings may be styled: an array of runs, empty ones left out. */
  runs(key: MessageKey, values: Record<string, string | number | Run>): Run[]
  /** A date of any precision (`2013`, `2013-08`, a day, an instant) in words, without a time of day. */
  date(iso: string): string
  number(value: number): string
  /** About so much time, in the largest unit that is worth it: “20 minutes”. */
  span(seconds: number): string
}

/** `{name}`, or `{name|one|several}`: a word chosen by a count. */
const FILLING = /\{(\w+)(?:\|([^|}]*)\|([^|}]*))?\}/g
const DAY = 86_400

/** Speaks one language from its catalogue. */
export function createSay(language: string, messages: Messages): Say {
  const plural = new Intl.PluralRules(language)
  const numbers = new Intl.NumberFormat(language)
  const dates = [
    new Intl.DateTimeFormat(language, { timeZone: 'UTC', year: 'numeric' }),
    new Intl.DateTimeFormat(language, { timeZone: 'UTC', year: 'numeric', month: 'long' }),
    new Intl.DateTimeFormat(language, { timeZone: 'UTC', year: 'numeric', month: 'long', day: 'numeric' }),
  ] as const
  const shown = (value: string | number) => (typeof value === 'number' ? numbers.format(value) : value)
  const isOne = (count: number) => plural.select(count) === 'one'
  const text: Say['text'] = (key, values = {}) =>
    messages[key].replace(FILLING, (whole, name: string, one?: string, several?: string) => {
      if (one === undefined) return shown(values[name] ?? whole)
      return isOne(Number(values[name])) ? one : (several ?? '')
    })
  return {
    language,
    text,
    count(key, count, values) {
      return text(`${key}.${isOne(count) ? 'one' : 'other'}` as MessageKey, { ...values, count })
    },
    runs(key, values) {
      return messages[key]
        .split(/(\{\w+\})/)
        .map((part): Run => {
          const value = values[part.slice(1, -1)]
          if (!part.startsWith('{') || value === undefined) return { type: 'text', text: part }
          return typeof value === 'object' ? value : { type: 'text', text: shown(value) }
        })
        .filter((run) => run.type !== 'text' || run.text !== '')
    },
    date(iso) {
      const known = /^\d{4}$/.test(iso) ? 0 : /^\d{4}-\d{2}$/.test(iso) ? 1 : 2
      const at = new Date(iso)
      return Number.isNaN(at.getTime()) ? iso : dates[known].format(at)
    },
    number: (value) => numbers.format(value),
    span(seconds) {
      const [unit, size] =
        seconds < 120
          ? (['second', 1] as const)
          : seconds < 7200
            ? (['minute', 60] as const)
            : seconds < 2 * DAY
              ? (['hour', 3600] as const)
              : (['day', DAY] as const)
      const units = new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' })
      return units.format(Math.round(seconds / size))
    },
  }
}

export const english: Say = createSay('en-GB', en)
