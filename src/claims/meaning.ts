import { FEATURES } from './features.ts'
import { splitByline } from './forms.ts'
import { order, type Ranked } from './rank-claims.ts'
import { ENCODED, rankScore } from './ranking.ts'

/** Turns texts into vectors of one length, so that texts of like meaning lie close. */
export type Encoder = { name: string; encode(texts: string[]): Promise<Float32Array[]> }

/** Candidates beyond these are too far behind for their meaning to matter. */
const ENCODED_CANDIDATES = 16
/** Vectors are kept for this many texts by each encoder. */
const VECTORS_KEPT = 100_000

const kept = new WeakMap<Encoder, Map<string, Float32Array>>()

/** Ranks the best candidates anew with how close their meaning is to the query's. */
export async function byMeaning(ranked: Ranked, text: string, encoder: Encoder): Promise<Ranked> {
  const candidates = ranked.candidates.slice(0, ENCODED_CANDIDATES)
  const { whole, sentences } = wordings(text)
  const texts = candidates.map(({ form }) => plain(form.claim.text))
  const titles = candidates.map(({ form }) => plain(form.claim.title ?? form.claim.text))
  const vectors = await encodeKnown([whole, ...sentences, ...texts, ...titles], encoder)
  const close = (a: string, b: string) => cosine(vectors.get(a)!, vectors.get(b)!)
  const closest = (b: string) => Math.max(...sentences.map((sentence) => close(sentence, b)))
  const rows = ranked.rows.slice(0, ENCODED_CANDIDATES).map((row, i) => {
    const values = [close(whole, texts[i]!), closest(texts[i]!), close(whole, titles[i]!), closest(titles[i]!)]
    const longer = new Float64Array(FEATURES.length + ENCODED.length)
    longer.set(row)
    longer.set([...values, Math.max(...values)], FEATURES.length)
    return longer
  })
  addStanding(rows)
  return order({ ...ranked, candidates, rows, scores: rows.map((row) => rankScore(row, 'encoded')) })
}

/** The gap to the candidate of the closest meaning, and the rank by it. */
function addStanding(rows: Float64Array[]): void {
  const best = FEATURES.length + ENCODED.indexOf('best meaning')
  const byMeaning = rows.toSorted((a, b) => b[best]! - a[best]!)
  for (const row of rows) {
    row[FEATURES.length + ENCODED.indexOf('meaning gap')] = row[best]! - byMeaning[0]![best]!
    row[FEATURES.length + ENCODED.indexOf('meaning rank')] = 1 / (1 + byMeaning.indexOf(row))
  }
}

/** Links out, white space tidied; at most 400 characters, for a claim is no longer. */
export function plain(text: string): string {
  const words = text
    .slice(0, 4000)
    .replace(/https?:\/\/\S*|pic\.twitter\.com\/\w*/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  return words.slice(0, 400) || '.'
}

/** No more sentences of a query are compared one by one. */
const SENTENCES = 6
const sentenceBreaks = new Intl.Segmenter('en', { granularity: 'sentence' })

/** A query for the encoder: who says it and all of it, with hashtags and handles as words; and sentence by sentence. */
export function wordings(text: string): { whole: string; sentences: string[] } {
  const { body, byline } = splitByline(text.slice(0, 4000))
  const words = plain(splitTags(body))
  const author = splitTags(byline)
    .replace(/[—–]/, '')
    .replace(/\w+ \d+, \d{4}\s*$/, '')
    .replace(/\([^)]*\)/, '')
    .trim()
  const sentences = Array.from(sentenceBreaks.segment(words), ({ segment }) => segment.trim())
    .filter((sentence) => sentence.split(/\s+/).length >= 4)
    .slice(0, SENTENCES)
  return {
    whole: author.length > 2 ? plain(`${plain(author)}: ${words}`) : words,
    sentences: sentences.length > 0 ? sentences : [words],
  }
}

const splitTags = (text: string) =>
  text.replace(/[#@](\w+)/g, (_, tag: string) => tag.replace(/([a-z])([A-Z])/g, '$1 $2'))

async function encodeKnown(texts: string[], encoder: Encoder): Promise<Map<string, Float32Array>> {
  const known = kept.get(encoder) ?? new Map<string, Float32Array>()
  kept.set(encoder, known)
  const missing = [...new Set(texts)].filter((text) => !known.has(text)).sort((a, b) => a.length - b.length)
  if (known.size + missing.length > VECTORS_KEPT) known.clear()
  const wanted = known.size === 0 ? [...new Set(texts)] : missing
  for (const [i, vector] of (await encoder.encode(wanted)).entries()) known.set(wanted[i]!, vector)
  return known
}

function cosine(a: Float32Array, b: Float32Array): number {
  let dot = 0
  let left = 0
  let right = 0
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!
    left += a[i]! * a[i]!
    right += b[i]! * b[i]!
  }
  return dot / (Math.sqrt(left * right) || 1)
}
