import { expect, test } from 'vitest'
import { progressLine } from '../../src/cli/progress.ts'

test('the progress of a reading that goes on counts only what this run has read', () => {
  const begun = { bytes: 900_000_000, at: 5000 }
  const line = progressLine('posts.jsonl', 2_000_000_000, begun, { bytes: 1_000_000_000, at: 15_000 }, 5000)
  expect(line).toBe('posts.jsonl: 1000 of 2000 MB, 5000 documents, 500 a second, 100 s left')
  expect(progressLine('posts.jsonl', 2e9, begun, begun, 0)).toContain('time left not known yet')
})
