/**
 * Verbs that report speech. `clause` verbs take what was said as a clause even without “that”; the others need a
 * quotation, or “that”. Every form is listed where English is irregular, else made from the base form.
 */
const CLAUSE =
  'say claim argue insist assert maintain contend state declare explain note admit concede acknowledge confirm warn predict suggest believe think hope fear allege estimate conclude testify swear add'.split(
    ' ',
  )
const OTHER =
  'tell ask announce observe remark comment reply respond answer deny caution propose recommend demand urge feel expect doubt know reckon suspect complain protest boast quip write tweet post report reveal disclose recall continue stress emphasise emphasize accuse promise vow pledge threaten agree counter retort shout cry describe call advise assure inform mention indicate signal imply criticise criticize point encourage opine lament exclaim read joke sing muse chide scoff gush rant tout'.split(
    ' ',
  )
const IRREGULAR: Record<string, string> = {
  say: 'said says saying',
  tell: 'told tells telling',
  think: 'thought thinks thinking',
  feel: 'felt feels feeling',
  know: 'knew known knows',
  write: 'wrote written writes writing',
  swear: 'swore sworn swears',
  read: 'reads',
  sing: 'sang sings singing',
}

const forms = (base: string): string[] => {
  if (IRREGULAR[base]) return [base, ...IRREGULAR[base].split(' ')]
  const stem = base.replace(/e$/, '')
  const double = /^(admit|quip)$/.test(base) ? base + base.at(-1) : stem
  const past = /[^aeiou]y$/.test(base) ? `${base.slice(0, -1)}ied` : `${double}ed`
  const third = /[^aeiou]y$/.test(base) ? `${base.slice(0, -1)}ies` : /(s|sh|ch)$/.test(base) ? `${base}es` : `${base}s`
  return [base, third, past, `${double.replace(/ie$/, 'y')}ing`]
}

/** By form, in lower case: whether the verb takes a bare clause. */
export const CUES = new Map<string, 'clause' | 'other'>([
  ...OTHER.flatMap((base) => forms(base).map((form) => [form, 'other'] as const)),
  ...CLAUSE.flatMap((base) => forms(base).map((form) => [form, 'clause'] as const)),
])

export const isCue = (word: string): boolean => CUES.has(word.toLowerCase())
