/** A linear map of vectors onto as many numbers, by a lower triangular matrix: row by row, 1 weight, 2 weights, … */
export type Projection = { width: number; weights: Float32Array }
/** As it is kept: each weight a signed 16-bit number, little end first, times `step`; in base64. */
export type KeptProjection = { madeBy: string; width: number; step: number; weights: string }

export function project(vector: ArrayLike<number>, { width, weights }: Projection): Float32Array {
  const projected = new Float32Array(width)
  for (let i = 0, at = 0; i < width; i++) {
    let sum = 0
    for (let j = 0; j <= i; j++) sum += vector[j]! * weights[at++]!
    projected[i] = sum
  }
  return projected
}

export function readProjection({ width, step, weights }: Omit<KeptProjection, 'madeBy'>): Projection {
  const bytes = Buffer.from(weights, 'base64')
  return { width, weights: Float32Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readInt16LE(2 * i) * step) }
}

export function keepProjection({ width, weights }: Projection, madeBy: string): KeptProjection {
  const most = weights.reduce((largest, weight) => Math.max(largest, Math.abs(weight)), 0)
  const step = Number((most / 32_767 || 1).toPrecision(6)) * (1 + 1e-5)
  const bytes = Buffer.alloc(2 * weights.length)
  for (const [i, weight] of weights.entries()) bytes.writeInt16LE(Math.round(weight / step), 2 * i)
  return { madeBy, width, step, weights: bytes.toString('base64') }
}
