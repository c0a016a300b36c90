/** As long as Discord takes the words that stand for a picture. */
export const LONGEST_WORDS = 1000

/** A PNG, and the same in words for those who do not see it. */
export type Picture = { name: string; data: Uint8Array; description: string }
