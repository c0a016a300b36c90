import type { Claim } from '../model.ts'
import { fourGrams, type Token, tokenise } from './tokens.ts'

/** A text as the ranking reads it: term numbers in reading order, and what is known of each. */
export type Form = {
  tokens: Token[]
  /** One number a token. */
  terms: Int32Array
  /** Distinct terms. */
  distinct: Int32Array
  /** Distinct terms that are likelier names than common words, figures among them. */
  names: Int32Array
  figures: Int32Array
  /** Distinct 4-grams. */
  grams: Int32Array
}

/** A claim's wordings apart and together. */
export type ClaimForm = { claim: Claim; text: Form; title: Form; all: Form }
/** A query, and apart from it the line that says who posted it and when. */
export type QueryForm = { all: Form; body: Form; byline: Form }

export type Numbering = (term: string) => number

export function toForm(tokens: Token[], number: Numbering): Form {
  const terms = Int32Array.from(tokens, ({ term }) => number(term))
  const pick = (is: (token: Token) => boolean) => Int32Array.from(new Set(terms.filter((_, i) => is(tokens[i]!))))
  return {
    tokens,
    terms,
    distinct: Int32Array.from(new Set(terms)),
    names: pick(({ name }) => name),
    figures: pick((token) => token.number),
    grams: Int32Array.from(new Set(fourGrams(tokens))),
  }
}

export function toClaimForm(claim: Claim, number: Numbering): ClaimForm {
  const text = tokenise(claim.text)
  const title = tokenise(claim.title ?? '')
  const others = claim.paraphrases.flatMap((paraphrase) => tokenise(paraphrase))
  return {
    claim,
    text: toForm(text, number),
    title: toForm(title, number),
    all: toForm([...text, ...title, ...others], number),
  }
}

/** "— Name (@handle) January 4, 2020" at the end of an archived post. */
const BYLINE = /\s[—–-]\s*[^—–\n]{1,80}\(@\w{1,30}\)[^\n]{0,40}$/u

export function toQueryForm(text: string, number: Numbering): QueryForm {
  const found = BYLINE.exec(text.slice(-200))
  const split = found ? Math.max(0, text.length - 200) + found.index : text.length
  const body = tokenise(text.slice(0, split))
  const byline = tokenise(text.slice(split))
  return { all: toForm([...body, ...byline], number), body: toForm(body, number), byline: toForm(byline, number) }
}
