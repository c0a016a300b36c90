import { stem } from './stem.ts'

/** A number in a text with what it counts, as two wordings are compared. */
export type Count = { text: string; value: number; unit: string | null; counted: string | null }

const ONES =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  )
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ')
const WORDS = new Map<string, number>([
  ...ONES.map((word, i): [string, number] => [word, i]),
  ...TENS.map((word, i): [string, number] => [word, (i + 2) * 10]),
  ['dozen', 12],
  ['twice', 2],
])
const SCALES: Record<string, number> = {
  hundred: 100,
  thousand: 1e3,
  k: 1e3,
  million: 1e6,
  m: 1e6,
  billion: 1e9,
  bn: 1e9,
  trillion: 1e12,
}
const CURRENCIES: Record<string, string> = {
  $: 'USD',
  '€': 'EUR',
  '£': 'GBP',
  dollar: 'USD',
  euro: 'EUR',
  pound: 'GBP',
}
const SHARES: Record<string, number> = { half: 50, third: 100 / 3, quarter: 25 }

const PIECE = /[$€£]|\d+(?:[.,]\d+)*|%|\p{L}+(?:[’'-]\p{L}+)*/gu
const SKIPPED = new Set(
  'of the a an in on at about more than over nearly almost some around least most its their his her per'.split(' '),
)

/** The numbers of a text in reading order, those written as words among them. Reads the first 4,000 characters. */
export function findCounts(text: string): Count[] {
  const pieces = Array.from(text.slice(0, 4000).matchAll(PIECE), ({ 0: word, index }) => ({
    word,
    lower: word.toLowerCase(),
    start: index,
    end: index + word.length,
  }))
  const counts: Count[] = []
  for (let i = 0; i < pieces.length; i++) {
    const first = pieces[i]!
    let value = numberIn(first.lower)
    const share = SHARES[first.lower]
    if (value === null && share !== undefined && isShare(pieces, i)) {
      counts.push({ text: first.word, value: share, unit: 'percent', counted: nounAfter(pieces, i + 1) })
      continue
    }
    if (value === null) continue
    let end = i
    while (end + 1 < pieces.length) {
      const scale = SCALES[pieces[end + 1]!.lower]
      const more = value >= 20 && value < 100 && value % 10 === 0 ? WORDS.get(pieces[end + 1]!.lower) : undefined
      if (scale !== undefined) value *= scale
      else if (more !== undefined && more > 0 && more < 10) value += more
      else break
      end += 1
    }
    const before = pieces[i - 1]?.word ?? ''
    const after = pieces[end + 1]?.lower ?? ''
    const percent = after === '%' || after === 'percent' || (after === 'per' && pieces[end + 2]?.lower === 'cent')
    const currency = CURRENCIES[before] ?? CURRENCIES[after.replace(/s$/, '')] ?? null
    const outOf = after === 'of' || after === 'in' ? numberIn(pieces[end + 2]?.lower ?? '') : null
    const year =
      Number.isInteger(value) && value >= 1400 && value <= 2100 && /^\d{4}$/.test(first.word) && !currency && !percent
    counts.push({
      text: text.slice(CURRENCIES[before] ? pieces[i - 1]!.start : first.start, pieces[percent ? end + 1 : end]!.end),
      value: outOf && outOf > value ? (100 * value) / outOf : value,
      unit: percent || (outOf && outOf > value) ? 'percent' : year ? 'year' : currency,
      counted: year ? null : nounAfter(pieces, end + 1),
    })
    i = end
  }
  return counts
}

const isShare = (pieces: { lower: string }[], i: number) =>
  pieces[i + 1]?.lower === 'of' || (pieces[i - 1]?.lower === 'a' && pieces[i + 1]?.lower === 'of')

function numberIn(word: string): number | null {
  if (/^\d/.test(word)) {
    const plain = /^\d{1,3}(?:,\d{3})+(?:\.\d+)?$/.test(word) ? word.replaceAll(',', '') : word.replace(',', '.')
    const value = Number(plain)
    return Number.isFinite(value) ? value : null
  }
  return WORDS.get(word) ?? null
}

function nounAfter(pieces: { lower: string; word: string }[], from: number): string | null {
  for (let i = from; i < Math.min(from + 4, pieces.length); i++) {
    const { lower } = pieces[i]!
    if (SKIPPED.has(lower) || lower === '%' || lower === 'percent' || lower === 'cent' || lower in SCALES) continue
    return /^\p{L}/u.test(lower) ? stem(lower) : null
  }
  return null
}

/** Numbers that count the same and differ, and numbers that agree. A number that only one text has is in neither. */
export function compareCounts(
  claim: Count[],
  statement: Count[],
): { same: number; differ: [claim: Count, statement: Count][] } {
  const left = [...claim]
  const right = [...statement]
  let same = 0
  const take = (fits: (a: Count, b: Count) => boolean, found: (a: Count, b: Count) => void) => {
    for (let i = 0; i < left.length; i++) {
      const j = right.findIndex((b) => fits(left[i]!, b))
      if (j < 0) continue
      found(left[i]!, right[j]!)
      left.splice(i--, 1)
      right.splice(j, 1)
    }
  }
  const differ: [Count, Count][] = []
  take(
    (a, b) =>
      Math.abs(a.value - b.value) < 1e-6 * Math.max(1, a.value) &&
      (a.unit === b.unit || a.unit === null || b.unit === null),
    () => {
      same += 1
    },
  )
  take(
    (a, b) => a.unit === b.unit && a.counted === b.counted && (a.counted !== null || a.unit !== null),
    (a, b) => differ.push([a, b]),
  )
  take(
    (a, b) => a.unit === b.unit && a.unit !== null,
    (a, b) => differ.push([a, b]),
  )
  return { same, differ }
}
