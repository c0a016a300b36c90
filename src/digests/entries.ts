import type { Digest, DigestEntry } from '../model.ts'

/** Every entry of a digest, in reading order. */
export const allEntries = ({ claims, unmatched }: Pick<Digest, 'claims' | 'unmatched'>): DigestEntry[] =>
  [...claims.flatMap(({ speakers }) => speakers), ...unmatched].flatMap(({ entries }) => entries)
