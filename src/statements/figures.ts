import type { Figure } from '../model.ts'

const WORDS: Record<string, number> = {
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  eleven: 11,
  twelve: 12,
  thirteen: 13,
  fourteen: 14,
  fifteen: 15,
  sixteen: 16,
  seventeen: 17,
  eighteen: 18,
  nineteen: 19,
  twenty: 20,
  thirty: 30,
  forty: 40,
  fifty: 50,
  sixty: 60,
  seventy: 70,
  eighty: 80,
  ninety: 90,
}
const SCALE: Record<string, number> = { hundred: 100, thousand: 1e3, million: 1e6, billion: 1e9, trillion: 1e12 }
const NUMBER = `\\d{1,3}(?:,\\d{3})+(?:\\.\\d+)?|\\d+(?:\\.\\d+)?|${Object.keys(WORDS).join('|')}`
const PATTERN = new RegExp(
  `(?<![\\w.,@#/-])(?:(almost|nearly|over|more than|at least|about|around|some|up to|fewer than|less than|under|approximately|roughly|just)\\s+)?([$€£])?(${NUMBER})(?:\\s?(hundred|thousand|million|billion|trillion))?(\\s?(?:%|percent\\b|per cent\\b))?(?![\\w@]|[.,:]\\d)`,
  'gi',
)
const CURRENCY: Record<string, string> = { $: 'USD', '€': 'EUR', '£': 'GBP' }
const STOPS = /^(?:that|which|who|was|is|has|to|in|on|at|and|or|its|this|as|by|from|for|with|linked)$/

/** Counts and amounts with what they say of themselves. Offsets into the text given. Years by themselves are none. */
export function findFigures(text: string): Figure[] {
  return Array.from(text.matchAll(PATTERN)).flatMap((match): Figure[] => {
    const [whole, modifier, currency, digits = '', scale, percent] = match
    const value =
      (WORDS[digits.toLowerCase()] ?? Number(digits.replaceAll(',', ''))) * (SCALE[scale?.toLowerCase() ?? ''] ?? 1)
    const thing =
      currency || percent ? null : thingCounted(text.slice(match.index + whole.length, match.index + whole.length + 80))
    const isYear = /^(?:19|20)\d\d$/.test(digits) && !currency && !scale && !thing
    if (!Number.isFinite(value) || isYear) return []
    const unit = percent ? 'percent' : currency ? (CURRENCY[currency] ?? null) : null
    const end = match.index + whole.length + (thing?.length ?? 0)
    return [
      {
        text: text.slice(match.index, end),
        start: match.index,
        end,
        value,
        unit,
        modifier: modifier?.toLowerCase() ?? null,
        counted: thing?.noun ?? null,
      },
    ]
  })
}

/** The plural behind a number, within a few words: “34 were propaganda websites”. */
function thingCounted(behind: string): { noun: string; length: number } | null {
  const words = Array.from(behind.matchAll(/\s+([\p{L}’'-]+)/gu)).slice(0, 6)
  let found: { noun: string; length: number } | null = null
  let at = 0
  for (const word of words) {
    const noun = word[1]!
    if (word.index !== at || STOPS.test(noun)) break
    at = word.index + word[0].length
    if (/^\p{Ll}[\p{L}-]*[^s]s$/u.test(noun)) {
      found = { noun: noun.replace(/ies$/, 'y').replace(/s$/, ''), length: at }
      break
    }
  }
  return found
}
