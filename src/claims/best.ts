import type { Hit } from './index.ts'

/** The best few of a stream of scores: a heap whose root is the worst kept. */
export class Best {
  /** What a text must score to be among the best. 0 while there are too few. */
  least = 0
  readonly #docs: number[] = []
  readonly #scores: number[] = []
  readonly #top: number
  constructor(top: number) {
    this.#top = top
  }

  offer(doc: number, score: number): void {
    const size = this.#docs.length
    if (size < this.#top) {
      this.#docs.push(doc)
      this.#scores.push(score)
      this.#rise(size)
    } else if (score > this.least || (score === this.least && doc < this.#docs[0]!)) {
      this.#docs[0] = doc
      this.#scores[0] = score
      this.#sink()
    }
    if (this.#scores.length === this.#top) this.least = this.#scores[0]!
  }

  /** A score that a text must reach to be among the best, by the first `count` texts. 0 while there are too few. */
  leastOf(sums: Float64Array, docs: ArrayLike<number>, count: number): number {
    if (count < this.#top) return this.least
    const heap = new Float64Array(this.#top)
    for (let i = 0; i < docs.length && i < count; i++) {
      const sum = sums[docs[i]!]!
      if (sum > heap[0]!) {
        heap[0] = sum
        sinkLeast(heap)
      }
    }
    return Math.max(this.least, heap[0]!)
  }

  sorted(): Hit[] {
    return this.#docs
      .map((doc, i) => ({ doc, score: this.#scores[i]! }))
      .sort((a, b) => b.score - a.score || a.doc - b.doc)
  }

  #worse(i: number, j: number): boolean {
    const difference = this.#scores[i]! - this.#scores[j]!
    return difference < 0 || (difference === 0 && this.#docs[i]! > this.#docs[j]!)
  }
  #swap(i: number, j: number): void {
    ;[this.#docs[i], this.#docs[j]] = [this.#docs[j]!, this.#docs[i]!]
    ;[this.#scores[i], this.#scores[j]] = [this.#scores[j]!, this.#scores[i]!]
  }
  #rise(from: number): void {
    for (let i = from; i > 0; ) {
      const parent = (i - 1) >> 1
      if (!this.#worse(i, parent)) return
      this.#swap(i, parent)
      i = parent
    }
  }
  #sink(): void {
    for (let i = 0; ; ) {
      let least = i
      for (const child of [2 * i + 1, 2 * i + 2])
        if (child < this.#docs.length && this.#worse(child, least)) least = child
      if (least === i) return
      this.#swap(i, least)
      i = least
    }
  }
}

function sinkLeast(heap: Float64Array): void {
  const value = heap[0]!
  let i = 0
  for (;;) {
    let child = 2 * i + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child += 1
    if (heap[child]! >= value) break
    heap[i] = heap[child]!
    i = child
  }
  heap[i] = value
}
