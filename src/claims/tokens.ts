import { stem } from './stem.ts'

/** One word of a text, as it is compared. */
export type Token = {
  /** Lower case, without accents, stemmed; digits of a number without separators. */
  term: string
  /** As written. */
  raw: string
  /** As written, but in lower case and without accents; a number as its term. */
  folded: string
  /** Written with a capital, or a number, or part of a handle or hashtag: likelier a name than a common word. */
  name: boolean
  number: boolean
}

/** What is read of a longer text: a claim fits into far less, and a page is no query. In UTF-16 code units. */
export const MOST_READ = 4000

/** Words that say nothing about what a text is about. */
export const STOP_WORDS: ReadonlySet<string> = new Set(
  `a about above after again against all also am an and any are as at be because been before being below between both
  but by can could did do does doing down during each few for from further get gets getting got had has have having he
  her here hers herself him himself his how i if in into is it its itself just let like me more most my myself no nor
  not now of off on once only or other our ours ourselves out over own per same she should so some such than that the
  their theirs them themselves then there these they this those through to too under until up upon us very was we were
  what when where which while who whom why will with would you your yours yourself yourselves says said say via rt amp
  im ive youre dont doesnt didnt isnt wasnt arent cant wont couldnt wouldnt shouldnt hasnt havent hadnt thats whats
  theres heres hes shes theyre weve theyve lets id ill youll theyll itll`.split(/\s+/),
)

const NUMBER_WORDS = new Map(
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty'
    .split(' ')
    .map((word, value) => [word, String(value)]),
)
for (const [i, word] of 'thirty forty fifty sixty seventy eighty ninety hundred'.split(' ').entries())
  NUMBER_WORDS.set(word, String((i + 3) * 10))

const LINKS = /https?:\/\/[^\s<>"]*|\bpic\.twitter\.com\/\w*|\bt\.co\/\w+/gi
const WORD = /[@#]?[\p{L}\p{N}_]+(?:[’'‘`][\p{L}]+)*|[%]/gu
/** Scripts that write words without spaces: compared by pairs of characters. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Khmer}\p{Script=Lao}]/u

/** Lower case without accents and apostrophes. */
export function fold(word: string): string {
  const lower = word.toLowerCase()
  if (/^[a-z0-9]*$/.test(lower)) return lower
  return lower
    .normalize('NFKD')
    .replace(/[\p{M}’'‘`_]/gu, '')
    .replace(/ß/g, 'ss')
}

/**
 * The words of a text in reading order, stop words left out, links left out, hashtags and handles split at their
 * capitals. Reads the first 4,000 characters. Never throws.
 */
export function tokenise(text: string): Token[] {
  const tokens: Token[] = []
  const clean = text
    .slice(0, MOST_READ)
    .replace(LINKS, ' ')
    .replace(/(?<=\d),(?=\d{3})/g, '')
  for (const [found] of clean.matchAll(WORD)) tokens.push(...tokensOf(found))
  return tokens
}

/** Words seen so far, with what they are read as: no two texts are without common words. Emptied when it grows large. */
const seen = new Map<string, readonly Token[]>()
const MOST_SEEN = 50_000

function tokensOf(found: string): readonly Token[] {
  const known = seen.get(found)
  if (known) return known
  if (seen.size >= MOST_SEEN) seen.clear()
  const tokens: Token[] = []
  const isTagged = found.startsWith('#') || found.startsWith('@')
  const word = isTagged ? found.slice(1) : found
  if (found === '%') tokens.push({ term: 'percent', raw: '%', folded: '%', name: false, number: false })
  else if (isTagged || /\p{Ll}\p{Lu}|_/u.test(word)) for (const part of splitTag(word)) addWord(part, isTagged, tokens)
  else addWord(word, false, tokens)
  seen.set(found, tokens)
  return tokens
}

/** "AustralianFires" → Australian, Fires; "fox_news2020" → fox, news, 2020. */
function splitTag(word: string): string[] {
  return word.match(/\p{Lu}+(?!\p{Ll})|\p{Lu}?[\p{Ll}\p{Lo}]+|\p{N}+/gu) ?? [word]
}

function addWord(word: string, tagged: boolean, tokens: Token[]): void {
  const possessive = word.replace(/[’'‘`]s$/i, '')
  if (UNSPACED.test(possessive)) {
    const points = Array.from(possessive)
    const inPairs = points.length === 1 ? points : points.slice(1).map((point, i) => `${points[i]}${point}`)
    const folded = fold(word)
    for (const term of inPairs) tokens.push({ term, raw: word, folded, name: false, number: false })
    return
  }
  const lower = fold(possessive)
  if (lower === '' || STOP_WORDS.has(lower) || (lower.length === 1 && !/[\p{N}]/u.test(lower))) return
  const term = NUMBER_WORDS.get(lower) ?? stem(lower)
  const number = /^\d/.test(term)
  const folded = number ? term : fold(word)
  tokens.push({ term, raw: word, folded, name: tagged || number || /^\p{Lu}/u.test(word), number })
}

/** The terms alone, for an index. */
export function terms(text: string): string[] {
  return tokenise(text).map(({ term }) => term)
}

/** 26 letters, 10 digits and a word boundary; other letters are folded onto these by their code. */
export const SYMBOLS = 37
const symbol = (code: number): number => {
  if (code >= 97 && code <= 122) return code - 96
  if (code >= 48 && code <= 57) return code - 21
  return code === 32 ? 0 : 1 + (code % 36)
}

/**
 * The character 4-grams of a text as numbers below 37⁴, stop words left out, one boundary between words. They meet
 * where stems do not: misspellings, compounds, hashtags run together.
 */
export function fourGrams(tokens: Pick<Token, 'folded'>[]): number[] {
  let text = ' '
  for (const { folded } of tokens) text += `${folded} `
  const grams: number[] = []
  let a = 0
  let b = symbol(text.charCodeAt(0))
  let c = text.length > 1 ? symbol(text.charCodeAt(1)) : 0
  for (let i = 2; i < text.length; i++) {
    const d = symbol(text.charCodeAt(i))
    if (i >= 3) grams.push(((a * SYMBOLS + b) * SYMBOLS + c) * SYMBOLS + d)
    a = b
    b = c
    c = d
  }
  return grams
}
