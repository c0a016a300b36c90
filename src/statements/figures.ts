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
const PATTERN =
  /(?<![\w.,@#/-])(?:(almost|nearly|over|more than|at least|about|around|some|up to|fewer than|less than|under|approximately|roughly|just)\s+)?([$€£])?(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:\s?(hundred|thousand|million|billion|trillion))?(\s?(?:%|percent|per cent))?(?![\w@]|[.,]\d)(?:\s+((?:[\p{L}-]+\s+){0,3}?[\p{L}-]+s)\b)?/giu
const CURRENCY: Record<string, string> = { $: 'USD', '€': 'EUR', '£': 'GBP' }

/** Counts and amounts with what they say of themselves. Offsets into the text given. Years by themselves are none. */
export function findFigures(text: string): Figure[] {
  return Array.from(text.matchAll(PATTERN)).flatMap((match): Figure[] => {
    const [whole, modifier, currency, digits = '', scale, percent, counted] = match
    const value =
      (WORDS[digits.toLowerCase()] ?? Number(digits.replaceAll(',', ''))) * (SCALE[scale?.toLowerCase() ?? ''] ?? 1)
    if (!Number.isFinite(value) || (/^(19|20)\d\d$/.test(digits) && !currency && !scale && !counted)) return []
    const unit = percent ? 'percent' : currency ? (CURRENCY[currency] ?? null) : null
    const noun =
      counted
        ?.split(/\s+/)
        .at(-1)
        ?.toLowerCase()
        .replace(/ies$/, 'y')
        .replace(/(?<!s)s$/, '') ?? null
    return [
      {
        text: whole,
        start: match.index,
        end: match.index + whole.length,
        value,
        unit,
        modifier: modifier?.toLowerCase() ?? null,
        counted: noun,
      },
    ]
  })
}
