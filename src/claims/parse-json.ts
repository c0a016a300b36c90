/**
 * A JSON text with the line on which each object and list begins. `fault`: where it stops being JSON; `value` is then
 * what stood whole before that, and `isWhole` tells which objects were cut off.
 */
export type LinedJson = {
  value: unknown
  fault: { line: number; reason: string } | null
  /** Of an object or a list; 1 is the first line. */
  lineOf(value: object): number
  /** Of an item of a list, whatever it is. */
  lineOfItem(list: unknown[], index: number): number
  isWhole(value: object): boolean
}

type Open = { value: unknown[] | Record<string, unknown>; key: string | null; lines: number[] }
const TOKEN = /[[\]{}:,]|"[^"\\]*(?:\\[\s\S][^"\\]*)*"|[^\s[\]{}:,"]+|\n|"/g

/**
 * Reads JSON as `JSON.parse` does, and says for everything in it on which line it stands. A text that is cut off or
 * broken gives what stood before the break. Never throws.
 */
export function parseJson(text: string): LinedJson {
  const reason = faultOf(text)
  const starts = new Map<object, number>()
  const items = new Map<object, number[]>()
  const open: Open[] = []
  let root: unknown
  let line = 1
  const put = (value: unknown) => {
    const parent = open.at(-1)
    if (!parent) root ??= value
    else if (Array.isArray(parent.value)) {
      parent.value.push(value)
      parent.lines.push(line)
    } else if (parent.key !== null) {
      if (parent.key !== '__proto__') parent.value[parent.key] = value
      else
        Object.defineProperty(parent.value, parent.key, { value, enumerable: true, configurable: true, writable: true })
      parent.key = null
    }
  }
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '\n') line += 1
    else if (token === '{' || token === '[') {
      const value = token === '{' ? {} : []
      const lines: number[] = []
      put(value)
      starts.set(value, line)
      if (token === '[') items.set(value, lines)
      open.push({ value, key: null, lines })
    } else if (token === '}' || token === ']') {
      const closed = open.pop()
      if (!closed || Array.isArray(closed.value) !== (token === ']')) break
    } else if (token !== ':' && token !== ',') {
      const value = scalar(token)
      if (value === undefined) break
      const parent = open.at(-1)
      if (parent && !Array.isArray(parent.value) && parent.key === null) {
        if (typeof value !== 'string') break
        parent.key = value
      } else put(value)
    }
  }
  const cut = new Set<object>(reason === null ? [] : open.map(({ value }) => value))
  return {
    value: root,
    fault: reason === null ? null : { line: Number(/\(line (\d+)/.exec(reason)?.[1] ?? line), reason },
    lineOf: (value) => starts.get(value) ?? 1,
    lineOfItem: (list, index) => items.get(list)?.[index] ?? starts.get(list) ?? 1,
    isWhole: (value) => !cut.has(value),
  }
}

function faultOf(text: string): string | null {
  try {
    JSON.parse(text)
    return null
  } catch (error) {
    return (error as Error).message
  }
}

/** A text, number, truth value or null as it is written; undefined where it is none. */
function scalar(token: string): unknown {
  if (token.startsWith('"') && token.length > 1 && !token.includes('\\') && !hasControl(token))
    return token.slice(1, -1)
  try {
    return JSON.parse(token)
  } catch {
    return undefined
  }
}

const hasControl = (token: string) => {
  for (let i = 0; i < token.length; i++) if (token.charCodeAt(i) < 32) return true
  return false
}
