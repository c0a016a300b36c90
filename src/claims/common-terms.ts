import counts from './common-terms.json' with { type: 'json' }
import type { Prior } from './index.ts'
import { fourGrams } from './tokens.ts'

/**
 * How common words are in claims at large, so that a store of ten claims does not take "stop" for a rare word.
 * Counted by `test/eval/claims/train.ts` over the training store's claims.
 */
const COUNTS = new Map<string, number>(Object.entries(counts.holders))

/** What to expect of words before any claim is known. `nameOf` gives the term that a number stands for. */
export function wordPrior(nameOf: (term: number) => string | undefined): Prior {
  return { size: counts.claims, holders: (term) => COUNTS.get(nameOf(term) ?? '') ?? 0 }
}

let gramCounts: Map<number, number> | null = null

/** The same for 4-grams, from the words they stand in. */
export function gramPrior(): Prior {
  if (!gramCounts) {
    gramCounts = new Map()
    for (const [term, count] of COUNTS)
      for (const gram of new Set(fourGrams([{ folded: term }])))
        gramCounts.set(gram, Math.min(counts.claims, (gramCounts.get(gram) ?? 0) + count))
  }
  const known = gramCounts
  return { size: counts.claims, holders: (gram) => known.get(gram) ?? 0 }
}
