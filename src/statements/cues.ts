/**
 * Words that report what somebody says, thinks or wants, by what they take.
 *
 * `clause`: a clause, with or without “that” (said he would). `that`: a clause with “that” or a question word, or bare
 * before a pronoun (agreed it was). `object`: the thing spoken of (criticised the plan). `infinitive`: what the speaker
 * means to do (vowed to appeal). `person`: whom and what (urged them to leave).
 */
export type CueKind = 'clause' | 'that' | 'object' | 'infinitive' | 'person'

const VERBS: Record<CueKind, string> = {
  clause:
    'say claim argue insist assert maintain contend state declare explain note admit concede acknowledge confirm warn predict suggest believe think hope fear allege estimate conclude testify swear add reckon stress recall reply',
  that: 'tell announce observe remark comment respond answer deny caution propose recommend demand feel expect doubt know suspect complain protest boast quip write tweet post report reveal disclose emphasise emphasize agree counter retort advise assure inform indicate signal imply point opine lament exclaim read show find learn discover rule realise realize worry understand wonder remember forget decide see hear joke posit caution guess imagine assume say shout cry ask muse speculate underline highlight illustrate prove notice figure regret cite',
  object:
    'criticise criticize condemn denounce praise blast slam dismiss reject defend describe discuss mention cite question outline oppose endorse tout applaud decry deride mock ridicule lambaste accuse blame label compare call detail dispute voice express reiterate echo count attack sue fault rebuke take',
  infinitive:
    'vow promise pledge threaten refuse decline offer plan intend want seek agree propose aim hope mean expect ask',
  person: 'urge encourage invite press order beg implore want ask tell advise warn persuade convince remind',
}
const IRREGULAR: Record<string, string> = {
  say: 'said says saying',
  tell: 'told tells telling',
  think: 'thought thinks thinking',
  feel: 'felt feels feeling',
  know: 'knew known knows',
  write: 'wrote written writes writing',
  swear: 'swore sworn swears',
  read: 'reads',
  show: 'showed shown shows showing',
  find: 'found finds finding',
  see: 'saw seen sees seeing',
  hear: 'heard hears hearing',
  mean: 'meant means meaning',
  understand: 'understood understands understanding',
  seek: 'sought seeks seeking',
  forget: 'forgot forgotten forgets',
  beg: 'begged begs begging',
  slam: 'slammed slams slamming',
  plan: 'planned plans planning',
  take: 'took takes taken taking',
}

function formsOf(base: string): string[] {
  if (IRREGULAR[base]) return [base, ...IRREGULAR[base].split(' ')]
  const stem = base.replace(/e$/, '')
  const root = /^(admit|quip|regret)$/.test(base) ? base + base.at(-1) : stem
  const onY = /[^aeiou]y$/.test(base)
  const third = onY ? `${base.slice(0, -1)}ies` : /(?:s|sh|ch)$/.test(base) ? `${base}es` : `${base}s`
  return [base, third, onY ? `${base.slice(0, -1)}ied` : `${root}ed`, `${root}ing`]
}

/** By form, in lower case. */
export const CUES = new Map<string, Set<CueKind>>()
for (const [kind, bases] of Object.entries(VERBS))
  for (const base of bases.split(' '))
    for (const form of formsOf(base)) CUES.set(form, (CUES.get(form) ?? new Set()).add(kind as CueKind))

/** Verbs that go with somebody's own words in quotation marks. */
const SPEAKING = new Set(
  [
    ...`${VERBS.clause} ${VERBS.that} call describe sing rant gush chide scoff continue urge vow accuse type chant label dub`.split(
      ' ',
    ),
  ]
    .filter(
      (base) =>
        !/^(?:see|hear|mean|understand|forget|find|know|figure|prove|rule|show|realise|realize|illustrate|decide)$/.test(
          base,
        ),
    )
    .flatMap(formsOf),
)
for (const form of ['sang', 'sung', 'went']) SPEAKING.add(form)

export const isCue = (word: string): boolean => SPEAKING.has(word.toLowerCase())

/** Nouns that hold what was said: “the claim that”, “her decision to”. */
export const NOUNS =
  /^(?:claim|claims|allegation|allegations|suggestion|assertion|argument|contention|statement|warning|belief|view|idea|fear|fears|hope|hopes|promise|pledge|plan|plans|decision|demand|demands|request|proposal|accusation|accusations|conclusion|admission|concern|concerns|prediction|notion|theory|call|calls|vow|threat|desire|assessment|report|reports|news|rumor|rumors|revelation|revelations|commitment)$/
/** “is convinced that”, “were frustrated that”. */
export const ADJECTIVES =
  /^(?:afraid|convinced|confident|concerned|worried|clear|sure|certain|aware|hopeful|optimistic|frustrated|adamant|sorry|glad|surprised|disappointed|skeptical|doubtful|firm)$/
