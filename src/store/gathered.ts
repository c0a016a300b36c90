/**
 * Gathers what comes within a moment, to be done with one question.
 *
 * @param work does all of them; where it fails, each of them has failed
 * @param most that are done at once
 */
export function gathered<T>(work: (some: T[]) => Promise<void>, waitMs: number, most = 200): (one: T) => Promise<void> {
  let waiting: { one: T; done: () => void; failed: (error: unknown) => void }[] = []
  let timer: NodeJS.Timeout | null = null
  const flush = async () => {
    if (timer) clearTimeout(timer)
    timer = null
    const some = waiting
    waiting = []
    try {
      await work(some.map(({ one }) => one))
      for (const { done } of some) done()
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
