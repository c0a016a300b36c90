/**
 * Cuts an English word to its stem, so that "protecting", "protects" and "protected" meet.
 *
 * @param word lower-case ASCII letters; anything else comes back unchanged
 * @see Porter 1980, Program 14(3): an algorithm for suffix stripping
 */
export function stem(word: string): string {
  if (word.length < 3 || !/^[a-z]+$/.test(word)) return word
  let w = word
  if (w.startsWith('y')) w = `Y${w.slice(1)}`
  w = plural(w)
  w = pastAndGerund(w)
  if (w.endsWith('y') && hasVowel(w.slice(0, -1))) w = `${w.slice(0, -1)}i`
  w = longSuffix(w, STEP_2)
  w = longSuffix(w, STEP_3)
  w = residue(w)
  w = finalE(w)
  return w.startsWith('Y') ? `y${w.slice(1)}` : w
}

const isConsonant = (w: string, i: number): boolean => {
  const c = w[i]
  if (c === 'a' || c === 'e' || c === 'i' || c === 'o' || c === 'u') return false
  return c === 'y' ? i === 0 || !isConsonant(w, i - 1) : true
}

function hasVowel(w: string): boolean {
  for (let i = 0; i < w.length; i++) if (!isConsonant(w, i)) return true
  return false
}

/** Porter's m: how often a vowel run is followed by a consonant run. */
function measure(w: string): number {
  let m = 0
  let before = true
  for (let i = 0; i < w.length; i++) {
    const consonant = isConsonant(w, i)
    if (consonant && !before) m += 1
    before = consonant
  }
  return m
}

const doubled = (w: string) => w.length > 1 && w.at(-1) === w.at(-2) && isConsonant(w, w.length - 1)

/** Ends consonant, vowel, consonant, the last not w, x or y: "hop", "fil". */
const endsShort = (w: string) => {
  const n = w.length
  if (n < 3 || !isConsonant(w, n - 1) || isConsonant(w, n - 2) || !isConsonant(w, n - 3)) return false
  return !/[wxY]$/.test(w) && !w.endsWith('y')
}

function plural(w: string): string {
  if (!w.endsWith('s')) return w
  if (w.endsWith('sses') || w.endsWith('ies')) return w.slice(0, -2)
  return w.endsWith('ss') ? w : w.slice(0, -1)
}

function pastAndGerund(w: string): string {
  if (w.endsWith('eed')) return measure(w.slice(0, -3)) > 0 ? w.slice(0, -1) : w
  const ending = w.endsWith('ed') ? 2 : w.endsWith('ing') ? 3 : 0
  if (ending === 0 || !hasVowel(w.slice(0, -ending))) return w
  const cut = w.slice(0, -ending)
  if (/(?:at|bl|iz)$/.test(cut)) return `${cut}e`
  if (doubled(cut) && !/[lsz]$/.test(cut)) return cut.slice(0, -1)
  return measure(cut) === 1 && endsShort(cut) ? `${cut}e` : cut
}

type Rule = [suffix: string, instead: string]
const STEP_2: Rule[] = [
  ['ational', 'ate'],
  ['ization', 'ize'],
  ['iveness', 'ive'],
  ['fulness', 'ful'],
  ['ousness', 'ous'],
  ['tional', 'tion'],
  ['biliti', 'ble'],
  ['ation', 'ate'],
  ['alism', 'al'],
  ['aliti', 'al'],
  ['iviti', 'ive'],
  ['ousli', 'ous'],
  ['entli', 'ent'],
  ['enci', 'ence'],
  ['anci', 'ance'],
  ['izer', 'ize'],
  ['alli', 'al'],
  ['ator', 'ate'],
  ['logi', 'log'],
  ['bli', 'ble'],
  ['eli', 'e'],
]
const STEP_3: Rule[] = [
  ['icate', 'ic'],
  ['ative', ''],
  ['alize', 'al'],
  ['iciti', 'ic'],
  ['ical', 'ic'],
  ['ness', ''],
  ['ful', ''],
]
const STEP_4 = /(?:ement|ance|ence|able|ible|ment|ant|ent|ism|ate|iti|ous|ive|ize|al|er|ic|ou|(?<=[st])ion)$/

function longSuffix(w: string, rules: Rule[]): string {
  for (const [suffix, instead] of rules)
    if (w.endsWith(suffix)) {
      const rest = w.slice(0, -suffix.length)
      return measure(rest) > 0 ? rest + instead : w
    }
  return w
}

function residue(w: string): string {
  const found = STEP_4.exec(w)
  if (!found) return w
  const rest = w.slice(0, found.index)
  return measure(rest) > 1 ? rest : w
}

function finalE(w: string): string {
  let cut = w
  if (w.endsWith('e')) {
    const rest = w.slice(0, -1)
    const m = measure(rest)
    if (m > 1 || (m === 1 && !endsShort(rest))) cut = rest
  }
  return cut.endsWith('ll') && measure(cut) > 1 ? cut.slice(0, -1) : cut
}
