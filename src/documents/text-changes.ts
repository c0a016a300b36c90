/** What is told of one change at most. */
const MOST = 50
const LONGEST = 500

/**
 * What leads from one text to another: its sentences that went, and those that came, in reading order. A sentence that
 * only moved is neither.
 */
export function textChanges(from: string, to: string): { removed: string[]; added: string[] } {
  const [before, after] = [sentences(from), sentences(to)]
  return { removed: beyond(before, after), added: beyond(after, before) }
}

function beyond(these: string[], those: string[]): string[] {
  const left = new Map<string, number>()
  for (const one of those) left.set(one, (left.get(one) ?? 0) + 1)
  const found = these.filter((one) => {
    const count = left.get(one) ?? 0
    if (count > 0) left.set(one, count - 1)
    return count === 0
  })
  return found.slice(0, MOST).map((one) => one.slice(0, LONGEST))
}

const sentences = (text: string): string[] =>
  text
    .split(/\n+|(?<=[.!?…。！？]["”»’)]*)\s+/u)
    .map((one) => one.replace(/\s+/g, ' ').trim())
    .filter(Boolean)
