import type { Relation } from '../model.ts'
import { compareCounts, findCounts } from './figures.ts'
import weights from './relation-weights.json' with { type: 'json' }
import { ALL, antonyms, DENIALS, NEGATIONS, SOME, synonyms } from './relation-words.ts'
import { stem } from './stem.ts'
import { fold } from './tokens.ts'

/** How a statement stands to a claim, and the words by which that was told. Sure: 0 to 1. */
export type Related = {
  relation: Relation
  sure: number
  because: string[]
  figures: { claim: string; statement: string }[]
}

/** Below this the pair is only called related. */
const SURE = 0.34
const LEAST_SHARED_TO_OPPOSE = 0.4

const ALIKE = synonyms(stem)
const OPPOSED = antonyms(stem)
/** Words that carry no meaning of their own, unlike the stop words of search: "not", "all" and "only" count here. */
const EMPTY = new Set(
  `a an the of in on at by to for from with as and or but that this these those it its he she they them his her their
  is are was were be been being has have had do does did will would can could may might shall should there here who
  whom which what when while because if than then so such also very just up out into onto about over under after
  before between during i we you my our your me us said says say according off went go gone put why own ended came come took taken part times made make makes tell tells told lie lies`.split(
    /\s+/,
  ),
)

export const RELATION_FEATURES = [
  'claim covered',
  'statement covered',
  'lesser covered',
  'difference',
  'all of claim',
  'all of statement',
  'all kept',
  'negations differ',
  'negations',
  'denial in one',
  'antonyms',
  'antonyms in place',
  'prefix opposite',
  'figures differ',
  'figures same',
  'figure only in claim',
  'figure only in statement',
  'claim says all',
  'statement says all',
  'claim says some',
  'statement says some',
  'extra in statement',
  'extra in claim',
  'length',
  'every claim word kept',
  'every statement word kept',
  'names differ',
  'figures differ covered',
  'polarity covered',
  'made smaller',
  'made larger',
  'swapped',
  'same order',
  'plural to singular',
] as const

type Word = { stem: string; lower: string; name: boolean }

