import type { Projection } from '../../../src/encoder/projection.ts'

/** Two texts that mean the same, as unit vectors of one length. */
export type Pair = readonly [Float32Array, Float32Array]
/** Sums over pairs of the products of what parts them, and how many pairs: sums of parts add up to that of the whole. */
export type Scatter = { sums: Float64Array; count: number }

/** Added to the scatter's diagonal, as a share of its mean: directions hardly seen are not blown up. */
const RIDGE = 0.3

export function scatterOf(pairs: Pair[], width: number): Scatter {
  const sums = new Float64Array(width * width)
  const apart = new Float64Array(width)
  for (const [left, right] of pairs) {
    for (let i = 0; i < width; i++) apart[i] = left[i]! - right[i]!
    for (let i = 0; i < width; i++) {
      const value = apart[i]!
      for (let j = 0, at = i * width; j <= i; j++, at++) sums[at] = sums[at]! + value * apart[j]!
    }
  }
  return { sums, count: pairs.length }
}

export function addScatters(some: Scatter[]): Scatter {
  const sums = some[0]!.sums.map((_, i) => some.reduce((sum, one) => sum + one.sums[i]!, 0))
  return { sums, count: some.reduce((sum, { count }) => sum + count, 0) }
}

/**
 * Whitens what parts two texts that mean the same: differences of wording shrink, and what tells claims apart is left.
 * The map is the inverse of the scatter's Cholesky factor, so that cosines are those of the Mahalanobis product.
 *
 * @see Hatch, Kajarekar and Stolcke 2006, Within-class covariance normalization for SVM-based speaker recognition
 */
export function learnProjection({ sums, count }: Scatter, width: number): Projection {
  let trace = 0
  for (let i = 0; i < width; i++) trace += sums[i * width + i]! / count
  const factor = new Float64Array(width * width)
  for (let i = 0; i < width; i++)
    for (let j = 0; j <= i; j++) {
      let rest = sums[i * width + j]! / count + (i === j ? (RIDGE * trace) / width : 0)
      for (let k = 0; k < j; k++) rest -= factor[i * width + k]! * factor[j * width + k]!
      factor[i * width + j] = i === j ? Math.sqrt(rest) : rest / factor[j * width + j]!
    }
  const weights = new Float32Array((width * (width + 1)) / 2)
  const column = new Float64Array(width)
  for (let j = 0; j < width; j++)
    for (let i = j; i < width; i++) {
      let sum = i === j ? 1 : 0
      for (let k = j; k < i; k++) sum -= factor[i * width + k]! * column[k]!
      column[i] = sum / factor[i * width + i]!
      weights[(i * (i + 1)) / 2 + j] = column[i]!
    }
  return { width, weights }
}
