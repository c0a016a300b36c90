/** 0 to 1, the same series for the same seed. @see Vigna's splitmix, 32 bits */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x9e3779b9) >>> 0
    let z = state
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b)
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35)
    return ((z ^ (z >>> 16)) >>> 0) / 2 ** 32
  }
}

/** The word of a rank, in letters: rank 0 is "ba", and no two ranks share a word. */
export function wordOf(rank: number): string {
  const consonants = 'bdfgklmnprstvz'
  const vowels = 'aeiou'
  let word = ''
  for (let rest = rank + 1; rest > 0; rest = Math.floor(rest / 70)) {
    const pair = rest % 70
    word += consonants[Math.floor(pair / 5)]! + vowels[pair % 5]!
  }
  return word
}

export const RECIPE =
  'a claim has 8 to 30 words from a vocabulary of 200 √claims; three in ten are drawn from the 40 words of one of claims/50 topics, ' +
  'the others by the law of Zipf and Mandelbrot (rank = 30 ((v/30 + 1)^u - 1), u uniform: the commonest word stands in about 7 % of claims, ' +
  'as where stop words are left out); a query repeats half the words of one claim and adds 12 drawn alike'

const zipf = (vocabulary: number, u: number) =>
  Math.min(vocabulary - 1, Math.floor(30 * ((vocabulary / 30 + 1) ** u - 1)))

/** Invented claims as lists of word ranks. */
export function generateClaims(count: number, seed = 7): { claims: Uint32Array[]; vocabulary: number } {
  const random = seeded(seed)
  const vocabulary = Math.floor(200 * Math.sqrt(count))
  const topics = Math.max(1, Math.floor(count / 50))
  const claims: Uint32Array[] = []
  for (let i = 0; i < count; i++) {
    const topic = seeded(1000 + Math.floor(random() * topics))
    const own = Array.from({ length: 40 }, () => Math.floor(vocabulary * (0.02 + 0.98 * topic())))
    const length = 8 + Math.floor(random() * 23)
    claims.push(
      Uint32Array.from({ length }, () =>
        random() < 0.3 ? own[Math.floor(random() * 40)]! : zipf(vocabulary, random()),
      ),
    )
  }
  return { claims, vocabulary }
}

export function generateQueries(claims: Uint32Array[], vocabulary: number, count: number, seed = 11): Uint32Array[] {
  const random = seeded(seed)
  return Array.from({ length: count }, () => {
    const claim = claims[Math.floor(random() * claims.length)]!
    const kept = [...claim].filter(() => random() < 0.5)
    const added = Array.from({ length: 12 }, () => zipf(vocabulary, random()))
    return Uint32Array.from(new Set([...kept, ...added]))
  })
}