function wordsOf(text: string): Word[] {
  return Array.from(
    text.slice(0, 4000).matchAll(/[\p{L}\p{N}]+(?:[’'.,](?=[\p{L}\p{N}])[\p{L}\p{N}]+)*|%/gu),
    ([word], i) => {
      const lower = fold(word.replace(/[’']s$/i, ''))
      return { stem: stem(lower), lower, name: i > 0 && /^\p{Lu}/u.test(word) }
    },
  )
}

const isNegation = ({ lower }: Word) =>
  NEGATIONS.has(lower) || (/n[’']?t$/.test(lower) && NEGATIONS.has(lower.replace(/[’']/g, '')))

/** “Not only” says that it is so, and more; “never did, and never will” is one no. */
const negations = (words: Word[], other: Word[]) =>
  words.filter(
    (word, i) =>
      isNegation(word) &&
      !(word.lower === 'not' && ONLY.has(words[i + 1]?.lower ?? '')) &&
      !isEcho(words, i) &&
      !isReproach(words, i, other),
  )
const isEcho = (words: Word[], i: number) =>
  i === words.length - 2 && AUXILIARY.test(words[i + 1]!.lower) && words.slice(0, i).some(isNegation)
const AUXILIARY = /^(?:will|would|shall|did|do|does|has|have|had|can|could|is|are|was|were)$/
const ONLY = new Set(['only', 'just', 'merely', 'simply'])

/**
 * “Criticised for not blocking them”: a reproach says that somebody leaves something else undone, not that the claim is
 * untrue. Where the claim tells of the very thing, it does.
 */
const isReproach = (words: Word[], i: number, other: Word[]) =>
  words[i]?.lower === 'not' &&
  words[i - 1]?.lower === 'for' &&
  /ing$/.test(words[i + 1]?.lower ?? '') &&
  !other.some(({ stem }) => alike(stem, words[i + 1]!.stem))

function content(words: Word[]): Word[] {
  return words.filter((word) => !EMPTY.has(word.lower) && !isNegation(word))
}

const alike = (a: string, b: string) =>
  a === b ||
  (ALIKE.get(a)?.has(b) ?? false) ||
  (a.length > 4 && b.length > 4 && commonPrefix(a, b) >= Math.max(4, Math.min(a.length, b.length) - 1))

function commonPrefix(a: string, b: string): number {
  let n = 0
  while (n < a.length && n < b.length && a[n] === b[n]) n += 1
  return n
}

const NEGATIVE_PREFIX = /^(?:un|in|im|il|ir|dis|non)(?=.{4})/
const differsByPrefix = (a: string, b: string) => {
  const [longer, shorter] = a.length > b.length ? [a, b] : [b, a]
  return longer.length > shorter.length && longer.endsWith(shorter) && longer.replace(NEGATIVE_PREFIX, '') === shorter
}

/** A text with its words, so that it is read once however often it is compared. */
type Wording = { text: string; words: Word[]; content: Word[] }

function toWording(text: string): Wording {
  const words = wordsOf(text)
  return { text, words, content: content(words) }
}

export function describeRelation(claim: string, statement: string) {
  return compare(toWording(claim), toWording(statement))
}

function compare(claim: Wording, statement: Wording) {
  const { words: left, content: mine } = claim
  const { words: right, content: theirs } = statement
  const isNumber = (w: Word) => /^\d/.test(w.lower)
  const kept = mine.filter((a) => theirs.some((b) => alike(a.stem, b.stem)))
  const met = theirs.filter((b) => mine.some((a) => alike(a.stem, b.stem)))
  const extra = theirs.filter((b) => !met.includes(b))
  const gone = mine.filter((a) => !kept.includes(a))
  const plain = (words: Word[]) => words.filter((w) => !ALL.has(w.lower) && !SOME.has(w.lower) && !isNumber(w))
  const opposed = gone.flatMap((a) =>
    extra.filter((b) => OPPOSED.get(a.stem)?.has(b.stem)).map((b) => [a.lower, b.lower]),
  )
  const prefixed = [...gone, ...left].flatMap((a) =>
    [...extra]
      .filter((b) => differsByPrefix(a.lower, b.lower) || differsByPrefix(a.stem, b.stem))
      .map((b) => [a.lower, b.lower]),
  )
  if (left.some((a) => a.lower === 'for') && right.some((b) => b.lower === 'against')) opposed.push(['for', 'against'])
  if (
    left.some((a) => a.lower === 'against') &&
    !right.some((b) => b.lower === 'against') &&
    right.some((b) => b.lower === 'for')
  )
    opposed.push(['against', 'for'])
  const negLeft = negations(left, theirs)
  const negRight = negations(right, mine)
  const denyLeft = claim.text.match(DENIALS) ?? []
  const denyRight = statement.text.match(DENIALS) ?? []
  const figuresLeft = findCounts(claim.text)
  const figuresRight = findCounts(statement.text)
  const counts = compareCounts(figuresLeft, figuresRight)
  const countsLeft = figuresLeft.length - counts.same - counts.differ.length
  const countsRight = figuresRight.length - counts.same - counts.differ.length
  const c = mine.length === 0 ? 0 : kept.length / mine.length
  const s = theirs.length === 0 ? 0 : met.length / theirs.length
  const turned = (negLeft.length + denyLeft.length) % 2 !== (negRight.length + denyRight.length) % 2
  const has = (words: Word[], set: Set<string>) => (words.some(({ lower }) => set.has(lower)) ? 1 : 0)
  const extraPlain = plain(extra)
  const gonePlain = plain(gone)
  const row = [
    c,
    s,
    Math.min(c, s),
    c - s,
    c === 1 ? 1 : 0,
    s === 1 ? 1 : 0,
    c === 1 && s === 1 ? 1 : 0,
    turned ? 1 : 0,
    Math.min(2, negRight.length + negLeft.length),
    denyLeft.length !== denyRight.length ? 1 : 0,
    Math.min(2, opposed.length),
    opposed.length > 0 && c > 0.5 ? 1 : 0,
    Math.min(1, prefixed.length),
    Math.min(2, counts.differ.length),
    Math.min(2, counts.same),
    countsLeft > 0 ? 1 : 0,
    countsRight > 0 ? 1 : 0,
    has(gone, ALL),
    has(extra, ALL),
    has(gone, SOME),
    has(extra, SOME),
    Math.min(4, extraPlain.length),
    Math.min(4, gonePlain.length),
    Math.log((1 + theirs.length) / (1 + mine.length)),
    gonePlain.length === 0 ? 1 : 0,
    extraPlain.length === 0 ? 1 : 0,
    gone.some((w) => w.name) && extra.some((w) => w.name) ? 1 : 0,
    counts.differ.length > 0 ? Math.min(c, s) : 0,
    turned || opposed.length > 0 ? Math.min(c + 0.2, 1) : 0,
    has(gone, ALL) || has(extra, SOME) ? 1 : 0,
    has(gone, SOME) || has(extra, ALL) ? 1 : 0,
    gonePlain.length > 0 && extraPlain.length > 0
      ? Math.min(3, extraPlain.length) - Math.min(3, gonePlain.length) + 0.5
      : 0,
    sameOrder(kept, theirs),
    becomesOne(kept, met),
  ]
  return { row, opposed, prefixed, negRight, negLeft, denyLeft, denyRight, counts, kept, extra, gone }
}

/** Share of the words they have in common that follow each other in both alike: 1 in the same order. */
function sameOrder(kept: Word[], theirs: Word[]): number {
  const places = kept.map((a) => theirs.findIndex((b) => alike(a.stem, b.stem)))
  if (places.length < 2) return 1
  return places.slice(1).filter((place, i) => place > places[i]!).length / (places.length - 1)
}

/** 1 where a plural of the claim is a singular in the statement, -1 the other way. */
function becomesOne(kept: Word[], met: Word[]): number {
  let change = 0
  for (const a of kept) {
    const b = met.find((one) => one.stem === a.stem)
    if (!b || b.lower === a.lower) continue
    if (a.lower === `${b.lower}s`) change += 1
    else if (b.lower === `${a.lower}s`) change -= 1
  }
  return Math.max(-1, Math.min(1, change))
}

/** Tells how a statement stands to a claim that it bears on. Where the signs are weak it says only `related`. */
export function relate(claim: string, statement: string): Related {
  return relateWordings(toWording(claim), toWording(statement))
}

function relateWordings(claim: Wording, statement: Wording): Related {
  const found = compare(claim, statement)
  const names = weights.relations as Relation[]
  const scores = names.map(
    (_, k) => weights.bias[k]! + found.row.reduce((sum, value, f) => sum + value * weights.weights[k]![f]!, 0),
  )
  const most = Math.max(...scores)
  const shares = scores.map((score) => Math.exp(score - most))
  const total = shares.reduce((a, b) => a + b, 0)
  const best = scores.indexOf(most)
  const sure = shares[best]! / total
  const [ofClaim = 0, ofStatement = 0] = found.row
  // A "not" in a text about something else opposes nothing, and who asks denies nothing.
  const isElsewhere = Math.max(ofClaim, ofStatement) < LEAST_SHARED_TO_OPPOSE
  const isIdle = names[best] === 'opposes' && (isElsewhere || /\?["'”’)\s]*$/.test(statement.text.slice(-20)))
  const relation = sure < SURE || isIdle ? 'related' : names[best]!
  const figures = found.counts.differ.map(([a, b]) => ({ claim: a.text, statement: b.text }))
  return {
    relation,
    sure,
    because: because(relation, found),
    figures: relation === 'differs-in-figure' || figures.length > 0 ? figures : [],
  }
}

function because(relation: Relation, found: ReturnType<typeof describeRelation>): string[] {
  switch (relation) {
    case 'opposes':
      return [
        ...new Set([
          ...found.denyRight.map((w) => w.toLowerCase()),
          ...found.negRight.map(({ lower }) => lower),
          ...found.negLeft.map(({ lower }) => lower),
          ...[...found.opposed, ...found.prefixed].map(([a, b]) => `${a} / ${b}`),
        ]),
      ]
    case 'differs-in-figure':
      return found.counts.differ.map(([a, b]) => `${a.text} / ${b.text}`)
    case 'narrower':
      return found.extra.map(({ lower }) => lower)
    case 'wider':
      return found.gone.map(({ lower }) => lower)
    default:
      return found.kept.map(({ lower }) => lower)
  }
}

const sentenceBreaks = new Intl.Segmenter('en', { granularity: 'sentence' })
/** More wordings and sentences are not compared. */
const MOST_COMPARED = 8

/**
 * As `relate`, for a claim with paraphrases and a text of several sentences: the wording and the sentence that share
 * most are compared.
 */
export function relateClosest(wordings: string[], text: string): Related {
  const sentences = Array.from(sentenceBreaks.segment(text.slice(0, 4000)), ({ segment }) => segment.trim())
    .filter((sentence) => sentence.split(/\s+/).length >= 3)
    .slice(0, MOST_COMPARED)
  if (sentences.length !== 1) sentences.unshift(text)
  const stemsOf = (one: Wording) => new Set(one.content.map((word) => word.stem))
  const read = sentences.map(toWording).map((sentence) => ({ sentence, stems: stemsOf(sentence) }))
  let best: { shared: number; wording: Wording; sentence: Wording } | null = null
  for (const wording of wordings.slice(0, MOST_COMPARED).map(toWording)) {
    const mine = stemsOf(wording)
    for (const { sentence, stems } of read) {
      const shared = (2 * mine.intersection(stems).size) / (mine.size + stems.size || 1)
      if (shared > (best?.shared ?? -1) + 1e-9) best = { shared, wording, sentence }
    }
  }
  return best ? relateWordings(best.wording, best.sentence) : relate('', text)
}
