import type { Relation } from '../model.ts'

/** Something said at a moment: `row` is whose line it stands on, `kind` how it stands to the claim. */
export type Moment = { at: string; row: string; kind: 'repeats' | 'differs' | 'opposes' | 'other' }
const KIND: Partial<Record<Relation, Moment['kind']>> = {
  repeats: 'repeats',
  narrower: 'repeats',
  wider: 'repeats',
  'differs-in-figure': 'differs',
  opposes: 'opposes',
}
/** How a relation to a claim is drawn. */
export const momentKind = (relation: Relation | null): Moment['kind'] => KIND[relation ?? 'related'] ?? 'other'
