/** Chance that a seed decides: the same seed draws the same, whatever else happens. */
export type Chance = {
  /** 0 to 1, 1 excluded. */
  next(): number
  /** 0 to n, n excluded. */
  below(n: number): number
  /** True once in so many draws. */
  once(outOf: number): boolean
  pick<T>(from: readonly T[]): T
}

/** @see Steele and Vigna 2021, the 32-bit mixer known as mulberry32 */
export function createChance(seed: number): Chance {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (n: number) => Math.floor(next() * n)
  return {
    next,
    below,
    once: (outOf) => next() * outOf < 1,
    pick: (from) => from[below(from.length)] as (typeof from)[number],
  }
}

/** Counts by kind what was done to whom, for the table. */
export function createTally() {
  const counts = new Map<string, number>()
  return {
    add: (kind: string) => void counts.set(kind, (counts.get(kind) ?? 0) + 1),
    total: () => [...counts.values()].reduce((sum, n) => sum + n, 0),
    words: () =>
      [...counts]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([kind, n]) => `${kind} ${n}`)
        .join(', '),
  }
}
export type Tally = ReturnType<typeof createTally>
