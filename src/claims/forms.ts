import type { Claim } from '../model.ts'
import { fourGrams, SYMBOLS, type Token, tokenise } from './tokens.ts'

/** A text as the ranking reads it: numbers of its terms in reading order, and what is known of them. */
export type Form = {
  terms: Int32Array
  /** Each term once. */
  distinct: Int32Array
  /** Terms that are likelier names than common words, figures among them. Each once. */
  names: Int32Array
  figures: Int32Array
  /** 4-grams, each once. */
  grams: Int32Array
  /** As written, folded: one for each of `terms`. */
  words: string[]
}

/** A claim's wordings apart, and all of them together. */
export type ClaimForm = { claim: Claim; text: Form; title: Form; all: Form }
/** A query, and apart the terms of its own words and those of the line that says who posted it and when. */
export type QueryForm = { all: Form; body: Int32Array; byline: Int32Array }

/** Gives each term its number. */
export type Numbering = (term: string) => number

function toForm(tokens: Token[], number: Numbering): Form {
  const terms = Int32Array.from(tokens, ({ term }) => number(term))
  const once = (is: (token: Token) => boolean) => Int32Array.from(new Set(terms.filter((_, i) => is(tokens[i]!))))
  return {
    terms,
    distinct: Int32Array.from(new Set(terms)),
    names: once(({ name }) => name),
    figures: once((token) => token.number),
    grams: each(fourGrams(tokens)),
    words: tokens.map(({ folded }) => folded),
  }
}

/** Which 4-grams were met already: all 0 before and after. */
const met = new Uint8Array(SYMBOLS ** 4)

/** Each 4-gram once, in the order in which they came. Several times as fast as a Set. */
function each(grams: number[]): Int32Array {
  let count = 0
  for (const gram of grams) {
    if (met[gram] === 1) continue
    met[gram] = 1
    grams[count++] = gram
  }
  const found = Int32Array.from(grams.slice(0, count))
  for (const gram of found) met[gram] = 0
  return found
}

export function toClaimForm(claim: Claim, number: Numbering): ClaimForm {
  const text = tokenise(claim.text)
  // Where there is no title the text stands for it: that nothing covers a missing title would tell against the claim.
  const title = claim.title ? tokenise(claim.title) : text
  const others = claim.paraphrases.flatMap((paraphrase) => tokenise(paraphrase))
  return {
    claim,
    text: toForm(text, number),
    title: toForm(title, number),
    all: toForm([...text, ...(claim.title ? title : []), ...others], number),
  }
}

/** "— Name (@handle) January 4, 2020" at the end of an archived post. */
const BYLINE = /\s[—–-]\s*[^—–\n]{1,80}\(@\w{1,30}\)[^\n]{0,40}$/u

/** A post's own words, and the line about its author where it has one. */
export function splitByline(text: string): { body: string; byline: string } {
  const tail = Math.max(0, text.length - 200)
  const found = BYLINE.exec(text.slice(tail))
  const at = found ? tail + found.index : text.length
  return { body: text.slice(0, at), byline: text.slice(at) }
}

/**
 * @param number as for claims, but a term that no claim holds gets a negative number of its own, so that queries
 * leave nothing behind
 */
export function toQueryForm(text: string, known: (term: string) => number | undefined): QueryForm {
  const unknown = new Map<string, number>()
  const number = (term: string) => {
    const found = known(term) ?? unknown.get(term)
    if (found !== undefined) return found
    unknown.set(term, -1 - unknown.size)
    return -unknown.size
  }
  const parts = splitByline(text)
  const body = tokenise(parts.body)
  const byline = tokenise(parts.byline)
  const distinct = (tokens: Token[]) => Int32Array.from(new Set(tokens.map(({ term }) => number(term))))
  const all = toForm(byline.length === 0 ? body : [...body, ...byline], number)
  return { all, body: byline.length === 0 ? all.distinct : distinct(body), byline: distinct(byline) }
}
