/**
 * Gathers what comes within a moment, to be done with one question.
 *
 * @param work does all of them, and gives an answer for each in their order, or no answers at all; where it fails, each of them has failed
 * @param most that are done at once
 */
export function gathered<T, R = void>(
  work: (some: T[]) => Promise<R[]>,
  waitMs: number,
  most = 200,
): (one: T) => Promise<R> {
  let waiting: { one: T; done: (answer: R) => void; failed: (error: unknown) => void }[] = []
  let timer: NodeJS.Timeout | null = null
  const flush = async () => {
    if (timer) clearTimeout(timer)
    timer = null
    const some = waiting
    waiting = []
    try {
      const answers = await work(some.map(({ one }) => one))
      for (const [i, { done }] of some.entries()) done(answers[i] as R)
    } catch (error) {
      for (const { failed } of some) failed(error)
    }
  }
  return (one) =>
    new Promise((done, failed) => {
      waiting.push({ one, done, failed })
      if (waiting.length >= most) void flush()
      else timer ??= setTimeout(() => void flush(), waitMs)
    })
}
