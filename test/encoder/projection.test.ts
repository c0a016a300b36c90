import { describe, expect, test } from 'vitest'
import { keepProjection, project, readProjection } from '../../src/encoder/projection.ts'

const projection = { width: 3, weights: Float32Array.of(2, 0.5, 1, -1, 0.25, 3) }

describe('a projection', () => {
  test('gives each number from the vector’s first ones', () => {
    expect([...project([1, 2, 4], projection)]).toEqual([2, 2.5, 11.5])
  })

  test('is the same after it was kept, but for rounding', () => {
    const { madeBy, ...kept } = keepProjection(projection, 'a test')
    const read = readProjection(JSON.parse(JSON.stringify(kept)))
    expect(madeBy).toBe('a test')
    expect(read.width).toBe(3)
    for (const [i, weight] of projection.weights.entries()) expect(read.weights[i]).toBeCloseTo(weight, 3)
  })
})
