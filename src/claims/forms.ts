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

/** A text that may be cut into forms: each of its terms is numbered once, and its 4-grams are read once. */
function toForms(tokens: Token[], number: Numbering): (from: number, to: number) => Form {
  const terms = Int32Array.from(tokens, ({ term }) => number(term))
  const words = tokens.map(({ folded }) => folded)
  const grams = fourGrams(tokens)
  // A 4-gram is known by the place of its first character: a word's are those from the boundary before it.
  const starts = [0]
  for (const word of words) starts.push(starts.at(-1)! + word.length + 1)
  return (from, to) => {
    const distinct = new Set<number>()
    const names = new Set<number>()
    const figures = new Set<number>()
    for (let i = from; i < to; i++) {
      const term = terms[i]!
      distinct.add(term)
      if (tokens[i]!.name) names.add(term)
      if (tokens[i]!.number) figures.add(term)
    }
    return {
      terms: terms.subarray(from, to),
      distinct: Int32Array.from(distinct),
      names: Int32Array.from(names),
      figures: Int32Array.from(figures),
      grams: each(grams, starts[from]!, starts[to]! - 2),
      words: words.slice(from, to),
    }
  }
}

/** Which 4-grams were met already: all 0 before and after. */
const met = new Uint8Array(SYMBOLS ** 4)

/** Each 4-gram from one place to another once, in the order in which they came. Several times as fast as a Set. */
function each(grams: number[], from: number, to: number): Int32Array {
  const found = new Int32Array(Math.max(0, Math.min(to, grams.length) - from))
  let count = 0
  for (let i = from; i < to && i < grams.length; i++) {
    const gram = grams[i]!
    if (met[gram] === 1) continue
    met[gram] = 1
    found[count++] = gram
  }
  for (let i = 0; i < count; i++) met[found[i]!] = 0
  return found.slice(0, count)
}

export function toClaimForm(claim: Claim, number: Numbering): ClaimForm {
  const text = tokenise(claim.text)
  const title = claim.title ? tokenise(claim.title) : []
  const others = claim.paraphrases.flatMap((paraphrase) => tokenise(paraphrase))
  const tokens = [...text, ...title, ...others]
  const form = toForms(tokens, number)
  const ofText = form(0, text.length)
  return {
    claim,
    text: ofText,
    // Where there is no title the text stands for it: that nothing covers a missing title would tell against the claim.
    title: claim.title ? form(text.length, text.length + title.length) : ofText,
    all: tokens.length === text.length ? ofText : form(0, tokens.length),
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
  const tokens = byline.length === 0 ? body : [...body, ...byline]
  const all = toForms(tokens, number)(0, tokens.length)
  return { all, body: byline.length === 0 ? all.distinct : distinct(body), byline: distinct(byline) }
}
